"""What Digital Bazaar's libraries issued and derived: confirmed, verified, and derived again to the same bytes."""

import json
from typing import Any

import pytest

from credentials.encoding import JsonObject
from credentials.formats.ldp_vc import Canonicaliser, InvalidProof
from credentials.formats.ldp_vc.canonical import Profile
from credentials.keys import InvalidSignature, PublicJwk
from tests.unit.ecdsa_sd.sd_samples import CANONICALISER, HOLDER, SUITE, VECTORS, split

# One of them brings a context of its own, and fractions.
ANY = Canonicaliser(CANONICALISER.bundle, profile=Profile.ANY)

each_credential = pytest.mark.parametrize("name", ["person", "windsurf"])


def load(name: str) -> Any:
    return json.loads((VECTORS / "vc-di-ecdsa/digitalbazaar" / f"{name}.json").read_text())


def key_of(proof: JsonObject) -> PublicJwk:
    return PublicJwk.from_multikey(str(proof["verificationMethod"]).rpartition("#")[2])


@each_credential
def test_their_base_proof_is_confirmed(name: str) -> None:
    unsecured, proof = split(load(f"{name}-base"))
    HOLDER.verify(unsecured, proof, key_of(proof), ANY)
    with pytest.raises(InvalidProof):
        SUITE.verify(unsecured, proof, key_of(proof), ANY)
    with pytest.raises((InvalidProof, InvalidSignature)):
        HOLDER.verify({**unsecured, "issuer": "did:example:x"}, proof, key_of(proof), ANY)


@each_credential
def test_what_they_derived_is_verified_and_derived_by_us_as_well(name: str) -> None:
    saved = load(f"{name}-derived")
    unsecured, proof = split(saved["derived"])
    SUITE.verify(unsecured, proof, key_of(proof), ANY)
    assert SUITE.derive(*split(load(f"{name}-base")), tuple(saved["pointers"]), ANY) == saved["derived"]
    with pytest.raises((InvalidProof, InvalidSignature)):
        SUITE.verify({**unsecured, "issuer": "did:example:x"}, proof, key_of(proof), ANY)
