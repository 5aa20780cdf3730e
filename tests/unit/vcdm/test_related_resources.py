import hashlib
from base64 import b64encode, urlsafe_b64encode

import pytest

from credentials.encoding import JsonObject, JsonValue, b64url_encode, base58_encode
from credentials.formats.ldp_vc.contexts import ContextBundle
from credentials.formats.vcdm import (
    CREDENTIALS_V2,
    InvalidDocument,
    Problem,
    RelatedResource,
    UnknownResource,
    check_resources,
    read_credential,
)

CONTENT = b'{"any": "bytes"}'
URL = "https://example.org/r"


def sri(name: str, content: bytes = CONTENT) -> str:
    return f"{name}-{b64encode(hashlib.new(name, content).digest()).decode()}"


def multihash(code: bytes, name: str, content: bytes = CONTENT) -> bytes:
    digest = hashlib.new(name, content).digest()
    return code + bytes([len(digest)]) + digest


def resource(**members: JsonValue) -> RelatedResource:
    return RelatedResource.read({"id": URL, **members}, "relatedResource")


BARE = hashlib.sha256(CONTENT).digest()


@pytest.mark.parametrize(
    "members",
    [
        {"digestSRI": sri("sha256")},
        {"digestSRI": sri("sha384")},
        {"digestSRI": sri("sha512")},
        {"digestSRI": sri("sha512").rstrip("=")},
        {"digestSRI": "sha384-" + urlsafe_b64encode(hashlib.sha384(CONTENT).digest()).decode()},
        {"digestSRI": f"{sri('sha256', b'other')} {sri('sha384')}?foo"},
        {"digestSRI": f"{sri('sha384', b'other')} {sri('sha384')}"},
        {"digestMultibase": "u" + b64url_encode(BARE)},
        {"digestMultibase": "z" + base58_encode(BARE)},
        {"digestMultibase": "u" + b64url_encode(multihash(b"\x12", "sha256"))},
        {"digestMultibase": "z" + base58_encode(multihash(b"\x20", "sha384"))},
        {"digestMultibase": "u" + b64url_encode(multihash(b"\x13", "sha512"))},
        {"digestSRI": sri("sha256"), "digestMultibase": "u" + b64url_encode(BARE), "mediaType": "application/ld+json"},
    ],
)
def test_each_way_to_write_a_digest_is_compared(members: JsonObject) -> None:
    assert resource(**members).matches(CONTENT)
    assert not resource(**members).matches(CONTENT + b" ")


def test_every_kind_of_digest_must_match_and_of_one_kind_the_strongest() -> None:
    assert not resource(digestSRI=sri("sha256"), digestMultibase="u" + b64url_encode(bytes(32))).matches(CONTENT)
    assert not resource(digestSRI=f"{sri('sha256')} {sri('sha512', b'other')}").matches(CONTENT)


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"digestSRI": ""},
        {"digestSRI": 5},
        {"digestSRI": [sri("sha256")]},
        {"digestSRI": "sha256-AAAA"},
        {"digestSRI": sri("sha256").replace("sha256", "md5")},
        {"digestSRI": sri("sha256").replace("sha256", "sha512")},
        {"digestSRI": f"{sri('sha256')} nonsense"},
        {"digestMultibase": ""},
        {"digestMultibase": None},
        {"digestMultibase": "m" + b64encode(BARE).decode()},
        {"digestMultibase": "u" + b64url_encode(BARE[:31])},
        {"digestMultibase": "u" + b64url_encode(b"\x12\x1f" + BARE[:31])},
        {"digestMultibase": "u" + b64url_encode(b"\x16\x20" + BARE)},
        {"digestMultibase": "u" + b64url_encode(b"\x12\x20" + BARE + b"x")},
        {"digestMultibase": "z" + "1" * 100_000},
        {"digestSRI": sri("sha256"), "mediaType": "json"},
        {"digestSRI": sri("sha256"), "mediaType": None},
        {"digestSRI": sri("sha256"), "id": "not a url"},
    ],
)
def test_what_says_nothing_of_a_resource_is_refused(members: JsonObject) -> None:
    with pytest.raises(InvalidDocument) as caught:
        resource(**members)
    assert caught.value.problem is Problem.MALFORMED_VALUE


def test_what_is_not_known_is_refused_unless_it_is_left_to_the_caller() -> None:
    known, unknown = resource(digestSRI=sri("sha256")), resource(id="urn:x", digestSRI=sri("sha256"))
    lookup = {URL: CONTENT}.get
    assert check_resources((known,), lookup) == ()
    assert check_resources((known, unknown), lookup, UnknownResource.LEFT) == ("urn:x",)
    with pytest.raises(InvalidDocument):
        check_resources((known, unknown), lookup)
    with pytest.raises(InvalidDocument) as caught:
        check_resources((known,), {URL: b"other"}.get, UnknownResource.LEFT)
    assert caught.value.problem is Problem.CRYPTOGRAPHIC_SECURITY


def test_the_published_digests_of_the_base_context_are_those_of_the_bundle() -> None:
    # VCDM 2.0 appendix B.1, and the data model suite's fixture of May 2026.
    published: JsonObject = {
        "id": CREDENTIALS_V2,
        "digestMultibase": "uWZVc7WaX1h4D8rJVb-vlMIqxaEKEb1tYbX8fet7JJzQ",
        "digestSRI": "sha384-l/HrjlBCNWyAX91hr6LFV2Y3heB5Tcr6IeE4/Tje8YyzYBM8IhqjHWiWpr8+ZbYU",
    }
    assert RelatedResource.read(published, "relatedResource").matches(ContextBundle().document(CREDENTIALS_V2))


def test_what_a_document_names_elsewhere_may_bear_digests_too() -> None:
    document: JsonObject = {
        "@context": [CREDENTIALS_V2],
        "type": "VerifiableCredential",
        "issuer": "did:example:1",
        "credentialSubject": {"id": "did:example:2"},
        "credentialSchema": {"id": URL, "type": "JsonSchema", "digestSRI": sri("sha256")},
        "relatedResource": [{"id": "urn:x", "digestSRI": sri("sha384")}],
    }
    assert [each.id for each in read_credential(document).related] == ["urn:x", URL]
    with pytest.raises(InvalidDocument):
        read_credential({**document, "evidence": {"type": "Note", "digestSRI": sri("sha256")}})
