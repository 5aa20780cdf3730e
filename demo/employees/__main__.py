"""Start the stand-in: `python -m demo.employees CONFIG.json`."""

import json
import sys
from pathlib import Path

from credentials.clock import SystemClock
from credentials.keys import PublicJwk, SoftwareSigner
from demo.digid.app import Look, create_app
from demo.digid.provider import Client, Person
from demo.employees.provider import EmployeeProvider
from demo.stand_in.serve import serve

LOOK = Look(
    templates=Path(__file__).parent / "templates",
    name="nagemaakte werkaccount",
    says="Dit is een oefening: deze medewerkers bestaan niet",
    home="Inloggen begint bij het beheer van een organisatie, niet hier.",
    cookie="bk_employees",
)


def main(path: Path) -> None:
    """Serve the stand-in on loopback, with the clients and people of a configuration file."""
    configuration = json.loads(path.read_text())
    clients = {
        entry["client_id"]: Client(
            entry["client_id"], entry["name"], frozenset(entry["redirect_uris"]), PublicJwk.parse(entry["jwk"])
        )
        for entry in configuration["clients"]
    }
    people = tuple(Person(each["username"], each["name"], "", each["story"]) for each in configuration["people"])
    roles = {each["username"]: tuple(each["roles"]) for each in configuration["people"]}
    issuer = configuration["issuer"]
    provider = EmployeeProvider(issuer, clients, people, SoftwareSigner.generate(), SystemClock(), roles=roles)
    serve(create_app(provider, LOOK), issuer, "a login of employees")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
