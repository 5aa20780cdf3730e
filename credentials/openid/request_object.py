"""The signed request object: made by the verifier, proven by the wallet (OpenID4VP 1.0 section 5, RFC 9101).

`verify_request` checks, in this order: the prefix allows a signature; the parameters; `client_id` is the one of the
link; the key is the one that the prefix prescribes (`claimed_by`); the signature and times; `aud`; the wallet's own
nonce. What remains for the wallet is trust: that the certificate chain or the DID stands for somebody whom it knows.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Self

from credentials.clock import epoch
from credentials.encoding import JsonObject, JsonValue
from credentials.errors import BlauweKnopError
from credentials.jose import UnverifiedToken, check_times, sign_jwt
from credentials.keys import PublicJwk, Signer
from credentials.openid.certificates import build_x5c, parse_x5c
from credentials.openid.client_id import ClientId, Prefix, check_x5c, parse_client_id
from credentials.openid.errors import InvalidPresentationRequest, UnknownSigner
from credentials.openid.proof import KeyResolver
from credentials.openid.verifier_attestation import (
    VerifierAttestation,
    attester_did,
    check_attestation,
    verify_attestation,
)
from credentials.openid.vp_request import PresentationRequest, parse_parameters

TYPE: Final = "oauth-authz-req+jwt"
MEDIA_TYPE: Final = "application/oauth-authz-req+jwt"
# Section 5.8: the audience of a request to a wallet that was not discovered dynamically.
AUDIENCE: Final = "https://self-issued.me/v2"
MAX_REQUEST_CHARACTERS: Final = 256_000
LIFETIME: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class VerifiedRequest:
    """A request whose sender has proven to be who `client_id` says; unsigned ones have `key` None and prove nothing.

    `x5c` is the chain whose leaf is `key`, still to be validated; `verification_method` the DID URL of `key`;
    `attestation` says that `key` is the verifier's, and whoever signed that is still to be found on the trust list.
    """

    request: PresentationRequest
    key: PublicJwk | None = None
    x5c: tuple[bytes, ...] = ()
    verification_method: str | None = None
    attestation: VerifierAttestation | None = None

    @property
    def signed(self) -> bool:
        """Whether the request was signed by its sender."""
        return self.key is not None


@dataclass(frozen=True, slots=True)
class Proof:
    """What a request is signed with, and what proves the key to be of its client id: what its prefix needs of these.

    `x5c` is the chain of its certificate, leaf first; `verification_method` its DID URL; `attestation` what somebody
    else says of it.
    """

    signer: Signer
    x5c: Sequence[bytes] = ()
    verification_method: str | None = None
    attestation: str | None = None


def sign_request(
    request: PresentationRequest,
    signer: Signer,
    *,
    now: datetime,
    lifetime: timedelta = LIFETIME,
    x5c: Sequence[bytes] = (),
    verification_method: str | None = None,
    attestation: str | None = None,
) -> str:
    """Make the request object: with `x5c` (leaf first), the DID URL of the key, or an attestation of it.

    Raises ValueError for what would not verify: it is the caller's mistake.
    """
    return sign_parameters(
        request,
        request.to_parameters(),
        Proof(signer, x5c, verification_method, attestation),
        now=now,
        lifetime=lifetime,
    )


def sign_parameters(
    request: PresentationRequest,
    parameters: JsonObject,
    proof: Proof,
    *,
    now: datetime,
    lifetime: timedelta = LIFETIME,
) -> str:
    """Make the request object of a request whose parameters are these, with what proves its client id.

    Raises ValueError for what would not verify: it is the caller's mistake.
    """
    return sign_jwt(
        TYPE, proof_header(request, proof), {**registered_claims(now, lifetime), **parameters}, proof.signer
    )


def registered_claims(now: datetime, lifetime: timedelta = LIFETIME) -> JsonObject:
    """Return for whom a request object is, and when."""
    return {"aud": AUDIENCE, "iat": epoch(now), "exp": epoch(now + lifetime)}


def proof_header(request: PresentationRequest, proof: Proof) -> JsonObject:
    """Return what proves a client id in the header of a signature (section 5.9.3).

    Raises ValueError for what would not verify: it is the caller's mistake.
    """
    match request.client_id.prefix:
        case Prefix.X509_HASH | Prefix.X509_SAN_DNS:
            certified = check_x5c(request.client_id, proof.x5c, request.response_uri)
            if certified.thumbprint != proof.signer.public_jwk.thumbprint:
                raise ValueError("the leaf certificate is not the signer's")
            chain: list[JsonValue] = list(build_x5c(proof.x5c))
            return {"x5c": chain}
        case Prefix.DECENTRALIZED_IDENTIFIER:
            method = proof.verification_method
            if method is None or method.partition("#")[0] != request.client_id.value:
                raise ValueError("the verification method is not of the client's DID")
            return {"kid": method}
        case Prefix.VERIFIER_ATTESTATION:
            if proof.attestation is None:
                raise ValueError("the verifier attestation is missing")
            return {"jwt": proof.attestation}
        case Prefix.REDIRECT_URI:
            raise ValueError("requests under the prefix redirect_uri are not signed")


@dataclass(frozen=True, slots=True)
class UnverifiedRequest:
    """A request object that is well formed; nothing in it may be believed, shown or acted upon yet."""

    token: UnverifiedToken
    client_id: ClientId

    @classmethod
    def parse(cls, jwt: str) -> Self:
        """Read a request object. Raises InvalidPresentationRequest."""
        try:
            token = UnverifiedToken.parse(jwt.strip(), max_characters=MAX_REQUEST_CHARACTERS)
            token.require_type(TYPE)
        except BlauweKnopError as wrong:
            raise InvalidPresentationRequest(f"the request object is not well formed: {wrong.detail}") from wrong
        client_id = token.payload.get("client_id")
        if not isinstance(client_id, str):
            raise InvalidPresentationRequest("client_id is missing")
        return cls(token, parse_client_id(client_id))

    @property
    def dids(self) -> tuple[str, ...]:
        """The DIDs whose documents must be found to check this request: the verifier's, or its attester's."""
        if self.client_id.prefix is Prefix.DECENTRALIZED_IDENTIFIER:
            return (self.client_id.value,)
        if self.client_id.prefix is Prefix.VERIFIER_ATTESTATION:
            attester = attester_did(self.token.header.get("jwt"))
            return () if attester is None else (attester,)
        return ()


def verify_request(
    unverified: UnverifiedRequest,
    *,
    client_id: str,
    now: datetime,
    wallet_nonce: str | None = None,
    resolver: KeyResolver | None = None,
    insecure_localhost: bool = False,
    further_audience: str | None = None,
) -> VerifiedRequest:
    """Check a request object and return the request.

    `client_id` is the one of the link; `wallet_nonce` what was posted to the request URI, if anything; `resolver`
    answers for DIDs. `further_audience` is an `aud` that is taken as well as the one of section 5.8. Raises
    InvalidPresentationRequest, InvalidTransactionData.
    """
    token = unverified.token
    if not unverified.client_id.signs:
        raise InvalidPresentationRequest("a request under the prefix redirect_uri cannot be signed")
    request = parse_parameters(token.payload, insecure_localhost=insecure_localhost)
    # Section 5.10.1: identical, prefix included.
    if request.client_id.full != client_id:
        raise InvalidPresentationRequest("client_id is not the one of the link")
    claimed = claimed_by(token.header, request, now, resolver)
    claims = check_signature(token, claimed, now)
    taken = (AUDIENCE,) if further_audience is None else (AUDIENCE, further_audience)
    if not any(claims.get("aud") in (each, [each]) for each in taken):
        raise InvalidPresentationRequest("aud is not a wallet")
    # Section 5.10.1: whoever cannot echo our nonce replays an old request.
    if wallet_nonce is not None and not hmac.compare_digest(
        (request.wallet_nonce or "").encode("utf-8"), wallet_nonce.encode("utf-8")
    ):
        raise InvalidPresentationRequest("wallet_nonce is not ours")
    return claimed


def claimed_by(
    header: JsonObject,
    request: PresentationRequest,
    now: datetime,
    resolver: KeyResolver | None = None,
    *,
    through_browser: bool = False,
) -> VerifiedRequest:
    """Find the key that the prefix of a request's client id prescribes; that it has signed is still to be checked.

    With `through_browser` the answer goes to an origin, not to an address of it.
    Raises UnknownSigner when the key cannot be found here, InvalidPresentationRequest for a header that proves
    somebody else.
    """
    client_id = request.client_id
    match client_id.prefix:
        case Prefix.DECENTRALIZED_IDENTIFIER:
            method = _verification_method(header, client_id)
            return VerifiedRequest(request, _resolve(method, resolver), verification_method=method)
        case Prefix.VERIFIER_ATTESTATION:
            try:
                attestation = verify_attestation(header.get("jwt"), now, resolver)
            except InvalidPresentationRequest as wrong:
                raise UnknownSigner(wrong.detail) from wrong
            key = check_attestation(attestation, client_id, request.response_uri, whole_origin=through_browser)
            return VerifiedRequest(request, key, attestation=attestation)
        case _:
            x5c = parse_x5c(header.get("x5c"), InvalidPresentationRequest)
            return VerifiedRequest(request, check_x5c(client_id, x5c, request.response_uri), x5c)


def check_signature(token: UnverifiedToken, claimed: VerifiedRequest, now: datetime) -> JsonObject:
    """Demand that a request is signed by the key that it claims, in time; return what was signed.

    Raises InvalidPresentationRequest.
    """
    if claimed.key is None:
        raise InvalidPresentationRequest("a request under this prefix cannot be signed")
    try:
        claims = token.verify(claimed.key).payload
        check_times(claims, now)
    except BlauweKnopError as wrong:
        raise InvalidPresentationRequest(f"the request object does not hold: {wrong.detail or wrong.code}") from wrong
    return claims


def _verification_method(header: JsonObject, client_id: ClientId) -> str:
    kid = header.get("kid")
    if not isinstance(kid, str) or kid.partition("#")[0] not in (client_id.value, "") or "#" not in kid:
        raise InvalidPresentationRequest("kid is not a key of the DID that client_id names")
    return client_id.value + kid if kid.startswith("#") else kid


def _resolve(verification_method: str, resolver: KeyResolver | None) -> PublicJwk:
    if resolver is None:
        raise UnknownSigner("verifiers with a DID are not known here")
    # Section 5.9.3 takes any verification method of the document, and documents list theirs for the one or the other.
    failed: BlauweKnopError | None = None
    for purpose in ("authentication", "assertionMethod"):
        try:
            return resolver.resolve(verification_method, purpose)
        except BlauweKnopError as wrong:
            failed = wrong
    raise UnknownSigner(f"the verifier's key is not found: {failed.code if failed else ''}") from failed
