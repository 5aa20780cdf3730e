"""P-521 is for VC-JOSE-COSE with a key that the caller gave: every other door keeps refusing it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from credentials.dids import Resolver, did_jwk, did_key, find_key
from credentials.dids.did import DidUrl
from credentials.encoding import JsonObject
from credentials.errors import BlauweKnopError
from credentials.formats import Expectation, HolderKey, IssuerKey
from credentials.formats.jwt_vc import ByIdentifier, VerificationMethod, open_secured, secure
from credentials.formats.ldp_vc.suites import ALL_SUITES
from credentials.formats.sd_jwt import SdJwtVc
from credentials.jose import InvalidToken, UnverifiedToken, encrypt, sign_jwt
from credentials.keys import WITH_ES512, Algorithm, PublicJwk, SoftwareSigner
from credentials.openid.dpop import build_dpop_proof, verify_dpop_proof
from credentials.openid.proof import build_jwt_proof, verify_jwt_proof
from tests.unit.formats.format_samples import AUDIENCE, BARE, NONCE, NOW, RESOLVER, draft, issuer_key, signer
from tests.unit.jwt_vc.tokens import credential

P521 = SoftwareSigner.generate(Algorithm.ES512)
DID, KID = did_key(P521.public_jwk)


def test_a_given_key_signs_and_verifies_documents() -> None:
    method = VerificationMethod(KID, DID, P521.public_jwk)
    made = secure(credential(issuer=DID), P521, kid=KID)
    assert open_secured(made, method).signed_by.key.algorithm is Algorithm.ES512
    # No DID leads to such a key, so our cards are never signed or shown with one.
    with pytest.raises(BlauweKnopError):
        open_secured(made, ByIdentifier(Resolver()))


def document(purpose: str) -> JsonObject:
    method = {"id": "did:web:a.example#k", "type": "JsonWebKey", "controller": "did:web:a.example"}
    return {"id": "did:web:a.example", purpose: [{**method, "publicKeyJwk": P521.public_jwk.to_dict()}]}


@pytest.mark.parametrize(
    "find",
    [
        lambda: Resolver().resolve(KID, "assertionMethod"),
        lambda: Resolver().resolve(did_jwk(P521.public_jwk)[1], "authentication"),
        lambda: find_key(document("assertionMethod"), DidUrl.parse("did:web:a.example#k"), "assertionMethod"),
        lambda: PublicJwk.parse(P521.public_jwk.to_dict()),
        lambda: encrypt({}, P521.public_jwk.to_dict()),
    ],
    ids=["did:key", "did:jwk", "DID document", "JWK", "encryption"],
)
def test_no_such_key_is_found(find: Callable[[], Any]) -> None:
    with pytest.raises(BlauweKnopError):
        find()


def test_no_token_is_verified_with_it_unless_that_was_asked_for() -> None:
    token = UnverifiedToken.parse(sign_jwt("at+jwt", {}, {}, P521))
    with pytest.raises(InvalidToken):
        token.verify(P521.public_jwk)
    assert token.verify(P521.public_jwk, WITH_ES512)


def test_no_sd_jwt_vc_is_signed_or_shown_with_it() -> None:
    sd_jwt = SdJwtVc()
    issued = sd_jwt.issue(draft(issuer=DID), IssuerKey(P521, verification_method=KID))
    with pytest.raises(BlauweKnopError):
        sd_jwt.verify(issued, BARE, RESOLVER)
    bound = sd_jwt.issue(draft(holder=HolderKey(P521.public_jwk)), issuer_key())
    with pytest.raises(BlauweKnopError):
        sd_jwt.inspect(bound)
    held = sd_jwt.issue(draft(), issuer_key())
    shown = sd_jwt.present(held, None, signer("holder"), audience=AUDIENCE, nonce=NONCE, now=NOW)
    forged = held + sign_jwt("kb+jwt", {}, {}, P521)
    assert sd_jwt.verify(shown, Expectation(NOW, NONCE, AUDIENCE, max_age=timedelta(minutes=1)), RESOLVER)
    with pytest.raises(BlauweKnopError):
        sd_jwt.verify(forged, Expectation(NOW, NONCE, AUDIENCE), RESOLVER)


@pytest.mark.parametrize("name", sorted(ALL_SUITES))
def test_no_data_integrity_suite_takes_it(name: str) -> None:
    assert not ALL_SUITES[name].takes(P521.public_jwk)


def test_no_proof_of_possession_is_made_with_it() -> None:
    everything = tuple(Algorithm)
    jwt = build_jwt_proof(P521, audience="https://a.example", nonce="n", now=NOW)
    for algorithms in ((Algorithm.ES256, Algorithm.EDDSA), everything):
        with pytest.raises(BlauweKnopError):
            verify_jwt_proof(
                jwt, audience="https://a.example", now=NOW, nonce_check=lambda nonce: None, algorithms=algorithms
            )
    proof = build_dpop_proof(P521, method="POST", url="https://a.example", now=NOW, jti="j" * 20)
    for algorithms in ((Algorithm.ES256, Algorithm.EDDSA), everything):
        with pytest.raises(BlauweKnopError):
            verify_dpop_proof(proof, method="POST", url="https://a.example", now=NOW, algorithms=algorithms)
