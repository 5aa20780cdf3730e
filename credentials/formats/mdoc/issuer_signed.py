"""IssuerSigned (8.3.2.1.2.2): the items of a document, and the issuer's signature over their digests.

    {"nameSpaces": {namespace: [#6.24(bstr .cbor IssuerSignedItem), …]}, "issuerAuth": COSE_Sign1}
    IssuerSignedItem = {"digestID": uint, "random": bstr, "elementIdentifier": tstr, "elementValue": any}

An item is kept as the bytes that were hashed. They never change on the way: whoever discloses some items leaves the
others out.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Self, final

from credentials.encoding import JsonObject
from credentials.errors import LimitExceeded
from credentials.formats.base import MalformedCredential
from credentials.formats.mdoc.elements import to_json
from credentials.formats.mdoc.reading import ENCODED_CBOR, embedded, mapping, number, parsed, required, text
from credentials.formats.mdoc.security_object import MAX_DIGESTS, SecurityObject
from credentials.jose.cbor import CborValue, Tagged, cbor_bytes
from credentials.jose.cose import UnverifiedMessage, certificate_chain

MIN_RANDOM_BYTES: Final = 16
MAX_CERTIFICATES: Final = 6
_MEMBERS: Final = frozenset({"digestID", "random", "elementIdentifier", "elementValue"})


@final
@dataclass(frozen=True, slots=True)
class Item:
    """One data element as it was signed; `raw` is its IssuerSignedItem."""

    identifier: str
    digest_id: int
    value: CborValue = field(repr=False)
    raw: bytes = field(repr=False)

    @classmethod
    def make(cls, identifier: str, digest_id: int, value: CborValue, random: bytes) -> Self:
        """Write an item; `random` is fresh, and of 16 bytes at least."""
        members: CborValue = {
            "digestID": digest_id,
            "random": random,
            "elementIdentifier": identifier,
            "elementValue": value,
        }
        return cls(identifier, digest_id, value, cbor_bytes(members))

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """Read an item. Raises MalformedCredential, LimitExceeded."""
        members = mapping(parsed(raw), "an item")
        # What nobody would show must not go along unseen.
        if members.keys() != _MEMBERS:
            raise MalformedCredential("an item has other members than the four that it has")
        random = members["random"]
        # 9.1.2.5: without it, whoever has the digest could guess the value.
        if not isinstance(random, bytes) or len(random) < MIN_RANDOM_BYTES:
            raise MalformedCredential(f"the random value of an item has fewer than {MIN_RANDOM_BYTES} bytes")
        return cls(
            text(members["elementIdentifier"], "elementIdentifier"),
            number(members["digestID"], "digestID"),
            members["elementValue"],
            raw,
        )


@final
@dataclass(frozen=True, slots=True)
class IssuerSigned:
    """A document, or as much of it as is disclosed. Nothing in it may be believed before `verify`."""

    items: Mapping[str, tuple[Item, ...]] = field(repr=False)
    issuer_auth: CborValue = field(repr=False)
    message: UnverifiedMessage = field(repr=False)
    security: SecurityObject
    x5c: tuple[bytes, ...] = field(repr=False)

    @classmethod
    def parse(cls, value: CborValue) -> Self:
        """Read the structure, and demand that every item is one that was signed (9.3.1 step 3).

        Raises MalformedCredential, InvalidMessage, LimitExceeded, UnsupportedKey.
        """
        members = mapping(value, "IssuerSigned")
        if not members.keys() <= {"nameSpaces", "issuerAuth"}:
            raise MalformedCredential("IssuerSigned has a member that it does not have")
        message = UnverifiedMessage.of(required(members, "issuerAuth"))
        chain = certificate_chain(message)
        if not chain:
            raise MalformedCredential("issuerAuth holds no certificates")
        if len(chain) > MAX_CERTIFICATES:
            raise LimitExceeded(f"x5chain holds more than {MAX_CERTIFICATES} certificates")
        security = SecurityObject.parse(message.payload)
        items = _items(members["nameSpaces"]) if "nameSpaces" in members else {}
        for namespace, listed in items.items():
            _check_digests(listed, security.digests.get(namespace, {}), security)
        return cls(items, members["issuerAuth"], message, security, chain)

    @property
    def document(self) -> JsonObject:
        """The values by namespace and element: what claims paths point into (OpenID4VP 1.0 section 7.2)."""
        return {
            namespace: {item.identifier: to_json(item.value) for item in listed}
            for namespace, listed in self.items.items()
        }

    def showing(self, wanted: Callable[[str, str], bool]) -> Self:
        """Return the same document with only the items that are wanted, by namespace and element."""
        chosen = {
            namespace: tuple(item for item in listed if wanted(namespace, item.identifier))
            for namespace, listed in self.items.items()
        }
        return replace(self, items={namespace: listed for namespace, listed in chosen.items() if listed})

    def to_cbor(self) -> CborValue:
        """Return the structure."""
        return structure(self.items, self.issuer_auth)


def structure(items: Mapping[str, Sequence[Item]], issuer_auth: CborValue) -> CborValue:
    """Join items and signature; without items there is no `nameSpaces`."""
    members: dict[int | str, CborValue] = {"issuerAuth": issuer_auth}
    if items:
        namespaces: dict[int | str, CborValue] = {
            namespace: [Tagged(ENCODED_CBOR, item.raw) for item in listed] for namespace, listed in items.items()
        }
        members["nameSpaces"] = namespaces
    return members


def _items(value: CborValue) -> dict[str, tuple[Item, ...]]:
    found: dict[str, tuple[Item, ...]] = {}
    count = 0
    for namespace, listed in mapping(value, "nameSpaces").items():
        if not namespace or not isinstance(listed, list) or not listed:
            raise MalformedCredential("a namespace has no name, or no list of items")
        count += len(listed)
        if count > MAX_DIGESTS:
            raise LimitExceeded(f"the document holds more than {MAX_DIGESTS} items")
        items = tuple(Item.parse(embedded(each, "an item")) for each in listed)
        # Of two elements of one name, or two items of one digest, nobody could say which counts.
        if len({item.identifier for item in items}) != len(items) or len({item.digest_id for item in items}) != len(
            items
        ):
            raise MalformedCredential("two items of a namespace share a name or a digest identifier")
        found[namespace] = items
    return found


def _check_digests(items: Sequence[Item], digests: Mapping[int, bytes], security: SecurityObject) -> None:
    for item in items:
        if digests.get(item.digest_id) != security.digest(item.raw):
            raise MalformedCredential("an item is not one that the issuer signed")
