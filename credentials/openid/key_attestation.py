"""Key attestations: a wallet provider's word on where keys are kept (OpenID4VCI 1.0 appendix D.1).

What it is worth here: a key is proven by the signature of the proof itself, never by being attested. Where the issuer
names whose attestations it trusts, one that comes along must be by one of those; where it names nobody, an attestation
is read strictly, tells which key a proof means, and counts for nothing else.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Self, TypeAlias

from credentials.clock import epoch
from credentials.encoding import JsonObject, JsonValue
from credentials.errors import BlauweKnopError, Unavailable
from credentials.jose import UnverifiedToken, check_times, sign_jwt
from credentials.keys import PublicJwk, Signer
from credentials.openid.certificates import build_x5c, parse_x5c
from credentials.openid.errors import InvalidProof

TYPE: Final = "key-attestation+jwt"
MAX_ATTESTED_KEYS: Final = 100
MAX_CHARACTERS: Final = 32_000

_INDEX: Final = re.compile(r"(0|[1-9][0-9]{0,2})\Z")

AttesterKey: TypeAlias = Callable[[Sequence[bytes], datetime], PublicJwk]
"""Return the key of the leaf of a certificate chain that may attest keys at this moment; raise for any other chain.

It raises Unavailable when that cannot be told now.
"""


def build_key_attestation(
    provider: Signer,
    x5c: Sequence[bytes],
    keys: Sequence[PublicJwk],
    *,
    now: datetime,
    lifetime: timedelta,
    nonce: str | None = None,
) -> str:
    """Attest keys. It says nothing of how they are kept: whoever knows that adds no more than is true."""
    chain: list[JsonValue] = list(build_x5c(x5c))
    attested: list[JsonValue] = [dict(key.members) for key in keys]
    claims: JsonObject = {"iat": epoch(now), "exp": epoch(now + lifetime), "attested_keys": attested}
    if nonce is not None:
        claims["nonce"] = nonce
    return sign_jwt(TYPE, {"x5c": chain}, claims, provider)


@dataclass(frozen=True, slots=True)
class KeyAttestation:
    """A well-formed attestation that lives at this moment; whose word it is, nobody has looked at."""

    token: UnverifiedToken
    keys: tuple[PublicJwk, ...]

    @classmethod
    def parse(cls, jwt: object, now: datetime, *, alone: bool = False) -> Self:
        """Read an attestation that stands in a key proof, or `alone` is one. Raises InvalidProof."""
        if not isinstance(jwt, str):
            raise InvalidProof("key_attestation is not a token")
        try:
            token = UnverifiedToken.parse(jwt, max_characters=MAX_CHARACTERS)
            token.require_type(TYPE)
            # Appendix D.1: `exp` must be there when it comes in a `jwt` proof.
            check_times(token.payload, now, require=("iat",) if alone else ("iat", "exp"))
            attested = token.payload.get("attested_keys")
            if not isinstance(attested, list) or not 0 < len(attested) <= MAX_ATTESTED_KEYS:
                raise InvalidProof(f"attested_keys is not an array of 1 to {MAX_ATTESTED_KEYS} keys")
            keys = tuple(PublicJwk.parse(each) for each in attested)
        except InvalidProof:
            raise
        except BlauweKnopError as wrong:
            raise InvalidProof(f"the key attestation does not hold: {wrong.detail or wrong.code}") from wrong
        return cls(token, keys)

    def key_at(self, kid: object) -> PublicJwk:
        """Return the key that a proof means by a `kid` such as "0": its place in `attested_keys`. Raises InvalidProof.

        Appendix F.1 shows this without saying so; wallets in the field do it.
        """
        if not isinstance(kid, str) or not _INDEX.match(kid) or int(kid) >= len(self.keys):
            raise InvalidProof("kid is neither a DID URL of a key nor a place in attested_keys")
        key = self.keys[int(kid)]
        if any(other.kid == kid and other.thumbprint != key.thumbprint for other in self.keys):
            raise InvalidProof("kid means two keys in attested_keys")
        return key

    def has(self, key: PublicJwk) -> bool:
        """Say whether the key is among those attested."""
        return any(each.thumbprint == key.thumbprint for each in self.keys)

    def verify(self, attester_key: AttesterKey, now: datetime) -> None:
        """Demand that somebody trusted signed it. Raises InvalidProof, and Unavailable as `attester_key` does."""
        try:
            # HAIP 1.0 section 4.5.1: the chain stands in `x5c`, without its anchor.
            self.token.verify(attester_key(parse_x5c(self.token.header.get("x5c"), InvalidProof), now))
        except (InvalidProof, Unavailable):
            raise
        except BlauweKnopError as wrong:
            raise InvalidProof(f"the key attestation is by nobody trusted here: {wrong.code}") from wrong
