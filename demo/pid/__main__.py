"""Start the stand-in: `python -m demo.pid CONFIG.json`."""

import json
import sys
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from credentials.clock import SystemClock
from credentials.formats import IssuerKey
from credentials.keys import SoftwareSigner
from credentials.trust.x509 import load_pem
from demo.pid.app import create_app
from demo.pid.provider import Person, PidProvider
from demo.stand_in.serve import serve


def main(path: Path) -> None:
    """Serve the stand-in on loopback, with the people of a configuration file and the key beside it."""
    configuration = json.loads(path.read_text())
    certificates = load_pem((path.parent / "chain.pem").read_bytes())
    key = IssuerKey(
        SoftwareSigner.from_file(path.parent / "signer.pem"),
        tuple(each.public_bytes(Encoding.DER) for each in certificates),
    )
    people = tuple(Person(**person) for person in configuration["people"])
    provider = PidProvider(configuration["url"], people, key, SystemClock())
    serve(create_app(provider, configuration["wallet"]), configuration["url"], "who gives a PID")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
