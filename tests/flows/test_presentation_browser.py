"""The Digital Credentials API (OpenID4VP 1.0 appendix A): what the page hands the browser, and what comes back.

No browser here: the answers are made as a wallet behind one would make them, from the messages that the page hands out.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from credentials.clock import FixedClock, SystemClock
from credentials.dids import Resolver, did_key
from credentials.encoding import JsonObject, b64url_decode, json_object
from credentials.jose import UnverifiedToken, encrypt
from credentials.keys import PublicJwk, SoftwareSigner
from credentials.openid.browser import MULTISIGNED, SIGNED, UNSIGNED
from credentials.openid.browser_request import verify_browser_request
from credentials.openid.certificates import key_of, parse_x5c
from credentials.openid.client_id import client_id_of_certificate
from credentials.openid.dcql import parse_query
from credentials.openid.errors import InvalidPresentationRequest
from credentials.openid.request_object import VerifiedRequest
from credentials.openid.verifier_attestation import sign_attestation
from credentials.openid.vp_request import PresentationRequest
from credentials.trust import Participant, Role, TrustList, UnknownVerifier, recognise_verifier
from tests.flows.presentation_kit import BASE
from tests.flows.test_presentation_screens import Browser
from tests.verifier_world import World, make_world
from verifier.app import describe
from verifier.settings import VerifierSettings
from verifier.storage.keys import KeyFiles

pytestmark = [pytest.mark.long, pytest.mark.requirement("vp-dc-api")]

ORIGIN = f"origin:{BASE}"


@pytest.fixture(params=["direct_post.jwt", "direct_post"])
def world(tmp_path: Path, clock: FixedClock, request: pytest.FixtureRequest) -> World:
    def adapt(settings: VerifierSettings) -> VerifierSettings:
        return settings.model_copy(update={"response_mode": request.param})

    return make_world(tmp_path, clock, agencies=("cjib", "duo"), adapt=adapt)


@pytest.fixture
def anna(world: World) -> Browser:
    browser = Browser(world)
    browser.log_in()
    return browser


def requests(anna: Browser, path: str) -> dict[str, JsonObject]:
    answer = anna.get(f"{path}/browservraag")
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return {each["protocol"]: each["data"] for each in answer.json()["requests"]}


def asked(data: JsonObject) -> Any:
    """Return the parameters of a request of any kind; of a signed one after checking the signature."""
    if "request" not in data:
        return data
    if isinstance(data["request"], dict):
        return json_object(b64url_decode(str(data["request"]["payload"]), "payload"), "payload")
    token = UnverifiedToken.parse(str(data["request"]))
    chain = parse_x5c(token.header["x5c"], InvalidPresentationRequest)
    payload = token.verify(key_of(chain[0], InvalidPresentationRequest)).payload
    assert payload["client_id"] == client_id_of_certificate(chain[0]).full
    assert token.header["typ"] == "oauth-authz-req+jwt"
    return payload


def answer_of(anna: Browser, parameters: Any, *, audience: str = ORIGIN, nonce: str = "", **more: Any) -> JsonObject:
    """Make the data of an answer, as a wallet would: for the origin, and encrypted where that was asked."""
    world = anna.world
    request = replace(world.read(anna.link(more.pop("path"))), dcql=parse_query(parameters["dcql_query"]))
    token = world.present(request, world.samira(), audience=audience, nonce=nonce or parameters["nonce"])
    if parameters["response_mode"] == "dc_api":
        return {"vp_token": {id: [*each] for id, each in token.items()}}
    (key,) = parameters["client_metadata"]["jwks"]["keys"]
    return {"response": encrypt({"vp_token": {id: [*each] for id, each in token.items()}}, key, "A256GCM")}


def post(anna: Browser, path: str, document: Any, *, token: str | None = None) -> Any:
    page = anna.get(path).text
    found = page.partition('data-token="')[2].partition('"')[0]
    assert found or token is not None, "the page has the button"
    headers = {"origin": BASE, "x-csrf-token": found if token is None else token}
    return anna.http.post(f"{path}/browserantwoord", content=json.dumps(document), headers=headers)


def test_the_page_has_a_button_that_waits_for_a_browser_that_can(anna: Browser) -> None:
    path = anna.new()
    page = anna.get(path).text
    assert f'<div data-browser-wallet="{path}"' in page
    assert page.partition("data-browser-wallet")[2].partition(">")[0].endswith(" hidden")
    assert "browser_wallet" in page
    assert "<svg" in page, "the QR code is there all the same"


def test_the_requests_are_what_the_appendix_wants_and_no_more(anna: Browser) -> None:
    made = requests(anna, anna.new())
    assert list(made) == [MULTISIGNED, SIGNED, UNSIGNED]
    unsigned, signed = asked(made[UNSIGNED]), asked(made[SIGNED])
    encrypted = anna.world.settings.response_mode == "direct_post.jwt"
    for each in (unsigned, signed):
        assert each["response_mode"] == ("dc_api.jwt" if encrypted else "dc_api")
        assert each["response_type"] == "vp_token"
        assert not each.keys() & {"response_uri", "redirect_uri", "state", "request_uri", "wallet_nonce", "scope"}
        assert ("jwks" in each["client_metadata"]) is encrypted
    # A.2: who has not signed is who the browser says, and states nothing about itself.
    assert not unsigned.keys() & {"client_id", "expected_origins", "verifier_info"}
    assert signed["expected_origins"] == [BASE]
    assert signed["aud"] == "https://self-issued.me/v2"
    assert signed["nonce"] == unsigned["nonce"]


@pytest.mark.parametrize("protocol", [MULTISIGNED, SIGNED, UNSIGNED])
def test_an_answer_through_the_browser_is_proven(anna: Browser, protocol: str) -> None:
    path = anna.new()
    data = answer_of(anna, asked(requests(anna, path)[protocol]), path=path)
    answer = post(anna, path, {"protocol": protocol, "data": data})
    assert (answer.status_code, answer.json()) == (200, {"verder": path})
    result = anna.get(path)
    assert result.url.path == f"{path}/resultaat"
    assert "Compleet en bewezen" in result.text
    # Checked again, the answer is still one to this origin.
    again = anna.post(f"{path}/hercontrole", result.text)
    assert again.status_code == 200
    assert "Compleet en bewezen" in again.text


@pytest.mark.parametrize("protocol", [MULTISIGNED, SIGNED, UNSIGNED])
def test_an_answer_for_another_origin_client_or_question_is_refused(anna: Browser, protocol: str) -> None:
    path = anna.new()
    parameters = asked(requests(anna, path)[protocol])
    client_id = asked(requests(anna, path)[SIGNED])["client_id"]
    for how in (
        {"audience": "origin:https://kwaad.example"},
        {"audience": f"{ORIGIN}/"},
        {"audience": BASE},
        # A.4: the client id is nobody's audience here, also where the request was signed.
        {"audience": client_id},
        {"nonce": "een-andere-nonce-1234567890"},
    ):
        data = answer_of(anna, parameters, path=path, **how)
        answer = post(anna, path, {"protocol": protocol, "data": data})
        assert (answer.status_code, answer.json()) == (400, {"verder": path})
    page = anna.get(path)
    assert page.url.path == path
    assert "Antwoorden die niet klopten" in page.text
    data = answer_of(anna, parameters, path=path)
    assert post(anna, path, {"protocol": protocol, "data": data}).status_code == 200


def test_what_was_made_for_the_browser_is_not_taken_at_the_other_door(anna: Browser) -> None:
    path = anna.new()
    parameters = asked(requests(anna, path)[SIGNED])
    data = answer_of(anna, parameters, path=path)
    request = anna.world.read(anna.link(path))
    where = request.response_uri.removeprefix(BASE)
    fields = {name: value if isinstance(value, str) else json.dumps(value) for name, value in data.items()}
    assert anna.http.post(where, data=fields).status_code == 400


def test_of_two_doors_one_answer_is_taken(anna: Browser) -> None:
    path = anna.new()
    data = answer_of(anna, asked(requests(anna, path)[SIGNED]), path=path)
    document = {"protocol": SIGNED, "data": data}
    token = anna.get(path).text.partition('data-token="')[2].partition('"')[0]
    anna.world.answer(anna.link(path), anna.world.samira())
    assert post(anna, path, document, token=token).status_code == 409
    assert anna.get(f"{path}/browservraag").status_code == 409


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {},
        {"protocol": "openid4vp", "data": {}},
        {"protocol": "org-iso-mdoc", "data": {"response": "x"}},
        {"protocol": SIGNED},
        {"protocol": SIGNED, "data": "eyJ"},
        {"protocol": SIGNED, "data": {}},
        {"protocol": SIGNED, "data": {"response": "a.b.c.d.e"}},
        {"protocol": SIGNED, "data": {"response": 7}},
        {"protocol": SIGNED, "data": {"vp_token": "x"}},
        {"protocol": SIGNED, "data": {"vp_token": {"overzicht": ["x~y~z"]}}},
        {"protocol": SIGNED, "data": {"vp_token": {"onbekend": ["x"]}}},
    ],
)
def test_what_is_no_answer_is_refused_and_changes_nothing(anna: Browser, document: Any) -> None:
    path = anna.new()
    answer = post(anna, path, document)
    assert (answer.status_code, answer.json()) == (400, {"verder": path})
    assert anna.get(path).url.path == path


def test_a_wallets_no_through_the_browser_ends_the_request_and_its_error_does_not(anna: Browser) -> None:
    path = anna.new()
    error = {"protocol": SIGNED, "data": {"error": "vp_formats_not_supported"}}
    assert post(anna, path, error).status_code == 200
    assert "kent geen van de soorten kaartjes" in anna.get(path).text
    assert post(anna, path, {"protocol": SIGNED, "data": {"error": "access_denied"}}).status_code == 200
    assert "De cliënt heeft niet gedeeld" in anna.get(path).text


def test_only_our_own_page_of_the_owner_posts_an_answer(anna: Browser, world: World) -> None:
    path = anna.new()
    document = {"protocol": SIGNED, "data": {"error": "access_denied"}}
    assert post(anna, path, document, token="verzonnen").status_code == 403
    bram = Browser(world)
    bram.log_in("bram")
    token = bram.get("/intakes/nieuw").text.partition('name="csrf_token" value="')[2].partition('"')[0]
    assert post(bram, path, document, token=token).status_code == 404
    assert bram.get(f"{path}/browservraag").status_code == 404
    outside = Browser(world)
    token = outside.get("/inloggen").text.partition('name="csrf_token" value="')[2].partition('"')[0]
    assert post(outside, path, document, token=token).status_code == 401
    nobody = Browser(world)
    answer = nobody.http.post(f"{path}/browserantwoord", content=json.dumps(document), headers={"origin": BASE})
    assert answer.status_code == 403
    assert "Laat de cliënt deze code scannen" in anna.get(path).text


def test_much_is_read_only_where_a_file_waits_for_an_answer(anna: Browser, world: World) -> None:
    path, nobody, large = anna.new(), Browser(world), b"x" * 100_000

    def read(where: str) -> bool:
        answer = nobody.http.post(f"{where}/browserantwoord", content=large, headers={"origin": BASE})
        assert answer.status_code in (403, 413)
        return answer.status_code == 403

    assert read(path)
    assert not read("/intakes/verzonnen")
    assert not read("/intakes/")
    assert not read(f"{path}/vraag")
    assert post(anna, path, {"protocol": SIGNED, "data": {"error": "access_denied"}}).status_code == 200
    assert not read(path)


def test_a_did_signs_for_the_browser_too(tmp_path: Path, clock: FixedClock) -> None:
    world = make_world(
        tmp_path, clock, agencies=("cjib",),
        adapt=lambda settings: settings.model_copy(
            update={"client_id_prefix": "decentralized_identifier", "did_method": "jwk"}
        ),
    )  # fmt: skip
    anna = Browser(world)
    anna.log_in()
    token = UnverifiedToken.parse(str(requests(anna, anna.new())[SIGNED]["request"]))
    key: PublicJwk = Resolver().resolve(str(token.header["kid"]), "authentication")
    assert str(token.verify(key).payload["client_id"]).startswith("decentralized_identifier:did:jwk:")


ATTESTER = SoftwareSigner.generate()


def attested(
    clock: FixedClock, lifetime: timedelta = timedelta(days=1)
) -> Callable[[VerifierSettings], VerifierSettings]:
    """Give a verifier an attestation of its access key, too."""

    def adapt(settings: VerifierSettings) -> VerifierSettings:
        file = settings.state / "attestation.jwt"
        token = sign_attestation(
            ATTESTER, issuer="https://attester.example", subject="schuldhulp.example", now=clock.now(),
            holder=KeyFiles(settings.state).access().signer.public_jwk, lifetime=lifetime,
            verification_method=did_key(ATTESTER.public_jwk)[1],
        )  # fmt: skip
        file.write_text(token)
        return settings.model_copy(update={"attestation": file})

    return adapt


@pytest.mark.requirement("vp-multisigned")
def test_a_wallet_finds_among_the_signatures_whom_its_own_list_knows(tmp_path: Path, clock: FixedClock) -> None:
    world = make_world(tmp_path, clock, agencies=("cjib",), adapt=attested(clock))
    anna = Browser(world)
    anna.log_in()
    path = anna.new()
    data = requests(anna, path)[MULTISIGNED]
    entry, now = Participant.parse(json.loads(describe(world.settings))), clock.now()
    attester = Participant(
        "https://attester.example", "Attester", did=did_key(ATTESTER.public_jwk)[0], keys=(ATTESTER.public_jwk,),
        roles=frozenset({Role.ATTESTER}),
    )  # fmt: skip
    bare = replace(entry, client_ids=(), did=None, keys=(), anchors=())
    by_did, by_word = f"decentralized_identifier:{entry.did}", "verifier_attestation:schuldhulp.example"

    def fetch(url: str, _accept: str) -> bytes:
        answer: Any = anna.http.get(url.removeprefix(BASE))
        return bytes(answer.content)

    def read(*listed: Participant, origin: str = BASE) -> tuple[str, PresentationRequest]:
        trust_list = TrustList("https://stelsel.example", now, now, 1, listed)

        def trusted(found: VerifiedRequest) -> Participant:
            # Its certificate was made by the machine's clock.
            return recognise_verifier(
                trust_list, SystemClock().now(), client_id=found.request.client_id.full, x5c=found.x5c, key=found.key,
                attestation=found.attestation,
            )  # fmt: skip

        found, party = verify_browser_request(
            MULTISIGNED, data, origin=origin, trusted=trusted, now=now, insecure_localhost=True,
            resolver=Resolver(fetch, allow_insecure_localhost=True),
        )  # fmt: skip
        assert party.name == entry.name
        return found.request.client_id.full, found.request

    for listed, expected in (
        ([entry, attester], "x509_hash:"),
        ([replace(bare, did=entry.did)], by_did),
        ([replace(bare, client_ids=(by_word,)), attester], by_word),
    ):
        name, request = read(*listed)
        assert name.startswith(expected)
        assert request.purpose is not None
        assert request.response_uri == BASE
    for nobody in ([], [bare], [replace(bare, client_ids=(by_word,))]):
        with pytest.raises(UnknownVerifier):
            read(*nobody)
    with pytest.raises(InvalidPresentationRequest, match="origin"):
        read(entry, origin="https://kwaad.example")
    # Whoever it was believed as, the answer is for the origin.
    for audience, status in ((by_did, 400), (by_word, 400), (ORIGIN, 200)):
        answer = post(
            anna, path, {"protocol": MULTISIGNED, "data": answer_of(anna, asked(data), path=path, audience=audience)}
        )
        assert answer.status_code == status


@pytest.mark.requirement("vp-multisigned")
def test_what_has_ended_signs_no_more(tmp_path: Path, clock: FixedClock) -> None:
    world = make_world(tmp_path, clock, agencies=("cjib",), adapt=attested(clock, timedelta(minutes=2)))
    anna = Browser(world)
    anna.log_in()
    path = anna.new()

    def names() -> list[str]:
        headers = [json_object(b64url_decode(each["protected"], "h"), "h") for each in signatures()]
        return [str(each["client_id"]).partition(":")[0] for each in headers]

    def signatures() -> Any:
        request: Any = requests(anna, path)[MULTISIGNED]["request"]
        return request["signatures"]

    assert names() == ["x509_hash", "decentralized_identifier", "verifier_attestation"]
    clock.advance(timedelta(minutes=2))
    assert names() == ["x509_hash", "decentralized_identifier"]
