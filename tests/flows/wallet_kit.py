"""What stories about a wallet have in common: what is offered, asked, scanned and ticked, and who sits in between."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl

import pytest
from starlette.testclient import TestClient

from credentials.encoding import JsonObject, json_compact, json_object
from credentials.trust import Participant
from service.errors import Unreachable
from service.http import JSON, Answer
from tests.debt_builders import SAMIRA
from tests.wallet_world import PIN, Citizen, Page, WalletWorld

OVERVIEW = "urn:nl:blauweknop:overzicht:1"
CASE = "urn:nl:blauweknop:zaak:1"
ISSUER_METADATA = "/.well-known/openid-credential-issuer"


class Between:
    """Whoever sits between wallet and agencies: sees each request, and may change metadata and answers."""

    def __init__(self, world: WalletWorld, monkeypatch: pytest.MonkeyPatch) -> None:
        self.metadata: Callable[[JsonObject], JsonObject] = lambda document: document
        self._send = world.net._exchange
        monkeypatch.setattr(world.net, "_exchange", self)

    def __call__(self, method: str, url: str, headers: Mapping[str, str], content: bytes) -> Answer:
        if not url.endswith(ISSUER_METADATA):
            return self.pass_on(method, url, headers, content)
        # Only what is not signed can be changed on the way.
        answer = self._send(method, url, {**headers, "accept": JSON}, content)
        body = json_compact(self.metadata(json_object(answer.body, max_bytes=1 << 20)))
        return Answer(answer.status, answer.headers, body)

    def pass_on(self, method: str, url: str, headers: Mapping[str, str], content: bytes) -> Answer:
        """Send a request to where it must go, or do something else."""
        return self._send(method, url, headers, content)


def an_offer(world: WalletWorld, *configurations: str, **more: Any) -> dict[str, Any]:
    """Have the CJIB offer Samira's cards."""
    agency = world.agencies["cjib"]
    body = {"bsn": SAMIRA.reveal(), "configuraties": list(configurations or ("overzicht_sdjwt", "zaak_sdjwt")), **more}
    headers = {"authorization": f"Bearer {agency.desk.api_token.reveal()}"}
    answer = TestClient(agency.app, base_url=world.url("cjib")).post("/api/v1/aanbiedingen", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def a_query(*claims: list[str], type: str = OVERVIEW, id: str = "overzicht") -> dict[str, object]:
    """One query for a card."""
    asked = [{"path": path} for path in claims or (["saldo_totaal"],)]
    return {
        "id": id,
        "format": "dc+sd-jwt",
        "multiple": True,
        "meta": {"vct_values": [type]},
        "claims": asked,
    }


def only(*claims: list[str]) -> dict[str, object]:
    """Ask for the overview alone."""
    return {"credentials": [a_query(*claims)]}


def publish(world: WalletWorld, participants: list[Participant]) -> None:
    """Make a trust list of just these, and have the wallet read it."""
    world.participants = participants
    world.sequence += 1
    world.publish()
    world.service.usecases.requests._trust.renew()  # type: ignore[attr-defined]


def scan(samira: Citizen, link: str, **fields: str) -> Page:
    """Scan a QR code, or paste what is in it."""
    return samira.post("/toevoegen", samira.get("/toevoegen"), link=link, **fields)


def boxes(text: str, *, checked: bool = True) -> list[str]:
    """What is ticked on a page about sharing; without `checked`, what is not."""
    found = re.findall(r'<input type="checkbox" name="kaart" value="([^"]+)"( checked)?>', text)
    return [value for value, mark in found if bool(mark) is checked]


def cards(samira: Citizen) -> list[Any]:
    """The cards in the wallet, as its own API tells of them."""
    found: list[Any] = samira.api("kaarten").json()["kaarten"]
    return found


ASKED = ("/credential", "/deferred")
# After so long an agency that was not ready wants to be asked again.
MINUTE = timedelta(seconds=61)


class Register(Between):
    """The register of the CJIB, which is away from the moment at which it gave a token; and all that is asked of it."""

    def __init__(self, world: WalletWorld, monkeypatch: pytest.MonkeyPatch, *, leaves: bool = False) -> None:
        super().__init__(world, monkeypatch)
        self.clock = world.clock
        self.folder = world.folder / "cjib" / "debts"
        self.hidden = world.folder / "cjib" / "away"
        self.leaves = leaves
        self.asked: list[str] = []
        self.grants: list[str] = []
        self.told: list[str] = []
        self.instead: Callable[[], Answer] | None = None
        self.again: Callable[[], Answer] = lambda: Answer(500, {}, b"")

    def pass_on(self, method: str, url: str, headers: Mapping[str, str], content: bytes) -> Answer:
        path = url.removeprefix("http://localhost:8201")
        if path == "/notification":
            self.told.append(json.loads(content)["event"])
        if path in ASKED:
            self.asked.append(path)
            self.again = lambda: super(Register, self).pass_on(method, url, headers, content)
            if path == "/deferred" and self.instead is not None:
                return self.instead()
        if path == "/oauth/token":
            self.grants.append(dict(parse_qsl(content.decode()))["grant_type"])
        answer = super().pass_on(method, url, headers, content)
        if path == "/oauth/token" and self.leaves:
            self.go()
        return answer

    def go(self) -> None:
        self.folder.rename(self.hidden)
        self.leaves = False

    def come_back(self) -> None:
        self.hidden.rename(self.folder)

    def keep_waiting(self, samira: Citizen) -> None:
        """Let Samira collect in vain, and be back when it may be asked again."""
        samira.collect()
        self.come_back()
        self.clock.advance(MINUTE)


def outcomes(samira: Citizen) -> dict[str, str]:
    return {each["naam"]: each["status"] for each in samira.api("ophalingen/huidige").json()["uitgevers"]}


def look(samira: Citizen) -> Page:
    """Come back to the page, and follow where it leads."""
    return samira.follow(samira.get("/ophalen"))


def opened_again(world: WalletWorld, samira: Citizen) -> Citizen:
    """The same wallet in another browser, later."""
    again = world.citizen()
    again.number = samira.number
    again.post("/openen", again.get("/openen"), nummer=samira.number, pincode=PIN)
    return again


def down() -> Answer:
    raise Unreachable


def of_error(error: str, status: int = 400) -> Callable[[], Answer]:
    return lambda: Answer(
        status, MappingProxyType({"content-type": "application/json"}), json_compact({"error": error})
    )
