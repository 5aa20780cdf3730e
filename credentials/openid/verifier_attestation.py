"""Verifier attestations: somebody on the trust list says whose key this is (OpenID4VP 1.0 sections 5.9.3 and 12).

The attester signs who the verifier is (`sub`) and which key it has (`cnf`); the verifier puts that token into the
header of each request object and signs the request with that key:

    {"typ": "verifier-attestation+jwt", "alg": "ES256", "x5c": [...]}
    {"iss": "https://stelsel.example", "sub": "verifier.example", "iat": 1, "exp": 2, "cnf": {"jwk": {...}}}

What its signature proves here is a key. Whether that key is an attester's is for the trust list to say.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from credentials.encoding import JsonObject
from credentials.errors import BlauweKnopError, MalformedInput
from credentials.jose import UnverifiedToken, check_times, sign_jwt
from credentials.keys import PublicJwk, Signer
from credentials.openid.attested import attested_key, attesting
from credentials.openid.certificates import build_x5c, key_of, parse_x5c
from credentials.openid.client_id import ClientId, Prefix
from credentials.openid.errors import InvalidPresentationRequest
from credentials.openid.members import Members
from credentials.openid.proof import KeyResolver

TYPE: Final = "verifier-attestation+jwt"
MAX_CHARACTERS: Final = 32_000
MAX_REDIRECT_URIS: Final = 50


@dataclass(frozen=True, slots=True)
class VerifierAttestation:
    """An attestation whose signature holds; whose `key` that is, is not known yet.

    `issuer` is the attester in its own words, `subject` the verifier, `holder` the verifier's key. Where there are
    `redirect_uris`, answers may go to those alone. `x5c` is the chain whose leaf is `key`, still to be validated;
    `verification_method` the DID URL that resolved to it. Shaped as `credentials.trust.Signed`.
    """

    issuer: str | None
    subject: str
    holder: PublicJwk
    key: PublicJwk
    x5c: tuple[bytes, ...] = ()
    verification_method: str | None = None
    redirect_uris: tuple[str, ...] = ()
    published_at: str | None = None

    @property
    def client_id(self) -> ClientId:
        """The client identifier that it attests."""
        return ClientId(Prefix.VERIFIER_ATTESTATION, self.subject)


def sign_attestation(
    signer: Signer,
    *,
    issuer: str,
    subject: str,
    holder: PublicJwk,
    now: datetime,
    lifetime: timedelta,
    x5c: Sequence[bytes] = (),
    verification_method: str | None = None,
    redirect_uris: Sequence[str] = (),
) -> str:
    """Attest that this key is a verifier's. With `x5c` (leaf first), or the DID URL of the signer's key.

    Raises ValueError without either.
    """
    header: JsonObject
    if x5c:
        header = {"x5c": [*build_x5c(x5c)]}
    elif verification_method is not None:
        header = {"kid": verification_method}
    else:
        raise ValueError("an attestation needs the attester's certificates or a DID URL")
    claims = attesting(issuer, subject, holder, now, lifetime)
    if redirect_uris:
        claims["redirect_uris"] = list(redirect_uris)
    return sign_jwt(TYPE, header, claims, signer)


def verify_attestation(compact: object, now: datetime, resolver: KeyResolver | None = None) -> VerifierAttestation:
    """Read an attestation and check its signature and times. `resolver` answers for DIDs.

    Raises InvalidPresentationRequest.
    """
    if not isinstance(compact, str):
        raise InvalidPresentationRequest("the header holds no verifier attestation")
    try:
        token = UnverifiedToken.parse(compact, max_characters=MAX_CHARACTERS)
        token.require_type(TYPE)
        key, x5c, method = _signer(token.header, resolver)
        payload = token.verify(key).payload
        check_times(payload, now)
    except InvalidPresentationRequest:
        raise
    except BlauweKnopError as wrong:
        raise InvalidPresentationRequest(f"the verifier attestation does not hold: {wrong.detail}") from wrong
    members = Members(payload, "verifier attestation", InvalidPresentationRequest)
    # Section 12: an attestation without an end is none.
    members.integer("exp")
    return VerifierAttestation(
        issuer=members.text("iss"),
        subject=members.text("sub"),
        holder=_holder(members),
        key=key,
        x5c=x5c,
        verification_method=method,
        redirect_uris=members.texts("redirect_uris", max_items=MAX_REDIRECT_URIS) if "redirect_uris" in members else (),
    )


def check_attestation(
    attestation: VerifierAttestation, client_id: ClientId, response_uri: str, *, whole_origin: bool = False
) -> PublicJwk:
    """Check that it attests this client and lets answers go there; return the key that must sign the request.

    With `whole_origin` the answer goes to a page of an origin, one of whose addresses must be listed.
    Raises InvalidPresentationRequest.
    """
    if attestation.subject != client_id.value:
        raise InvalidPresentationRequest("client_id is not the one that is attested")
    # Section 12: where the attestation lists addresses, only those will do.
    listed = attestation.redirect_uris
    if whole_origin:
        listed = tuple("/".join(each.split("/", 3)[:3]) for each in listed)
    if listed and response_uri not in listed:
        raise InvalidPresentationRequest("response_uri is not one that is attested")
    return attestation.holder


def attester_did(compact: object) -> str | None:
    """Return the DID by which an attestation says that it is signed; None for none, and for what is no attestation."""
    if not isinstance(compact, str):
        return None
    try:
        kid = UnverifiedToken.parse(compact, max_characters=MAX_CHARACTERS).header.get("kid")
    except BlauweKnopError:
        return None
    return kid.partition("#")[0] if isinstance(kid, str) and kid.startswith("did:") else None


def _signer(header: JsonObject, resolver: KeyResolver | None) -> tuple[PublicJwk, tuple[bytes, ...], str | None]:
    if "x5c" in header:
        x5c = parse_x5c(header["x5c"], InvalidPresentationRequest)
        return key_of(x5c[0], InvalidPresentationRequest), x5c, None
    kid = header.get("kid")
    if not isinstance(kid, str) or not kid.startswith("did:") or "#" not in kid or resolver is None:
        raise InvalidPresentationRequest("the verifier attestation does not say whose key signed it")
    return resolver.resolve(kid, "assertionMethod"), (), kid


def _holder(members: Members) -> PublicJwk:
    try:
        return attested_key(members.raw)
    except MalformedInput as wrong:
        raise members.refuse("cnf holds no public key that is taken here") from wrong
