"""Who come to the demonstration's doors over HTTP: a wallet of another maker, and a case system."""

import re
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2

from credentials.clock import SystemClock
from credentials.encoding import JsonObject
from credentials.formats import Credential, FormatRegistry
from credentials.keys import SoftwareSigner
from credentials.openid.offer import PRE_AUTHORIZED_CODE
from credentials.openid.proof import build_jwt_proof
from credentials.openid.request_link import RequestUriPost, VerifiedRequest, parse_request_link
from credentials.openid.request_object import UnverifiedRequest, verify_request
from credentials.openid.vp_request import PresentationRequest
from credentials.openid.vp_response import build_response
from tests.flows.demo.running import Demo
from verifier.app import formats

CLOCK = SystemClock()
FORMATS: FormatRegistry = formats()
_TOTALS = ("saldo", "verplicht", "vereffend", "achterstand", "openZaken")
NOTHING_OPEN = {**dict.fromkeys(_TOTALS, 0), "tenMinste": []}
"""The totals where it is proven that there are no debts."""
NOTHING_KNOWN = {**dict.fromkeys(_TOTALS), "tenMinste": []}
"""The totals of an answer of which nothing counts: how much is owed is not known."""
_ISSUER_SIGNED = re.compile(r"^[^.]+\.[^.]+\.[^.]+$")


@dataclass(frozen=True)
class Card:
    """A credential with the key that it is bound to."""

    credential: Credential
    holder: SoftwareSigner
    format: str

    @property
    def type(self) -> str:
        return FORMATS[self.format].inspect(self.credential).type

    def issuer_jwt(self) -> str:
        assert isinstance(self.credential, str)
        return self.credential.partition("~")[0]


@dataclass
class Wallet:
    """A wallet that takes offers of one agency."""

    demo: Demo
    key: str
    token: str = ""
    granted: dict[str, Any] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return str(self.demo.agency(self.key)["url"])

    @property
    def http(self) -> httpx2.Client:
        return self.demo.http

    def offer(self, *configurations: str, persona: str | None = "P1", bsn: str = "", **more: object) -> dict[str, Any]:
        who = {"bsn": bsn} if bsn else self.demo.known_as(self.key, persona or "")
        body = {**who, "configuraties": list(configurations), **more}
        answer = self.demo.api(self.key, "aanbiedingen", body)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def take(self, made: Mapping[str, Any]) -> dict[str, Any]:
        (address,) = parse_qs(urlsplit(str(made["aanbodUri"])).query)["credential_offer_uri"]
        answer = self.http.get(address)
        assert answer.status_code == 200, answer.text
        offer: dict[str, Any] = answer.json()
        assert offer["credential_issuer"] == self.url
        return offer

    def redeem(self, offer: Mapping[str, Any], tx_code: str | None = None) -> httpx2.Response:
        code = offer["grants"][PRE_AUTHORIZED_CODE]["pre-authorized_code"]
        form = {"grant_type": PRE_AUTHORIZED_CODE, "pre-authorized_code": code}
        if tx_code is not None:
            form["tx_code"] = tx_code
        answer = self.http.post(f"{self.url}/oauth/token", data=form)
        if answer.status_code == 200:
            self.granted = answer.json()
            self.token = self.granted["access_token"]
        return answer

    def enter(self, *configurations: str, **how: Any) -> "Wallet":
        """Take an offer of these configurations and get a token for it."""
        answer = self.redeem(self.take(self.offer(*configurations, **how)))
        assert answer.status_code == 200, answer.text
        return self

    def identifiers(self, configuration: str) -> list[str]:
        details = self.granted.get("authorization_details", [])
        return [each for one in details if one["credential_configuration_id"] == configuration
                for each in one["credential_identifiers"]]  # fmt: skip

    def ask(self, wanted: Mapping[str, object], holders: Sequence[SoftwareSigner]) -> httpx2.Response:
        nonce = self.http.post(f"{self.url}/nonce").json()["c_nonce"]
        proofs = [build_jwt_proof(each, audience=self.url, nonce=nonce, now=CLOCK.now()) for each in holders]
        return self.http.post(
            f"{self.url}/credential",
            json={**wanted, "proofs": {"jwt": proofs}},
            headers={"authorization": f"Bearer {self.token}"},
        )

    def cards(self, count: int = 1, **wanted: object) -> list[Card]:
        """Fetch copies by `credential_configuration_id` or `credential_identifier`."""
        holders = [SoftwareSigner.generate() for _ in range(count)]
        answer = self.ask(wanted, holders)
        assert answer.status_code == 200, answer.text
        found = [each["credential"] for each in answer.json()["credentials"]]
        return [Card(each, holder, "dc+sd-jwt" if isinstance(each, str) else "ldp_vc")
                for each, holder in zip(found, holders, strict=True)]  # fmt: skip

    def everything(self, *configurations: str, **how: Any) -> list[Card]:
        """Fetch one copy of all that these configurations come to."""
        self.enter(*configurations, **how)
        cards: list[Card] = []
        for each in configurations:
            names = self.identifiers(each)
            wanted: list[dict[str, object]] = (
                [{"credential_identifier": name} for name in names]
                if "authorization_details" in self.granted
                else [{"credential_configuration_id": each}]
            )
            for one in wanted:
                cards += self.cards(**one)
        return cards


@dataclass
class CaseSystem:
    """A case system at the verifier, and the wallets that answer it."""

    demo: Demo

    @property
    def http(self) -> httpx2.Client:
        return self.demo.http

    @property
    def root(self) -> str:
        return f"{self.demo.verifier['url']}/api/v1/verificatieverzoeken"

    @property
    def authorisation(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.demo.verifier['apiToken']}"}

    def make(self, **body: object) -> dict[str, Any]:
        answer = self.http.post(self.root, json=body or {"sjabloon": "intake"}, headers=self.authorisation)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def look(self, made: Mapping[str, Any]) -> dict[str, Any]:
        answer = self.http.get(f"{self.root}/{made['id']}", headers=self.authorisation)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def check_again(self, made: Mapping[str, Any]) -> dict[str, Any]:
        answer = self.http.post(f"{self.root}/{made['id']}/hercontroles", headers=self.authorisation)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def delete(self, made: Mapping[str, Any]) -> None:
        answer = self.http.delete(f"{self.root}/{made['id']}", headers=self.authorisation)
        assert answer.status_code == 204, answer.text

    def read(self, made: Mapping[str, Any]) -> PresentationRequest:
        """Read a request as a wallet does that says which formats it takes."""
        link = parse_request_link(str(made["verzoekUri"]), insecure_localhost=True)
        if isinstance(link, VerifiedRequest):
            return link.request
        takes: JsonObject = {"vp_formats_supported": {each: {} for each in ("dc+sd-jwt", "ldp_vc")}}
        answer = self.http.post(link.request_uri, data=RequestUriPost(None, takes).to_form())
        assert answer.status_code == 200, answer.text
        parsed = UnverifiedRequest.parse(answer.text)
        found = verify_request(parsed, client_id=link.client_id, now=CLOCK.now(), insecure_localhost=True)
        return found.request

    def present(
        self, request: PresentationRequest, cards: Sequence[Card], *, nonce: str | None = None,
        audience: str | None = None, holder: SoftwareSigner | None = None,
    ) -> dict[str, list[Credential]]:  # fmt: skip
        """Make a vp_token: each card under the query that its type and format answer, with what that asks."""
        token: dict[str, list[Credential]] = {}
        for card in cards:
            query = next(
                each for each in request.dcql.credentials
                if each.format == card.format and any(card.type in types for types in each.types)
            )  # fmt: skip
            names = set(FORMATS[card.format].inspect(card.credential).claims)
            paths = [each.path for each in query.claims if each.path[0] in names]
            token.setdefault(query.id, []).append(
                FORMATS[card.format].present(
                    card.credential, paths, holder or card.holder, now=CLOCK.now(),
                    audience=audience or request.client_id.full, nonce=nonce or request.nonce,
                )
            )  # fmt: skip
        return token

    def send(self, request: PresentationRequest, token: Mapping[str, Sequence[Credential]]) -> httpx2.Response:
        return self.http.post(request.response_uri, data=build_response(request, token))

    def judge(self, cards: Sequence[Card], **body: object) -> dict[str, Any]:
        """Ask, let these cards answer, and return what the case system then reads."""
        made = self.make(**body)
        request = self.read(made)
        answer = self.send(request, self.present(request, cards))
        assert (answer.status_code, answer.json()) == (200, {}), answer.text
        return self.look(made)


def check(proof: Mapping[str, Any], name: str) -> tuple[str, str]:
    """Return the outcome and code of one check, which must have words."""
    (found,) = [each for each in proof["controles"] if each["naam"] == name]
    assert found["uitleg"]
    return found["uitkomst"], found["code"]


def nothing_counts(found: Mapping[str, Any]) -> None:
    """Demand that an answer proves nothing."""
    assert found["status"] == "beantwoord"
    assert found["bewijzen"]
    assert not any(each["bewezen"] for each in found["bewijzen"])
    assert all(each["gegevens"] == {} for each in found["bewijzen"])
    assert found["totalen"] == NOTHING_KNOWN
    assert found["volledig"] is False


def eventually(what: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


def secret_name() -> str:
    return secrets.token_hex(6)


def as_json(value: object) -> JsonObject:
    assert isinstance(value, dict)
    return value
