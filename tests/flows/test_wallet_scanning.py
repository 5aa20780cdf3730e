"""A code comes in by a photo that the server reads: what is on it is taken as if it was pasted, and nothing is kept."""

import io
from pathlib import Path

import pytest

from service.logging import configure
from service.photo import MAX_BYTES
from tests.flows.wallet_kit import an_offer, only
from tests.photo_kit import claimed_png, encoded, photo, picture
from tests.wallet_world import PIN, WALLET, Citizen, Page, WalletWorld, make_world


@pytest.fixture
def world(tmp_path: Path) -> WalletWorld:
    return make_world(tmp_path, "cjib")


@pytest.fixture
def samira(world: WalletWorld) -> Citizen:
    return world.owner()


def send(citizen: Citizen, content: bytes, *, token: str | None = None, name: str = "IMG_0001.JPG") -> Page:
    """Choose a photo and press the button, as a browser without scripts does."""
    token = citizen.get("/toevoegen").csrf if token is None else token
    answer = citizen.http.post(
        f"{WALLET}/toevoegen/foto",
        data={"csrf_token": token},
        files={"foto": (name, content, "image/jpeg")},
        headers={"origin": WALLET},
    )
    return Page(str(answer.url), answer.status_code, answer.text)


def landed(citizen: Citizen, content: bytes) -> str:
    """Return the path to which the photo leads."""
    answer = citizen.http.post(
        f"{WALLET}/toevoegen/foto",
        data={"csrf_token": citizen.get("/toevoegen").csrf},
        files={"foto": ("a.png", content, "image/png")},
        headers={"origin": WALLET},
        follow_redirects=False,
    )
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def test_a_photo_of_an_offer_leads_to_the_offer(world: WalletWorld, samira: Citizen) -> None:
    path = landed(samira, photo(an_offer(world)["aanbodUri"], "JPEG"))
    assert path.startswith("/aanbod/")
    assert "kaartjes" in samira.get(path).words


def test_a_photo_of_a_request_leads_to_the_request(world: WalletWorld, samira: Citizen) -> None:
    link = world.requester().ask(only())
    world.service.usecases.requests._trust.renew()  # type: ignore[attr-defined]
    assert landed(samira, photo(link)).startswith("/verzoek/")


def test_of_several_codes_on_a_photo_the_one_for_a_wallet_is_taken(world: WalletWorld, samira: Citizen) -> None:
    poster = picture("https://elders.example/folder", 1_400)
    poster.paste(picture(an_offer(world)["aanbodUri"], 600), (0, 0))
    both = poster.crop((0, 0, 1_400, 600))
    assert landed(samira, encoded(both, "PNG")).startswith("/aanbod/")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Kies eerst een foto."),
        (b"MZ", "Deze foto kunnen wij niet lezen."),
        (photo("openid4vp://?x=1", "GIF"), "Deze foto kunnen wij niet lezen."),
        (claimed_png(30_000, 30_000), "Deze foto is te groot."),
        (encoded(picture("x").resize((1, 1)), "PNG"), "Wij zien geen QR-code op deze foto."),
        (photo("https://www.example.nl/"), "Op deze foto staat een QR-code die wij niet kennen."),
        (photo("javascript:alert(1)"), "Op deze foto staat een QR-code die wij niet kennen."),
    ],
    ids=["nothing", "a program", "another kind", "enormous", "no code", "a website", "a script"],
)
def test_a_photo_that_leads_nowhere_is_answered_in_plain_words(samira: Citizen, content: bytes, words: str) -> None:
    page = send(samira, content)
    assert page.status == 400
    assert words in page.words
    assert "Scan een QR-code" in page.words


def test_too_many_bytes_are_refused_as_too_large(samira: Citizen) -> None:
    page = send(samira, bytes(MAX_BYTES + (1 << 17)))
    assert page.status == 413
    assert "Dit is te groot" in page.words


def test_a_photo_that_does_not_come_from_our_page_is_refused(world: WalletWorld, samira: Citizen) -> None:
    content = photo(an_offer(world)["aanbodUri"])
    assert send(samira, content, token="x" * 43).status == 403
    answer = samira.http.post(
        f"{WALLET}/toevoegen/foto",
        data={"csrf_token": samira.get("/toevoegen").csrf},
        files={"foto": ("a.png", content, "image/png")},
        headers={"origin": "https://elders.example"},
    )
    assert answer.status_code == 403


def test_a_photo_is_read_for_who_has_opened_a_wallet_only(world: WalletWorld) -> None:
    stranger = world.citizen()
    token = stranger.get("/nieuw").csrf
    answer = stranger.http.post(
        f"{WALLET}/toevoegen/foto",
        data={"csrf_token": token},
        files={"foto": ("a.png", photo("openid4vp://?x=1"), "image/png")},
        headers={"origin": WALLET},
        follow_redirects=False,
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/welkom?dicht=1")


def test_nothing_of_a_photo_or_its_code_is_in_the_log(world: WalletWorld, samira: Citizen) -> None:
    offer = an_offer(world)["aanbodUri"]
    stream = io.StringIO()
    configure(stream=stream)
    try:
        send(samira, photo(offer), name="samira-paspoort.png")
        send(samira, photo("openid4vp://?client_id=x&request_uri=https%3A%2F%2Fgeheim.example"), name="brief.png")
    finally:
        configure(level="critical", strict=True)
    assert stream.getvalue().count('"/toevoegen/foto"') == 2
    for text in ("paspoort", "brief", "geheim", offer.rpartition("%2F")[2]):
        assert text not in stream.getvalue()


def test_a_link_that_a_telephones_own_camera_read_goes_on_once_the_wallet_is_open_and_is_in_no_log(
    world: WalletWorld, samira: Citizen
) -> None:
    samira.post("/sluiten")
    query = an_offer(world)["aanbodUri"].partition("?")[2]
    stream = io.StringIO()
    configure(stream=stream)
    try:
        assert samira.get(f"/aanbod?{query}").url.endswith("/welkom?verder=1"), (
            "the address of the page holds none of it"
        )
        page = samira.post("/openen", samira.get("/openen"), nummer=samira.number, pincode=PIN)
    finally:
        configure(level="critical", strict=True)
    assert "geeft u kaartjes" in page.words
    assert '"/aanbod"' in stream.getvalue()
    assert query.rpartition("%2F")[2] not in stream.getvalue()
