"""Key proofs of type `jwt`: the wallet shows that it holds the key (OpenID4VCI 1.0 appendix F.1 and F.4).

`verify_jwt_proof` checks, in this order: form, `typ`, `alg`, the one key (and the attestation that came with it, see
`key_attestation`), signature, audience, time, issuer, and the nonce last. So a wallet is told `invalid_nonce` only when
a new nonce is all that it needs.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple, Protocol

from credentials.clock import epoch
from credentials.encoding import JsonObject
from credentials.errors import BlauweKnopError, Unavailable
from credentials.jose import InvalidToken, UnverifiedToken, check_times, sign_jwt
from credentials.keys import Algorithm, PublicJwk, Signer
from credentials.openid.certificates import key_of, parse_x5c
from credentials.openid.errors import InvalidCredentialRequest, InvalidNonce, InvalidProof
from credentials.openid.key_attestation import AttesterKey, KeyAttestation

TYPE: Final = "openid4vci-proof+jwt"
MAX_PROOF_CHARACTERS: Final = 64_000
MAX_AGE: Final = timedelta(minutes=5)

_KEY_MEMBERS: Final = ("kid", "jwk", "x5c")
_MAX_NONCE_CHARACTERS: Final = 1_000


class KeyResolver(Protocol):
    """Find the public key behind a DID URL."""

    def resolve(self, verification_method: str, purpose: str) -> PublicJwk:
        """Return the key if its controller document lists it under `purpose`; raise otherwise."""
        ...


class ProvenKey(NamedTuple):
    """A key that the wallet holds, and the DID URL by which it named the key, if it did.

    A credential is bound as its proof was: to `cnf.kid` when there is a `did_url`, else to `cnf.jwk`.
    """

    jwk: PublicJwk
    did_url: str | None


def build_jwt_proof(
    signer: Signer,
    *,
    audience: str,
    nonce: str | None,
    now: datetime,
    did_url: str | None = None,
    client_id: str | None = None,
    attestation: str | None = None,
) -> str:
    """Make a proof for the issuer identifier `audience`, naming the key by `did_url` or else by itself.

    With an `attestation` the proof is for all keys attested, of which its own is one.

    `client_id` becomes `iss`; it must be None after an anonymous pre-authorized token request.
    """
    header: JsonObject = {"kid": did_url} if did_url is not None else {"jwk": dict(signer.public_jwk.members)}
    if attestation is not None:
        header["key_attestation"] = attestation
    claims: JsonObject = {"aud": audience, "iat": epoch(now)}
    if client_id is not None:
        claims = {"iss": client_id, **claims}
    if nonce is not None:
        claims["nonce"] = nonce
    return sign_jwt(TYPE, header, claims, signer)


def verify_jwt_proof(
    jwt: str,
    *,
    audience: str,
    now: datetime,
    nonce_check: Callable[[str], object] | None,
    algorithms: Collection[Algorithm] = (Algorithm.ES256, Algorithm.EDDSA),
    resolver: KeyResolver | None = None,
    client_id: str | None = None,
    attester_key: AttesterKey | None = None,
    attested: bool = False,
) -> ProvenKey:
    """Check one proof and return the key it proves.

    `nonce_check` raises InvalidNonce for a nonce that is not good; None means that this issuer has no nonce endpoint.
    `resolver` answers for DID URLs; without one they are refused. `client_id` is the client of the access token: an
    `iss` that is there must equal it. With `attester_key` a key attestation that comes along must be by somebody it
    knows; without, attestations count for nothing. With `attested` there must be one.
    Raises InvalidProof, InvalidNonce.
    """
    return _verify_jwt_proof(
        jwt,
        audience=audience,
        now=now,
        nonce_check=nonce_check,
        algorithms=algorithms,
        resolver=resolver,
        client_id=client_id,
        attester_key=attester_key,
        attested=attested,
    )[0]


def verify_attestation_proof(
    jwt: str, *, max_keys: int, now: datetime, nonce_check: Callable[[str], object], attester_key: AttesterKey
) -> tuple[ProvenKey, ...]:
    """Check a proof of type `attestation` (appendix F.3): an attestation, with our nonce, of all keys that are meant.

    Raises InvalidProof, InvalidNonce, InvalidCredentialRequest for more than `max_keys`.
    """
    attestation = KeyAttestation.parse(jwt, now, alone=True)
    attestation.verify(attester_key, now)
    keys = _each_once([ProvenKey(key, None) for key in attestation.keys])
    if len(keys) > max_keys:
        raise InvalidCredentialRequest(f"more than {max_keys} keys")
    check_nonces([attestation.token.payload.get("nonce")], nonce_check)
    return keys


def _each_once(keys: Sequence[ProvenKey]) -> tuple[ProvenKey, ...]:
    return tuple({key.jwk.thumbprint: key for key in reversed(keys)}.values())[::-1]


def _verify_jwt_proof(
    jwt: str,
    *,
    audience: str,
    now: datetime,
    nonce_check: Callable[[str], object] | None,
    algorithms: Collection[Algorithm],
    resolver: KeyResolver | None,
    client_id: str | None,
    attester_key: AttesterKey | None,
    attested: bool,
) -> tuple[ProvenKey, tuple[ProvenKey, ...]]:
    """Return the key of a proof, and those that were attested beside it by somebody who is believed."""
    try:
        token = UnverifiedToken.parse(jwt, max_characters=MAX_PROOF_CHARACTERS)
        token.require_type(TYPE)
        if token.algorithm not in algorithms:
            raise InvalidToken("alg is not offered here")
        attestation = _attestation_of(token.header, now, attester_key)
        if attested and attestation is None:
            raise InvalidProof("a key attestation is missing")
        proven = _key_of(token.header, resolver, attestation)
        claims = token.verify(proven.jwk).payload
        check_times(claims, now, max_age=MAX_AGE, require=("iat",))
    except (InvalidProof, Unavailable):
        raise
    except BlauweKnopError as wrong:
        raise InvalidProof(f"the key proof does not hold: {wrong.detail or wrong.code}") from wrong
    # The audience is a string, never an array (appendix F.1), compared without normalisation.
    if claims.get("aud") != audience:
        raise InvalidProof("aud is not this credential issuer")
    issuer = claims.get("iss")
    # Appendix F.1 demands no `iss` after anonymous access; old wallets send one, which harms nobody.
    if issuer is not None and client_id is not None and issuer != client_id:
        raise InvalidProof("iss is not the client of the access token")
    if nonce_check is not None:
        nonce_check(_stated(claims.get("nonce")))
    if attestation is None or attester_key is None:
        return proven, ()
    return proven, tuple(ProvenKey(key, None) for key in attestation.keys if key.thumbprint != proven.jwk.thumbprint)


def verify_jwt_proofs(
    jwts: Sequence[str],
    *,
    max_proofs: int,
    audience: str,
    now: datetime,
    nonce_check: Callable[[str], object] | None,
    algorithms: Collection[Algorithm] = (Algorithm.ES256, Algorithm.EDDSA),
    resolver: KeyResolver | None = None,
    client_id: str | None = None,
    attester_key: AttesterKey | None = None,
    attested: bool = False,
) -> tuple[ProvenKey, ...]:
    """Check the proofs of one request, at least one; their keys must all differ, so that copies cannot be linked.

    With an attestation by somebody whom `attester_key` knows, the keys attested beside that of the proof follow. With
    `attested`, every proof has one.

    `nonce_check` is called once for each different nonce: the proofs of a batch may share one. Raises InvalidProof,
    InvalidNonce, InvalidCredentialRequest when there are more than `max_proofs`, Unavailable as `attester_key` does.
    """
    check_number(jwts, max_proofs)
    nonces: list[str] = []
    proven = tuple(
        _verify_jwt_proof(
            jwt,
            audience=audience,
            now=now,
            nonce_check=nonces.append if nonce_check is not None else None,
            algorithms=algorithms,
            resolver=resolver,
            client_id=client_id,
            attester_key=attester_key,
            attested=attested,
        )
        for jwt in jwts
    )
    demand_different([key for key, _ in proven])
    # Appendix F.1: a proof speaks for all keys of the attestation beside it, if it is by somebody who is believed.
    keys = _each_once([*(key for key, _ in proven), *(other for _, others in proven for other in others)])
    if len(keys) > max_proofs:
        raise InvalidCredentialRequest(f"more than {max_proofs} keys")
    if nonce_check is not None:
        check_nonces(nonces, nonce_check)
    return keys


def check_number(proofs: Sequence[object], max_proofs: int) -> None:
    """Demand one proof at least. Raises InvalidProof, and InvalidCredentialRequest for more than `max_proofs`."""
    if not proofs:
        raise InvalidProof("a key proof is missing")
    if len(proofs) > max_proofs:
        raise InvalidCredentialRequest(f"more than {max_proofs} key proofs")


def demand_different(keys: Sequence[ProvenKey]) -> None:
    """Demand that each proof is for a key of its own, so that copies cannot be linked. Raises InvalidProof."""
    if len({key.jwk.thumbprint for key in keys}) != len(keys):
        raise InvalidProof("two key proofs are for one key")


def check_nonces(nonces: Iterable[object], nonce_check: Callable[[str], object]) -> None:
    """Check each different nonce of a request once: the proofs of a batch may share one.

    Raises InvalidProof for one that is missing, and what `nonce_check` raises.
    """
    for nonce in dict.fromkeys(_stated(each) for each in nonces):
        nonce_check(nonce)


def _attestation_of(header: JsonObject, now: datetime, attester_key: AttesterKey | None) -> KeyAttestation | None:
    if "key_attestation" not in header:
        return None
    attestation = KeyAttestation.parse(header["key_attestation"], now)
    if attester_key is not None:
        attestation.verify(attester_key, now)
    return attestation


def _key_of(header: JsonObject, resolver: KeyResolver | None, attestation: KeyAttestation | None) -> ProvenKey:
    if sum(name in header for name in _KEY_MEMBERS) != 1:
        raise InvalidProof("the key proof names its key not exactly once")
    proven = _named_key(header, resolver, attestation)
    # Appendix F.1: the proof is by one of the keys of the attestation beside it.
    if attestation is not None and not attestation.has(proven.jwk):
        raise InvalidProof("the key of the proof is not among the attested ones")
    return proven


def _named_key(header: JsonObject, resolver: KeyResolver | None, attestation: KeyAttestation | None) -> ProvenKey:
    if "jwk" in header:
        return ProvenKey(PublicJwk.parse(header["jwk"]), None)
    if "x5c" in header:
        return ProvenKey(key_of(parse_x5c(header["x5c"], InvalidProof)[0], InvalidProof), None)
    kid = header["kid"]
    if attestation is not None and not (isinstance(kid, str) and kid.startswith("did:")):
        return ProvenKey(attestation.key_at(kid), None)
    if not isinstance(kid, str) or not kid.startswith("did:") or "#" not in kid:
        raise InvalidProof("kid is not a DID URL of a key")
    if resolver is None:
        raise InvalidProof("keys of DIDs are not taken here")
    try:
        return ProvenKey(resolver.resolve(kid, "authentication"), kid)
    except Unavailable as wrong:
        # It is the wallet's choice of host, and nothing of ours, that does not answer.
        raise InvalidProof(f"the key of the proof is not found: {wrong.detail or wrong.code}") from wrong


def _stated(nonce: object) -> str:
    # Section 8.3.1.2: a missing nonce makes the proof invalid; a wrong one sends the wallet for a new one.
    if not isinstance(nonce, str) or not nonce:
        raise InvalidProof("nonce is missing")
    if len(nonce) > _MAX_NONCE_CHARACTERS:
        raise InvalidNonce("the nonce is not one of ours")
    return nonce
