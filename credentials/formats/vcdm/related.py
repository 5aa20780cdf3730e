"""Integrity of related resources (VCDM 2.0 section 5.3): what a document names, and the digests it gives of it.

A digest is of the bytes as they are published, so resources are handed in byte for byte.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, Self

from credentials.encoding import JsonObject, JsonValue, multibase_decode
from credentials.errors import MalformedInput
from credentials.formats.vcdm.problems import InvalidDocument, Problem
from credentials.formats.vcdm.values import an_object, one_or_more, url

# Subresource Integrity section 3.2: these three, the stronger preferred.
_STRENGTH: Final = ("sha256", "sha384", "sha512")
_HASH_EXPRESSION: Final = re.compile(r"(?P<name>sha256|sha384|sha512)-(?P<value>[A-Za-z0-9+/_-]+={0,2})(?:\?[!-~]*)?\Z")
# Multihash: code and length of each; Data Integrity 1.0 section 2.6 asks for a multihash.
_MULTIHASH: Final = {b"\x12\x20": "sha256", b"\x20\x30": "sha384", b"\x13\x40": "sha512"}
_MEDIA_TYPE: Final = re.compile(r"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(?:\s*;.*)?\Z", re.DOTALL)
_DIGESTS: Final = ("digestSRI", "digestMultibase")


class UnknownResource(Enum):
    """What is to be done with a related resource that the lookup does not have."""

    REFUSED = "refused"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest by one of SHA-256, SHA-384 and SHA-512."""

    algorithm: str
    value: bytes = field(repr=False)

    def matches(self, content: bytes) -> bool:
        """Tell whether it is the digest of these bytes."""
        return hmac.compare_digest(hashlib.new(self.algorithm, content).digest(), self.value)


@dataclass(frozen=True, slots=True)
class RelatedResource:
    """A resource by its URL, and sets of digests: one of each set has to match."""

    id: str
    media_type: str | None
    digests: tuple[tuple[Digest, ...], ...]

    @classmethod
    def read(cls, node: JsonObject, what: str) -> Self:
        """Read an object of `relatedResource`, or one that bears digests of what its `id` names.

        Raises InvalidDocument.
        """
        digests = tuple(_digests(node, what))
        # At least one, or nothing ties the resource to its name.
        if not digests:
            raise InvalidDocument(f"{what} has no digest", path=f"/{what}")
        return cls(url(node.get("id"), f"{what}/id"), _media_type(node, what), digests)

    def matches(self, content: bytes) -> bool:
        """Tell whether these bytes are the resource that the issuer saw."""
        return all(any(digest.matches(content) for digest in alternatives) for alternatives in self.digests)


def read_related(value: JsonValue) -> tuple[RelatedResource, ...]:
    """Read the value of `relatedResource`. Raises InvalidDocument."""
    resources = one_or_more(
        value, "relatedResource", lambda node, what: RelatedResource.read(an_object(node, what), what)
    )
    if len({each.id for each in resources}) != len(resources):
        raise InvalidDocument("relatedResource names one resource twice", path="/relatedResource")
    return resources


def annotated(node: JsonObject, what: str) -> Iterator[RelatedResource]:
    """Yield an object as a resource if it bears digests of what it names (section 5.3). Raises InvalidDocument."""
    if any(name in node for name in _DIGESTS):
        yield RelatedResource.read(node, what)


def check_resources(
    resources: tuple[RelatedResource, ...],
    lookup: Callable[[str], bytes | None],
    unknown: UnknownResource = UnknownResource.REFUSED,
) -> tuple[str, ...]:
    """Compare digests with the resources that `lookup` has, by URL; return the URLs of those it has not.

    Raises InvalidDocument (CRYPTOGRAPHIC_SECURITY_ERROR) where a digest is another's, and for what is unknown unless
    that is left to the caller.
    """
    left = []
    for resource in resources:
        content = lookup(resource.id)
        if content is None:
            left.append(resource.id)
        elif not resource.matches(content):
            raise InvalidDocument("a related resource has another digest", Problem.CRYPTOGRAPHIC_SECURITY)
    if left and unknown is UnknownResource.REFUSED:
        raise InvalidDocument("a related resource is not known", Problem.CRYPTOGRAPHIC_SECURITY)
    return tuple(left)


def _digests(node: JsonObject, what: str) -> Iterator[tuple[Digest, ...]]:
    if "digestSRI" in node:
        yield _integrity(node["digestSRI"], f"{what}/digestSRI")
    if "digestMultibase" in node:
        yield (_multibase(node["digestMultibase"], f"{what}/digestMultibase"),)


def _integrity(value: JsonValue, what: str) -> tuple[Digest, ...]:
    """Read SRI metadata; of several algorithms only the strongest counts (Subresource Integrity section 3.3.4)."""
    found = [_expression(each, what) for each in value.split()] if isinstance(value, str) else []
    if not found:
        raise InvalidDocument(f"{what} holds no digest", path=f"/{what}")
    strongest = max(found, key=lambda each: _STRENGTH.index(each.algorithm)).algorithm
    return tuple(each for each in found if each.algorithm == strongest)


def _expression(text: str, what: str) -> Digest:
    match = _HASH_EXPRESSION.match(text)
    if match is not None:
        # The grammar's base64-value has both alphabets.
        plain = match["value"].rstrip("=").replace("-", "+").replace("_", "/")
        try:
            value = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
        except (binascii.Error, ValueError):
            value = b""
        if len(value) == hashlib.new(match["name"]).digest_size:
            return Digest(match["name"], value)
    raise InvalidDocument(f"{what} is not a hash expression", path=f"/{what}")


def _multibase(value: JsonValue, what: str) -> Digest:
    try:
        data = multibase_decode(value, what) if isinstance(value, str) and len(value) < 256 else b""
    except MalformedInput as error:
        raise InvalidDocument(f"{what} is not multibase", path=f"/{what}") from error
    algorithm = _MULTIHASH.get(data[:2])
    if algorithm is not None and len(data) == 2 + data[1]:
        return Digest(algorithm, data[2:])
    # Issuers also write a SHA-256 without its multihash header, as the data model's own context is announced.
    if len(data) == 32:
        return Digest("sha256", data)
    raise InvalidDocument(f"{what} is not a digest of a kind that we take", path=f"/{what}")


def _media_type(node: JsonObject, what: str) -> str | None:
    value = node.get("mediaType")
    if value is None and "mediaType" not in node:
        return None
    if not isinstance(value, str) or not _MEDIA_TYPE.match(value):
        raise InvalidDocument(f"{what}/mediaType is not a media type", path=f"/{what}/mediaType")
    return value
