"""What somebody else says of a verifier's key: read, checked, and refused where one thing is off."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from credentials.clock import epoch
from credentials.dids import Resolver, did_key
from credentials.encoding import JsonObject
from credentials.errors import Unavailable
from credentials.jose import EncryptionKey, sign_jwt
from credentials.keys import PublicJwk, SoftwareSigner
from credentials.openid.certificates import build_x5c
from credentials.openid.client_id import ClientId, Prefix, parse_client_id
from credentials.openid.dcql import parse_query
from credentials.openid.errors import InvalidPresentationRequest
from credentials.openid.request_object import UnverifiedRequest, VerifiedRequest, sign_request, verify_request
from credentials.openid.verifier_attestation import (
    TYPE,
    VerifierAttestation,
    attester_did,
    check_attestation,
    sign_attestation,
    verify_attestation,
)
from credentials.openid.vp_request import PresentationRequest, ResponseMode

pytestmark = pytest.mark.requirement("vp-verifier-attestation")

ATTESTER, VERIFIER = SoftwareSigner.generate(), SoftwareSigner.generate()
DID, METHOD = did_key(ATTESTER.public_jwk)
CLIENT = ClientId(Prefix.VERIFIER_ATTESTATION, "schuldhulp.example")
AT = "https://v.example/antwoord/1"


def attested(now: datetime, **changes: Any) -> str:
    stated: dict[str, Any] = {
        "issuer": "https://attester.example", "subject": CLIENT.value, "holder": VERIFIER.public_jwk, "now": now,
        "lifetime": timedelta(days=1), "verification_method": METHOD, **changes,
    }  # fmt: skip
    return sign_attestation(stated.pop("signer", ATTESTER), **stated)


def raw(now: datetime, header: JsonObject | None = None, typ: str = TYPE, **claims: Any) -> str:
    stated: JsonObject = {
        "iss": "https://attester.example", "sub": CLIENT.value, "iat": epoch(now), "exp": epoch(now) + 60,
        "cnf": {"jwk": dict(VERIFIER.public_jwk.members)}, **claims,
    }  # fmt: skip
    payload: JsonObject = {name: value for name, value in stated.items() if value is not ...}  # type: ignore[comparison-overlap]  # "left out"
    return sign_jwt(typ, {"kid": METHOD} if header is None else header, payload, ATTESTER)


def request() -> PresentationRequest:
    return PresentationRequest(
        client_id=CLIENT,
        response_uri=AT,
        response_mode=ResponseMode.DIRECT_POST_JWT,
        nonce="n" * 22,
        dcql=parse_query({"credentials": [{"id": "o", "format": "dc+sd-jwt", "meta": {"vct_values": ["urn:o"]}}]}),
        encryption_keys=(EncryptionKey.generate("e1").public(),),
    )


def verified(jwt: str, now: datetime) -> VerifiedRequest:
    return verify_request(UnverifiedRequest.parse(jwt), client_id=CLIENT.full, now=now, resolver=Resolver())


def test_an_attestation_by_did_or_by_certificate_says_whose_key_it_is(
    now: datetime, leaf_for: Callable[..., bytes]
) -> None:
    found = verify_attestation(attested(now), now, Resolver())
    assert (found.issuer, found.subject, found.client_id) == ("https://attester.example", CLIENT.value, CLIENT)
    assert found.holder.thumbprint == VERIFIER.public_jwk.thumbprint
    assert (found.key.thumbprint, found.verification_method) == (ATTESTER.public_jwk.thumbprint, METHOD)
    leaf = leaf_for(ATTESTER, "attester.example")
    by_certificate = verify_attestation(attested(now, x5c=[leaf]), now)
    assert (by_certificate.x5c, by_certificate.verification_method) == ((leaf,), None)


def test_a_request_under_an_attestation_is_signed_by_the_attested_key(now: datetime) -> None:
    jwt = sign_request(request(), VERIFIER, now=now, attestation=attested(now))
    found = verified(jwt, now)
    assert found.key is not None
    assert found.key.thumbprint == VERIFIER.public_jwk.thumbprint
    assert found.attestation is not None
    assert parse_client_id(CLIENT.full) == CLIENT
    with pytest.raises(InvalidPresentationRequest):
        verified(sign_request(request(), SoftwareSigner.generate(), now=now, attestation=attested(now)), now)
    with pytest.raises(InvalidPresentationRequest):
        verified(sign_request(request(), ATTESTER, now=now, attestation=attested(now)), now)
    with pytest.raises(InvalidPresentationRequest):
        verified(sign_request(request(), VERIFIER, now=now, attestation=attested(now, subject="v.example")), now)
    with pytest.raises(ValueError, match="attestation"):
        sign_request(request(), VERIFIER, now=now)


def test_where_addresses_are_attested_no_other_will_do(now: datetime) -> None:
    def found(*uris: str) -> VerifierAttestation:
        return verify_attestation(attested(now, redirect_uris=uris), now, Resolver())

    assert check_attestation(found(AT, "https://v.example/2"), CLIENT, AT).thumbprint == VERIFIER.public_jwk.thumbprint
    assert check_attestation(found(), CLIENT, AT)
    for uris in (("https://v.example/antwoord",), (f"{AT}/",)):
        with pytest.raises(InvalidPresentationRequest):
            check_attestation(found(*uris), CLIENT, AT)
    with pytest.raises(InvalidPresentationRequest):
        check_attestation(found(), replace(CLIENT, value="w.example"), AT)


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": ...},
        {"sub": ...},
        {"sub": 7},
        {"exp": ...},
        {"exp": 1},
        {"exp": "morgen"},
        {"nbf": 4_000_000_000},
        {"cnf": ...},
        {"cnf": {}},
        {"cnf": {"kid": "x"}},
        {"cnf": {"jwk": {"kty": "oct", "k": "AAAA"}}},
        {"cnf": {"jwk": VERIFIER.to_private_jwk()}},
        {"redirect_uris": []},
        {"redirect_uris": AT},
    ],
)
def test_an_attestation_that_lacks_something_is_refused(claims: dict[str, Any], now: datetime) -> None:
    assert verify_attestation(raw(now), now, Resolver())
    with pytest.raises(InvalidPresentationRequest):
        verify_attestation(raw(now, **claims), now, Resolver())


@pytest.mark.parametrize(
    "header",
    [
        {},
        {"kid": "key-1"},
        {"kid": DID},
        {"kid": did_key(VERIFIER.public_jwk)[1]},
        {"kid": "did:web:attester.example#1"},
        {"x5c": []},
        {"x5c": [*build_x5c([b"no certificate"])]},
        {"crit": ["x"], "kid": METHOD},
        {"jwk": dict(ATTESTER.public_jwk.members)},
    ],
)
def test_an_attestation_whose_signer_is_not_shown_is_refused(header: JsonObject, now: datetime) -> None:
    with pytest.raises(InvalidPresentationRequest):
        verify_attestation(raw(now, header), now, Resolver())


@pytest.mark.parametrize("typ", ["JWT", "oauth-authz-req+jwt", "dc+sd-jwt", ""])
def test_another_token_is_no_attestation(typ: str, now: datetime) -> None:
    with pytest.raises(InvalidPresentationRequest):
        verify_attestation(raw(now, typ=typ), now, Resolver())


@pytest.mark.parametrize("compact", [None, 7, "", "a.b.c", {"x": 1}, "é.é.é", "x" * 40_000])
def test_what_is_no_token_is_refused(compact: object, now: datetime) -> None:
    assert attester_did(compact) is None
    with pytest.raises(InvalidPresentationRequest):
        verify_attestation(compact, now, Resolver())


def test_a_flipped_bit_is_refused(now: datetime) -> None:
    head, payload, signature = attested(now).split(".")
    with pytest.raises(InvalidPresentationRequest):
        verify_attestation(f"{head}.{payload}.{'A' * len(signature)}", now, Resolver())


def test_a_request_says_beforehand_whose_documents_it_needs(now: datetime) -> None:
    jwt = sign_request(request(), VERIFIER, now=now, attestation=attested(now))
    assert UnverifiedRequest.parse(jwt).dids == (DID,)


class Nowhere:
    def resolve(self, verification_method: str, purpose: str) -> PublicJwk:
        raise Unavailable(verification_method + purpose)


def test_an_attester_that_cannot_be_found_now_attests_nothing(now: datetime) -> None:
    for resolver in (None, Nowhere()):
        with pytest.raises(InvalidPresentationRequest):
            verify_attestation(attested(now), now, resolver)
