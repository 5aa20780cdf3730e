"""Published vectors: what others computed, byte for byte. Where they come from stands in each SOURCE.md."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from credentials.encoding import JsonObject, base58_decode
from credentials.formats import Expectation, WrongNonce
from credentials.formats.ldp_vc import Canonicaliser, verify_document
from credentials.formats.sd_jwt import Limits
from credentials.formats.sd_jwt.registered import NEVER_HIDDEN
from credentials.formats.selective_disclosure import key_binding as bindings
from credentials.formats.selective_disclosure.compact import UnverifiedSdJwt
from credentials.formats.selective_disclosure.disclosures import by_digest
from credentials.formats.selective_disclosure.processing import process
from credentials.jose import UnverifiedToken
from credentials.keys import InvalidSignature, PublicJwk, SoftwareSigner, verify_signature
from tests.unit.formats.format_samples import CITIZENSHIP_URL, NOW, RESOLVER, VECTORS, bundle

CITIZENSHIP = (VECTORS / "contexts/citizenship-v4rc1.jsonld").read_bytes()
CANONICALISER = Canonicaliser(bundle({CITIZENSHIP_URL: CITIZENSHIP}))
SUITES = [
    ("vc-di-eddsa/eddsa-rdfc-2022", "DataInt", "sha256"),
    ("vc-di-eddsa/eddsa-rdfc-2022/employ", "DataInt", "sha256"),
    ("vc-di-ecdsa/ecdsa-rdfc-2019-p256", "ECDSAP256", "sha256"),
    ("vc-di-ecdsa/ecdsa-rdfc-2019-p256/employ", "ECDSAP256", "sha256"),
    ("vc-di-ecdsa/ecdsa-rdfc-2019-p384", "ECDSAP384", "sha384"),
    ("vc-di-ecdsa/ecdsa-rdfc-2019-p384/employ", "ECDSAP384", "sha384"),
]


def signed(folder: Path, name: str) -> tuple[JsonObject, JsonObject]:
    document = json.loads((folder / f"signed{name}.json").read_text())
    proof = document["proof"]
    return document, {key: value for key, value in proof.items() if key != "proofValue"}


@pytest.mark.parametrize(("folder", "name", "hash_name"), SUITES)
def test_w3c_vectors_are_reproduced_step_by_step(folder: str, name: str, hash_name: str) -> None:
    where = VECTORS / folder
    document, options = signed(where, name)
    unsecured = {key: value for key, value in document.items() if key != "proof"}
    configuration: JsonObject = {"@context": document["@context"], **options}
    assert CANONICALISER.canonical(unsecured, hash_name) == (where / f"canonDoc{name}.txt").read_bytes()
    assert CANONICALISER.canonical(configuration, hash_name) == (where / f"proofCanon{name}.txt").read_bytes()
    hashes = CANONICALISER.digest(configuration, hash_name) + CANONICALISER.digest(unsecured, hash_name)
    assert hashes.hex() == (where / f"combinedHash{name}.txt").read_text().strip()


@pytest.mark.parametrize(("folder", "name", "hash_name"), SUITES)
def test_w3c_vectors_verify_and_one_change_does_not(folder: str, name: str, hash_name: str) -> None:
    del hash_name
    document, _ = signed(VECTORS / folder, name)
    assert verify_document(document, RESOLVER, canonicaliser=CANONICALISER, now=NOW)
    with pytest.raises(InvalidSignature):
        verify_document({**document, "name": "x"}, RESOLVER, canonicaliser=CANONICALISER, now=NOW)


def test_the_published_ed25519_signature_is_made_again() -> None:
    where = VECTORS / "vc-di-eddsa"
    pair = json.loads((where / "keyPair.json").read_text())
    public = PublicJwk.from_multikey(pair["publicKeyMultibase"])
    secret = base58_decode(pair["privateKeyMultibase"][1:])[2:]
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    signer = SoftwareSigner(Ed25519PrivateKey.from_private_bytes(secret))
    assert signer.public_jwk == public
    document, _ = signed(where / "eddsa-rdfc-2022", "DataInt")
    hashes = bytes.fromhex((where / "eddsa-rdfc-2022/combinedHashDataInt.txt").read_text().strip())
    assert base58_decode(document["proof"]["proofValue"][1:]) == signer.sign(hashes)  # type: ignore[call-overload,index]


RFC = VECTORS / "rfc9901"
KEYS = json.loads((RFC / "keys.json").read_text())
ISSUER, HOLDER = PublicJwk.parse(KEYS["issuer"]), PublicJwk.parse(KEYS["holder"])


def at(seconds: int, nonce: str = "1234567890") -> Expectation:
    return Expectation(datetime.fromtimestamp(seconds, UTC), nonce, "https://verifier.example.org")


def test_rfc_9901_section_5_presentation_is_processed() -> None:
    issued, *disclosures, binding = (RFC / "with_kb.jwt").read_text().strip().split("~")
    token = UnverifiedToken.parse(issued)
    token.verify(ISSUER)
    payload = process(token.payload, by_digest(disclosures, Limits()), Limits(), frozenset()).payload
    assert payload == {
        "iss": "https://issuer.example.com",
        "iat": 1683000000,
        "exp": 1883000000,
        "sub": "user_42",
        "nationalities": ["US"],
        "cnf": {"jwk": KEYS["holder"]},
        "family_name": "Doe",
        "address": {"street_address": "123 Main St", "locality": "Anytown", "region": "Anystate", "country": "US"},
        "given_name": "John",
    }
    signed_part = "~".join([issued, *disclosures, ""])
    bindings.check(binding, signed_part, HOLDER, at(1740818271))
    with pytest.raises(WrongNonce):
        bindings.check(binding, signed_part, HOLDER, at(1740818271, "other"))


def test_rfc_9901_appendix_a_3_credential_and_presentation_are_processed() -> None:
    held = UnverifiedSdJwt.parse((RFC / "sd_jwt_vc.jwt").read_text().strip(), Limits(), "dc+sd-jwt")
    held.token.verify(ISSUER)
    everything = process(held.token.payload, held.disclosures, Limits(), NEVER_HIDDEN).payload
    assert everything["place_of_birth"] == {"country": "DE", "locality": "Berlin"}
    assert everything["address"] == {
        "locality": "Köln",
        "postal_code": "51147",
        "country": "DE",
        "street_address": "Heidestraße 17",
    }
    assert everything["age_equal_or_over"] == {
        "12": True, "14": True, "16": True, "18": True, "21": True, "65": False,
    }  # fmt: skip
    shown = UnverifiedSdJwt.parse((RFC / "sd_jwt_vc_with_kb.jwt").read_text().strip(), Limits(), "dc+sd-jwt")
    verify_signature(ISSUER, shown.token.signing_input, shown.token.signature)
    payload = process(shown.token.payload, shown.disclosures, Limits(), NEVER_HIDDEN).payload
    assert payload["age_equal_or_over"] == {"18": True}
    assert payload["nationalities"] == ["DE"]
    bindings.check(shown.key_binding, shown.signed_part, HOLDER, at(1740818270))
