"""The credential inside a presentation, for saying of one in wrong hands whether it is at least genuine."""

from typing import Final

from credentials.encoding import JsonValue
from credentials.errors import MalformedInput
from credentials.formats.base import Credential
from credentials.formats.mdoc import issuer_signed_inside
from credentials.jose import UnverifiedToken

_ENVELOPE: Final = "data:application/vc+jwt,"


def without_holder_proof(presented: Credential) -> Credential | None:
    """Return the credential without the holder's proof; None where there is not exactly one inside."""
    if isinstance(presented, str):
        # RFC 9901 section 4: the key binding is what stands after the last tilde.
        signed_part, tilde, _ = presented.rpartition("~")
        if tilde:
            return signed_part + tilde
        return _in_token(presented) if "." in presented else issuer_signed_inside(presented)
    inside = _only(presented.get("verifiableCredential"))
    return inside if isinstance(inside, dict) else None


def _in_token(compact: str) -> str | None:
    try:
        payload = UnverifiedToken.parse(compact).payload
    except MalformedInput:
        return None
    older = payload.get("vp")
    inside = _only((older if isinstance(older, dict) else payload).get("verifiableCredential"))
    # VC-JOSE-COSE section 3.3.2 puts the token in a data: URL; the older encoding has it as it is.
    url = inside.get("id") if isinstance(inside, dict) else inside
    return url.removeprefix(_ENVELOPE) if isinstance(url, str) else None


def _only(inside: JsonValue) -> JsonValue:
    candidates = inside if isinstance(inside, list) else [inside]
    return candidates[0] if len(candidates) == 1 else None
