"""did:key and did:jwk carry their own key, in one spelling."""

import json
from collections.abc import Callable

import pytest

from credentials.dids import Resolver, UnresolvableDid, did_jwk, did_key, resolve
from credentials.encoding import b64url_encode
from credentials.keys import COMMON, Algorithm, PublicJwk, SoftwareSigner

# W3C CCG did:key, "Test vectors": Ed25519 and P-256.
ED25519 = "z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp"
ED25519_X = "O2onvM62pC1io6jQKm8Nc2UyFXcd4kOmOsBIoYtZ2ik"
P256 = "zDnaerx9CtbPJ1q36T5Ln5wYt3MQYeGRG5ehnPAmxcf5mDZpv"


@pytest.mark.parametrize("algorithm", COMMON)
@pytest.mark.parametrize("make", [did_key, did_jwk])
def test_a_key_is_found_again_in_the_did_made_from_it(
    algorithm: Algorithm, make: Callable[[PublicJwk], tuple[str, str]]
) -> None:
    key = SoftwareSigner.generate(algorithm).public_jwk
    did, method = make(key)
    assert method.startswith(did + "#")
    assert Resolver().resolve(method, "assertionMethod") == key
    assert Resolver().resolve(method, "authentication") == key


def test_the_published_ed25519_vector() -> None:
    key = resolve(f"did:key:{ED25519}#{ED25519}")
    assert key.members == {"crv": "Ed25519", "kty": "OKP", "x": ED25519_X}


def test_the_published_p256_vector() -> None:
    key = resolve(f"did:key:{P256}#{P256}")
    assert key.curve == "P-256"
    assert did_key(key)[0] == f"did:key:{P256}"


def test_the_published_did_jwk_example() -> None:
    did = (
        "did:jwk:eyJjcnYiOiJQLTI1NiIsImt0eSI6IkVDIiwieCI6ImFjYklRaXVNczNpOF91c3pFakoydHBUdFJNNEVVM3l6OTFQSDZDZEgyV"
        "jAiLCJ5IjoiX0tjeUxqOXZXTXB0bm1LdG00NkdxRHo4d2Y3NEk1TEtncmwyR3pIM25TRSJ9"
    )
    assert resolve(f"{did}#0").members["x"] == "acbIQiuMs3i8_uszEjJ2tpTtRM4EU3yz91PH6CdH2V0"


@pytest.mark.parametrize(
    "url",
    [
        f"did:key:{ED25519}",
        f"did:key:{ED25519}#{P256}",
        f"did:key:{ED25519}#0",
        f"did:key:{ED25519}?a=b#{ED25519}",
        f"did:key:{ED25519}/path#{ED25519}",
        f"did:key:{ED25519[:-1]}#{ED25519[:-1]}",
        "did:key:u7QE#u7QE",
        "did:key:z#z",
        "did:jwk:e30#0",
        "did:jwk:e30#1",
        "did:jwk:%7B%7D#0",
        "did:ebsi:z123#key",
        "did:web:agency.example#key",
        "https://agency.example#key",
        "did:key:" + "z" * 5000 + "#0",
        "",
    ],
)
def test_what_is_not_exactly_such_a_did_is_refused(url: str) -> None:
    with pytest.raises(UnresolvableDid):
        resolve(url)


def test_a_key_for_encryption_or_with_its_private_half_is_refused() -> None:
    signer = SoftwareSigner.generate()
    for jwk in ({**signer.public_jwk.members, "use": "enc"}, signer.to_private_jwk()):
        encoded = b64url_encode(json.dumps(jwk).encode())
        with pytest.raises(UnresolvableDid):
            resolve(f"did:jwk:{encoded}#0")


def test_a_purpose_that_is_no_signature_is_refused() -> None:
    _, method = did_key(SoftwareSigner.generate().public_jwk)
    with pytest.raises(UnresolvableDid):
        resolve(method, "keyAgreement")


def test_an_error_never_quotes_the_did() -> None:
    with pytest.raises(UnresolvableDid) as caught:
        resolve("did:example:burgerservicenummer-123456782#x")
    assert "123456782" not in str(caught.value)
