"""The wallet encrypts what it asks of an agency wherever it can, and takes no less than it asked for."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from credentials.encoding import JsonObject, json_compact, json_object
from credentials.jose import EncryptionKey, encrypt
from credentials.jose.jwe import header_of
from credentials.openid.credential_encryption import MEDIA_TYPE, open_request
from issuer.domain.encryption import Encryption
from service.http import Answer
from tests.flows.wallet_kit import Between, cards
from tests.wallet_world import Citizen, WalletWorld, make_world
from wallet_api.clients.issuer_metadata import METADATA_SECONDS
from wallet_api.settings import Tolerances

pytestmark = [pytest.mark.long, pytest.mark.requirement("wallet-encrypted-issuance")]

JSON = "application/json"


@pytest.fixture(scope="module")
def module_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WalletWorld]:
    world = make_world(tmp_path_factory.mktemp("sealed"), "cjib")
    yield world
    world.close()


@pytest.fixture
def world(module_world: WalletWorld, monkeypatch: pytest.MonkeyPatch) -> WalletWorld:
    # What one test makes of the agency's metadata is not for the next.
    monkeypatch.setattr("wallet_api.clients.issuer_metadata.METADATA_SECONDS", -1.0)
    return module_world


@pytest.fixture
def samira(world: WalletWorld) -> Citizen:
    return world.owner()


class Listener(Between):
    """Sees every credential request, and may change the answers."""

    def __init__(self, world: WalletWorld, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(world, monkeypatch)
        self.requests: list[tuple[str, bytes]] = []
        self.answers: list[Answer] = []
        self.answer: Callable[[Answer], Answer] = lambda answer: answer

    def pass_on(self, method: str, url: str, headers: Mapping[str, str], content: bytes) -> Answer:
        answer = super().pass_on(method, url, headers, content)
        if url.endswith("/credential"):
            self.requests.append((headers["content-type"], content))
            answer = self.answer(answer)
            self.answers.append(answer)
        return answer


@pytest.fixture
def between(world: WalletWorld, monkeypatch: pytest.MonkeyPatch) -> Listener:
    return Listener(world, monkeypatch)


def plain(body: object) -> Answer:
    return Answer(200, MappingProxyType({"content-type": JSON}), json_compact(body))


def without(*names: str) -> Callable[[JsonObject], JsonObject]:
    return lambda document: {name: value for name, value in document.items() if name not in names}


def test_both_ways_are_encrypted_where_the_agency_offers_it(samira: Citizen, between: Listener) -> None:
    assert "Klaar met ophalen" in samira.collect().words
    assert len(cards(samira)) == 2
    assert {media_type for media_type, _ in between.requests} == {MEDIA_TYPE}
    for _, content in between.requests:
        header = header_of(content.decode())
        assert (header["alg"], header["enc"], "zip" in header) == ("ECDH-ES", "A256GCM", False)
    assert {answer.content_type for answer in between.answers} == {MEDIA_TYPE}
    # A key for each answer, so that one that gets out opens no other.
    keys = {header_of(answer.body.decode())["kid"] for answer in between.answers}
    assert len(keys) == len(between.answers)


def test_it_is_encrypted_where_the_agency_demands_it(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = make_world(tmp_path_factory.mktemp("required"), "cjib", agency={"encryption": Encryption.REQUIRED})
    between = Listener(world, monkeypatch)
    samira = world.citizen()
    samira.make_wallet()
    samira.collect()
    assert len(cards(samira)) == 2
    assert {answer.content_type for answer in between.answers} == {MEDIA_TYPE}
    world.close()


@pytest.mark.parametrize(
    "metadata",
    [
        without("credential_request_encryption", "credential_response_encryption"),
        # Sections 8.2 and 9.1: a key for the answer is never sent in the clear.
        without("credential_request_encryption"),
    ],
)
def test_what_the_agency_does_not_offer_is_not_done(
    samira: Citizen, between: Listener, metadata: Callable[[JsonObject], JsonObject]
) -> None:
    between.metadata = metadata
    samira.collect()
    assert len(cards(samira)) == 2
    assert {media_type for media_type, _ in between.requests} == {JSON}
    assert all("credential_response_encryption" not in content.decode() for _, content in between.requests)


def test_a_request_is_encrypted_also_where_answers_are_not(samira: Citizen, between: Listener) -> None:
    between.metadata = without("credential_response_encryption")
    samira.collect()
    assert len(cards(samira)) == 2
    assert {media_type for media_type, _ in between.requests} == {MEDIA_TYPE}
    assert {answer.content_type for answer in between.answers} == {JSON}


@pytest.mark.parametrize(
    "answer",
    [
        plain({"credentials": [{"credential": "a~"}]}),
        Answer(200, MappingProxyType({"content-type": MEDIA_TYPE}), b'{"credentials":[{"credential":"a~"}]}'),
        Answer(
            200,
            MappingProxyType({"content-type": MEDIA_TYPE}),
            encrypt({"credentials": [{"credential": "a~"}]}, EncryptionKey.generate("k").public(), "A256GCM").encode(),
        ),
        Answer(200, MappingProxyType({"content-type": MEDIA_TYPE}), b""),
    ],
)
def test_an_answer_that_is_not_encrypted_as_was_asked_is_not_used(
    samira: Citizen, between: Listener, answer: Answer
) -> None:
    between.answer = lambda _: answer
    page = samira.collect()
    assert "een antwoord dat wij niet begrijpen" in page.words
    assert cards(samira) == []


def test_an_error_in_the_clear_is_understood(samira: Citizen, between: Listener) -> None:
    refused = json_compact({"error": "credential_request_denied"})
    between.answer = lambda _: Answer(400, MappingProxyType({"content-type": JSON}), refused)
    assert "geeft u deze kaartjes niet" in samira.collect().words


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("credential_request_encryption", {"enc_values_supported": ["A128CBC-HS256"]}),
        ("credential_request_encryption", {"jwks": {"keys": [{"kty": "RSA", "kid": "r", "n": "AQAB", "e": "AQAB"}]}}),
        ("credential_response_encryption", {"alg_values_supported": ["RSA-OAEP-256"]}),
        ("credential_response_encryption", {"enc_values_supported": ["A128CBC-HS256"]}),
    ],
)
@pytest.mark.parametrize("required", [True, False])
def test_what_this_wallet_cannot_do_stops_it_where_that_is_demanded_and_nowhere_else(
    samira: Citizen, between: Listener, name: str, change: JsonObject, *, required: bool
) -> None:
    def changed(document: JsonObject) -> JsonObject:
        member = document[name]
        assert isinstance(member, dict)
        return {**document, name: {**member, **change, "encryption_required": required}}

    between.metadata = changed
    page = samira.collect()
    if required:
        assert "begrijpt niet wat deze wallet vraagt" in page.words
        assert (between.requests, cards(samira)) == ([], [])
    else:
        assert len(cards(samira)) == 2
        assert all(answer.content_type == JSON for answer in between.answers)


@pytest.mark.parametrize(
    "key",
    [
        {"kid": None},
        {"x": "AQ"},
        {"x": "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE"},
        {"d": "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE"},
    ],
)
def test_an_agencys_key_that_is_unsound_is_not_used(samira: Citizen, between: Listener, key: JsonObject) -> None:
    def changed(document: JsonObject) -> JsonObject:
        member: Any = document["credential_request_encryption"]
        keys = [{**member["jwks"]["keys"][0], **key}]
        return {**document, "credential_request_encryption": {**member, "jwks": {"keys": keys}}}

    between.metadata = changed
    page = samira.collect()
    assert "een antwoord dat wij niet begrijpen" in page.words
    assert between.requests == []


def test_a_key_that_the_agency_had_before_is_looked_up_anew_once(
    samira: Citizen, world: WalletWorld, between: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wallet_api.clients.issuer_metadata.METADATA_SECONDS", METADATA_SECONDS)
    old = [EncryptionKey.generate("old").public()]

    def once(document: JsonObject) -> JsonObject:
        keys = [old.pop()] if old else None
        member: Any = document["credential_request_encryption"]
        jwks = {"keys": keys} if keys is not None else member["jwks"]
        return {**document, "credential_request_encryption": {**member, "jwks": jwks}}

    between.metadata = once
    samira.collect()
    assert len(cards(samira)) == 2
    assert [header_of(content.decode())["kid"] == "old" for _, content in between.requests] == [True, False, False]
    assert [answer.status for answer in between.answers] == [400, 200, 200]


@pytest.mark.parametrize("tolerant", [True, False])
def test_where_the_algorithm_is_named_is_a_tolerance_with_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, tolerant: bool
) -> None:
    world = make_world(tmp_path, "cjib", tolerances=Tolerances(encryption_alg_beside_key=tolerant))
    between = Listener(world, monkeypatch)
    citizen = world.citizen()
    citizen.make_wallet()
    citizen.collect()
    key = world.agencies["cjib"].desk.encryption.key
    opened = json_object(open_request(between.requests[0][1], [key], max_inflated=0))
    asked = opened["credential_response_encryption"]
    assert isinstance(asked, dict)
    assert ("alg" in asked) is tolerant
    assert isinstance(asked["jwk"], dict)
    assert asked["jwk"]["alg"] == "ECDH-ES"
    assert len(citizen.api("kaarten").json()["kaarten"]) == 2
    world.close()
