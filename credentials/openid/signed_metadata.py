"""Issuer metadata that is signed, so that nobody on the way can change it (OpenID4VCI 1.0 section 12.2.3).

What is signed is the whole document, every member a claim of its own. A reader takes the key from `x5c`, whose chain
somebody it trusts must have ended; whose certificate that is, is for `credentials.trust` to say.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from credentials.clock import epoch
from credentials.encoding import JsonObject, JsonValue, json_compact
from credentials.errors import BlauweKnopError, Unavailable
from credentials.jose import UnverifiedToken, check_times, sign_jwt
from credentials.keys import Signer
from credentials.openid.certificates import build_x5c, parse_x5c
from credentials.openid.errors import MalformedMessage
from credentials.openid.issuer_metadata import MAX_METADATA_BYTES
from credentials.openid.key_attestation import AttesterKey

TYPE: Final = "openidvci-issuer-metadata+jwt"
MEDIA_TYPE: Final = "application/jwt"
LIFETIME: Final = timedelta(days=1)


def sign_metadata(
    document: JsonObject, signer: Signer, x5c: Sequence[bytes], *, now: datetime, lifetime: timedelta = LIFETIME
) -> str:
    """Sign a metadata document. `x5c` is the signer's chain, leaf first, without its anchor (HAIP 1.0 section 4.1)."""
    issuer = document["credential_issuer"]
    chain: list[JsonValue] = list(build_x5c(x5c))
    claims: JsonObject = {**document, "iss": issuer, "sub": issuer, "iat": epoch(now), "exp": epoch(now + lifetime)}
    return sign_jwt(TYPE, {"x5c": chain}, claims, signer)


def open_signed_metadata(jwt: str, *, credential_issuer: str, now: datetime, signer_key: AttesterKey) -> bytes:
    """Return the document of signed metadata, to be read as unsigned metadata are. Raises MalformedMessage.

    `signer_key` says whose key the leaf of a chain is, and raises for a chain that does not speak for this issuer.
    """
    try:
        token = UnverifiedToken.parse(jwt.strip(), max_characters=2 * MAX_METADATA_BYTES)
        token.require_type(TYPE)
        chain = parse_x5c(token.header.get("x5c"), MalformedMessage)
        claims = token.verify(signer_key(chain, now)).payload
        # Section 12.2.3: `iat` must be there, `exp` may be.
        check_times(claims, now, require=("iat",))
    except Unavailable:
        # Nobody's signature can be judged now; the issuer did nothing wrong.
        raise
    except BlauweKnopError as wrong:
        raise MalformedMessage(f"the signed metadata do not hold: {wrong.detail or wrong.code}") from wrong
    # Section 12.2.3: `sub` is the credential issuer's identifier, compared as it stands.
    if claims.get("sub") != credential_issuer:
        raise MalformedMessage("the signed metadata are of another issuer")
    return json_compact(claims)
