"""A citizen with many debts at one agency, and a counsellor beside the wallet, all in this process."""

import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from starlette.testclient import TestClient

from credentials.trust import Participant
from issuer.domain.configurations import DEFAULT_SECURINGS, Securing
from tests.debt_builders import DEMO
from tests.verifier_world import make_settings
from tests.wallet_world import Citizen, WalletWorld, make_world
from verifier.app import VerifierService, create, describe, initialise
from verifier.settings import LimitsSection

OWNER = "anna"
COUNSELLOR = "http://localhost:8120"


def write_debts(folder: Path, count: int, *, key: str = "cjib", who: str = "samira") -> None:
    """Give one person so many open cases in an agency's register, each a copy of a true one."""
    document = json.loads((DEMO / key / f"{who}.json").read_text())
    (case,) = document["body"]["financiele_zaken"][:1]
    text = json.dumps(case)
    old = case["zaakkenmerk"]
    cases = [json.loads(text.replace(old, f"CJIB-2023-{number:04d}-1003")) for number in range(count)]
    document["body"]["financiele_zaken"] = cases
    (folder / key / "debts" / f"{who}.json").write_text(json.dumps(document))


@dataclass
class Office:
    """A wallet's world with a counsellor in it."""

    world: WalletWorld
    counsellor: VerifierService
    citizen: Citizen

    def close(self) -> None:
        self.world.close()
        self.counsellor.database.close()


def an_office(
    folder: Path,
    count: int,
    *,
    securing: tuple[Securing, ...] = DEFAULT_SECURINGS,
    copies: int = 1,
    response_mode: str = "direct_post.jwt",
    **limits: int,
) -> Office:
    """Set up an agency where Samira has so many debts, her wallet, and a counsellor with these limits."""
    world = make_world(folder, "cjib", copies=copies, securings={"cjib": securing})
    write_debts(folder, count)
    return office_in(world, response_mode=response_mode, **limits)


def office_in(world: WalletWorld, *, response_mode: str = "direct_post.jwt", **limits: int) -> Office:
    """Set up a citizen and a counsellor in a world of agencies."""
    folder = world.folder
    settings = make_settings(folder, world.root.public_jwk)
    settings = settings.model_copy(
        update={
            "limits": LimitsSection(**{**settings.limits.model_dump(), **limits}),
            "response_mode": response_mode,
        }
    )
    for name in ("api-token", "other-token"):
        settings.state.mkdir(exist_ok=True)
        (settings.state / name).write_text(secrets.token_urlsafe(32))
        (settings.state / name).chmod(0o600)
    initialise(settings)
    world.trust(Participant.parse(json.loads(describe(settings))))
    service = create(settings, clock=world.clock, http=world.net)  # type: ignore[arg-type]
    world.net.apps["localhost:8120"] = TestClient(service.app, base_url=COUNSELLOR)
    citizen = world.citizen()
    citizen.make_wallet()
    return Office(world, service, citizen)
