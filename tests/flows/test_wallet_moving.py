"""A whole wallet as one file: all that lasts comes along, nobody else reads it; it goes back whole or not at all."""

import base64
import re
from collections.abc import Iterator
from typing import Any

import pytest

from service.sealing import seal, unseal
from tests.flows.wallet_kit import boxes, only, scan
from tests.passkey_kit import QUICK
from tests.wallet_world import Citizen, WalletWorld, make_world
from wallet_api.vault.exports import MAGIC
from wallet_api.vault.padding import pad, unpad
from wallet_api.vault.slow_hashes import SlowHashes

PHRASE = "vier losse woorden hier"
HEAD = 31


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WalletWorld]:
    world = make_world(tmp_path_factory.mktemp("moving"), "cjib", "duo")
    yield world
    world.close()


@pytest.fixture(scope="module")
def samira(world: WalletWorld) -> Citizen:
    counsellor = world.requester()
    world.service.usecases.requests._trust.renew()  # type: ignore[attr-defined]
    citizen = world.collector()
    page = scan(citizen, counsellor.ask(only()))
    citizen.post(page.url, page, besluit="delen", kaart=boxes(page.text))
    return citizen


@pytest.fixture(scope="module")
def file(samira: Citizen) -> bytes:
    made = samira.api("exporten", {"wachtwoord": PHRASE})
    assert made.status_code == 201, made.text
    return base64.b64decode(made.json()["bestand"])


def put_back(citizen: Citizen, content: bytes, phrase: str = PHRASE) -> Any:
    return citizen.api("importen", {"bestand": base64.b64encode(content).decode(), "wachtwoord": phrase})


def holds(citizen: Citizen) -> list[Any]:
    return [citizen.api("kaarten").json(), citizen.api("overzicht").json()["zaken"], citizen.api("geschiedenis").json()]


def test_all_cards_and_receipts_are_there_again_and_can_be_shared(
    samira: Citizen, world: WalletWorld, file: bytes
) -> None:
    moved = world.owner()
    done = put_back(moved, file)
    assert done.status_code == 201, done.text
    assert done.json()["teruggezet"] == len(holds(samira)[0]["kaarten"]) + 1
    assert holds(moved) == holds(samira)
    counsellor = world.requester(host="localhost:8121")
    world.service.usecases.requests._trust.renew()  # type: ignore[attr-defined]
    page = scan(moved, counsellor.ask(only()))
    moved.post(page.url, page, besluit="delen", kaart=boxes(page.text))
    assert len(counsellor.answered) == 1
    assert len(holds(moved)[2]["geschiedenis"]) == 2


def test_nobody_reads_a_file_without_its_passphrase(file: bytes, samira: Citizen) -> None:
    assert file.startswith(MAGIC + b"\x01")
    for canary in (b"CJIB", b"saldo", b"cards", b"kaart", samira.number.replace(" ", "").encode(), PHRASE.encode()):
        assert canary not in file[HEAD:]
    assert (len(file) - HEAD - 29) & (len(file) - HEAD - 30) == 0, "its size is rounded up"


@pytest.mark.parametrize("place", [0, 8, 9, 12, 13, 14, 15, 30, 31, 40, 60, -1])
def test_a_file_in_which_one_bit_is_another_puts_nothing_back(world: WalletWorld, file: bytes, place: int) -> None:
    changed = bytearray(file)
    changed[place] ^= 1
    _refused(world, bytes(changed))


@pytest.mark.parametrize("cut", [0, 7, 30, 31, 60, -1])
def test_a_file_that_was_cut_puts_nothing_back(world: WalletWorld, file: bytes, cut: int) -> None:
    _refused(world, file[:cut])
    _refused(world, file + b"x")


def test_another_passphrase_puts_nothing_back(world: WalletWorld, file: bytes) -> None:
    _refused(world, file, "vier andere woorden hier")
    _refused(world, file, "")


def _refused(world: WalletWorld, content: bytes, phrase: str = PHRASE) -> None:
    citizen = world.owner()
    refused = put_back(citizen, content, phrase)
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (400, "unreadable_wallet_file")
    assert citizen.api("kaarten").json()["kaarten"] == []


def _altered(file: bytes, old: bytes, new: bytes) -> bytes:
    """Return the file as a program that knows the passphrase could have made it."""
    head = file[:HEAD]
    key = SlowHashes().argon2id(PHRASE.encode(), head[-16:], QUICK.lock)
    plain = unpad(unseal(key, file[HEAD:], head))
    assert old in plain
    return head + seal(key, pad(plain.replace(old, new)), head)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"planken"', b'"dozen"'),
        (b'"papers"', b'"parels"'),
        (b'"inhoud"', b'"niets"'),
        (b'"standing"', b'"stand"'),
        (b'"tot":null', b'"tot":"ooit"'),
    ],
)
def test_a_file_of_another_form_puts_nothing_back(world: WalletWorld, file: bytes, old: bytes, new: bytes) -> None:
    _refused(world, _altered(file, old, new))


def test_a_file_that_would_cost_more_than_is_spent_is_not_tried(world: WalletWorld, file: bytes) -> None:
    for memory, passes, lanes in ((1 << 20, 3, 4), (65_536, 200, 4), (65_536, 3, 200), (1, 1, 1), (64, 0, 1)):
        numbers = memory.to_bytes(4) + bytes([passes, lanes])
        _refused(world, file[:9] + numbers + file[15:])


def test_a_wallet_with_something_in_it_is_never_mixed_with_another(samira: Citizen, file: bytes) -> None:
    before = holds(samira)
    refused = put_back(samira, file)
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (409, "wallet_not_empty")
    assert holds(samira) == before


@pytest.mark.parametrize("phrase", ["", "kort", "aaaaaaaaaaaaaaaaaa", "x" * 129])
def test_a_passphrase_that_is_soon_guessed_is_refused(samira: Citizen, phrase: str) -> None:
    assert samira.api("exporten", {"wachtwoord": phrase}).status_code == 400


def test_the_pages_do_so_too(samira: Citizen, world: WalletWorld) -> None:
    page = samira.get("/instellingen/meenemen")
    fields = {"csrf_token": page.csrf, "wachtwoord": PHRASE, "nogmaals": PHRASE}
    weak = samira.post("/instellingen/meenemen", page, wachtwoord="kort", nogmaals="kort")
    assert (weak.status, "minstens 12 tekens" in weak.words) == (400, True)
    unequal = samira.post("/instellingen/meenemen", page, wachtwoord=PHRASE, nogmaals="anders")
    assert "twee keer iets anders" in unequal.words
    answer = samira.http.post("/instellingen/meenemen", data=fields)
    named = r'attachment; filename="mijn-wallet-[\d-]{10}\.bkwallet"'
    assert re.fullmatch(named, answer.headers["content-disposition"])
    moved = world.owner()
    form = {"csrf_token": moved.get("/instellingen/meenemen").csrf, "wachtwoord": "anders"}
    wrong = moved.http.post("/instellingen/terugzetten", data=form, files={"bestand": answer.content})
    assert (wrong.status_code, "gaat niet open" in wrong.text) == (400, True)
    done = moved.http.post(
        "/instellingen/terugzetten", data={**form, "wachtwoord": PHRASE}, files={"bestand": answer.content}
    )
    assert (done.status_code, done.headers["location"]) == (303, "/overzicht")
    assert holds(moved) == holds(samira)
    again = moved.http.post(
        "/instellingen/terugzetten", data={**form, "wachtwoord": PHRASE}, files={"bestand": answer.content}
    )
    assert "niet leeg" in again.text
    stranger = world.citizen().http.post("/instellingen/terugzetten", data=form, files={"bestand": answer.content})
    assert stranger.status_code in (303, 403)
