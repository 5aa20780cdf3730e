"""JSON Web Signatures in general JSON serialization (RFC 7515 section 7.2.1): one payload under several signatures.

Narrower than the section: all of a header is protected, and nothing of the flattened form stands beside `signatures`.
Each signature becomes a token of its own, since each is by somebody else and may be believed without the others.

    {"payload": "eyJ…", "signatures": [{"protected": "eyJ…", "signature": "…"}, {"protected": …}]}
"""

from collections.abc import Sequence
from typing import Final

from credentials.encoding import JsonObject, JsonValue, b64url_encode, json_compact
from credentials.errors import LimitExceeded
from credentials.jose.jws import MAX_TOKEN_CHARACTERS, InvalidToken, UnverifiedToken
from credentials.keys import Signer

MAX_SIGNATURES: Final = 10


def sign_json(payload: JsonObject, signers: Sequence[tuple[JsonObject, Signer]]) -> JsonObject:
    """Sign a payload once for each header; `alg` is added first. Raises ValueError for none, or for too many."""
    if not 0 < len(signers) <= MAX_SIGNATURES:
        raise ValueError(f"there are between 1 and {MAX_SIGNATURES} signatures")
    shared = b64url_encode(json_compact(payload))
    signatures: list[JsonValue] = []
    for header, signer in signers:
        protected = b64url_encode(json_compact({"alg": signer.algorithm.value, **header}))
        signature = signer.sign(f"{protected}.{shared}".encode("ascii"))
        signatures.append({"protected": protected, "signature": b64url_encode(signature)})
    return {"payload": shared, "signatures": signatures}


def parse_json(document: JsonValue, *, max_characters: int = MAX_TOKEN_CHARACTERS) -> tuple[UnverifiedToken, ...]:
    """Read a payload with its signatures, as one token for each, in their order. Raises InvalidToken, LimitExceeded.

    Members that are not known are ignored, as the section has it.
    """
    if not isinstance(document, dict):
        raise InvalidToken("not a JWS in general JSON serialization")
    payload, signatures = document.get("payload"), document.get("signatures")
    if not isinstance(payload, str) or not isinstance(signatures, list):
        raise InvalidToken("not a JWS in general JSON serialization")
    if document.keys() & {"protected", "header", "signature"}:
        # Section 7.2.2: these are of the flattened form, which has no `signatures`.
        raise InvalidToken("the JWS mixes both JSON serializations")
    if not 0 < len(signatures) <= MAX_SIGNATURES:
        raise LimitExceeded(f"there are not between 1 and {MAX_SIGNATURES} signatures")
    return tuple(_token(each, payload, max_characters) for each in signatures)


def _token(signature: JsonValue, payload: str, max_characters: int) -> UnverifiedToken:
    if not isinstance(signature, dict):
        raise InvalidToken("a signature lacks its protected header or its value")
    protected, value = signature.get("protected"), signature.get("signature")
    if not isinstance(protected, str) or not isinstance(value, str):
        raise InvalidToken("a signature lacks its protected header or its value")
    if "header" in signature or "payload" in signature:
        raise InvalidToken("a signature has a header that is not protected, or a payload of its own")
    return UnverifiedToken.parse(f"{protected}.{payload}.{value}", max_characters=max_characters)
