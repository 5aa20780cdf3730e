"""Serve a stand-in: on this machine, in a demonstration, and nowhere else."""

import os
import sys
from urllib.parse import urlsplit

import uvicorn
from starlette.types import ASGIApp

from service.head import StrictHead


def serve(app: ASGIApp, url: str, who: str) -> None:
    """Serve the app at the port of its address until somebody stops it. Exits where it may not be served."""
    if os.environ.get("BLAUWEKNOP_ENVIRONMENT", "demo") != "demo":
        sys.exit(f"The stand-in for {who} starts in a demonstration only.")
    address = urlsplit(url)
    if address.hostname not in ("localhost", "127.0.0.1"):
        sys.exit(f"The stand-in for {who} serves this machine only; its address must be on localhost.")
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=address.port or 80,
        log_level="warning",
        access_log=False,
        server_header=False,
        http=StrictHead,
    )
