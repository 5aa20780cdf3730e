"""did:web: where the document stands, and which of its keys count for what."""

import json
from datetime import UTC, datetime

import pytest

from credentials.clock import FixedClock
from credentials.dids import Resolver, UnresolvableDid, did_web, did_web_document, did_web_url, verification_method
from credentials.encoding import JsonObject, JsonValue
from credentials.errors import Unavailable
from credentials.keys import Algorithm, SoftwareSigner

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DID = "did:web:cjib.example"
KEY = SoftwareSigner.generate(Algorithm.EDDSA).public_jwk
OTHER = SoftwareSigner.generate().public_jwk
METHOD = verification_method(DID, KEY)


def resolver(document: JsonObject, seen: list[str] | None = None, **options: object) -> Resolver:
    def fetch(url: str, accept: str) -> bytes:
        assert "application/did+json" in accept
        if seen is not None:
            seen.append(url)
        return document if isinstance(document, bytes) else json.dumps(document).encode()

    return Resolver(fetch, **options)


def document(**changes: JsonValue) -> JsonObject:
    return {**did_web_document(DID, [KEY, OTHER]), **changes}


@pytest.mark.parametrize(
    ("did", "url"),
    [
        ("did:web:a.example", "https://a.example/.well-known/did.json"),
        ("did:web:a.example:t:1", "https://a.example/t/1/did.json"),
        ("did:web:a.example%3A8443:t", "https://a.example:8443/t/did.json"),
        ("did:web:localhost%3A8101", "https://localhost:8101/.well-known/did.json"),
    ],
)
def test_the_document_stands_where_the_method_says(did: str, url: str) -> None:
    assert did_web_url(did) == url


def test_plain_http_is_for_loopback_and_only_when_allowed() -> None:
    assert did_web_url("did:web:localhost%3A8101", allow_insecure_localhost=True).startswith("http://localhost:8101/")
    assert did_web_url("did:web:a.example", allow_insecure_localhost=True).startswith("https://")
    assert did_web_url("did:web:localhost.a.example", allow_insecure_localhost=True).startswith("https://")


@pytest.mark.parametrize(
    "did",
    [
        "did:web:10.0.0.1",
        "did:web:127.0.0.1",
        "did:web:a.example:..:b",
        "did:web:a.example::b",
        "did:web:a.example:b%2Fc",
        "did:web:user%40a.example",
        "did:web:a..example",
        "did:web:a.example%3A",
        "did:web:%5B%3A%3A1%5D",
        "did:key:z6Mk",
    ],
)
def test_what_leads_elsewhere_is_refused(did: str) -> None:
    with pytest.raises(UnresolvableDid):
        did_web_url(did)


def test_an_address_becomes_a_did_and_back() -> None:
    assert did_web("https://a.example:8443/b/c") == "did:web:a.example%3A8443:b:c"
    assert did_web("http://localhost:8101") == "did:web:localhost%3A8101"
    for bad in ("ftp://a.example", "https://u@a.example", "https://a.example?x=1", "nonsense"):
        with pytest.raises(UnresolvableDid):
            did_web(bad)


def test_both_forms_of_a_listed_key_are_found() -> None:
    seen: list[str] = []
    assert resolver(document(), seen).resolve(METHOD, "assertionMethod") == KEY
    assert resolver(document()).resolve(f"{DID}#{OTHER.thumbprint}", "assertionMethod") == OTHER
    assert resolver(document()).resolve(f"{DID}#{OTHER.multikey}", "assertionMethod") == OTHER
    assert seen == ["https://cjib.example/.well-known/did.json"]


def test_relative_ids_and_embedded_methods_are_read() -> None:
    relative = {"id": "#k", "type": "JsonWebKey", "controller": DID, "publicKeyJwk": dict(OTHER.members)}
    listed = {"id": DID, "verificationMethod": [relative], "assertionMethod": ["#k"]}
    assert resolver(listed).resolve(f"{DID}#k", "assertionMethod") == OTHER
    embedded = {"id": DID, "assertionMethod": [{**relative, "id": f"{DID}#k"}]}
    assert resolver(embedded).resolve(f"{DID}#k", "assertionMethod") == OTHER


def test_a_key_that_is_not_listed_for_the_purpose_is_refused() -> None:
    with pytest.raises(UnresolvableDid):
        resolver(document()).resolve(METHOD, "authentication")
    with pytest.raises(UnresolvableDid):
        resolver(document(assertionMethod=[])).resolve(METHOD, "assertionMethod")


def changed_method(**changes: JsonValue) -> JsonObject:
    made = document()
    made["verificationMethod"][0] = {**made["verificationMethod"][0], **changes}
    return made


@pytest.mark.parametrize(
    "bad",
    [
        document(id="did:web:other.example"),
        document(verificationMethod=[]),
        document(verificationMethod="x"),
        document(verificationMethod=[1]),
        document(assertionMethod=[METHOD, METHOD]),
        document(assertionMethod=[1]),
        document(verificationMethod=did_web_document(DID, [KEY, KEY])["verificationMethod"]),
        changed_method(controller="did:web:other.example"),
        changed_method(controller=None),
        changed_method(type="JsonWebKey"),
        changed_method(type={}),
        changed_method(type=["Multikey"]),
        changed_method(publicKeyJwk=dict(KEY.members)),
        changed_method(publicKeyMultibase="z6Mk"),
        changed_method(revoked="2026-01-01T00:00:00Z"),
        changed_method(expires="2026-01-01T00:00:00Z"),
        changed_method(expires="soon"),
        b"[]",
        b"{",
        b'{"id":"did:web:cjib.example","id":"did:web:cjib.example"}',
        b'{"id":"' + b"a" * 70_000 + b'"}',
    ],
)
def test_a_document_that_is_wrong_anywhere_is_refused(bad: object) -> None:
    with pytest.raises(UnresolvableDid):
        resolver(bad, clock=FixedClock(NOW)).resolve(METHOD, "assertionMethod")


def test_an_expiry_counts_by_the_clock_and_without_a_clock_as_past() -> None:
    later = changed_method(expires="2027-01-01T00:00:00Z")
    assert resolver(later, clock=FixedClock(NOW)).resolve(METHOD, "assertionMethod") == KEY
    with pytest.raises(UnresolvableDid):
        resolver(later).resolve(METHOD, "assertionMethod")


def test_what_the_fetch_raises_travels_on() -> None:
    def fetch(_url: str, _accept: str) -> bytes:
        raise Unavailable("no route")

    with pytest.raises(Unavailable):
        Resolver(fetch).resolve(METHOD, "assertionMethod")
