"""Resolution with metadata: documents of did:key, did:jwk and did:web, and each error by its code."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric import x25519
from hypothesis import given
from hypothesis import strategies as st

from credentials.dids import DidProblem, ResolutionOptions, Unresolved, did_document, did_jwk, did_key, resolve_did
from credentials.encoding import JsonObject, b64url_decode, b64url_encode, base58_encode, json_compact
from credentials.errors import Unavailable
from credentials.keys import Algorithm, SoftwareSigner

# W3C CCG did:key, "Create".
ED25519 = "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"
X25519 = "z6LSj72tK8brWgZja8NLRwPigth2T9QRiG1uH9oKZuKjdh9p"
DID = f"did:key:{ED25519}"
# The same, "Test Vectors".
SECP256K1 = "zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme"
P256 = "zDnaerx9CtbPJ1q36T5Ln5wYt3MQYeGRG5ehnPAmxcf5mDZpv"
P384 = "z82Lm1MpAkeJcix9K8TMiLd5NMAhnwkjjCBeWHXyu3U4oT2MVJJKXkcVBgjGhnLBn2Kaau9"

SIGNING = ["authentication", "assertionMethod", "capabilityInvocation", "capabilityDelegation"]


def test_the_methods_own_example() -> None:
    document = did_document(DID, ResolutionOptions(derive_encryption_key=True))
    assert document == {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": DID,
        "verificationMethod": [
            {
                "id": f"{DID}#{ED25519}",
                "type": "Multikey",
                "controller": DID,
                "publicKeyMultibase": ED25519,
            },
            {"id": f"{DID}#{X25519}", "type": "Multikey", "controller": DID, "publicKeyMultibase": X25519},
        ],
        **{name: [f"{DID}#{ED25519}"] for name in SIGNING},
        "keyAgreement": [f"{DID}#{X25519}"],
    }


def test_a_key_for_agreement_is_derived_only_when_asked() -> None:
    document = did_document(DID)
    assert "keyAgreement" not in document
    assert len(document["verificationMethod"]) == 1


@pytest.mark.parametrize(
    ("multikey", "curve", "relationships"),
    [
        (ED25519, "Ed25519", SIGNING),
        (P256, "P-256", [*SIGNING, "keyAgreement"]),
        (P384, "P-384", [*SIGNING, "keyAgreement"]),
        (SECP256K1, "secp256k1", [*SIGNING, "keyAgreement"]),
        (X25519, "X25519", ["keyAgreement"]),
    ],
)
def test_every_kind_of_key_of_the_method_has_a_document(multikey: str, curve: str, relationships: list[str]) -> None:
    did = f"did:key:{multikey}"
    document = did_document(did, ResolutionOptions("JsonWebKey"))
    (method,) = document["verificationMethod"]
    assert method["publicKeyJwk"]["crv"] == curve
    assert method["id"] == f"{did}#{multikey}"
    assert sorted(document.keys() - {"@context", "id", "verificationMethod"}) == sorted(relationships)


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_our_own_keys_have_documents(algorithm: Algorithm) -> None:
    key = SoftwareSigner.generate(algorithm).public_jwk
    by_key = did_document(did_key(key)[0], ResolutionOptions("JsonWebKey"))
    by_jwk = did_document(did_jwk(key)[0])
    for document in (by_key, by_jwk):
        assert document["verificationMethod"][0]["publicKeyJwk"] == key.members


@pytest.mark.parametrize(
    ("wanted", "context"),
    [
        ("Multikey", "https://w3id.org/security/multikey/v1"),
        ("JsonWebKey", "https://w3id.org/security/jwk/v1"),
        ("JsonWebKey2020", "https://w3id.org/security/suites/jws-2020/v1"),
        ("Ed25519VerificationKey2020", "https://w3id.org/security/suites/ed25519-2020/v1"),
    ],
)
def test_the_format_asked_for_is_the_type(wanted: str, context: str) -> None:
    result = resolve_did(DID, ResolutionOptions.from_query({"publicKeyFormat": wanted}))
    assert result.document["verificationMethod"][0]["type"] == wanted
    assert result.document["@context"][1:] == [context]
    assert (result.status, result.error) == (200, None)


def test_a_derived_key_of_a_typed_format_has_the_type_for_agreement() -> None:
    document = did_document(DID, ResolutionOptions("Ed25519VerificationKey2020", derive_encryption_key=True))
    assert [method["type"] for method in document["verificationMethod"]] == [
        "Ed25519VerificationKey2020",
        "X25519KeyAgreementKey2020",
    ]


def test_a_derived_key_is_one_that_the_holder_of_the_private_key_has() -> None:
    from hashlib import sha512

    signer = SoftwareSigner.generate(Algorithm.EDDSA)
    # RFC 8032 section 5.1.5: the scalar of the Ed25519 key is that of the X25519 key.
    scalar = sha512(b64url_decode(str(signer.to_private_jwk()["d"]))).digest()[:32]
    expected = x25519.X25519PrivateKey.from_private_bytes(scalar).public_key().public_bytes_raw()
    document = did_document(did_key(signer.public_jwk)[0], ResolutionOptions("JsonWebKey", derive_encryption_key=True))
    assert document["verificationMethod"][1]["publicKeyJwk"]["x"] == b64url_encode(expected)


def test_a_did_url_gives_the_method_itself() -> None:
    result = resolve_did(f"{DID}#{ED25519}")
    assert result.to_dict() == {
        "@context": "https://w3id.org/did-resolution/v1",
        "didDocument": {
            "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
            "id": f"{DID}#{ED25519}",
            "type": "Multikey",
            "controller": DID,
            "publicKeyMultibase": ED25519,
        },
        "didDereferencingMetadata": {"contentType": "application/did+ld+json"},
        "didDocumentMetadata": {},
    }
    derived = resolve_did(f"{DID}#{X25519}", ResolutionOptions(derive_encryption_key=True))
    assert derived.document["publicKeyMultibase"] == X25519


def broken(raw: str) -> str:
    return "did:key:z" + base58_encode(bytes.fromhex(raw))


@pytest.mark.parametrize(
    ("did", "error"),
    [
        (f"notDid:key:{ED25519}", "invalidDid"),
        (f"did:key:-4:{ED25519}", "invalidDid"),
        (f"did:key:0:{ED25519}", "invalidDid"),
        (f"did:key:1.1:{ED25519}", "invalidDid"),
        (f"did:key:1:1:{ED25519}", "invalidDid"),
        (f"did:key:\u0661:{ED25519}", "invalidDid"),
        (f"did:key::{ED25519}", "invalidDid"),
        (f"did:key:{ED25519[1:]}", "invalidDid"),
        (f"did:key:u{b64url_encode(bytes.fromhex('ed01') + bytes(32))}", "invalidDid"),
        (f"did:key:z1{ED25519[1:]}", "unsupportedPublicKeyType"),
        ("did:key:z", "invalidDid"),
        ("did:key:z0OIl", "invalidDid"),
        ("did:key:@", "invalidDid"),
        ("did:key:" + "z" * 9000, "invalidDid"),
        ("", "invalidDid"),
        ("did:experimental:1", "methodNotSupported"),
        ("did:web:cjib.example", "methodNotSupported"),
        ("did:key:zTjsVPtY", "invalidPublicKeyLength"),
        (broken("ed01" + "05" * 33), "invalidPublicKeyLength"),
        (broken("e701" + "05" * 32), "invalidPublicKeyLength"),
        (broken("ed01" + "00" * 32), "invalidPublicKey"),
        (broken("8024" + "02" + "ff" * 32), "invalidPublicKey"),
        (broken("8024" + "05" + "00" * 32), "invalidPublicKey"),
        (broken("e701" + "02" + "ff" * 32), "invalidPublicKey"),
        (broken("eb01" + "05" * 96), "unsupportedPublicKeyType"),
        ("did:jwk:e30", "invalidPublicKey"),
        ("did:jwk:AAAA", "invalidDid"),
        (f"did:jwk:{b64url_encode(b'[]')}", "invalidDid"),
    ],
    ids=lambda value: value[:24],
)
def test_a_did_that_does_not_resolve_says_why(did: str, error: str) -> None:
    result = resolve_did(did)
    assert result.error == error
    assert result.status >= 400
    shown = result.to_dict()
    assert shown["didDocument"] == {}
    assert shown["didResolutionMetadata"] == {"error": error}
    with pytest.raises(Unresolved):
        did_document(did)


@pytest.mark.parametrize(
    ("url", "error", "status"),
    [
        (f"{DID}/^bar^/?query=`#{ED25519}", "invalidDidUrl", 400),
        (f"{DID}# ", "invalidDidUrl", 400),
        (f"{DID}#a#b", "invalidDidUrl", 400),
        (f"{DID}?%zz", "invalidDidUrl", 400),
        (f"{DID}#", "notFound", 404),
        (f"{DID}#other", "notFound", 404),
        (f"{DID}/path#{ED25519}", "notFound", 404),
        (f"{DID}?versionId=1#{ED25519}", "notFound", 404),
        (f"{DID}#{X25519}", "notFound", 404),
        (f"did:key:@#{ED25519}", "invalidDidUrl", 400),
        ("did:experimental:1#0", "methodNotSupported", 501),
    ],
    ids=str,
)
def test_a_did_url_that_leads_nowhere_says_why(url: str, error: str, status: int) -> None:
    result = resolve_did(url)
    assert (result.error, result.status, result.document) == (error, status, {})
    assert result.to_dict()["didDereferencingMetadata"] == {"error": error}


@pytest.mark.parametrize(
    ("did", "wanted", "error"),
    [
        (DID, "unknown", "unsupportedPublicKeyType"),
        (DID, "", None),
        (f"{DID}#{ED25519}", "Ed25519VerificationKey2018", "invalidPublicKeyType"),
        (f"{DID}#{X25519}", "Ed25519VerificationKey2018", "invalidPublicKeyType"),
        (DID, "X25519KeyAgreementKey2020", "invalidPublicKeyType"),
        (f"did:key:{P256}", "Ed25519VerificationKey2020", "invalidPublicKeyType"),
        (f"did:key:{X25519}", "X25519KeyAgreementKey2020", None),
    ],
    ids=str,
)
def test_a_format_that_is_not_served_says_why(did: str, wanted: str, error: str | None) -> None:
    options = ResolutionOptions.from_query({"publicKeyFormat": wanted, "enableExperimentalPublicKeyTypes": "true"})
    assert resolve_did(did, options).error == error


def test_a_use_narrows_what_a_did_jwk_is_for() -> None:
    members = SoftwareSigner.generate().public_jwk.members

    def relationships(**further: str) -> set[str]:
        document = did_document(f"did:jwk:{b64url_encode(json_compact({**members, **further}))}")
        return set(document) - {"@context", "id", "verificationMethod"}

    assert relationships() == {*SIGNING, "keyAgreement"}
    assert relationships(use="sig") == set(SIGNING)
    assert relationships(use="enc") == {"keyAgreement"}


def test_the_published_did_jwk_of_a_key_for_agreement() -> None:
    # did:jwk, "X25519".
    x = "3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08"
    did = f"did:jwk:{b64url_encode(json_compact({'kty': 'OKP', 'crv': 'X25519', 'use': 'enc', 'x': x}))}"
    assert did_document(did) == {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/jws-2020/v1"],
        "id": did,
        "verificationMethod": [
            {
                "id": f"{did}#0",
                "type": "JsonWebKey2020",
                "controller": did,
                "publicKeyJwk": {"crv": "X25519", "kty": "OKP", "x": x},
            }
        ],
        "keyAgreement": [f"{did}#0"],
    }


def test_a_private_key_is_not_repeated() -> None:
    for private in (
        SoftwareSigner.generate().to_private_jwk(),
        {"kty": "OKP", "crv": "X25519", "x": b64url_encode(bytes(32)), "d": b64url_encode(bytes(32))},
    ):
        result = resolve_did(f"did:jwk:{b64url_encode(json_compact(private))}")
        assert result.error == "invalidPublicKey"


WEB: JsonObject = {
    "@context": "https://www.w3.org/ns/did/v1",
    "id": "did:web:cjib.example",
    "assertionMethod": [{"id": "#key", "type": "Multikey", "controller": "did:web:cjib.example"}],
    "service": [{"id": "did:web:cjib.example#site", "type": "LinkedDomains"}],
}


def test_a_did_web_is_fetched_as_it_is() -> None:
    def fetch(url: str, accept: str) -> bytes:
        assert url == "https://cjib.example/.well-known/did.json"
        assert "application/did" in accept
        return json.dumps(WEB).encode()

    assert resolve_did("did:web:cjib.example", fetch=fetch).document == WEB
    for fragment in ("key", "site"):
        found = resolve_did(f"did:web:cjib.example#{fragment}", fetch=fetch)
        assert str(found.document["id"]).endswith(f"#{fragment}")
    assert resolve_did("did:web:cjib.example#none", fetch=fetch).problem is DidProblem.NOT_FOUND


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"<html>", "invalidDidDocument"),
        (b"[]", "invalidDidDocument"),
        (b'{"id":"did:web:duo.example"}', "invalidDidDocument"),
        (b'{"id":"did:web:cjib.example","id":"did:web:cjib.example"}', "invalidDidDocument"),
        (None, "notFound"),
    ],
)
def test_a_did_web_without_a_document_of_its_own_does_not_resolve(body: bytes | None, error: str) -> None:
    def fetch(_url: str, _accept: str) -> bytes:
        if body is None:
            raise Unavailable("no route")
        return body

    assert resolve_did("did:web:cjib.example", fetch=fetch).error == error
    assert resolve_did("did:web:127.0.0.1", fetch=fetch).error == "invalidDid"


@given(st.text(max_size=80).map(lambda text: f"did:key:{text}") | st.text(max_size=80))
def test_any_text_at_all_gets_a_result(text: str) -> None:
    assert resolve_did(text).error is not None
