"""JWT VC issuer metadata (SD-JWT VC section 4): where it lives, what it may say, and how often it is asked for."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from credentials.clock import FixedClock
from credentials.encoding import JsonObject
from credentials.errors import BlauweKnopError, MalformedInput, Unavailable
from credentials.formats import MalformedCredential
from credentials.formats.issuer_key import IssuerMetadata, KeyNotPublished, metadata_address, read_key_set
from credentials.formats.sd_jwt import SdJwtVc
from credentials.keys import InvalidSignature
from tests.unit.formats.format_samples import BARE, NOW, RESOLVER, signer
from tests.unit.sd_jwt.tokens import token

ISSUER = "https://example.com/tenant/1234"
ADDRESS = "https://example.com/.well-known/jwt-vc-issuer/tenant/1234"
KEYS = "https://keys.example.com/set.jwks?v=1"


def jwk(name: str, **members: object) -> JsonObject:
    return signer(name).public_jwk.to_dict() | members  # type: ignore[return-value]


def metadata(*keys: JsonObject, **members: object) -> JsonObject:
    return {"issuer": ISSUER, "jwks": {"keys": list(keys)}} | members  # type: ignore[return-value]


class Web:
    """Web sites: a document by address, or why there is none."""

    def __init__(self, pages: dict[str, JsonObject | bytes | BlauweKnopError | OSError]) -> None:
        self.pages = pages
        self.asked: list[str] = []

    def __call__(self, url: str, accept: str) -> bytes:
        assert "json" in accept
        self.asked.append(url)
        page = self.pages.get(url, Unavailable("not there"))
        if isinstance(page, BlauweKnopError | OSError):
            raise page
        return page if isinstance(page, bytes) else json.dumps(page).encode()


class Scene:
    def __init__(self, page: JsonObject | bytes | BlauweKnopError | OSError, **others: JsonObject) -> None:
        self.web = Web({ADDRESS: page, KEYS: others.get("keys", {})})
        self.clock = FixedClock(NOW)
        self.keys = IssuerMetadata(self.web, self.clock, allowed=lambda issuer: issuer == ISSUER)

    def find(self, kid: str | None = "k1") -> str:
        return self.keys.find(ISSUER, kid).key.thumbprint


ONE = signer("one").public_jwk.thumbprint


@pytest.mark.parametrize(
    ("issuer", "address"),
    [
        ("https://example.com", "https://example.com/.well-known/jwt-vc-issuer"),
        ("https://example.com/", "https://example.com/.well-known/jwt-vc-issuer"),
        ("https://example.com:8443", "https://example.com:8443/.well-known/jwt-vc-issuer"),
        (ISSUER, ADDRESS),
        (ISSUER + "/", ADDRESS),
        ("https://Example.com/Tenant", "https://Example.com/.well-known/jwt-vc-issuer/Tenant"),
        ("https://example.com/a%20b", "https://example.com/.well-known/jwt-vc-issuer/a%20b"),
    ],
)
def test_4_the_name_is_put_between_host_and_path(issuer: str, address: str) -> None:
    assert metadata_address(issuer) == address


@pytest.mark.parametrize(
    "issuer",
    [
        "http://example.com",
        "http://localhost:1",
        "ftp://example.com",
        "example.com",
        "https://",
        "https:///a",
        "https://example.com?a",
        "https://example.com/?",
        "https://example.com#a",
        "https://example.com/#",
        "https://user@example.com",
        "https://user:pw@example.com",
        "https://example.com:port",
        "https://example.com/../a",
        "https://example.com/./a",
        "https://example.com\\@evil.example",
        "https://example.com/a b",
        "https://example.com/\n",
        "https://éxample.com",
        "https://[::1",
        "did:web:example.com",
        "",
        "https://example.com/" + "a" * 2_100,
    ],
)
def test_4_what_is_no_https_address_of_host_and_path_is_refused(issuer: str) -> None:
    with pytest.raises(KeyNotPublished):
        metadata_address(issuer)
    assert metadata_address("http://localhost:8001/", allow_insecure_localhost=True).startswith(
        "http://localhost:8001/."
    )
    with pytest.raises(KeyNotPublished):
        metadata_address("http://example.com", allow_insecure_localhost=True)


def test_2_5_a_credential_is_verified_with_a_published_key() -> None:
    scene = Scene(metadata(jwk("issuer", kid="k1"), jwk("other", kid="k2")))
    compact = token({"iss": ISSUER, "a": 1}, header={"x5c": None, "kid": "k1"})
    result = SdJwtVc(published=scene.keys).verify(compact, BARE, RESOLVER)
    assert result.claims == {"a": 1}
    assert result.signed_by.published_at == ADDRESS
    assert result.signed_by.issuer == ISSUER
    assert result.signed_by.x5c == ()
    assert scene.web.asked == [ADDRESS]
    with pytest.raises(InvalidSignature):
        SdJwtVc(published=scene.keys).verify(token({"iss": ISSUER}, header={"x5c": None, "kid": "k2"}), BARE, RESOLVER)


def test_2_5_this_way_is_closed_unless_it_was_opened() -> None:
    scene = Scene(metadata(jwk("issuer", kid="k1")))
    compact = token({"iss": ISSUER}, header={"x5c": None, "kid": "k1"})
    with pytest.raises(MalformedCredential):
        SdJwtVc().verify(compact, BARE, RESOLVER)
    stranger = token({"iss": "https://evil.example"}, header={"x5c": None, "kid": "k1"})
    with pytest.raises(KeyNotPublished):
        SdJwtVc(published=scene.keys).verify(stranger, BARE, RESOLVER)
    assert scene.web.asked == []


def test_2_5_certificates_in_the_token_come_first_and_nobody_is_asked() -> None:
    scene = Scene(metadata(jwk("issuer", kid="k1")))
    result = SdJwtVc(published=scene.keys).verify(token({"iss": ISSUER}), BARE, RESOLVER)
    assert result.signed_by.x5c
    assert result.signed_by.published_at is None
    assert scene.web.asked == []


@pytest.mark.parametrize("kid", [5, None, ["k1"], ""])
def test_a_name_of_no_key_finds_none(kid: object) -> None:
    scene = Scene(metadata(jwk("one", kid="k1"), jwk("two", kid="k2")))
    with pytest.raises((KeyNotPublished, MalformedCredential)):
        SdJwtVc(published=scene.keys).verify(
            token({"iss": ISSUER}, header={"x5c": None, "kid": kid}),  # type: ignore[dict-item]
            BARE,
            RESOLVER,
        )


def test_without_a_name_the_only_key_is_meant() -> None:
    assert Scene(metadata(jwk("one"))).find(None) == ONE
    with pytest.raises(KeyNotPublished):
        Scene(metadata(jwk("one"), jwk("two"))).find(None)
    with pytest.raises(KeyNotPublished):
        Scene(metadata(jwk("one"))).find("k1")


def test_4_2_keys_may_stand_elsewhere() -> None:
    scene = Scene({"issuer": ISSUER, "jwks_uri": KEYS}, keys={"keys": [jwk("one", kid="k1")]})
    assert scene.find() == ONE
    assert scene.web.asked == [ADDRESS, KEYS]


@pytest.mark.parametrize(
    "page",
    [
        metadata(jwk("one", kid="k1"), issuer="https://example.com"),
        metadata(jwk("one", kid="k1"), issuer=ISSUER + "/"),
        metadata(jwk("one", kid="k1"), issuer=ISSUER.upper()),
        metadata(jwk("one", kid="k1"), issuer=None),
        metadata(jwk("one", kid="k1"), jwks_uri=KEYS),
        metadata(jwk("one", kid="k1"), jwks_uri=None),
        {"issuer": ISSUER},
        {"issuer": ISSUER, "jwks": [jwk("one", kid="k1")]},
        {"issuer": ISSUER, "jwks": {"keys": jwk("one", kid="k1")}},
        {"issuer": ISSUER, "jwks": KEYS},
        {"issuer": ISSUER, "jwks_uri": {"keys": []}},
        {"issuer": ISSUER, "jwks_uri": "http://keys.example.com/set.jwks"},
        {"issuer": ISSUER, "jwks_uri": "file:///etc/passwd"},
        {"issuer": ISSUER, "jwks_uri": KEYS},
        metadata(),
        metadata(jwk("one", kid="k1"), jwk("two", kid="k1")),
        metadata(jwk("one", kid="k1", use="enc")),
        metadata(jwk("one", kid="k1", d="AA")),
        metadata({"kty": "RSA", "kid": "k1", "n": "AQAB", "e": "AQAB"}),
        metadata({"kty": "oct", "kid": "k1", "k": "AAAA"}),
        metadata(*(jwk("one", kid=f"k{number}") for number in range(65))),
        b"[]",
        b"not JSON",
        b'{"issuer":"https://example.com/tenant/1234","issuer":"x","jwks":{"keys":[]}}',
        b'{"a":"' + b"a" * 70_000 + b'"}',
    ],
)
def test_4_metadata_that_is_not_exactly_right_is_not_used(page: JsonObject | bytes) -> None:
    scene = Scene(page)
    with pytest.raises(KeyNotPublished):
        scene.find()


def test_keys_of_kinds_that_we_do_not_take_are_passed_over() -> None:
    unknown: JsonObject = {"kty": "RSA", "kid": "k0", "n": "AQAB", "e": "AQAB"}
    assert Scene(metadata(unknown, jwk("one", kid="k1"))).find() == ONE
    assert read_key_set({"keys": [unknown, "x", 5, None]}) == ()


def test_keys_are_kept_for_a_while() -> None:
    scene = Scene(metadata(jwk("one", kid="k1")))
    for _ in range(3):
        assert scene.find() == ONE
    assert len(scene.web.asked) == 1
    scene.clock.advance(timedelta(minutes=11))
    assert scene.find() == ONE
    assert len(scene.web.asked) == 2


def test_an_unknown_name_is_looked_for_anew_but_no_more_than_once_a_minute() -> None:
    scene = Scene(metadata(jwk("one", kid="k1")))
    assert scene.find() == ONE
    for number in range(50):
        with pytest.raises(KeyNotPublished):
            scene.find(f"x{number}")
    assert len(scene.web.asked) == 1
    scene.clock.advance(timedelta(minutes=1))
    scene.web.pages[ADDRESS] = metadata(jwk("one", kid="k1"), jwk("two", kid="k2"))
    assert scene.find("k2") == signer("two").public_jwk.thumbprint
    for number in range(50):
        with pytest.raises(KeyNotPublished):
            scene.find(f"x{number}")
    assert len(scene.web.asked) == 2


@pytest.mark.parametrize("page", [Unavailable("down"), TimeoutError(), b"{", metadata(issuer="https://other.example")])
def test_a_bad_answer_does_not_undo_what_was_read_before(page: bytes | JsonObject | BlauweKnopError | OSError) -> None:
    scene = Scene(metadata(jwk("one", kid="k1")))
    assert scene.find() == ONE
    scene.web.pages[ADDRESS] = page
    scene.clock.advance(timedelta(minutes=20))
    assert scene.find() == ONE
    # Not for ever: a key that was taken away must stop counting.
    scene.clock.advance(timedelta(minutes=41))
    with pytest.raises((KeyNotPublished, Unavailable)):
        scene.find()


@pytest.mark.parametrize("failure", [Unavailable("down"), ConnectionResetError()])
def test_a_failure_is_remembered_for_a_minute(failure: BlauweKnopError | OSError) -> None:
    scene = Scene(failure)
    for _ in range(5):
        with pytest.raises(Unavailable):
            scene.find()
    assert len(scene.web.asked) == 1
    scene.web.pages[ADDRESS] = metadata(jwk("one", kid="k1"))
    scene.clock.advance(timedelta(minutes=1))
    assert scene.find() == ONE


def test_a_key_that_is_taken_away_stops_counting() -> None:
    scene = Scene(metadata(jwk("one", kid="k1")))
    assert scene.find() == ONE
    scene.web.pages[ADDRESS] = metadata(jwk("two", kid="k2"))
    scene.clock.advance(timedelta(minutes=11))
    with pytest.raises(KeyNotPublished):
        scene.find()


def test_the_memory_for_issuers_is_bounded() -> None:
    web = Web({})
    keys = IssuerMetadata(web, FixedClock(NOW), allowed=lambda _issuer: True)
    for number in range(600):
        with pytest.raises(Unavailable):
            keys.find(f"https://a{number}.example", None)
    assert len(keys._entries) <= 256


@pytest.mark.parametrize(
    "thing", [lambda: read_key_set({}), lambda: read_key_set({"keys": [{}] * 65})], ids=["none", "many"]
)
def test_what_is_no_key_set_is_refused(thing: Callable[[], object]) -> None:
    with pytest.raises((KeyNotPublished, MalformedInput)):
        thing()
