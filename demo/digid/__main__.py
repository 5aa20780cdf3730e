"""Start the stand-in: `python -m demo.digid CONFIG.json`."""

import json
import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

import uvicorn

from credentials.clock import SystemClock
from credentials.keys import PublicJwk, SoftwareSigner
from demo.digid.app import create_app
from demo.digid.provider import Client, Person, Provider
from service.head import StrictHead


def main(path: Path) -> None:
    """Serve the stand-in on loopback, with the clients and people of a configuration file."""
    if os.environ.get("BLAUWEKNOP_ENVIRONMENT", "demo") != "demo":
        sys.exit("The stand-in for DigiD starts in a demonstration only.")
    configuration = json.loads(path.read_text())
    address = urlsplit(configuration["issuer"])
    if address.hostname not in ("localhost", "127.0.0.1"):
        sys.exit("The stand-in for DigiD serves this machine only; its address must be on localhost.")
    clients = {
        entry["client_id"]: Client(
            entry["client_id"],
            entry["name"],
            frozenset(entry["redirect_uris"]),
            PublicJwk.parse(entry["jwk"]) if "jwk" in entry else None,
            entry.get("secret"),
        )
        for entry in configuration["clients"]
    }
    people = tuple(Person(**person) for person in configuration["people"])
    provider = Provider(configuration["issuer"], clients, people, SoftwareSigner.generate(), SystemClock())
    uvicorn.run(
        create_app(provider),
        host="127.0.0.1",
        port=address.port or 80,
        log_level="warning",
        access_log=False,
        server_header=False,
        http=StrictHead,
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
