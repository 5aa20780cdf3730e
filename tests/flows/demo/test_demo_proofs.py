"""What the counsellor is shown of every answer that does not hold: real agencies, a real verifier, real HTTP."""

import base64
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from credentials.dids import did_jwk
from credentials.encoding import JsonObject
from credentials.formats import Credential
from credentials.formats.ldp_vc import LdpVc, sign_document
from credentials.formats.selective_disclosure import key_binding
from credentials.keys import SoftwareSigner
from credentials.openid.vp_request import PresentationRequest
from credentials.openid.vp_response import build_response
from demo.books import book_payment
from tests.flows.demo.people import CLOCK, FORMATS, Card, CaseSystem, Wallet, check, nothing_counts
from tests.flows.demo.running import Demo

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("demo"), pytest.mark.timeout(240)]

SD_JWT = ("overzicht_sdjwt", "zaak_sdjwt")
LDP = ("overzicht_ldp", "zaak_ldp")
BOTH = pytest.mark.parametrize("configurations", [SD_JWT, LDP], ids=["sd-jwt", "ldp"])


def flipped(text: str, place: int) -> str:
    """Flip one bit of base64url text; what comes out decodes to other bytes."""
    padded = text + "=" * (-len(text) % 4)
    data = bytearray(base64.urlsafe_b64decode(padded))
    data[place] ^= 1
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def in_payload(presented: str) -> str:
    token, _, rest = presented.partition("~")
    head, payload, signature = token.split(".")
    return f"{head}.{flipped(payload, -20)}.{signature}~{rest}"


def in_signature(presented: str) -> str:
    token, _, rest = presented.partition("~")
    head, payload, signature = token.split(".")
    return f"{head}.{payload}.{flipped(signature, 5)}~{rest}"


def in_disclosure(presented: str) -> str:
    parts = presented.split("~")
    parts[1] = flipped(parts[1], -2)
    return "~".join(parts)


def in_holders_proof(presented: str) -> str:
    before, _, proof = presented.rpartition("~")
    head, payload, signature = proof.split(".")
    return f"{before}~{head}.{payload}.{flipped(signature, 5)}"


def a_refused_answer(desk: CaseSystem, made: dict[str, Any], status: int, code: str) -> None:
    """Demand that an answer was refused, that nothing of it was kept, and that the question is still open."""
    found = desk.look(made)
    assert status == 400
    assert found["status"] == "open"
    assert not {"bewijzen", "totalen", "volledig", "uitgevers"} & found.keys()
    assert [each["code"] for each in found["pogingen"]] == [code]
    assert found["pogingen"][0]["uitleg"]


@pytest.fixture(scope="module")
def cards(demo: Demo) -> list[Card]:
    """Wim's overview and cases of the CJIB."""
    return Wallet(demo, "cjib").everything(*SD_JWT, persona="P3")


@BOTH
def test_intact_answers_prove_what_the_agency_says(
    demo: Demo, desk: CaseSystem, configurations: tuple[str, str]
) -> None:
    """The control: without it, no refusal below would mean anything."""
    found = desk.judge(Wallet(demo, "cjib").everything(*configurations, persona="P3"))
    assert all(each["bewezen"] for each in found["bewijzen"])
    assert {each["uitgever"]["identifier"] for each in found["bewijzen"]} == {demo.agency("cjib")["url"]}
    (line,) = found["uitgevers"]
    assert line["volledig"]
    assert line["getoond"] == line["openZaken"] == len(found["bewijzen"]) - 1
    assert found["totalen"]["saldo"] == sum(
        int(each["gegevens"]["saldo"]) for each in found["bewijzen"] if each["type"].endswith("zaak:1")
    )
    assert found["volledig"] is False
    assert len(found["ontbreekt"]) == 12


@pytest.mark.parametrize(
    ("spoil", "codes"),
    [
        (in_payload, {"invalid_signature", "invalid_token"}),
        (in_signature, {"invalid_signature"}),
        (in_disclosure, {"malformed_credential"}),
        (in_holders_proof, {"holder_binding_failed"}),
    ],
)
@pytest.mark.parametrize("mode", ["direct_post", "direct_post.jwt"])
def test_one_flipped_bit_refuses_the_whole_answer(
    desk: CaseSystem, cards: list[Card], spoil: Callable[[str], str], codes: set[str], mode: str
) -> None:
    made = desk.make(sjabloon="intake", responseMode=mode)
    request = desk.read(made)
    token = desk.present(request, cards)
    whole = token["overzicht"][0]
    assert isinstance(whole, str)
    answer = desk.send(request, {**token, "overzicht": [spoil(whole)]})
    (attempt,) = desk.look(made)["pogingen"]
    assert attempt["code"] in codes
    a_refused_answer(desk, made, answer.status_code, attempt["code"])
    assert attempt["code"] not in answer.text or "error" in answer.json()
    # The same question can still be answered well: nobody is locked out by a bad answer.
    again = desk.send(request, token)
    assert again.status_code == 200
    assert desk.look(made)["status"] == "beantwoord"


def test_one_changed_figure_refuses_a_data_integrity_answer(demo: Demo, desk: CaseSystem) -> None:
    made = desk.make()
    request = desk.read(made)
    token = desk.present(request, Wallet(demo, "cjib").everything(*LDP, persona="P3"))
    presentation: Any = token["overzicht_ldp"][0]
    inside = presentation["verifiableCredential"]
    credential = inside[0] if isinstance(inside, list) else inside
    subject = credential["credentialSubject"]
    name = next(key for key, value in subject.items() if key in ("saldo_totaal", "saldoTotaal"))
    subject[name] = str(int(subject[name]) + 1)
    answer = desk.send(request, token)
    a_refused_answer(desk, made, answer.status_code, desk.look(made)["pogingen"][0]["code"])
    assert str(int(subject[name])) not in answer.text


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"nonce": "een-andere-vraag-dan-die-van-ons"}, "wrong_nonce"),
        ({"audience": "x509_hash:iemand-anders"}, "wrong_audience"),
        ({"audience": "http://localhost"}, "wrong_audience"),
    ],
)
@BOTH
def test_an_answer_to_another_question_or_for_another_party_is_refused(
    demo: Demo, desk: CaseSystem, configurations: tuple[str, str], changed: dict[str, Any], code: str
) -> None:
    made = desk.make(sjabloon="snelscan")
    request = desk.read(made)
    token = desk.present(request, Wallet(demo, "cjib").everything(configurations[0], persona="P3"), **changed)
    a_refused_answer(desk, made, desk.send(request, token).status_code, code)


def stolen(request: PresentationRequest, card: Card, thief: SoftwareSigner) -> Credential:
    """Present somebody else's credential with a key of one's own."""
    handler = FORMATS[card.format]
    shown = handler.present(
        card.credential, None, card.holder, audience=request.client_id.full, nonce=request.nonce, now=CLOCK.now()
    )
    if isinstance(shown, str):
        signed_part = shown[: shown.rindex("~") + 1]
        return signed_part + key_binding.make(
            signed_part, thief, audience=request.client_id.full, nonce=request.nonce, now=CLOCK.now()
        )
    assert isinstance(handler, LdpVc)
    did, method = did_jwk(thief.public_jwk)
    document: JsonObject = {name: value for name, value in shown.items() if name != "proof"}
    if "holder" in document:
        document["holder"] = did
    return sign_document(
        document, thief, method, canonicaliser=handler.canonicaliser, created=CLOCK.now(), purpose="authentication",
        challenge=request.nonce, domain=request.client_id.full,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("configuration", "query"), [("overzicht_sdjwt", "overzicht"), ("overzicht_ldp", "overzicht_ldp")]
)
def test_a_card_in_wrong_hands_is_refused(demo: Demo, desk: CaseSystem, configuration: str, query: str) -> None:
    (card,) = Wallet(demo, "cjib").everything(configuration, persona="P3")
    made = desk.make(sjabloon="snelscan")
    request = desk.read(made)
    answer = desk.send(request, {query: [stolen(request, card, SoftwareSigner.generate())]})
    a_refused_answer(desk, made, answer.status_code, "holder_binding_failed")


def test_a_card_without_its_holders_proof_is_refused(desk: CaseSystem, cards: list[Card]) -> None:
    made = desk.make(sjabloon="snelscan")
    answer = desk.send(desk.read(made), {"overzicht": [cards[0].credential]})
    a_refused_answer(desk, made, answer.status_code, "holder_binding_missing")


def test_superseded_cards_are_shown_as_outdated_and_new_ones_count(demo: Demo, desk: CaseSystem) -> None:
    wallet = Wallet(demo, "uwv")
    old = {kind: wallet.everything(*kind, persona="P4") for kind in (SD_JWT, LDP)}
    before = {kind: desk.make() for kind in old}
    for kind, made in before.items():
        request = desk.read(made)
        assert desk.send(request, desk.present(request, old[kind])).status_code == 200
        assert all(each["bewezen"] for each in desk.look(made)["bewijzen"])
    book_payment(demo.state / "debts" / "uwv" / "ineke.json", 100, CLOCK.now().replace(microsecond=0))
    assert demo.api("uwv", "bronverversingen").json()["verouderd"] == len(old[SD_JWT]) + len(old[LDP])
    for kind, made in before.items():
        answers = [desk.judge(old[kind]), desk.check_again(made)]
        for found in answers:
            nothing_counts(found)
            assert {each["uitkomst"] for each in found["bewijzen"]} == {"verouderd"}
            assert {check(each, "status") for each in found["bewijzen"]} == {("waarschuwing", "superseded")}
            assert {each["uitgever"]["identifier"] for each in found["bewijzen"]} == {wallet.url}
    fresh = desk.judge(wallet.everything(*SD_JWT, persona="P4"))
    assert all(each["bewezen"] for each in fresh["bewijzen"])


def test_withdrawn_cards_are_shown_as_withdrawn(demo: Demo, desk: CaseSystem) -> None:
    wallet = Wallet(demo, "zonneweide")
    noor = demo.report["personas"]["P5"]["klantnummers"]["zonneweide"]
    taken = {kind: wallet.everything(*kind, persona="P5") for kind in (SD_JWT, LDP)}
    done = demo.api("zonneweide", "intrekkingen", {"klantnummer": noor, "reden": "besluit vernietigd"})
    assert (done.status_code, done.json()) == (201, {"aantal": sum(map(len, taken.values()))})
    for cards in taken.values():
        found = desk.judge(cards)
        nothing_counts(found)
        assert {each["uitkomst"] for each in found["bewijzen"]} == {"ingetrokken"}
        assert {check(each, "status") for each in found["bewijzen"]} == {("mislukt", "revoked")}
    assert demo.api("zonneweide", "intrekkingen", {"klantnummer": noor, "reden": "nog eens"}).status_code == 404


@pytest.mark.parametrize("mode", ["direct_post", "direct_post.jwt"])
def test_an_answer_is_taken_once(desk: CaseSystem, cards: list[Card], mode: str) -> None:
    made = desk.make(sjabloon="intake", responseMode=mode)
    request = desk.read(made)
    token = desk.present(request, cards)
    assert desk.send(request, token).status_code == 200
    seen = desk.look(made)
    for _ in range(2):
        again = desk.send(request, token)
        assert 400 <= again.status_code < 500
        assert desk.look(made) == seen


def test_of_eight_answers_at_once_one_is_taken(desk: CaseSystem, cards: list[Card]) -> None:
    made = desk.make()
    request = desk.read(made)
    token = desk.present(request, cards)
    start = Barrier(8)

    def send(fields: dict[str, str]) -> int:
        start.wait()
        return desk.http.post(request.response_uri, data=fields).status_code

    with ThreadPoolExecutor(8) as pool:
        codes = sorted(pool.map(send, [build_response(request, token) for _ in range(8)]))
    assert codes[0] == 200
    assert all(400 <= code < 500 for code in codes[1:])
    found = desk.look(made)
    assert (found["status"], len(found["bewijzen"])) == ("beantwoord", len(cards))


def test_answers_of_two_questions_cannot_be_mixed(desk: CaseSystem, cards: list[Card]) -> None:
    mine, theirs = (desk.make(sjabloon="intake", responseMode="direct_post") for _ in range(2))
    my_request, their_request = desk.read(mine), desk.read(theirs)
    my_fields = build_response(my_request, desk.present(my_request, cards))
    their_fields = build_response(their_request, desk.present(their_request, cards))
    for fields in (my_fields, {**my_fields, "state": their_fields["state"]}, {**their_fields, "state": "x" * 43}):
        assert desk.http.post(their_request.response_uri, data=fields).status_code == 400
    assert {desk.look(mine)["status"], desk.look(theirs)["status"]} == {"open"}
    sealed, other = desk.make(), desk.make()
    request, other_request = desk.read(sealed), desk.read(other)
    encrypted = build_response(request, desk.present(request, cards))
    assert desk.http.post(other_request.response_uri, data=encrypted).status_code == 400
    assert desk.http.post(request.response_uri, data=encrypted).status_code == 200
    assert desk.look(other)["status"] == "open"


def test_a_wallet_that_says_no_ends_the_question_without_data(desk: CaseSystem) -> None:
    made = desk.make()
    request = desk.read(made)
    answer = desk.http.post(request.response_uri, data={"error": "access_denied", "state": request.state or ""})
    assert (answer.status_code, answer.json()) == (200, {})
    found = desk.look(made)
    assert found["status"] == "geweigerd"
    assert "bewijzen" not in found


def test_a_deleted_question_is_gone(desk: CaseSystem, cards: list[Card]) -> None:
    made = desk.make()
    request = desk.read(made)
    assert desk.send(request, desk.present(request, cards)).status_code == 200
    desk.delete(made)
    assert desk.http.get(f"{desk.root}/{made['id']}", headers=desk.authorisation).status_code == 404
    assert desk.send(request, desk.present(request, cards)).status_code in (400, 404)
