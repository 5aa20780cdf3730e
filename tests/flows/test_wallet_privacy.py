"""What a stranger learns: from a copy of the database nothing, from another's session nothing."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
import typer
from starlette.testclient import TestClient
from typer.testing import CliRunner

from credentials.clock import SystemClock
from credentials.verification import Bundle
from service.commands.verify import register
from tests.flows.wallet_kit import boxes, only, scan
from tests.wallet_world import PIN, SCHEME, WALLET, Citizen, Requester, WalletWorld, make_world


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("privacy")


@pytest.fixture(scope="module")
def world(folder: Path) -> Iterator[WalletWorld]:
    world = make_world(folder, "cjib", "duo")
    yield world
    world.close()


@pytest.fixture(scope="module")
def counsellor(world: WalletWorld) -> Requester:
    made = world.requester()
    world.service.usecases.requests._trust.renew()  # type: ignore[attr-defined]
    return made


@pytest.fixture(scope="module")
def samira(world: WalletWorld, counsellor: Requester) -> Citizen:
    """A wallet with cards, a running step at an agency, an open request and a receipt in it."""
    citizen = world.citizen()
    citizen.make_wallet()
    citizen.collect()
    page = scan(citizen, counsellor.ask(only()))
    citizen.post(page.url, page, besluit="delen", kaart=boxes(page.text))
    scan(citizen, counsellor.ask(only()))
    page = citizen.post("/ophalen", citizen.get("/ophalen/opnieuw"))
    citizen.http.get(str(page.refresh))
    return citizen


@pytest.fixture
def database(world: WalletWorld, folder: Path) -> Iterator[sqlite3.Connection]:
    del world  # it makes the database
    with closing(sqlite3.connect(folder / "wallet.db")) as connection:
        yield connection


def test_a_copy_of_the_database_tells_nothing(
    samira: Citizen, world: WalletWorld, folder: Path, database: sqlite3.Connection
) -> None:
    dump = "\n".join(database.iterdump())
    raw = b"".join(path.read_bytes() for path in folder.glob("wallet.db*"))
    # Values in the dump stand in hexadecimal, in which any short number is found by chance.
    raw += re.sub(r"X'[0-9A-Fa-f]+'", "", dump).encode()
    raw += b"".join(bytes.fromhex(found) for found in re.findall(r"X'([0-9A-Fa-f]+)'", dump))
    opened = world.service.usecases.wallets.open(samira.number, PIN)
    cards = world.service.usecases.show.cards(opened)
    assert cards
    secrets = {
        "an agency": ["Justitieel", "Uitvoering", "localhost:82", cards[0].agency.identifier],
        "a type": ["urn:nl:blauweknop", "overzicht", "zaak_sdjwt", "dc+sd-jwt"],
        "an amount": ["saldo", "27100,", "17221,"],
        "a requester": ["Schuldhulp", "localhost:8120"],
        "a key": [str(copy.private_jwk["d"]) for card in cards for copy in card.copies],
        "a credential": [str(copy.credential)[:40] for card in cards for copy in card.copies],
        "the wallet's own key": [opened.key.hex()],
        "the way in": [samira.number.replace(" ", ""), PIN, samira.token],
        "a step": ["code_verifier", "/terug"],
    }
    for what, values in secrets.items():
        for value in values:
            assert value.encode() not in raw, what
            assert value.encode().hex().encode() not in raw, what
    assert opened.key not in raw


def test_every_column_of_the_database_is_an_id_a_time_a_count_or_sealed(
    samira: Citizen, database: sqlite3.Connection
) -> None:
    del samira  # whose cards are in it
    columns = {
        (table, name)
        for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type='table' AND name LIKE 'wallet%'")
        for _, name, *_ in database.execute(f"PRAGMA table_info({table})")
    }
    assert columns == {
        ("wallet", "id"), ("wallet", "failures"), ("wallet", "blocked_until"),
        ("wallet_lock", "id"), ("wallet_lock", "wallet_id"), ("wallet_lock", "number"), ("wallet_lock", "kind"),
        ("wallet_lock", "tag"), ("wallet_lock", "salt"), ("wallet_lock", "method"), ("wallet_lock", "wrapped"),
        ("wallet_lock", "facts"), ("wallet_lock", "note"),
        ("wallet_challenge", "tag"), ("wallet_challenge", "expires_at"),
        ("wallet_record", "wallet_id"), ("wallet_record", "shelf"), ("wallet_record", "id"),
        ("wallet_record", "number"),
        ("wallet_record", "version"), ("wallet_record", "content"), ("wallet_record", "expires_at"),
        ("wallet_errand", "id"), ("wallet_errand", "sealed"), ("wallet_errand", "next_at"),
        ("wallet_errand", "busy_until"), ("wallet_errand", "expires_at"),
    }  # fmt: skip
    rows = database.execute("SELECT shelf, id, length(content) FROM wallet_record").fetchall()
    assert len(rows) >= 6
    for shelf, id, size in rows:
        assert re.fullmatch(r"[0-9a-f]{16}", shelf)
        assert re.fullmatch(r"[0-9a-f]{32}", id)
        assert (size - 29) & (size - 30) == 0, "a power of two, and the seal"


def test_two_wallets_with_the_same_things_look_different(world: WalletWorld, database: sqlite3.Connection) -> None:
    for _ in range(2):
        citizen = world.citizen()
        citizen.make_wallet()
        citizen.collect()
    shelves = database.execute("SELECT DISTINCT wallet_id, shelf FROM wallet_record").fetchall()
    assert len({shelf for _, shelf in shelves}) == len(shelves), "a shelf's name is another in each wallet"


READ = ("kaarten/{card}", "geschiedenis/{receipt}", "verzoeken/{request}", "aanbiedingen/{card}")
PAGES = ("/kaarten/{card}", "/schulden/{card}", "/gedeeld/{receipt}", "/verzoek/{request}", "/aanbod/{card}")


def _ids(samira: Citizen, counsellor: Requester) -> dict[str, str]:
    asked = samira.api("verzoeken", {"verzoek": counsellor.ask(only())}).json()
    card = next(each["id"] for each in samira.api("kaarten").json()["kaarten"] if each["soort"] == "zaak")
    receipt = samira.api("geschiedenis").json()["geschiedenis"][0]["id"]
    return {"card": card, "receipt": receipt, "request": asked["id"]}


def test_nothing_of_one_citizen_is_there_for_another(
    samira: Citizen, world: WalletWorld, counsellor: Requester
) -> None:
    ids = _ids(samira, counsellor)
    other = world.citizen()
    other.make_wallet()
    for path in READ:
        mine, theirs = samira.api(path.format(**ids)), other.api(path.format(**ids))
        assert theirs.status_code in (404, 409), path
        if mine.status_code == 200:
            assert mine.json() != theirs.json()
        assert "CJIB" not in theirs.text
    for path in PAGES:
        page = other.get(path.format(**ids))
        assert page.status in (404, 409), path
        assert "Justitieel" not in page.text
    for path, body in (
        (f"verzoeken/{ids['request']}/besluit", {"besluit": "delen"}),
        (f"verzoeken/{ids['request']}/besluit", {"besluit": "niet-delen"}),
        (f"aanbiedingen/{ids['card']}/acceptatie", {}),
    ):
        assert other.api(path, body).status_code in (404, 409)
    for path in (f"kaarten/{ids['card']}", f"geschiedenis/{ids['receipt']}"):
        assert other.api(path, method="DELETE").status_code == 404
        assert samira.api(path).status_code == 200, "and it is still there for its owner"
    for path in (f"/kaarten/{ids['card']}/verwijderen", f"/gedeeld/{ids['receipt']}/verwijderen"):
        assert other.post(path).status == 404
    assert samira.api(f"verzoeken/{ids['request']}").status_code == 200


def test_without_a_session_there_is_nothing(world: WalletWorld, samira: Citizen, counsellor: Requester) -> None:
    ids = _ids(samira, counsellor)
    nobody = TestClient(world.service.app, base_url=WALLET, follow_redirects=False)
    app = world.service.app
    for path in ("overzicht", "kaarten", "geschiedenis", "ophalingen/huidige", "overzicht/download", *READ):
        answer = nobody.get(f"/api/v1/{path.format(**ids)}")
        assert answer.status_code == 401, path
        assert answer.headers["content-type"] == "application/problem+json"
    for path in ("/overzicht", "/ophalen", "/toevoegen", "/gedeeld", "/instellingen", "/overzicht/downloaden", *PAGES):
        answer = nobody.get(path.format(**ids))
        assert (answer.status_code, answer.headers.get("location")) == (303, "/welkom?dicht=1"), path
    assert app is not None
    for token in ("", "x", "A" * 43, samira.token + "x"):
        assert samira.api("overzicht", token=token or "-").status_code == 401


@pytest.mark.parametrize(
    "path", ["/ophalen", "/overzicht/controleren", "/sluiten", "/instellingen/verwijderen", "/toevoegen"]
)
def test_a_form_from_elsewhere_changes_nothing(samira: Citizen, path: str) -> None:
    http = samira.http
    for data, headers in (
        ({}, {}),
        ({"csrf_token": "geraden"}, {}),
        ({"csrf_token": samira.get("/instellingen").csrf}, {"origin": "https://boef.example"}),
        ({"csrf_token": samira.get("/instellingen").csrf}, {"sec-fetch-site": "cross-site"}),
    ):
        answer = http.post(path, data={**data, "zeker": "ja"}, headers=headers)
        assert answer.status_code == 403, (path, data.keys(), headers)
    assert samira.api("overzicht").status_code == 200


def test_the_key_is_gone_when_the_session_ends(world: WalletWorld, folder: Path) -> None:
    citizen = world.citizen()
    citizen.make_wallet()
    token = citizen.token
    assert citizen.api("overzicht").status_code == 200
    citizen.post("/sluiten")
    assert citizen.api("overzicht", token=token).status_code == 401
    # Idle for a quarter of an hour ends it as well.
    other = world.citizen()
    other.make_wallet()
    world.clock.advance(timedelta(minutes=16))
    assert other.api("overzicht").status_code == 401
    world.clock.advance(-timedelta(minutes=16))


def test_a_thrown_away_wallet_leaves_no_row(world: WalletWorld, database: sqlite3.Connection) -> None:
    citizen = world.citizen()
    citizen.make_wallet()
    citizen.collect()
    counts = "SELECT (SELECT count(*) FROM wallet), (SELECT count(*) FROM wallet_record)"
    (wallets, records) = database.execute(counts).fetchone()
    page = citizen.post("/instellingen/verwijderen")
    assert page.status == 400, "only with the tick"
    page = citizen.post("/instellingen/verwijderen", zeker="ja")
    assert page.url.endswith("/welkom?weg=1")
    (fewer, left) = database.execute(counts).fetchone()
    assert (fewer, left) == (wallets - 1, records - 7), "four cards, two leaves to come again, one report"
    again = citizen.post("/openen", citizen.get("/openen"), nummer=citizen.number, pincode=PIN)
    assert again.status == 401


def test_a_session_in_another_browser_ends_with_the_wallet(world: WalletWorld) -> None:
    one, two = world.citizen(), world.citizen()
    one.make_wallet()
    two.post("/openen", two.get("/openen"), nummer=one.number, pincode=PIN)
    assert two.api("overzicht").status_code == 200
    one.post("/instellingen/verwijderen", zeker="ja")
    assert two.api("overzicht").status_code == 401
    assert two.get("/overzicht").url.endswith("/welkom?dicht=1")


def test_the_download_carries_each_agencys_proof(samira: Citizen, world: WalletWorld) -> None:
    page = samira.http.get("/overzicht/downloaden")
    assert "attachment" in page.headers["content-disposition"]
    bundle = Bundle.parse(json.loads(page.text))
    assert len(bundle.proofs) == 4
    verifier = world.service.usecases.show._proof._verifier  # type: ignore[attr-defined]
    from credentials.formats import Expectation

    for proof in bundle.proofs:
        expected = Expectation(world.clock.now(), holder_binding=False)
        assert verifier.examine(proof.content, expected, proof.format).proven
    assert '"d":' not in page.text, "no private key travels along"


def test_the_download_is_proven_by_the_command_line_alone(samira: Citizen, world: WalletWorld, tmp_path: Path) -> None:
    file, trust_list, root = tmp_path / "overzicht.json", tmp_path / "lijst.jwt", tmp_path / "root.jwk"
    file.write_text(samira.http.get("/overzicht/downloaden").text)
    trust_list.write_bytes(world.net.get(f"{SCHEME}/trust-list.jwt").body)
    root.write_text(json.dumps(world.root.public_jwk.to_dict()))
    statuses = tmp_path / "status"
    statuses.mkdir()
    manifest = {}
    for number, url in enumerate({url for url in world.net.asked if "/status/" in url}):
        (statuses / f"{number}").write_bytes(world.net.get(url, "application/statuslist+jwt").body)
        manifest[url] = str(number)
    (statuses / "manifest.json").write_text(json.dumps(manifest))
    app = typer.Typer()
    register(app)
    app.command("nothing")(lambda: None)
    arguments = [
        "--trust-list",
        trust_list,
        "--trust-root",
        root,
        "--status",
        statuses,
        "--at",
        world.clock.now().isoformat(),
    ]
    result = CliRunner().invoke(app, ["verify", str(file), "--json", *map(str, arguments)])
    assert result.exit_code == 0, result.output
    assert json.loads(result.output)["bewezen"] is True
    # One flipped character anywhere in a proof, and it is not.
    changed = json.loads(file.read_text())
    credential = changed["bewijzen"][0]["credential"]
    changed["bewijzen"][0]["credential"] = (
        f"{credential[:900]}{'A' if credential[900] != 'A' else 'B'}{credential[901:]}"
    )
    file.write_text(json.dumps(changed))
    result = CliRunner().invoke(app, ["verify", str(file), "--json", *map(str, arguments)])
    assert result.exit_code != 0


def test_logins_are_slowed_down_on_the_page_too(world: WalletWorld) -> None:
    citizen = world.citizen()
    citizen.make_wallet()
    number = citizen.number
    citizen.post("/sluiten")
    statuses = []
    for _ in range(7):
        page = citizen.post("/openen", citizen.get("/openen"), nummer=number, pincode="verkeerd1")
        statuses.append(page.status)
    assert statuses == [401] * 5 + [429] * 2
    assert "Wacht 30 seconden" in page.words


def test_the_interface_describes_itself(world: WalletWorld) -> None:
    http = TestClient(world.service.app, base_url=WALLET)
    document = http.get("/api/v1/openapi.json").json()
    assert "/overzicht" in document["paths"]
    assert http.get("/health/ready").json()["status"] == "ok"
    assert SystemClock().now() > world.clock.now() - timedelta(hours=1)
