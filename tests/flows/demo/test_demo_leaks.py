"""What is left on disk: logs that tell nothing of anybody, and databases that a thief cannot read."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.flows.demo.people import CaseSystem, Wallet
from tests.flows.demo.running import Demo

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("demo"), pytest.mark.timeout(240)]


def words_of(value: object, name: str = "") -> Iterator[str]:
    """Go through the texts in a debt file that say something of one person."""
    match value:
        case dict():
            for key, item in value.items():
                yield from words_of(item, str(key))
        case list():
            for item in value:
                yield from words_of(item, name)
        case str() if name in (
            "bsn",
            "klantnummer",
            "zaakkenmerk",
            "beschikkingsnummer",
            "betalingskenmerk",
            "rekeningnummer",
        ):
            yield value
        case _:
            pass


def personal_words(demo: Demo) -> set[str]:
    """Return what names a person, a debt or a secret of this demonstration."""
    found = {str(person["bsn"]) for person in demo.report["personas"].values()}
    found |= {str(person["name"]) for person in demo.report["personas"].values()}
    for file in (demo.state / "debts").glob("*/*.json"):
        found |= set(words_of(json.loads(file.read_text())))
    found |= {str(each["apiToken"]) for each in demo.report["issuers"].values()}
    found |= {str(demo.verifier["apiToken"]), "schuldhulp1", "blauwe knop 2026", "2026-0042"}
    return {word for word in found if len(word) > 4}


def addresses(demo: Demo) -> set[str]:
    names = set()
    for file in (demo.state / "agencies").glob("*.toml"):
        names |= set(re.findall(r'^name = "([^"]+)"', file.read_text(), re.MULTILINE))
    urls = {str(each["url"]).removeprefix("http://") for each in demo.report["issuers"].values()}
    # Three letters turn up in any encrypted megabyte.
    return {each for each in names | urls if len(each) > 4}


def holding(text: str, words: set[str]) -> list[str]:
    # By number of letters only: a failing test must not become the leak.
    return [f"{word[:2]}… ({len(word)})" for word in sorted(words) if word in text]


def whole(*files: Path) -> str:
    """Read database files as a thief does: every byte, with what is not yet written back."""
    parts = [part for file in files for part in file.parent.glob(f"{file.name}*")]
    assert parts
    return "".join(part.read_bytes().decode("latin-1") for part in parts)


def test_no_log_names_a_person_a_debt_or_a_secret(demo: Demo) -> None:
    words = personal_words(demo)
    assert len(words) > 40
    logs = list((demo.state / "logs").glob("*.log"))
    assert len(logs) >= 5
    for log in logs:
        text = log.read_text(errors="replace")
        assert holding(text, words) == [], log.name
        # Nine digits in a row could be somebody's number, a JWT or a token is three or more parts of base64.
        assert re.findall(r"(?<![0-9a-f.])\d{9}(?![0-9a-f])", text) == [], log.name
        assert re.findall(r"eyJ[A-Za-z0-9_-]{10,}", text) == [], log.name
        assert re.findall(r"[?&](code|state|request_uri|issuer_state|token)=", text) == [], log.name


def test_the_wallets_log_does_not_tell_whom_somebody_owes(demo: Demo) -> None:
    text = (demo.state / "logs" / "wallet.log").read_text()
    assert holding(text, addresses(demo)) == []


def test_a_copy_of_the_wallets_database_reveals_no_agency_type_or_amount(demo: Demo) -> None:
    text = whole(demo.state / "wallet.db")
    assert len(text) > 100_000
    assert holding(text, addresses(demo) | personal_words(demo)) == []
    for word in ("urn:nl:blauweknop", "dc+sd-jwt", "BetaalverplichtingenOverzicht", "saldo", "zaakkenmerk", "PRIVATE"):
        assert word not in text
    for amount in ("299880", "461366", "161486", "27100", "100270", "93100"):
        assert not re.search(rf"(?<!\d){amount}(?!\d)", text)
    # Of records, only what finding and ageing them needs stands in the open.
    with closing(sqlite3.connect(f"file:{demo.state / 'wallet.db'}?mode=ro", uri=True)) as database:
        shelves = {name for (name,) in database.execute("SELECT DISTINCT shelf FROM wallet_record")}
        assert not any(port in str(shelves) for port in addresses(demo))


def test_no_issuer_keeps_a_citizen_service_number_in_the_clear(demo: Demo) -> None:
    people = {str(person["bsn"]) for person in demo.report["personas"].values()}
    people |= {number for person in demo.report["personas"].values() for number in person["klantnummers"].values()}
    names = {str(person["name"]) for person in demo.report["personas"].values()}
    for key in demo.report["issuers"]:
        text = whole(demo.state / "agencies" / key / "issuer.db")
        assert holding(text, people | names) == [], key
        assert "zaakkenmerk" not in text, key


@pytest.fixture
def shared(demo: Demo) -> dict[str, str]:
    """A question that was answered with Wim's cards."""
    desk = CaseSystem(demo)
    made = desk.make()
    request = desk.read(made)
    cards = Wallet(demo, "cjib").everything("overzicht_sdjwt", "zaak_sdjwt", persona="P3")
    token = desk.present(request, cards)
    assert desk.send(request, token).status_code == 200
    found = desk.look(made)
    assert found["bewijzen"]
    return {"id": made["id"], "presented": str(token["overzicht"][0]), "seen": json.dumps(found["bewijzen"])}


def test_the_verifier_keeps_answers_sealed_and_nothing_after_the_file_is_closed(
    demo: Demo, shared: dict[str, str]
) -> None:
    file = demo.state / "verifier" / "verifier.db"
    jwt, *rest = shared["presented"].split("~")
    telling = {jwt.split(".")[2][:40], rest[0][:30], rest[-1][-40:]}
    text = whole(file)
    assert holding(text, telling | personal_words(demo)) == []
    assert "saldo_totaal" not in text.replace('"saldo_totaal"', "")  # the question may name what it asks
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
        query = "SELECT count(*) FROM verifier_request WHERE id = ? AND answer IS NOT NULL"
        assert database.execute(query, (shared["id"],)).fetchone() == (1,)
        CaseSystem(demo).delete(shared)
        assert database.execute("SELECT count(*) FROM verifier_request WHERE id = ?", (shared["id"],)).fetchone() == (
            0,
        )
    left = {table: rows for table, rows in rows_about(file, shared["id"]).items() if rows}
    assert left in ({}, {"service_audit": left.get("service_audit")})


def rows_about(file: Path, id: str) -> dict[str, int]:
    """Count the rows that name a request, in every table."""
    found = {}
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            rows = database.execute(f"SELECT * FROM {table}").fetchall()  # names from the catalogue
            found[table] = sum(id in str(row) for row in rows)
    return found


def test_keys_and_secrets_are_for_their_owner_only(demo: Demo) -> None:
    for file in (each for each in demo.state.rglob("*") if each.is_file()):
        secret = file.suffix == ".key" or file.name == "api-token" or b"PRIVATE KEY" in file.read_bytes()
        assert not secret or file.stat().st_mode & 0o077 == 0, file.name
    assert demo.state.stat().st_mode & 0o077 == 0
