"""OpenID4VP over HTTP, from request to result: every mode, every prefix, and what each refusal leaves behind."""

import base64
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from starlette.testclient import TestClient

from credentials.clock import FixedClock
from credentials.formats import Channel
from credentials.formats.selective_disclosure import key_binding
from credentials.keys import SoftwareSigner
from credentials.openid.vp_response import build_response
from credentials.status import Status
from tests.debt_builders import a_case, demanded, imposed
from tests.flows.presentation_kit import API, BASE, Counter, auth, vp_token
from tests.verifier_world import OTHER_TOKEN, TOKEN, Card, make_world
from verifier.domain.evidence import OVERVIEW
from verifier.exports.files import TABLE_FILES
from verifier.exports.names import BUNDLE

pytestmark = pytest.mark.long


@pytest.fixture
def counter(tmp_path: Path, clock: FixedClock) -> Iterator[Counter]:
    world = make_world(tmp_path, clock, agencies=("cjib", "duo", "uwv"))
    with TestClient(world.service.app, base_url=BASE, follow_redirects=False) as http:
        yield Counter(world, http)


@pytest.fixture
def cards(counter: Counter) -> list[Card]:
    return counter.world.samira()


def nothing_left(counter: Counter, made: Any, code: str) -> None:
    """The request is open, holds no data, and says in words what came in."""
    found = counter.look(made["id"])
    assert found["status"] == "open"
    assert not found.keys() & {"bewijzen", "totalen", "volledig"}
    assert [each["code"] for each in found["pogingen"]] == [code]
    assert found["pogingen"][0]["uitleg"].endswith(".")


@pytest.mark.parametrize(
    ("template", "format_name"),
    [
        ("snelscan", "vc+sd-jwt"),
        ("intake", "vc+jwt"),
        ("schuldregeling", "jwt_vc_json"),
        ("schuldregeling", "vc+sd-jwt"),
        ("schuldregeling", "mso_mdoc"),
    ],
)
def test_a_set_in_another_format_is_proven_too(counter: Counter, template: str, format_name: str) -> None:
    made = counter.make(sjabloon=template)
    cards = counter.world.samira(format=format_name)
    asked = [each for each in cards if template != "snelscan" or each.type == OVERVIEW]
    assert counter.share(made, asked).status_code == 200
    found = counter.look(made["id"])
    assert found["volledig"] is True
    assert found["totalen"]["saldo"] == 27100 + 17221
    assert {(each["formaat"], each["uitkomst"]) for each in found["bewijzen"]} == {(format_name, "bewezen")}


@pytest.mark.requirement("vp-replay")
@pytest.mark.parametrize("format_name", ["vc+sd-jwt", "vc+jwt", "jwt_vc_json"])
def test_an_answer_to_another_is_refused_in_another_format_too(counter: Counter, format_name: str) -> None:
    made = counter.make(sjabloon="intake")
    answer = counter.share(made, counter.world.samira(format=format_name), nonce="x" * 22)
    assert answer.status_code == 400
    nothing_left(counter, made, "wrong_nonce")


@pytest.mark.requirement("mdoc-session", "vp-replay")
@pytest.mark.parametrize("mode", ["direct_post", "direct_post.jwt"])
@pytest.mark.parametrize("other", ["nonce", "audience", "channel"])
def test_an_mdoc_in_another_session_is_refused(counter: Counter, mode: str, other: str) -> None:
    made = counter.make(sjabloon="intake", responseMode=mode)
    elsewhere: dict[str, Any] = {
        "nonce": "x" * 22,
        "audience": "x509_hash:elsewhere",
        "channel": Channel("https://counsellor.example/vp/antwoorden/elsewhere"),
    }
    answer = counter.share(made, counter.world.samira(format="mso_mdoc"), **{other: elsewhere[other]})
    assert answer.status_code == 400
    nothing_left(counter, made, "wrong_session")


@pytest.mark.parametrize("mode", ["direct_post", "direct_post.jwt"])
@pytest.mark.parametrize("prefix", ["x509_hash", "x509_san_dns", "redirect_uri"])
@pytest.mark.parametrize("format_name", ["dc+sd-jwt", "ldp_vc", "mso_mdoc"])
def test_a_shared_set_is_proven(counter: Counter, mode: str, prefix: str, format_name: str) -> None:
    # A request that travels in its link can learn nothing of the wallet.
    named = {"formaten": [format_name]} if prefix == "redirect_uri" else {}
    made = counter.make(sjabloon="intake", responseMode=mode, clientIdPrefix=prefix, **named)
    answer = counter.share(made, counter.world.samira(format=format_name))
    assert (answer.status_code, answer.json()) == (200, {})
    assert answer.headers["content-type"] == "application/json"
    found = counter.look(made["id"])
    assert found["status"] == "beantwoord"
    assert found["volledig"] is True
    assert found["totalen"] == {
        "saldo": 27100 + 17221, "verplicht": 32100 + 25784, "vereffend": 5000 + 8563, "achterstand": 44321,
        "openZaken": 2, "tenMinste": [],
    }  # fmt: skip
    assert [each["bewezen"] for each in found["bewijzen"]] == [True] * 5
    proof = found["bewijzen"][0]
    assert proof["uitgever"] == {
        "identifier": "https://cjib.example",
        "naam": "Centraal Justitieel Incassobureau (CJIB)",
    }
    assert [each["naam"] for each in proof["controles"]] == [
        "handtekening",
        "houder",
        "uitgever",
        "geldigheid",
        "status",
    ]
    assert {each["uitkomst"] for each in proof["controles"]} == {"geslaagd"}
    assert all(each["uitleg"] for each in proof["controles"])
    assert proof["gegevens"]["saldo_totaal"] == 27100


@pytest.mark.requirement("vp-request-object")
def test_the_request_object_says_who_asks_why_and_for_how_long(counter: Counter) -> None:
    made = counter.make(sjabloon="schuldregeling")
    assert made["verzoekUri"].startswith("openid4vp://?client_id=x509_hash%3A")
    assert "request_uri_method=post" in made["verzoekUri"]
    request = counter.read(made["verzoekUri"], wallet_nonce="van-de-wallet-0001")
    assert request.wallet_nonce == "van-de-wallet-0001"
    assert request.purpose is not None
    assert "schuldregeling" in request.purpose.doel
    assert request.purpose.grondslag
    assert request.purpose.bewaartermijn.startswith("5 jaar")
    assert request.response_mode == "direct_post.jwt"
    (key,) = request.encryption_keys
    assert (key["use"], key["alg"], key["crv"]) == ("enc", "ECDH-ES", "P-256")
    assert request.enc_values == ("A128GCM", "A256GCM")
    other = counter.read(counter.make()["verzoekUri"])
    assert other.encryption_keys[0]["x"] != key["x"]
    assert len({request.nonce, other.nonce, request.state, other.state, request.response_uri, other.response_uri}) == 6


@pytest.mark.requirement("vp-request-uri")
def test_the_request_is_read_by_get_as_well_and_more_than_once(counter: Counter) -> None:
    made = counter.make()
    assert counter.read(made["verzoekUri"]).nonce == counter.read(made["verzoekUri"]).nonce


@pytest.mark.requirement("vp-request-uri")
def test_a_large_wallet_metadata_is_refused(counter: Counter) -> None:
    made = counter.make()
    url = parse_qs(made["verzoekUri"].partition("?")[2])["request_uri"][0].removeprefix(BASE)
    for body in (
        {"wallet_metadata": "{" + " " * 70_000 + "}"},
        {"wallet_metadata": "geen json"},
        {"wallet_nonce": "n" * 600},
    ):
        answer = counter.http.post(url, data=body)
        assert answer.status_code in (400, 413)
    twice = counter.http.post(
        url, content="wallet_nonce=a&wallet_nonce=b", headers={"content-type": "application/x-www-form-urlencoded"}
    )
    assert twice.status_code == 400


@pytest.mark.parametrize("path", ["/vp/verzoeken/onbekend", "/vp/antwoorden/onbekend"])
def test_an_unknown_address_is_not_found(counter: Counter, path: str) -> None:
    answer = counter.http.post(path, data={"vp_token": "{}"})
    assert answer.status_code == 404
    assert answer.json()["error"]


@pytest.mark.requirement("vp-replay")
def test_a_replay_is_refused_and_changes_nothing(counter: Counter, cards: list[Card]) -> None:
    made = counter.make()
    request = counter.read(made["verzoekUri"])
    fields = build_response(request, counter.world.present(request, cards))
    assert counter.post(request, fields).status_code == 200
    before = counter.look(made["id"])
    again = counter.post(request, fields)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_request")
    assert counter.post(request, {"error": "access_denied"}).status_code == 400
    assert counter.look(made["id"]) == before
    address = parse_qs(made["verzoekUri"].partition("?")[2])["request_uri"][0]
    assert counter.http.get(address.removeprefix(BASE)).status_code == 400


@pytest.mark.requirement("vp-replay")
def test_of_posts_at_one_moment_one_is_taken(counter: Counter, cards: list[Card]) -> None:
    made = counter.make()
    request = counter.read(made["verzoekUri"])
    fields = build_response(request, counter.world.present(request, cards))
    barrier, statuses = threading.Barrier(6), []

    def send() -> None:
        barrier.wait()
        statuses.append(counter.post(request, fields).status_code)

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 400, 400, 400, 400, 400]
    assert counter.look(made["id"])["totalen"]["saldo"] == 44321


def test_no_answer_is_taken_after_five_minutes(counter: Counter, cards: list[Card]) -> None:
    made = counter.make()
    request = counter.read(made["verzoekUri"])
    fields = build_response(request, counter.world.present(request, cards))
    counter.world.clock.advance(timedelta(minutes=5))
    assert counter.post(request, fields).status_code == 400
    assert counter.look(made["id"])["status"] == "verlopen"


def flip(text: str, position: int) -> str:
    """Flip one bit of the bytes that a base64url part stands for."""
    raw = bytearray(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    raw[position % len(raw)] ^= 1
    return base64.urlsafe_b64encode(bytes(raw)).rstrip(b"=").decode()


@pytest.mark.requirement("vp-validation")
@pytest.mark.parametrize("place", ["issuer signature", "disclosure", "holder signature"])
def test_one_flipped_bit_is_refused(counter: Counter, cards: list[Card], place: str) -> None:
    made = counter.make()
    request = counter.read(made["verzoekUri"])
    token = counter.world.present(request, cards)
    parts = str(token["overzicht"][0]).split("~")
    match place:
        case "issuer signature":
            head, payload, signature = parts[0].split(".")
            parts[0] = f"{head}.{payload}.{flip(signature, 40)}"
        case "disclosure":
            salt, name, value = json.loads(base64.urlsafe_b64decode(parts[1] + "=="))
            changed = json.dumps([salt, name, value + 1 if isinstance(value, int) else f"{value}x"]).encode()
            parts[1] = base64.urlsafe_b64encode(changed).rstrip(b"=").decode()
        case _:
            head, payload, signature = parts[-1].split(".")
            parts[-1] = f"{head}.{payload}.{flip(signature, 40)}"
    token["overzicht"][0] = "~".join(parts)
    answer = counter.send(request, token)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    nothing_left(counter, made, counter.look(made["id"])["pogingen"][0]["code"])
    assert counter.share(made, cards).status_code == 200


def test_a_flipped_bit_in_a_data_integrity_proof_is_refused(counter: Counter) -> None:
    made = counter.make()
    request = counter.read(made["verzoekUri"], formats=["ldp_vc"])
    token = counter.world.present(request, counter.world.samira(format="ldp_vc"))
    credential = token["overzicht_ldp"][0]["verifiableCredential"][0]
    credential["credentialSubject"]["saldo_totaal"] = "1"
    assert counter.send(request, token).status_code == 400
    assert counter.look(made["id"])["status"] == "open"


@pytest.mark.requirement("vp-replay")
@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({"nonce": "een-andere-nonce-1234567890"}, "wrong_nonce"),
        ({"audience": "x509_hash:een-ander"}, "wrong_audience"),
    ],
)
def test_an_answer_to_another_question_or_party_is_refused(
    counter: Counter, cards: list[Card], how: dict[str, str], code: str
) -> None:
    made = counter.make()
    answer = counter.share(made, cards, **how)
    assert answer.status_code == 400
    assert "saldo" not in answer.text
    nothing_left(counter, made, code)
    assert counter.share(made, cards).status_code == 200


@pytest.mark.requirement("vp-validation")
def test_a_credential_in_other_hands_is_refused(counter: Counter, cards: list[Card]) -> None:
    made = counter.make()
    request = counter.read(made["verzoekUri"])
    token = counter.world.present(request, cards)
    thief = SoftwareSigner.generate()
    signed_part, _, _ = str(token["overzicht"][0]).rpartition("~")
    stolen = key_binding.make(
        f"{signed_part}~", thief, audience=request.client_id.full, nonce=request.nonce, now=counter.world.clock.now()
    )
    token["overzicht"][0] = f"{signed_part}~{stolen}"
    assert counter.send(request, token).status_code == 400
    nothing_left(counter, made, "holder_binding_failed")


@pytest.mark.requirement("vp-holder-proof")
def test_a_credential_without_a_holders_proof_is_refused(counter: Counter, cards: list[Card]) -> None:
    made = counter.make()
    request = counter.read(made["verzoekUri"])
    assert counter.send(request, {"overzicht": [cards[0].credential]}).status_code == 400
    nothing_left(counter, made, "holder_binding_missing")


@pytest.mark.requirement("vp-holder-proof")
def test_a_proof_of_long_ago_is_refused(counter: Counter, cards: list[Card]) -> None:
    made = counter.make()
    request = counter.read(made["verzoekUri"])
    counter.world.clock.advance(timedelta(minutes=-20))
    token = counter.world.present(request, cards[:1])
    counter.world.clock.advance(timedelta(minutes=20))
    assert counter.send(request, token).status_code == 400
    nothing_left(counter, made, "stale_holder_proof")


@pytest.mark.requirement("vp-direct-post")
@pytest.mark.parametrize(
    "token",
    [
        {},
        {"zaak": ["x~y~z"]},
        {"onbekend": ["x~y~z"]},
        {"overzicht": "x~y~z"},
        {"overzicht": []},
        {"overzicht": [None]},
        {"overzicht": ["x~y~z"]},
        {"overzicht": [{"type": "VerifiablePresentation"}]},
        {"overzicht_ldp": ["x~y~z"]},
    ],
)
def test_a_malformed_answer_is_refused(counter: Counter, token: Any) -> None:
    made = counter.make(sjabloon="intake", responseMode="direct_post")
    request = counter.read(made["verzoekUri"])
    answer = counter.post(request, {"vp_token": json.dumps(token)})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    found = counter.look(made["id"])
    assert found["status"] == "open"
    assert len(found["pogingen"]) == 1


def test_fields_that_contradict_the_request_are_refused(counter: Counter, cards: list[Card]) -> None:
    encrypted, plain = counter.make(), counter.make(sjabloon="intake", responseMode="direct_post")
    request = counter.read(encrypted["verzoekUri"])
    clear = {"vp_token": vp_token(counter.world.present(request, cards)), "state": str(request.state)}
    assert counter.post(request, clear).status_code == 400
    open_request = counter.read(plain["verzoekUri"])
    token = vp_token(counter.world.present(open_request, cards))
    assert counter.post(open_request, {"vp_token": token, "state": "een-andere"}).status_code == 400
    assert counter.post(open_request, {"response": "a.b.c.d.e"}).status_code == 400
    assert counter.post(open_request, {}).status_code == 400
    assert counter.post(open_request, {"vp_token": token}).status_code == 200


@pytest.mark.requirement("vp-direct-post-jwt")
def test_an_answer_encrypted_to_another_request_is_refused(counter: Counter, cards: list[Card]) -> None:
    first, second = counter.make(), counter.make()
    one, two = counter.read(first["verzoekUri"]), counter.read(second["verzoekUri"])
    fields = build_response(one, counter.world.present(one, cards))
    assert counter.post(two, fields).status_code == 400
    assert counter.look(second["id"])["status"] == "open"
    assert counter.post(one, fields).status_code == 200


@pytest.mark.requirement("vp-errors")
def test_a_refusal_of_the_citizen_is_told(counter: Counter) -> None:
    made = counter.make()
    request = counter.read(made["verzoekUri"])
    answer = counter.post(request, {"error": "access_denied", "state": str(request.state)})
    assert (answer.status_code, answer.json()) == (200, {})
    assert counter.look(made["id"])["status"] == "geweigerd"


@pytest.mark.requirement("vp-dcql-checked")
def test_a_claim_that_was_asked_and_is_not_shown_is_refused(counter: Counter, cards: list[Card]) -> None:
    query = {
        "credentials": [
            {
                "id": "x",
                "format": "dc+sd-jwt",
                "meta": {"vct_values": ["urn:nl:blauweknop:overzicht:1"]},
                "claims": [{"path": ["saldo_totaal"]}, {"path": ["aantal_open_zaken"]}],
            }
        ]
    }
    made = counter.make(dcqlQuery=query)
    request = counter.read(made["verzoekUri"])
    handler = counter.world.service_formats["dc+sd-jwt"]
    shown = handler.present(
        cards[0].credential, [("saldo_totaal",)], cards[0].holder, audience=request.client_id.full,
        nonce=request.nonce, now=counter.world.clock.now(),
    )  # fmt: skip
    assert counter.send(request, {"x": [shown]}).status_code == 400
    nothing_left(counter, made, "vp_unsatisfied_query")
    assert counter.share(made, cards[:1]).status_code == 200
    found = counter.look(made["id"])
    assert found["totalen"]["saldo"] == 27100
    assert found["volledig"] is False


def test_what_a_card_says_of_itself_may_be_asked_and_is_checked(counter: Counter, cards: list[Card]) -> None:
    # OpenID4VP 1.0 section 7: paths start at the root of the credential.
    of_itself = [{"path": ["vct"], "values": [cards[0].type]}, {"path": ["iat"]}, {"path": ["status", "status_list"]}]
    for extra, status in ((of_itself, 200), ([{"path": ["vct"], "values": ["urn:nl:other"]}], 400)):
        claims = [*extra, {"path": ["saldo_totaal"]}]
        meta = {"vct_values": ["urn:nl:blauweknop:overzicht:1"]}
        query = {"credentials": [{"id": "x", "format": "dc+sd-jwt", "meta": meta, "claims": claims}]}
        made = counter.make(dcqlQuery=query)
        request = counter.read(made["verzoekUri"])
        shown = counter.world.service_formats["dc+sd-jwt"].present(
            cards[0].credential, [tuple(claim["path"]) for claim in claims], cards[0].holder,
            audience=request.client_id.full, nonce=request.nonce, now=counter.world.clock.now(),
        )  # fmt: skip
        assert counter.send(request, {"x": [shown]}).status_code == status
    assert counter.look(made["id"])["status"] == "open"


def test_another_type_than_was_asked_is_refused(counter: Counter, cards: list[Card]) -> None:
    made = counter.make(sjabloon="snelscan")
    request = counter.read(made["verzoekUri"])
    case = next(card for card in cards if card.type.endswith("zaak:1"))
    handler = counter.world.service_formats["dc+sd-jwt"]
    shown = handler.present(
        case.credential, None, case.holder, audience=request.client_id.full, nonce=request.nonce,
        now=counter.world.clock.now(),
    )  # fmt: skip
    assert counter.send(request, {"overzicht": [shown]}).status_code == 400
    nothing_left(counter, made, "vp_unsatisfied_query")


def test_a_refused_answer_leaves_no_byte_of_it_in_the_database(counter: Counter, cards: list[Card]) -> None:
    made = counter.make()
    request = counter.read(made["verzoekUri"])
    token = counter.world.present(request, cards, nonce="een-andere-nonce-1234567890")
    counter.send(request, token)
    file = counter.world.settings.state / "verifier.db"
    stored = b"".join(path.read_bytes() for path in file.parent.glob("verifier.db*"))
    disclosure = str(token["overzicht"][0]).split("~")[1].encode()
    assert disclosure not in stored
    assert b"27100" not in stored


def test_one_refused_answer_does_not_harm_another_request(counter: Counter, cards: list[Card]) -> None:
    bad, good = counter.make(), counter.make()
    counter.share(bad, cards, nonce="een-andere-nonce-1234567890")
    assert counter.share(good, cards).status_code == 200
    assert counter.look(good["id"])["volledig"] is True
    assert counter.look(good["id"])["pogingen"] == []


def test_what_one_system_asks_does_not_exist_for_another(counter: Counter, cards: list[Card]) -> None:
    made = counter.make()
    counter.share(made, cards)
    url = f"{API}/{made['id']}"
    for method, path in (("GET", url), ("POST", f"{url}/hercontroles"), ("DELETE", url)):
        answer = counter.http.request(method, path, headers=auth(OTHER_TOKEN))
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
    assert counter.look(made["id"])["status"] == "beantwoord"


def test_deleting_takes_everything_away(counter: Counter, cards: list[Card]) -> None:
    made = counter.make()
    counter.share(made, cards)
    assert counter.http.delete(f"{API}/{made['id']}", headers=auth()).status_code == 204
    assert counter.http.get(f"{API}/{made['id']}", headers=auth()).status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"sjabloon": "alles"}, 400),
        ({"sjabloon": "intake", "dcqlQuery": {"credentials": []}}, 400),
        ({"dcqlQuery": {"credentials": []}}, 400),
        (
            {"dcqlQuery": {"credentials": [{"id": "x", "format": "jwt_vc_json-ld", "meta": {}}]}},
            400,
        ),
        (
            {
                "dcqlQuery": {
                    "credentials": [
                        {"id": "x", "format": "dc+sd-jwt", "meta": {}, "require_cryptographic_holder_binding": False}
                    ]
                }
            },
            400,
        ),
        ({"sjabloon": "intake", "responseMode": "fragment"}, 400),
        ({"sjabloon": "intake", "clientIdPrefix": "origin"}, 400),
        ({"sjabloon": "intake", "bsn": "999990007"}, 400),
        ({"sjabloon": 1}, 400),
    ],
)
def test_a_request_that_cannot_be_made_is_a_problem_without_echo(counter: Counter, body: Any, status: int) -> None:
    answer = counter.http.post(API, json=body, headers=auth())
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert {"type", "title", "status", "detail"} <= answer.json().keys()
    assert "999990007" not in answer.text
    assert answer.headers["api-version"]
    assert counter.files() == []
    assert counter.make()
    assert len(counter.files()) == 1


@pytest.mark.parametrize("headers", [{}, auth("fout"), {"authorization": "Basic YTpi"}, auth("")])
def test_without_the_token_there_is_no_door(counter: Counter, headers: dict[str, str]) -> None:
    made = counter.make()
    for method, path in (("POST", API), ("GET", f"{API}/{made['id']}"), ("POST", f"{API}/{made['id']}/hercontroles")):
        answer = counter.http.request(method, path, headers=headers, json={"sjabloon": "intake"})
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_the_api_describes_itself_to_everyone(counter: Counter) -> None:
    answer = counter.http.get("/api/v1/openapi.json")
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    document = answer.json()
    (server,) = document["servers"]
    files = {f"{API}/{{id}}/{file}" for file in (*TABLE_FILES, BUNDLE)}
    paths = {server["url"] + path: methods for path, methods in document["paths"].items()}
    assert set(paths) == {API, f"{API}/{{id}}", f"{API}/{{id}}/hercontroles", f"{API}/{{id}}/veranderingen", *files}
    # What is proven of a client is kept in the request alone, and goes with it: not by an idempotency key as well.
    assert "422" not in paths[f"{API}/{{id}}/hercontroles"]["post"]["responses"]
    assert document["info"]["contact"]


def test_a_result_before_the_answer_is_a_conflict(counter: Counter) -> None:
    made = counter.make()
    assert counter.http.post(f"{API}/{made['id']}/hercontroles", headers=auth()).status_code == 409
    for file in (*TABLE_FILES, BUNDLE):
        answer = counter.http.get(f"{API}/{made['id']}/{file}", headers=auth())
        assert answer.status_code == 409
        assert "not_answered" in answer.text


def test_what_changed_is_told_between_two_answers_of_one_system_and_to_no_other(counter: Counter) -> None:
    first, second = counter.make(), counter.make()
    cards = counter.world.samira()
    counter.share(first, cards)

    def changed(now: Any, since: str, token: str = TOKEN) -> Any:
        return counter.http.get(f"{API}/{now['id']}/veranderingen?sinds={since}", headers=auth(token))

    for now, since in ((second, first), (first, second)):
        answer = changed(now, since["id"])
        assert (answer.status_code, "not_answered" in answer.text) == (409, True)
    closed = a_case(imposed("f1", 100), demanded("b1", 100, 1, due=30), reference="ZAAK-9")
    new = counter.world.issuers["cjib"].statements([closed])
    counter.share(second, [*new, *(each for each in cards if each.issuer.agency.abbreviation == "uwv")])
    # What was superseded since was true then, and is what the new answer is held against.
    for card in cards:
        card.mark(Status.SUPERSEDED)
    checked = counter.http.post(f"{API}/{first['id']}/hercontroles", headers=auth()).json()
    assert checked["totalen"]["saldo"] is None
    found = changed(second, first["id"]).json()
    assert [(each["wat"], each["saldo"]) for each in found["schulden"]] == [
        ("nieuw", 100), ("weg", 27100), ("niet_getoond", 17221),
    ]  # fmt: skip
    assert [each["naam"] for each in found["bewijzenNuNiets"]] == ["Dienst Uitvoering Onderwijs (DUO)"]
    assert found["sinds"] == checked["ontvangenOp"]
    assert changed(second, second["id"]).json()["schulden"] == []
    assert changed(second, first["id"], OTHER_TOKEN).status_code == 404
    assert counter.http.get(f"{API}/{second['id']}/veranderingen", headers=auth()).status_code == 400
    for nobodys in ("geen-verzoek", "999990007", first["id"][:-1]):
        answer = changed(second, nobodys)
        assert (answer.status_code, nobodys in answer.text) == (404, False)
    foreign = counter.make(OTHER_TOKEN)
    counter.share(foreign, counter.world.samira())
    assert changed(second, foreign["id"]).status_code == 404


@pytest.mark.parametrize("file", TABLE_FILES)
def test_a_case_system_takes_the_tables_along_and_nobody_else_does(counter: Counter, file: str) -> None:
    made = counter.make()
    counter.share(made, counter.world.samira())
    answer = counter.http.get(f"{API}/{made['id']}/{file}", headers=auth())
    assert answer.status_code == 200
    assert answer.content.startswith(b"PK" if file.endswith("xlsx") else b"\xef\xbb\xbf")
    assert answer.headers["content-disposition"].endswith(f'.{file.rpartition(".")[2]}"')
    assert counter.http.get(f"{API}/{made['id']}/{file}").status_code == 401
    assert counter.http.get(f"{API}/{made['id']}/{file}", headers=auth(OTHER_TOKEN)).status_code == 404
