"""An agency in this process, a citizen in a browser and a wallet, for tests of whole issuances.

The login provider is a fake: whoever is named in the answer has logged in. Everything else is the real thing.
"""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from starlette.testclient import TestClient

from credentials.clock import FixedClock
from credentials.debts.bsn import Bsn
from credentials.debts.fcid import FcidDocument, write_document
from credentials.encoding import JsonObject
from credentials.keys import SoftwareSigner
from credentials.openid.dpop import build_dpop_proof
from credentials.openid.offer import PRE_AUTHORIZED_CODE
from credentials.openid.pkce import code_challenge, code_verifier
from credentials.openid.proof import build_jwt_proof
from issuer.app.compose import Agency, build
from issuer.app.keys import initialise, load_keys
from issuer.ports import LoggedIn
from issuer.settings import AgencySection, AgencySettings, DigidSection, FcidSource, StatusSection
from service.errors import LoginCancelled
from service.oidc import LoginAttempt
from tests.debt_builders import CJIB, SAMIRA, demanded, imposed
from tests.migrated import begin_with_tables

URL = "http://localhost:8207"
NOW = datetime(2026, 11, 23, 12, 0, 30, tzinfo=UTC)
REDIRECT = "https://wallet.example/terug"
CLIENT = "https://wallet.example"
NOBODY = Bsn("111222333")


@dataclass(slots=True)
class FakeLogin:
    """A login provider at which everybody is believed."""

    attempts: dict[str, LoginAttempt] = field(default_factory=dict)

    def begin(self) -> tuple[str, LoginAttempt]:
        attempt = LoginAttempt(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(32))
        self.attempts[attempt.state] = attempt
        return f"https://digid.example/authorize?state={attempt.state}", attempt

    def finish(self, attempt: LoginAttempt, answer: Mapping[str, str]) -> LoggedIn:
        assert self.attempts[attempt.state] == attempt
        if "error" in answer:
            raise LoginCancelled
        return LoggedIn(Bsn(answer["code"]), "S. de Vries")


def a_person_file(folder: Path, document: FcidDocument, name: str = "samira.json") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(write_document(document))


def several_cases(count: int = 2) -> FcidDocument:
    """Samira's file with this many open cases."""
    from credentials.debts.fcid import DocumentCase
    from tests.debt_builders import AS_OF

    return FcidDocument(
        version="4.1.0",
        source_oin=CJIB.oin,
        created_at=AS_OF,
        person=SAMIRA,
        cases=tuple(
            DocumentCase(
                reference=f"ZAAK-{number}",
                balance_at=AS_OF,
                events=(
                    imposed(f"f{number}", 1000 * number, primary=True, type="cjib_wahv"),
                    demanded(f"b{number}", 1000 * number, 1, due=30),
                ),
            )
            for number in range(1, count + 1)
        ),
    )


def settings_for(folder: Path, **more: Any) -> AgencySettings:
    values: dict[str, Any] = {
        "base_url": URL,
        "port": 8207,
        "state": folder / "state",
        "insecure_localhost": True,
        "agency": AgencySection(
            oin=CJIB.oin, name=CJIB.name, abbreviation=CJIB.abbreviation, coverage=tuple(CJIB.coverage)
        ),
        "source": FcidSource(kind="fcid", directory=folder / "debts"),
        "digid": DigidSection(issuer="https://digid.example", client_id="cjib"),
        "status": StatusSection(ttl_seconds=60, superseded="at_once"),
    }
    return AgencySettings(**{**values, **more})


def an_agency(folder: Path, clock: FixedClock, document: FcidDocument | None = None, **more: Any) -> Agency:
    build_arguments = {
        name: more.pop(name)
        for name in ("reached", "login_provider", "employee_login", "directory", "http")
        if name in more
    }
    settings = settings_for(folder, **more)
    a_person_file(folder / "debts", document or several_cases())
    initialise(settings)
    begin_with_tables(settings.database_url, "issuer")
    # Certificates are made on the machine's clock; what the test's clock says is only for the rest.
    keys = load_keys(settings, datetime.now(UTC))
    build_arguments.setdefault("login_provider", FakeLogin())
    return build(settings, keys, clock=clock, with_jobs=False, **build_arguments)


@dataclass(slots=True)
class Wallet:
    """A wallet that talks to one agency."""

    http: TestClient
    clock: FixedClock
    dpop: SoftwareSigner | None = None
    url: str = URL
    token: str = ""
    granted: JsonObject = field(default_factory=dict)
    verifier: str = ""
    pushed: dict[str, str] = field(default_factory=dict)

    def take_offer(self, uri: str) -> JsonObject:
        (address,) = parse_qs(urlsplit(uri).query)["credential_offer_uri"]
        assert address.startswith(f"{self.url}/offers/")
        answer = self.http.get(address)
        assert answer.status_code == 200, answer.text
        assert answer.headers["cache-control"] == "no-store"
        offer: JsonObject = answer.json()
        return offer

    def redeem(self, code: str, tx_code: str | None = None, **more: str) -> Any:
        form = {"grant_type": PRE_AUTHORIZED_CODE, "pre-authorized_code": code, **more}
        if tx_code is not None:
            form["tx_code"] = tx_code
        return self._token(form)

    def redeem_login(self, code: str, **changed: str) -> Any:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "code_verifier": self.verifier,
            "redirect_uri": REDIRECT,
            "client_id": CLIENT,
        }
        return self._token({**form, **changed})

    def refresh(self, refresh_token: str, **changed: str | None) -> Any:
        """Come again with a refresh token, under the name that the login was for."""
        named = CLIENT if self.verifier else None
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token, "client_id": named, **changed}
        return self._token({name: value for name, value in form.items() if value is not None})

    def push(self, **changed: str | None) -> Any:
        self.verifier = code_verifier(secrets.token_bytes(32))
        form: dict[str, str | None] = {
            "response_type": "code",
            "client_id": CLIENT,
            "redirect_uri": REDIRECT,
            "code_challenge": code_challenge(self.verifier),
            "code_challenge_method": "S256",
            "state": "s" * 22,
            "scope": "overzicht_sdjwt",
        }
        self.pushed = {name: value for name, value in {**form, **changed}.items() if value is not None}
        return self.http.post("/oauth/par", data=self.pushed, headers=self.headers())

    def headers(self) -> dict[str, str]:
        """How this wallet authenticates at the authorization server: not at all."""
        return {}

    def nonce(self) -> str:
        answer = self.http.post("/nonce")
        assert answer.headers["cache-control"] == "no-store"
        return str(answer.json()["c_nonce"])

    def proofs(self, count: int = 1, *, nonce: str | None = None, **changed: Any) -> list[str]:
        value = nonce if nonce is not None else self.nonce()
        arguments: dict[str, Any] = {"audience": self.url, "nonce": value, "now": self.clock.now(), **changed}
        return [build_jwt_proof(SoftwareSigner.generate(), **arguments) for _ in range(count)]

    def ask(self, body: JsonObject, *, token: str | None = None, headers: Mapping[str, str] | None = None) -> Any:
        value = token if token is not None else self.token
        scheme = "DPoP" if self.dpop else "Bearer"
        sent = {"authorization": f"{scheme} {value}", **self._proof("/credential", value), **(headers or {})}
        return self.http.post("/credential", json=body, headers=sent)

    def credentials(self, configuration: str, count: int = 1, proofs: Sequence[str] | None = None) -> list[Any]:
        answer = self.ask(
            {"credential_configuration_id": configuration, "proofs": {"jwt": list(proofs or self.proofs(count))}}
        )
        assert answer.status_code == 200, answer.text
        assert answer.headers["cache-control"] == "no-store"
        return [each["credential"] for each in answer.json()["credentials"]]

    def by_identifier(self, identifier: str, count: int = 1) -> list[Any]:
        answer = self.ask({"credential_identifier": identifier, "proofs": {"jwt": self.proofs(count)}})
        assert answer.status_code == 200, answer.text
        return [each["credential"] for each in answer.json()["credentials"]]

    def _token(self, form: Mapping[str, str]) -> Any:
        answer = self.http.post(
            "/oauth/token", data=dict(form), headers={**self.headers(), **self._proof("/oauth/token")}
        )
        if answer.status_code == 200:
            self.granted = answer.json()
            self.token = str(self.granted["access_token"])
        return answer

    def _proof(self, path: str, token: str | None = None) -> dict[str, str]:
        if self.dpop is None:
            return {}
        proof = build_dpop_proof(
            self.dpop,
            method="POST",
            url=self.url + path,
            now=self.clock.now(),
            jti=secrets.token_urlsafe(16),
            access_token=token,
        )
        return {"dpop": proof}


@dataclass(slots=True)
class Scene:
    """One agency and everybody around it."""

    agency: Agency
    clock: FixedClock
    folder: Path

    @property
    def url(self) -> str:
        return self.agency.settings.base_url

    def http(self) -> TestClient:
        """A fresh client: no cookies of another."""
        return TestClient(self.agency.app, base_url=self.url, follow_redirects=False)

    def wallet(self, *, dpop: bool = False) -> Wallet:
        return Wallet(self.http(), self.clock, SoftwareSigner.generate() if dpop else None, self.url)

    def offer(self, *configurations: str, bsn: Bsn = SAMIRA, **more: Any) -> JsonObject:
        answer = self.api("aanbiedingen", {"bsn": bsn.reveal(), "configuraties": list(configurations), **more})
        assert answer.status_code == 201, answer.text
        made: JsonObject = answer.json()
        return made

    def api(self, resource: str, body: JsonObject | None = None) -> Any:
        token = self.agency.desk.api_token.reveal()
        return self.http().post(f"/api/v1/{resource}", json=body, headers={"authorization": f"Bearer {token}"})

    def offered_code(self, *configurations: str, bsn: Bsn = SAMIRA) -> str:
        """Make an offer and return its pre-authorized code."""
        offer = self.wallet().take_offer(str(self.offer(*configurations, bsn=bsn)["aanbodUri"]))
        return code_of(offer)

    def wallet_with_token(self, *configurations: str, bsn: Bsn = SAMIRA, dpop: bool = False) -> Wallet:
        wallet = self.wallet(dpop=dpop)
        answer = wallet.redeem(self.offered_code(*configurations, bsn=bsn))
        assert answer.status_code == 200, answer.text
        return wallet

    def restate(self, document: FcidDocument) -> None:
        """Change Samira's file in the register."""
        a_person_file(self.folder / "debts", replace(document))


def code_of(offer: JsonObject) -> str:
    grants: Any = offer["grants"]
    return str(grants[PRE_AUTHORIZED_CODE]["pre-authorized_code"])


def log_in(browser: TestClient, bsn: Bsn = SAMIRA, then: str = "/schulden") -> Any:
    """Log somebody in at the fake provider and return the answer that sends them on."""
    gone = browser.get("/inloggen", params={"naar": then})
    assert gone.status_code == 303, gone.text
    (state,) = parse_qs(urlsplit(gone.headers["location"]).query)["state"]
    back = browser.get("/inloggen/terug", params={"state": state, "code": bsn.reveal()})
    assert back.status_code == 303, back.text
    return back


def csrf_of(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None
    return found[1]
