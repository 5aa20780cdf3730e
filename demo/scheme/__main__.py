"""Serve the scheme's site: `python -m demo.scheme FOLDER PORT`."""

import sys
from pathlib import Path

import uvicorn

from demo.scheme.app import create_app
from service.head import StrictHead

if __name__ == "__main__":
    uvicorn.run(
        create_app(Path(sys.argv[1])),
        host="127.0.0.1",
        port=int(sys.argv[2]),
        log_level="warning",
        access_log=False,
        server_header=False,
        http=StrictHead,
    )
