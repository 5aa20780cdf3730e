"""Set the stage: keys, settings, debt files and the signed trust list of one demonstration, in a folder of its own.

Every run starts with an empty stage, so that no story depends on what an earlier one left behind. This loads every
party's code; the demonstration does it in a process of its own, which then ends.
"""

import json
import re
import shutil
from pathlib import Path
from typing import Any, Final

from credentials.clock import Clock, epoch
from credentials.debts.claims import CASE_TYPE, OVERVIEW_TYPE
from credentials.debts.types import CONTEXT_URL, context_document, type_metadata
from credentials.errors import BlauweKnopError
from credentials.keys import SoftwareSigner
from credentials.trust import Participant
from credentials.trust.trust_list import TrustListRejected, issue
from demo.books import state_as_of
from demo.processes import DemoError
from demo.scheme.app import write_index
from demo.stage import AGENCY_KEYS, FIRST_PORT, MARK, VERIFIER, WALLET, Persona, Stage
from issuer.app import describe as describe_agency
from issuer.app import initialise as initialise_agency
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
_WALLET_CLIENT: Final = "blauweknop-wallet"


def build(folder: Path, first_port: int, outsider: Path | None, clock: Clock) -> Stage:
    """Make everything that the services need before they start. Raises DemoError."""
    outsiders = _outsiders(outsider)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    (folder / MARK).touch()
    shutil.copytree(HERE / "debts", folder / "debts")
    state_as_of(folder / "debts", clock.now().replace(microsecond=0))
    root = SoftwareSigner.generate()
    (folder / "scheme.jwk").write_text(json.dumps(root.public_jwk.to_dict()))
    personas = _personas()
    agencies = {key: _agency(folder, key, first_port) for key in AGENCY_KEYS}
    for settings in agencies.values():
        initialise_agency(settings)
    wallet = _wallet(folder, first_port, root)
    make_wallet_keys(wallet)
    verifier = _verifier(folder, first_port, root)
    initialise_verifier(verifier)
    stage = Stage(folder, first_port, agencies, wallet, verifier, personas)
    _write_site(stage, root, [*_participants(stage), *outsiders], clock)
    _write_digid(stage)
    return stage


def _personas() -> dict[str, Persona]:
    read: dict[str, dict[str, Any]] = json.loads((HERE / "personas.json").read_text())
    return {key: Persona(key, person["name"], person["bsn"], person["name"].lower()) for key, person in read.items()}


def _agency(folder: Path, key: str, first_port: int) -> AgencySettings:
    shift = first_port - FIRST_PORT
    text = (HERE / "agencies" / f"{key}.toml").read_text()
    text = re.sub(r"localhost:(\d+)", lambda found: f"localhost:{int(found[1]) + shift}", text)
    text = re.sub(r"^port = (\d+)", lambda found: f"port = {int(found[1]) + shift}", text, flags=re.MULTILINE)
    # The committed files point into the checkout; on the stage everything lies side by side.
    text = text.replace("../../.state/", "../").replace(f'"../agencies/{key}"', f'"{key}"')
    path = folder / "agencies" / f"{key}.toml"
    path.parent.mkdir(exist_ok=True)
    address = f"http://localhost:{first_port + WALLET}/aanbod"
    path.write_text(f'{text}\n[[web_wallets]]\nname = "Blauwe Knop"\noffer_url = "{address}"\n')
    return load_agency(path)


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
    types = {type: type_metadata(type) for type in (OVERVIEW_TYPE, CASE_TYPE)}
    write_index(site, {CONTEXT_URL: context_document()}, types)


def _write_digid(stage: Stage) -> None:
    clients = [
        {
            "client_id": settings.digid.client_id,
            "name": settings.agency.name,
            "redirect_uris": [f"{settings.base_url}/inloggen/terug"],
            "jwk": SoftwareSigner.from_file(settings.state / "digid.pem").public_jwk.to_dict(),
        }
        for settings in stage.agencies.values()
    ]
    people = [
        {"username": person.username, "name": person.name, "bsn": person.bsn, "story": _STORIES.get(person.key, "")}
        for person in stage.personas.values()
    ]
    configuration = {"issuer": stage.digid_url, "clients": clients, "people": people}
    (stage.folder / "digid.json").write_text(json.dumps(configuration, indent=1))
