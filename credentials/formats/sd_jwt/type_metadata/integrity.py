"""Integrity of referenced documents (SD-JWT VC section 6), in the syntax of W3C Subresource Integrity section 3."""

from hashlib import sha256, sha384, sha512
from hmac import compare_digest
from typing import Final

from credentials.encoding import b64_decode, b64_encode
from credentials.errors import BlauweKnopError, MalformedInput

# From the weakest to the strongest.
_FUNCTIONS: Final = {"sha256": sha256, "sha384": sha384, "sha512": sha512}
_STRENGTH: Final = tuple(_FUNCTIONS)
_MAX_CHARACTERS: Final = 4_096
_STANDARD: Final = str.maketrans("-_", "+/")


class IntegrityMismatch(BlauweKnopError):
    """A document that is not the one that was meant, or of which that cannot be told."""

    code = "integrity_mismatch"


def integrity_of(document: bytes) -> str:
    """Return the `…#integrity` value of a document, with SHA-256."""
    return f"sha256-{b64_encode(sha256(document).digest())}"


def check_integrity(document: bytes, metadata: str) -> None:
    """Demand that a document, as received, is the one that an `…#integrity` value is of.

    Of several hashes those of the strongest function count, and one of them must fit. Raises IntegrityMismatch, also
    when none is of a function that we know.
    """
    expected = _strongest(metadata)
    if expected is None:
        raise IntegrityMismatch("the integrity value holds no hash that we know")
    name, digests = expected
    digest = _FUNCTIONS[name](document).digest()
    if not any(compare_digest(digest, each) for each in digests):
        raise IntegrityMismatch("the document is not the one that was meant")


def _strongest(metadata: str) -> tuple[str, list[bytes]] | None:
    if len(metadata) > _MAX_CHARACTERS:
        raise IntegrityMismatch("the integrity value is too long")
    found: dict[str, list[bytes]] = {}
    for expression in metadata.split():
        name, dash, rest = expression.partition("-")
        # What follows a question mark are options, of which none is defined.
        if dash and name in _FUNCTIONS:
            found.setdefault(name, []).append(_digest(rest.partition("?")[0]))
    name = next((each for each in reversed(_STRENGTH) if each in found), "")
    return (name, found[name]) if name else None


def _digest(text: str) -> bytes:
    try:
        return b64_decode(text.translate(_STANDARD), "integrity value")
    except MalformedInput as error:
        raise IntegrityMismatch("a hash in the integrity value is not base64") from error
