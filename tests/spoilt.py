"""What is spoilt on purpose, for the tests that refuse it."""

from credentials.encoding import b64url_decode, b64url_encode


def spoilt_signature(compact: str) -> str:
    """Return a compact JWS (RFC 7515 7.1) whose signature differs in one bit.

    Writing fixed letters over its end leaves one signature in some hundreds as it was.
    """
    signed, _, signature = compact.rpartition(".")
    raw = b64url_decode(signature)
    return f"{signed}.{b64url_encode(raw[:-1] + bytes([raw[-1] ^ 1]))}"
