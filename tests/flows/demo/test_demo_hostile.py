"""Hostile bodies at every door where something can be posted: refused, not repeated, and nothing has changed."""

import http.client
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.flows.demo.people import CaseSystem, Wallet
from tests.flows.demo.running import Demo

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("demo"), pytest.mark.timeout(240)]

MARK = "ECHO7f3a<script>"
# The trail of events, sessions of visitors, and notes of refused answers may grow.
GROWING = ("service_audit", "service_session", "service_kept", "verifier_attempt")
JSON, FORM = "application/json", "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Door:
    """Where something can be posted. `deaf` doors take no body, so nothing in one can be wrong."""

    party: str
    path: str
    media_type: str
    deaf: bool = False


DOORS = [
    Door("cjib", "/api/v1/aanbiedingen", JSON),
    Door("cjib", "/api/v1/intrekkingen", JSON),
    Door("cjib", "/api/v1/bronverversingen", JSON, deaf=True),
    Door("cjib", "/oauth/par", FORM),
    Door("cjib", "/oauth/token", FORM),
    Door("cjib", "/oauth/toestemming", FORM),
    Door("cjib", "/nonce", JSON, deaf=True),
    Door("cjib", "/credential", JSON),
    Door("cjib", "/schulden/bewijs", FORM),
    Door("cjib", "/wallet", FORM),
    Door("cjib", "/uitloggen", FORM),
    Door("verifier", "/api/v1/verificatieverzoeken", JSON),
    Door("verifier", "/api/v1/verificatieverzoeken/{id}/hercontroles", JSON),
    Door("verifier", "/vp/verzoeken/{request}", FORM),
    Door("verifier", "/vp/antwoorden/{response}", FORM),
    Door("verifier", "/inloggen", FORM),
    Door("verifier", "/uitloggen", FORM),
    Door("verifier", "/intakes", FORM),
    Door("verifier", "/intakes/1/vraag", FORM),
    Door("verifier", "/intakes/1/sluiten", FORM),
    Door("wallet", "/api/v1/wallets", JSON),
    Door("wallet", "/api/v1/sessies", JSON),
    Door("wallet", "/api/v1/ophalingen", JSON),
    Door("wallet", "/api/v1/aanbiedingen", JSON),
    Door("wallet", "/api/v1/verzoeken", JSON),
    Door("wallet", "/nieuw", FORM),
    Door("wallet", "/openen", FORM),
    Door("wallet", "/ophalen", FORM),
    Door("wallet", "/toevoegen", FORM),
    Door("wallet", "/sluiten", FORM),
    Door("digid", "/token", FORM),
    Door("digid", "/inloggen", FORM),
]

BODIES: dict[str, tuple[str | None, bytes]] = {
    "not a number": (JSON, f'{{"bsn": NaN, "x": "{MARK}"}}'.encode()),
    "infinity": (JSON, f'{{"configuraties": [1e999, Infinity], "{MARK}": 1}}'.encode()),
    "said twice": (JSON, f'{{"bsn": "{MARK}", "bsn": "999990007"}}'.encode()),
    "deep": (JSON, b"[" * 30_000),
    "deep objects": (JSON, b'{"a":' * 10_000 + b"1" + b"}" * 10_000),
    "no UTF-8": (JSON, b'{"bsn": "\xff\xfe' + MARK.encode() + b'"}'),
    "half a pair": (JSON, b'{"sjabloon": "\\ud800' + MARK.encode() + b'"}'),
    "a list": (JSON, f'["{MARK}"]'.encode()),
    "a text": (JSON, f'"{MARK}"'.encode()),
    "nothing": (JSON, b""),
    "null": (JSON, b"null"),
    "cut off": (JSON, f'{{"bsn": "{MARK}'.encode()),
    "a very long number": (JSON, b'{"bsn": ' + b"9" * 20_000 + b"}"),
    "wrong types": (JSON, json.dumps({"bsn": {"x": MARK}, "configuraties": {MARK: 1}, "proofs": [MARK]}).encode()),
    "another media type": ("text/xml", f"<x>{MARK}</x>".encode()),
    "no media type": (None, MARK.encode()),
    "a form": (FORM, f"grant_type={MARK}&response={MARK}&csrf_token={MARK}".encode()),
    "a form said twice": (FORM, f"grant_type=a&grant_type={MARK}".encode()),
    "a form without UTF-8": (FORM, b"grant_type=%ff%fe&vp_token=%ff" + MARK.encode()),
    "a form with nulls": (FORM, f"grant_type=%00{MARK}&state=%00".encode()),
    "many fields": (FORM, b"&".join(b"a%d=1" % number for number in range(5_000))),
    "an upload": ("multipart/form-data; boundary=x", f"--x\r\n\r\n{MARK}\r\n--x--".encode()),
    "too large": (JSON, b'{"x": "' + b"a" * 5_000_000 + b'"}'),
    "too large a form": (FORM, b"response=" + b"a" * 5_000_000),
}


@pytest.fixture(scope="module")
def filled(demo: Demo) -> dict[str, str]:
    """Paths of a question that is open."""
    desk = CaseSystem(demo)
    made = desk.make()
    link = desk.read(made)
    request_path = str(made["verzoekUri"]).rpartition("%2F")[2].partition("&")[0]
    return {"id": made["id"], "request": request_path, "response": link.response_uri.rpartition("/")[2]}


@pytest.fixture(scope="module")
def token(demo: Demo) -> str:
    """An access token of the CJIB: what comes after the token must hold too."""
    return Wallet(demo, "cjib").enter("overzicht_sdjwt", persona="P3").token


def base_of(demo: Demo, party: str) -> str:
    return str(demo.agency(party)["url"] if party == "cjib" else demo.report[party]["url"])


def headers_for(demo: Demo, door: Door, token: str) -> dict[str, str]:
    base = base_of(demo, door.party)
    if door.path == "/credential":
        return {"authorization": f"Bearer {token}"}
    if not door.path.startswith("/api/"):
        return {"origin": base, "sec-fetch-site": "same-origin"}
    known = {"cjib": demo.agency("cjib")["apiToken"], "verifier": demo.verifier["apiToken"], "wallet": "x" * 43}
    return {"authorization": f"Bearer {known[door.party]}"}


def post(url: str, body: bytes, headers: list[tuple[str, str]]) -> tuple[int, str, str]:
    """Post as a rude client does; return the status, the headers and the body. A hang-up counts as a refusal."""
    parts = urlsplit(url)
    with closing(http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)) as connection:
        connection.putrequest("POST", parts.path)
        for name, value in headers:
            connection.putheader(name, value)
        connection.putheader("content-length", str(len(body)))
        try:
            connection.endheaders()
            connection.send(body)
        except (BrokenPipeError, ConnectionResetError):
            pass  # The answer may stand ready: a server need not read all of what it refuses.
        try:
            answer = connection.getresponse()
            return answer.status, str(answer.headers), answer.read().decode("utf-8", "replace")
        except (ConnectionResetError, http.client.RemoteDisconnected):
            return 400, "", ""


def rows(demo: Demo) -> dict[str, int]:
    """Count what is on file, apart from what may grow."""
    counted = {}
    files = [
        demo.state / "agencies" / "cjib" / "issuer.db",
        demo.state / "wallet.db",
        demo.state / "verifier" / "verifier.db",
    ]
    for file in files:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
            tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            for table in tables:
                if table not in GROWING:
                    query = f"SELECT count(*) FROM {table}"  # names from the catalogue
                    (counted[f"{file.name}:{table}"],) = database.execute(query).fetchone()
    return counted


@pytest.fixture
def unchanged(demo: Demo, filled: dict[str, str], token: str) -> Iterator[None]:
    assert filled
    assert token
    before = rows(demo)
    yield
    assert rows(demo) == before


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.party + door.path)
def test_hostile_bodies_are_refused_without_an_echo(demo: Demo, door: Door, filled: dict[str, str], token: str) -> None:
    url = base_of(demo, door.party) + door.path.format(**filled)
    common = list(headers_for(demo, door, token).items())
    wrong: list[tuple[str, Any]] = []
    for name, (media_type, body) in BODIES.items():
        headers = [*common, *([("content-type", media_type)] if media_type else [])]
        status, said, text = post(url, body, headers)
        fine = 400 <= status < 500 or _harmless(door, status)
        if not fine or "ECHO7f3a" in said + text or "Traceback" in text:
            wrong.append((name, status))
    assert wrong == []


def _harmless(door: Door, status: int) -> bool:
    """Say whether an answer is good because nothing of the body was asked or read."""
    if door.deaf or door.path.endswith("/hercontroles"):
        return status in (200, 201)
    # An empty post of the request object's address is a wallet that has nothing to say of itself.
    if door.path.startswith("/vp/verzoeken/"):
        return status == 200
    # A page may send its visitor to the login.
    return status == 303 and not door.path.startswith("/api/")


@pytest.mark.parametrize("party", ["cjib", "verifier", "wallet", "digid", "scheme"])
def test_ten_thousand_headers_are_refused(demo: Demo, party: str) -> None:
    base = base_of(demo, party)
    status, _, text = post(f"{base}/nonce", b"{}", [(f"x-{number}", "y") for number in range(10_000)])
    assert 400 <= status < 500
    assert "Traceback" not in text
    assert demo.http.get(f"{base}/health/ready").status_code == 200


def test_an_open_question_is_still_open_after_all_that(demo: Demo, filled: dict[str, str]) -> None:
    found = CaseSystem(demo).look(filled)
    assert found["status"] == "open"
    assert "bewijzen" not in found
    assert MARK not in json.dumps(found)


def test_nothing_of_it_stands_in_a_log_and_nobody_fell_over(demo: Demo) -> None:
    for log in (demo.state / "logs").glob("*.log"):
        text = log.read_text(errors="replace")
        assert "ECHO7f3a" not in text, log.name
        assert "Traceback" not in text, log.name
        assert '"status": 500' not in text, log.name
