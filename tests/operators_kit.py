"""An agency with a desk, and somebody of the agency in a browser.

The login provider is a fake, at which everybody is believed; that of `tests/unit/issuer/test_issuer_operators.py` lies.
"""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from starlette.testclient import TestClient

from credentials.clock import FixedClock
from issuer.app.compose import build
from issuer.app.keys import initialise, load_keys
from issuer.domain.operators import Employee, Role
from issuer.settings import AgencySettings, OperatorRoles, OperatorsSection, load_agency
from service.errors import LoginCancelled
from service.oidc import LoginAttempt
from tests.debt_builders import ROOT
from tests.flows.issuance_kit import FakeLogin, Scene, an_agency, csrf_of
from tests.migrated import begin_with_tables

SECTION = OperatorsSection(
    issuer="https://login.agency.example",
    client_id="desk",
    roles=OperatorRoles(operator=("desk",), administrator=("chief",), auditor=("audit",)),
)


@dataclass(slots=True)
class FakeEmployees:
    """A login provider at which everybody is believed: the code is who, a slash, and in which roles."""

    issuer: str = SECTION.issuer
    attempts: dict[str, LoginAttempt] = field(default_factory=dict)

    def begin(self) -> tuple[str, LoginAttempt]:
        attempt = LoginAttempt(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(32))
        self.attempts[attempt.state] = attempt
        return f"{self.issuer}/authorize?state={attempt.state}", attempt

    def finish(self, attempt: LoginAttempt, answer: Mapping[str, str]) -> Employee:
        assert self.attempts[attempt.state] == attempt
        if "error" in answer:
            raise LoginCancelled
        who, _, roles = answer["code"].partition("/")
        return Employee(who, frozenset(Role(each) for each in roles.split()), "Eva Bakker")


def a_desk(folder: Any, clock: FixedClock, **more: Any) -> Scene:
    more = {"operators": SECTION, "employee_login": FakeEmployees(), **more}
    return Scene(an_agency(folder, clock, **more), clock, folder)


def sit_down(browser: TestClient, *roles: Role, who: str = "eva") -> Any:
    """Log somebody in at the desk and return the answer that sends them on."""
    gone = browser.get("/beheer/inloggen/verder")
    assert gone.status_code == 303, gone.text
    (state,) = parse_qs(urlsplit(gone.headers["location"]).query)["state"]
    return browser.get("/beheer/terug", params={"state": state, "code": f"{who}/{' '.join(roles)}"})


def at_the_desk(scene: Scene, *roles: Role) -> TestClient:
    browser = scene.http()
    assert sit_down(browser, *roles).status_code == 303
    return browser


def press(browser: TestClient, page: str, action: str, **fields: str) -> Any:
    """Send a form of a page."""
    token = csrf_of(browser.get(page).text)
    return browser.post(action, data={"csrf_token": token, **fields})


def importing(folder: Path, **more: Any) -> AgencySettings:
    """The example of the documentation, as an agency that imports its file at a desk."""
    folder.mkdir(parents=True, exist_ok=True)
    text = (ROOT / "docs" / "examples" / "agency-csv.toml").read_text()
    lines = [line for line in text.splitlines() if not line.startswith("file =")]
    file = folder / "agency.toml"
    file.write_text("\n".join(lines).replace('kind = "csv"', 'kind = "import"'))
    return load_agency(file).model_copy(update={"operators": SECTION, **more})


def an_importing_agency(folder: Path, clock: FixedClock, **more: Any) -> Scene:
    settings = importing(folder, **more)
    initialise(settings)
    begin_with_tables(settings.database_url, "issuer")
    keys = load_keys(settings, datetime.now(UTC))
    made = build(
        settings, keys, clock=clock, login_provider=FakeLogin(), employee_login=FakeEmployees(), with_jobs=False
    )
    return Scene(made, clock, folder)


def claims() -> bytes:
    """The example's file: two people with a case each."""
    return (ROOT / "docs" / "examples" / "claims.csv").read_bytes()


def upload_to(browser: TestClient) -> str:
    """The address that the page of the register gives for a file."""
    found = re.search(r'action="([^"]*/bron/inlezen/[^"]+)"', browser.get("/beheer/bron").text)
    assert found is not None
    return found[1]


def send_file(
    browser: TestClient, content: bytes, *, name: str = "claims.csv", to: str | None = None, **fields: str
) -> Any:
    """Send a file by the form of the page, made this morning."""
    page = browser.get("/beheer/bron").text
    data = {"csrf_token": csrf_of(page), "moment": "2026-11-23T06:00", "deel": "all", **fields}
    return browser.post(to or upload_to(browser), data=data, files={"bestand": (name, content)})
