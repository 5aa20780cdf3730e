"""Start the stand-in: `python -m demo.digid CONFIG.json`."""

import json
import sys
from pathlib import Path

from credentials.clock import SystemClock
from credentials.keys import PublicJwk, SoftwareSigner
from demo.digid.app import create_app
from demo.digid.provider import Client, Person, Provider
from demo.stand_in.serve import serve


def main(path: Path) -> None:
    """Serve the stand-in on loopback, with the clients and people of a configuration file."""
    configuration = json.loads(path.read_text())
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
    serve(create_app(provider), configuration["issuer"], "DigiD")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
