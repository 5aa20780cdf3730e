"""Set the stage: keys, settings, debt files and the signed trust list of one demonstration, in a folder of its own.

Every run starts with an empty stage, so that no story depends on what an earlier one left behind. This loads every
party's code; the demonstration does it in a process of its own, which then ends.
"""

import json
import re
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from credentials.clock import Clock, epoch
from credentials.debts.claims import CASE_TYPE, OVERVIEW_TYPE
from credentials.debts.types import context_documents, type_metadata
from credentials.errors import BlauweKnopError
from credentials.keys import SoftwareSigner
from credentials.trust import Participant, Role, SchemeDocumentRejected, issue_scheme_document, make_ca
from credentials.trust.trust_list import TrustListRejected, issue
from credentials.trust.x509 import to_pem
from demo.books import state_as_of
from demo.pid.provider import TYPE as PID_TYPE
from demo.processes import DemoError
from demo.scheme.app import write_index, write_start
from demo.scheme.places import FILE as SCHEME_DOCUMENT
from demo.stage import AGENCY_KEYS, EMPLOYEES, FIRST_PORT, MARK, VERIFIER, WALLET, Persona, Stage
from issuer.app import describe as describe_agency
from issuer.app import initialise as initialise_agency
from issuer.domain.configurations import Offered
from issuer.settings import AgencySettings, load_agency
from service.settings import load
from verifier.app import describe as describe_verifier
from verifier.app import initialise as initialise_verifier
from verifier.settings import VerifierSettings, load_verifier
from wallet_api.app import describe_wallet
from wallet_api.app import make_keys as make_wallet_keys
from wallet_api.settings import WalletSettings

HERE: Final = Path(__file__).parent
_STORIES: Final = {
    "P1": "zes openstaande zaken bij zes organisaties",
    "P2": "alles is betaald",
    "P3": "een gevoelige zaak, en één schuld bij twee organisaties",
    "P4": "een boete die is vernietigd, een terugvordering die is verlaagd",
    "P5": "een eerste verhoging, en winkels en energie",
}
SCHEME_OIN: Final = "00000000900000000000"
ENVIRONMENT: Final = "demo"
_WALLET_CLIENT: Final = "blauweknop-wallet"
_OPERATORS: Final = """
[operators]
issuer = "{url}"
client_id = "{key}"

[operators.roles]
operator = ["medewerker"]
administrator = ["beheerder"]
auditor = ["toezicht"]
"""
# Whoever works at any agency of the demonstration.
_EMPLOYEES: Final[tuple[tuple[str, str, list[str], str], ...]] = (
    ("eva", "Eva Bakker", ["medewerker"], "Medewerker: kijkt, leest in en trekt in."),
    ("mo", "Mo Kaya", ["beheerder"], "Beheerder: mag alles, ook sleutels vervangen."),
    ("ria", "Ria Smit", ["toezicht"], "Toezicht: ziet het logboek, en niets anders."),
    ("tim", "Tim Vos", [], "Werkt ergens anders: heeft hier geen rol."),
)
# Only who may process the citizen service number by law may have people log in by it.
_PRIVATE: Final = frozenset({"depauw", "zonneweide"})


def build(folder: Path, first_port: int, outsider: Path | None, clock: Clock, *, gives_pids: bool = False) -> Stage:
    """Make everything that the services need before they start. Raises DemoError.

    With `gives_pids` public bodies let people log in with a wallet too, and the stand-in for who gives a PID is there.
    """
    outsiders = _outsiders(outsider)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    (folder / MARK).touch()
    shutil.copytree(HERE / "debts", folder / "debts")
    state_as_of(folder / "debts", clock.now().replace(microsecond=0))
    root = SoftwareSigner.generate()
    (folder / "scheme.jwk").write_text(json.dumps(root.public_jwk.to_dict()))
    personas = _personas()
    agencies = {
        key: _agency(folder, key, first_port, takes_pids=gives_pids and key not in _PRIVATE) for key in AGENCY_KEYS
    }
    for settings in agencies.values():
        initialise_agency(settings)
    wallet = _wallet(folder, first_port, root)
    make_wallet_keys(wallet)
    verifier = _verifier(folder, first_port, root)
    initialise_verifier(verifier)
    stage = Stage(folder, first_port, agencies, wallet, verifier, personas, gives_pids)
    others = [*outsiders, _pid_provider(stage, clock)] if gives_pids else outsiders
    _write_site(stage, root, [*_participants(stage), *others], clock)
    _write_digid(stage)
    _write_employees(stage)
    _write_customers(stage)
    _write_workbench(stage)
    return stage


def _personas() -> dict[str, Persona]:
    read: dict[str, dict[str, Any]] = json.loads((HERE / "personas.json").read_text())
    return {
        key: Persona(key, person["name"], person["bsn"], person["name"].lower(), person["klantnummers"])
        for key, person in read.items()
    }


def _agency(folder: Path, key: str, first_port: int, *, takes_pids: bool) -> AgencySettings:
    shift = first_port - FIRST_PORT
    text = (HERE / "agencies" / f"{key}.toml").read_text()
    text = re.sub(r"localhost:(\d+)", lambda found: f"localhost:{int(found[1]) + shift}", text)
    text = re.sub(r"^port = (\d+)", lambda found: f"port = {int(found[1]) + shift}", text, flags=re.MULTILINE)
    # The committed files point into the checkout; on the stage everything lies side by side.
    text = text.replace("../../.state/", "../").replace(f'"../agencies/{key}"', f'"{key}"')
    path = folder / "agencies" / f"{key}.toml"
    path.parent.mkdir(exist_ok=True)
    wallet = f"http://localhost:{first_port + WALLET}"
    text += f'\n[[web_wallets]]\nname = "Blauwe Knop"\noffer_url = "{wallet}/aanbod"\n'
    text += f'request_url = "{wallet}/verzoek"\n\n[pid]\n' if takes_pids else ""
    path.write_text(text + _OPERATORS.format(url=f"http://localhost:{first_port + EMPLOYEES}", key=key))
    return load_agency(path)


def _pid_provider(stage: Stage, clock: Clock) -> Participant:
    """Make the keys of the stand-in for who gives people a PID, and return its entry."""
    folder, now = stage.folder / "pid", clock.now()
    folder.mkdir(mode=0o700)
    begin, end = now - timedelta(minutes=5), now + timedelta(days=30)
    authority = make_ca("Uitgever van persoonsgegevens (fictief) CA", not_before=begin, not_after=end)
    signer = SoftwareSigner.generate()
    signer.write(folder / "signer.pem")
    leaf = authority.issue_leaf(
        signer.public_jwk,
        uri=stage.pid_url,
        dns="localhost",
        common_name="Uitgever van persoonsgegevens (fictief)",
        organisation="Uitgever van persoonsgegevens (fictief)",
        oin=None,
        not_before=begin,
        not_after=end,
    )
    (folder / "chain.pem").write_text(to_pem(leaf))
    people = [{"username": each.username, "name": each.name, "bsn": each.bsn} for each in stage.personas.values()]
    configuration = {"url": stage.pid_url, "wallet": f"{stage.wallet.base_url}/aanbod", "people": people}
    (folder / "pid.json").write_text(json.dumps(configuration, indent=1))
    return Participant(
        identifier=stage.pid_url,
        name="Uitgever van persoonsgegevens (fictief)",
        roles=frozenset({Role.ISSUER}),
        anchors=(authority.der,),
        types=frozenset({PID_TYPE}),
        bsn=True,
    )


def _wallet(folder: Path, first_port: int, root: SoftwareSigner) -> WalletSettings:
    path = folder / "wallet.toml"
    path.write_text(f"""\
base_url = "http://localhost:{first_port + WALLET}"
port = {first_port + WALLET}
database = "sqlite:///{folder / "wallet.db"}"
client_id = "{_WALLET_CLIENT}"
unknown_issuers = "warn"
insecure_localhost = true

[provider]
keys = "wallet"

[errands]
key = "wallet/errands.key"

[trust]
list_url = "http://localhost:{first_port}/trust-list.jwt"
root = "{root.public_jwk.multikey}"
""")
    return load(path, WalletSettings)


def _verifier(folder: Path, first_port: int, root: SoftwareSigner) -> VerifierSettings:
    path = folder / "verifier.toml"
    path.write_text(f"""\
base_url = "http://localhost:{first_port + VERIFIER}"
port = {first_port + VERIFIER}
state = "verifier"
insecure_localhost = true
second_opinion = "always"

[organisation]
name = "Schuldhulp Tilburg (fictief)"
oin = "00000000900000021000"
contact = "schuldhulp@voorbeeld.example"

[trust]
list_url = "http://localhost:{first_port}/trust-list.jwt"
root = "{root.public_jwk.multikey}"
status_seconds = 0

[demo_login]
password = "schuldhulp"
counsellors = [
  {{ username = "anna", name = "Anna de Wit" }},
  {{ username = "bram", name = "Bram Yilmaz" }},
  {{ username = "carla", name = "Carla Visser", role = "team_lead" }},
  {{ username = "fatma", name = "Fatma Kaya", role = "administrator" }},
  {{ username = "els", name = "Els de Boer", role = "auditor" }},
]

[[api_clients]]
name = "zaaksysteem"
token_file = "verifier/api-token"

[[web_wallets]]
name = "Blauwe Knop"
request_url = "http://localhost:{first_port + WALLET}/verzoek"
""")
    return load_verifier(path)


def _participants(stage: Stage) -> list[Participant]:
    entries: list[dict[str, Any]] = [json.loads(describe_agency(settings)) for settings in stage.agencies.values()]
    entries.append(json.loads(describe_verifier(stage.verifier)))
    entries.append(
        {
            **json.loads(describe_wallet(stage.wallet)),
            "naam": "Blauwe Knop wallet",
        }
    )
    return [Participant.parse(entry) for entry in entries]


def _outsiders(file: Path | None) -> list[Participant]:
    """Read the caller's own participants: one, or a list of them. Raises DemoError."""
    if file is None:
        return []
    try:
        found = json.loads(file.read_bytes())
        return [Participant.parse(each) for each in (found if isinstance(found, list) else [found])]
    except OSError as error:
        raise DemoError(f"PARTICIPANT={file}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise DemoError(f"PARTICIPANT={file}: it cannot be read as JSON") from error
    except BlauweKnopError as error:
        raise DemoError(f"PARTICIPANT={file}: {error.detail}") from error


def _write_site(stage: Stage, root: SoftwareSigner, participants: list[Participant], clock: Clock) -> None:
    site = stage.folder / "site"
    site.mkdir()
    now = clock.now()
    try:
        jwt = issue(participants, root, issuer=stage.scheme_url, sequence=epoch(now), now=now)
    except TrustListRejected as error:
        # The demonstration's own participants are sound together, so it is the caller's that does not fit.
        raise DemoError(f"PARTICIPANT: the trust list cannot take it in: {error.detail}") from error
    (site / "trust-list.jwt").write_text(jwt)
    (site / "trust-list-root.jwk").write_text(json.dumps(root.public_jwk.to_dict()))
    _write_scheme_document(stage, participants, now)
    types = {type: type_metadata(type) for type in (OVERVIEW_TYPE, CASE_TYPE)}
    write_index(site, context_documents(), types)
    write_start(
        site,
        [
            (
                "De wallet",
                stage.wallet.base_url,
                "Voor Samira: al haar schulden ophalen met één knop, en ze delen.",
            ),
            (
                "De hulpverlener",
                stage.verifier.base_url,
                "Voor Anna (naam anna, wachtwoord schuldhulp): vragen om een overzicht, en zien wat bewezen is.",
            ),
            (
                "Een organisatie",
                stage.agencies["cjib"].base_url,
                "Het CJIB: uw schulden daar, met DigiD, zonder wallet.",
            ),
            *(
                [("Persoonsgegevens (PID)", stage.pid_url, "Een kaartje om bij een organisatie in te loggen.")]
                if stage.gives_pids
                else []
            ),
            (
                "Het beheer van een organisatie",
                stage.agencies["cjib"].base_url + "/beheer",
                "Voor medewerkers van het CJIB: wat is uitgegeven, wat ging er mis, en wie deed wat.",
            ),
            (
                "De werkbank",
                stage.workbench_url,
                "Voor makers: kaartjes in uw eigen wallet, een vraag eraan, en kaartjes als bestand.",
            ),
        ],
        [(each.agency.name, each.base_url) for each in stage.agencies.values()],
    )


def _write_scheme_document(stage: Stage, participants: list[Participant], now: datetime) -> None:
    authority = make_ca("Stelsel Blauwe Knop (fictief)", not_before=now, not_after=now + timedelta(days=365))
    signer = SoftwareSigner.generate()
    certificate = authority.issue_leaf(
        signer.public_jwk,
        uri=stage.scheme_url,
        dns="localhost",
        common_name="Stelseldocument",
        organisation="Stelsel Blauwe Knop (fictief)",
        oin=SCHEME_OIN,
        not_before=now,
        not_after=now + timedelta(days=90),
    )
    try:
        jws, _ = issue_scheme_document(
            participants, signer, (certificate,), (authority.der,), environment=ENVIRONMENT, now=now
        )
    except SchemeDocumentRejected as error:
        raise DemoError(f"PARTICIPANT: the scheme document cannot take it in: {error.detail}") from error
    # Not on the site: whoever could forge the document could forge a root that lies beside it.
    (stage.folder / "stelsel-root.pem").write_text(authority.pem)
    (stage.folder / "site" / SCHEME_DOCUMENT).write_text(jws)


def _write_digid(stage: Stage) -> None:
    clients = [
        {
            "client_id": settings.digid.client_id,
            "name": settings.agency.name,
            "redirect_uris": [f"{settings.base_url}/inloggen/terug"],
            "jwk": SoftwareSigner.from_file(settings.state / "digid.pem").public_jwk.to_dict(),
        }
        for settings in stage.agencies.values()
        if settings.digid is not None
    ]
    people = [
        {"username": person.username, "name": person.name, "bsn": person.bsn, "story": _STORIES.get(person.key, "")}
        for person in stage.personas.values()
    ]
    helped = stage.personas["P1"]
    people.append(
        {
            "username": "mentor",
            "name": "Fatma Yilmaz",
            "bsn": "999993653",
            "story": f"Mentor van {helped.name}, en kijkt namens haar. Gemeente Tilburg staat dat toe, anderen niet.",
            "acts_for": helped.username,
        }
    )
    configuration = {"issuer": stage.digid_url, "clients": clients, "people": people}
    (stage.folder / "digid.json").write_text(json.dumps(configuration, indent=1))


def _numbers(stage: Stage, person: Persona) -> dict[str, dict[str, str]]:
    return {key: person.known_to(settings) for key, settings in stage.agencies.items()}


def _write_workbench(stage: Stage) -> None:
    agencies = [
        {
            "key": key,
            "name": settings.agency.name,
            "url": settings.base_url,
            "token_file": str(settings.state / "api-token"),
            "configurations": {each.id: each.form.value for each in Offered(settings.securings).configurations},
        }
        for key, settings in stage.agencies.items()
    ]
    verifier = {
        "key": "verifier",
        "name": stage.verifier.organisation.name,
        "url": stage.verifier.base_url,
        "token_file": str(stage.verifier.api_clients[0].token_file),
        "configurations": {},
    }
    people = [
        {"key": person.username, "name": person.name, "known_as": _numbers(stage, person)}
        for person in stage.personas.values()
    ]
    configuration = {
        "url": stage.workbench_url,
        "wallet": stage.wallet.base_url,
        "trust_list": f"{stage.scheme_url}/trust-list.jwt",
        "agencies": agencies,
        "verifier": verifier,
        "people": people,
    }
    (stage.folder / "workbench.json").write_text(json.dumps(configuration, indent=1))


def _write_customers(stage: Stage) -> None:
    clients = [
        {
            "client_id": settings.customer_login.client_id,
            "name": settings.agency.name,
            "redirect_uris": [f"{settings.base_url}/inloggen/terug"],
            "jwk": SoftwareSigner.from_file(settings.state / "login.pem").public_jwk.to_dict(),
            "numbers": {each.username: each.customer_numbers[key] for each in stage.personas.values()},
        }
        for key, settings in stage.agencies.items()
        if settings.customer_login is not None
    ]
    people = [
        {"username": each.username, "name": each.name, "story": _STORIES.get(each.key, "")}
        for each in stage.personas.values()
    ]
    configuration = {"issuer": stage.customers_url, "clients": clients, "people": people}
    (stage.folder / "customers.json").write_text(json.dumps(configuration, indent=1))


def _write_employees(stage: Stage) -> None:
    clients = [
        {
            "client_id": key,
            "name": settings.agency.name,
            "redirect_uris": [f"{settings.base_url}/beheer/terug"],
            "jwk": SoftwareSigner.from_file(settings.state / "operators.pem").public_jwk.to_dict(),
        }
        for key, settings in stage.agencies.items()
    ]
    people = [
        {"username": username, "name": name, "roles": roles, "story": story}
        for username, name, roles, story in _EMPLOYEES
    ]
    configuration = {"issuer": stage.employees_url, "clients": clients, "people": people}
    (stage.folder / "employees.json").write_text(json.dumps(configuration, indent=1))
