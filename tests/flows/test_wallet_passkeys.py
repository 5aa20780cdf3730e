"""Passkeys, number and PIN, and the code on paper, as pages and programs use them; each citizen's are theirs alone."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from credentials.encoding import b64url_encode
from tests.passkey_kit import SoftPasskey, api_body
from tests.wallet_world import PIN, WALLET, Citizen, Page, WalletWorld, make_world
from wallet_api.app import create
from wallet_api.domain.passkey import PasskeyAnswer
from wallet_api.domain.recovery import RecoveryCode, _check_sign
from wallet_api.settings import Trust, WalletSettings


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WalletWorld]:
    world = make_world(tmp_path_factory.mktemp("locks"))
    yield world
    world.close()


class Program:
    """A program that acts for one citizen, who has a passkey."""

    def __init__(self, world: WalletWorld) -> None:
        self.http = TestClient(world.service.app, base_url=WALLET)
        self.passkey = SoftPasskey()
        self.token = ""

    def call(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"authorization": f"Bearer {self.token}"} if self.token else {}
        return self.http.request(method, f"/api/v1/{path}", json=body, headers=headers)

    def make(self) -> None:
        invited = self.call("POST", "uitdagingen", {"doel": "maken"}).json()
        made = self.call("POST", "wallets/passkey", api_body(self.passkey.make(invited, WALLET), naam="telefoon"))
        assert made.status_code == 201, made.text
        self.token = made.json()["token"]

    def answer(self) -> PasskeyAnswer:
        asked = self.call("POST", "uitdagingen", {"doel": "openen"}).json()["openen"]
        return self.passkey.sign(asked, WALLET)

    def open(self) -> Any:
        return self.call("POST", "sessies/passkey", api_body(self.answer()))


@pytest.fixture
def program(world: WalletWorld) -> Program:
    made = Program(world)
    made.make()
    return made


def test_a_program_opens_a_wallet_with_a_passkey_as_the_pages_do(program: Program) -> None:
    (way,) = program.call("GET", "toegangen").json()["toegangen"]
    assert {name: way[name] for name in ("soort", "naam", "verwijderbaar")} == {
        "soort": "passkey", "naam": "telefoon", "verwijderbaar": False
    }  # fmt: skip
    assert program.call("DELETE", "sessies/huidige").status_code == 204
    assert program.call("GET", "toegangen").status_code == 401
    opened = program.open()
    assert opened.status_code == 201
    program.token = opened.json()["token"]
    assert program.call("GET", "toegangen").json()["toegangen"] == [way]


def test_a_program_puts_on_another_passkey_and_a_code(program: Program) -> None:
    second = SoftPasskey()
    invited = program.call("POST", "toegangen/uitdagingen").json()
    put_on = program.call("POST", "toegangen/passkeys", api_body(second.make(invited, WALLET), naam="laptop"))
    assert [way["naam"] for way in put_on.json()["toegangen"]] == ["telefoon", "laptop"]
    code = program.call("POST", "toegangen/herstelcodes").json()["herstelcode"]
    first = put_on.json()["toegangen"][0]["id"]
    assert program.call("DELETE", f"toegangen/{first}").status_code == 204
    program.token = ""
    gone = program.open()
    assert (gone.status_code, gone.json()["type"].rpartition("/")[2]) == (401, "unknown_passkey")
    program.token = program.call("POST", "sessies/herstelcode", {"herstelcode": code.lower()}).json()["token"]
    assert [way["soort"] for way in program.call("GET", "toegangen").json()["toegangen"]] == ["passkey", "herstelcode"]
    last = program.call("GET", "toegangen").json()["toegangen"][0]["id"]
    refused = program.call("DELETE", f"toegangen/{last}")
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (409, "last_way_in")


@pytest.mark.parametrize("method", ["replayed", "from_a_page", "without_prf", "junk"])
def test_a_program_is_refused_what_the_pages_refuse(program: Program, world: WalletWorld, method: str) -> None:
    answer = program.answer()
    body = api_body(answer)
    match method:
        case "replayed":
            assert program.call("POST", "sessies/passkey", body).status_code == 201
        case "from_a_page":
            citizen = world.citizen()
            page = citizen.get("/openen")
            asked = citizen.http.post("/openen/passkey/vraag", headers={"x-csrf-token": page.csrf}).json()
            body = api_body(program.passkey.sign(asked, WALLET))
        case "without_prf":
            body = {**body, "prf": b64url_encode(b"p" * 31)}
        case _:
            body = {"antwoord": {"rawId": []}, "prf": "!"}
    refused = program.call("POST", "sessies/passkey", body)
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (400, "passkey_refused")
    assert "detail" in refused.json()
    assert "challenge" not in refused.text, "what was wrong is not told"


def test_ways_in_of_one_citizen_are_not_there_for_another(program: Program, world: WalletWorld) -> None:
    other = Program(world)
    other.make()
    (way,) = program.call("GET", "toegangen").json()["toegangen"]
    assert other.call("DELETE", f"toegangen/{way['id']}").status_code == 404
    invited = program.call("POST", "toegangen/uitdagingen").json()
    assert other.call("POST", "toegangen/passkeys", api_body(SoftPasskey().make(invited, WALLET))).status_code == 400
    assert len(program.call("GET", "toegangen").json()["toegangen"]) == 1


def _sent(citizen: Citizen, ask: str, send: str, passkey: SoftPasskey, page: Page, **more: str) -> Page:
    asked = citizen.http.post(ask, headers={"x-csrf-token": page.csrf}).json()
    answer = passkey.make(asked, WALLET) if "maken" in asked else passkey.sign(asked, WALLET)
    return citizen.post(send, page, antwoord=json.dumps(answer.answer), prf=b64url_encode(answer.prf), **more)


def test_pages_lead_from_the_passkey_to_the_code_and_on_to_where_one_was_going(world: WalletWorld) -> None:
    citizen, passkey = world.citizen(), SoftPasskey()
    made = _sent(citizen, "/nieuw/passkey/vraag", "/nieuw/passkey", passkey, citizen.get("/nieuw"))
    assert made.url.endswith("/herstelcode")
    assert "Stap 2 van 2" in made.words
    again = citizen.get("/herstelcode")
    code = _code(made)
    assert _code(again) == code, "a reload does not draw another"
    assert "niet de laatste vier tekens" in citizen.post("/herstelcode", again, laatste="0").words
    done = citizen.post("/herstelcode", again, laatste=code[-4:].lower())
    assert done.url.endswith("/ophalen")
    assert _code(citizen.get("/herstelcode")) != code, "the one that was kept is not shown again"
    assert "Stap" not in citizen.get("/herstelcode").words
    citizen.post("/sluiten")
    opened = _sent(citizen, "/openen/passkey/vraag", "/openen/passkey", passkey, citizen.get("/openen"))
    assert opened.url.endswith("/overzicht")
    assert "U opent uw wallet met uw passkey." in citizen.get("/instellingen").words
    citizen.post("/sluiten")
    recovered = citizen.post("/openen/herstelcode", citizen.get("/openen/herstelcode"), code=code)
    assert "geopend met uw herstelcode" in recovered.words


def _code(page: Page) -> str:
    found = re.search(r'id="herstelcode">(.*?)</p>', page.text)
    assert found is not None
    return " ".join(re.findall(r"<span>(\w{4})</span>", found[1]))


def test_a_code_that_is_not_kept_opens_nothing(world: WalletWorld) -> None:
    citizen = world.owner()
    code = _code(citizen.get("/herstelcode"))
    later = citizen.post("/herstelcode/later", citizen.get("/herstelcode"))
    assert later.url.endswith("/ophalen"), "the wallet was just made"
    assert "nog geen herstelcode" in citizen.get("/instellingen").words
    citizen.post("/sluiten")
    refused = citizen.post("/openen/herstelcode", citizen.get("/openen/herstelcode"), code=code)
    assert (refused.status, "Deze herstelcode klopt niet" in refused.words) == (401, True)
    assert code not in refused.text


def test_wrong_codes_make_one_wait(world: WalletWorld) -> None:
    citizen = world.owner()
    code = _code(citizen.get("/herstelcode"))
    citizen.post("/herstelcode", citizen.get("/herstelcode"))
    citizen.post("/sluiten")
    for _ in range(5):
        assert _answered(citizen, _alike(code)).status == 401
    page = _answered(citizen, code)
    assert (page.status, "te vaak" in page.words) == (429, True)
    world.clock.advance(timedelta(minutes=1))
    assert _answered(citizen, code).status == 200


def _answered(citizen: Citizen, code: str) -> Page:
    return citizen.post("/openen/herstelcode", citizen.get("/openen/herstelcode"), code=code)


def _alike(code: str) -> str:
    """Return a code that finds the same wallet and whose check sign fits."""
    body = code.replace(" ", "")[:9] + RecoveryCode.new().signs[9:35]
    return body + _check_sign(body)


def test_a_new_pin_is_chosen_and_the_last_way_in_stays(world: WalletWorld) -> None:
    citizen = world.owner()
    page = citizen.get("/instellingen/openen")
    assert 'name="id"' not in page.text, "there is no button for the only way in"
    lock = world.service.usecases.ways_in.all(world.service.usecases.wallets.open(citizen.number, PIN)).all[0]
    refused = citizen.post("/instellingen/openen/verwijderen", page, id=lock.id)
    assert (refused.status, "Dit kunt u niet weghalen" in refused.words) == (400, True)
    for fields, said in (
        ({"pincode": "123456", "nogmaals": "123456"}, "een rijtje"),
        ({"pincode": "hallo 2027", "nogmaals": "hallo 2028"}, "twee keer iets anders"),
    ):
        assert said in citizen.post("/instellingen/pincode", page, **fields).words
    changed = citizen.post("/instellingen/pincode", page, pincode="hallo 2027", nogmaals="hallo 2027")
    assert citizen.number in changed.words, "the number stays"
    citizen.post("/sluiten")
    assert citizen.post("/openen", citizen.get("/openen"), nummer=citizen.number, pincode=PIN).status == 401
    back = citizen.post("/openen", citizen.get("/openen"), nummer=citizen.number, pincode="hallo 2027")
    assert back.url.endswith("/overzicht")


def test_who_wrote_no_form_of_ours_asks_nothing(world: WalletWorld) -> None:
    citizen = world.citizen()
    citizen.get("/nieuw")
    for path in ("/nieuw/passkey/vraag", "/openen/passkey/vraag"):
        assert citizen.http.post(path).status_code == 403
        assert citizen.http.post(path, headers={"x-csrf-token": "x"}).status_code == 403
    page = citizen.get("/nieuw")
    assert citizen.http.post("/instellingen/passkey/vraag", headers={"x-csrf-token": page.csrf}).status_code == 303


def test_at_an_ip_address_no_page_speaks_of_passkeys(world: WalletWorld) -> None:
    settings = WalletSettings(
        base_url="http://127.0.0.1:8110",
        port=8110,
        database="sqlite://",
        client_id="w",
        insecure_localhost=True,
        trust=Trust(list_url="http://127.0.0.1:8100/list.jwt", root="z" * 48),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("wallet_api.app.compose.PublicJwk.from_multikey", lambda _: None)
        service = create(settings)
    http = TestClient(service.app, base_url="http://127.0.0.1:8110")
    for path in ("/nieuw", "/openen"):
        page = http.get(path).text
        assert "data-passkey=" not in page
        assert "passkey" not in page.replace("data-passkey-else", "").lower()
    made = http.post("/api/v1/uitdagingen", json={"doel": "openen"})
    assert (made.status_code, made.json()["type"].rpartition("/")[2]) == (409, "passkeys_off")
    service.database.close()
