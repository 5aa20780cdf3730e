"""Start the stand-in: `python -m demo.customers CONFIG.json`."""

import json
import sys
from pathlib import Path

from credentials.clock import SystemClock
from credentials.keys import PublicJwk, SoftwareSigner
from demo.customers.provider import CustomerProvider
from demo.digid.app import Look, create_app
from demo.digid.provider import Client, Person
from demo.stand_in.serve import serve

LOOK = Look(
    templates=Path(__file__).parent / "templates",
    name="nagemaakt klantaccount",
    says="Dit is een oefening: deze bedrijven en klanten bestaan niet",
    home="Inloggen begint bij een bedrijf of bij uw wallet, niet hier.",
    cookie="bk_customers",
)


def main(path: Path) -> None:
    """Serve the stand-in on loopback, with the companies and customers of a configuration file."""
    configuration = json.loads(path.read_text())
    clients = {
        entry["client_id"]: Client(
            entry["client_id"], entry["name"], frozenset(entry["redirect_uris"]), PublicJwk.parse(entry["jwk"])
        )
        for entry in configuration["clients"]
    }
    people = tuple(Person(each["username"], each["name"], "", each["story"]) for each in configuration["people"])
    numbers = {entry["client_id"]: entry["numbers"] for entry in configuration["clients"]}
    issuer = configuration["issuer"]
    provider = CustomerProvider(issuer, clients, people, SoftwareSigner.generate(), SystemClock(), numbers=numbers)
    serve(create_app(provider, LOOK), issuer, "a login of customers")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
