"""The mobile security object: what the issuer signs (9.1.2.4), digests instead of facts.

    {"version": "1.0", "digestAlgorithm": "SHA-256", "valueDigests": {namespace: {digestID: digest}},
     "deviceKeyInfo": {"deviceKey": COSE_Key}, "docType": …, "validityInfo": {"signed", "validFrom", "validUntil"},
     "status": {"status_list": {"idx": …, "uri": …}}}

`status` is that of Token Status List section 6.3. Members that are not known are passed over, as 9.1.2.4 reserves them.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Self, final

from credentials.errors import LimitExceeded, MalformedInput
from credentials.formats.base import MalformedCredential, StatusEntry, TokenStatus
from credentials.formats.mdoc.reading import (
    ENCODED_CBOR,
    embedded,
    mapping,
    moment,
    number,
    parsed,
    required,
    tdate,
    text,
)
from credentials.jose.cbor import CborValue, Tagged, cbor_bytes
from credentials.jose.cose_key import from_cose_key, to_cose_key
from credentials.keys import PublicJwk

VERSION: Final = "1.0"
SHA_256: Final = "SHA-256"
MAX_DIGESTS: Final = 900
_MAX_STATUS_INDEX: Final = 1 << 40
# 9.1.2.5, table 21.
_HASHES: Final = {SHA_256: hashlib.sha256, "SHA-384": hashlib.sha384, "SHA-512": hashlib.sha512}

Digests = Mapping[str, Mapping[int, bytes]]


@final
@dataclass(frozen=True, slots=True)
class SecurityObject:
    """What the issuer said of the document, its holder's key and its time."""

    doc_type: str
    digest_algorithm: str
    digests: Digests = field(repr=False)
    device_key: PublicJwk
    signed: datetime
    valid_from: datetime
    valid_until: datetime
    status: tuple[StatusEntry, ...] = ()

    def digest(self, item: bytes) -> bytes:
        """Hash an item as it was signed: its bytes with the tag of embedded CBOR before them (9.1.2.5)."""
        return digest_of(item, self.digest_algorithm)

    def to_bytes(self) -> bytes:
        """Write the payload of `issuerAuth`: MobileSecurityObjectBytes."""
        digests: dict[int | str, CborValue] = {
            namespace: {id: digest for id, digest in each.items()}  # noqa: C416  # a wider type of dict
            for namespace, each in self.digests.items()
        }
        members: dict[int | str, CborValue] = {
            "version": VERSION,
            "digestAlgorithm": self.digest_algorithm,
            "valueDigests": digests,
            "deviceKeyInfo": {"deviceKey": to_cose_key(self.device_key)},
            "docType": self.doc_type,
            "validityInfo": {
                "signed": tdate(self.signed),
                "validFrom": tdate(self.valid_from),
                "validUntil": tdate(self.valid_until),
            },
        }
        match self.status:
            case ():
                pass
            case (TokenStatus(uri=uri, index=index),):
                members["status"] = {"status_list": {"idx": index, "uri": uri}}
            case _:
                raise ValueError("an mdoc states one place in one Token Status List")
        return cbor_bytes(Tagged(ENCODED_CBOR, cbor_bytes(members)))

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        """Read MobileSecurityObjectBytes. Raises MalformedCredential, LimitExceeded, UnsupportedKey."""
        members = mapping(parsed(embedded(parsed(payload), "the security object")), "the security object")
        if required(members, "version") != VERSION:
            raise MalformedCredential("the security object is of another version")
        algorithm = text(required(members, "digestAlgorithm"), "digestAlgorithm")
        if algorithm not in _HASHES:
            raise MalformedCredential("the digest algorithm is not on the list")
        validity = mapping(required(members, "validityInfo"), "validityInfo")
        key_info = mapping(required(members, "deviceKeyInfo"), "deviceKeyInfo")
        signed, begins, ends = (
            moment(required(validity, name), name) for name in ("signed", "validFrom", "validUntil")
        )
        # 9.1.2.4: it begins no earlier than it was signed, and ends later than it begins.
        if not signed <= begins < ends:
            raise MalformedCredential("the times of validityInfo contradict each other")
        try:
            device_key = from_cose_key(required(key_info, "deviceKey"))
        except MalformedInput as error:
            raise MalformedCredential("deviceKey is of a kind that we do not take") from error
        return cls(
            doc_type=text(required(members, "docType"), "docType"),
            digest_algorithm=algorithm,
            digests=_digests(required(members, "valueDigests"), _HASHES[algorithm]().digest_size),
            device_key=device_key,
            signed=signed,
            valid_from=begins,
            valid_until=ends,
            status=_status(members["status"]) if "status" in members else (),
        )


def digest_of(item: bytes, algorithm: str = SHA_256) -> bytes:
    """Hash an IssuerSignedItemBytes, given without its tag."""
    return _HASHES[algorithm](cbor_bytes(Tagged(ENCODED_CBOR, item))).digest()


def _digests(value: CborValue, size: int) -> Digests:
    namespaces = mapping(value, "valueDigests")
    digests: dict[str, Mapping[int, bytes]] = {}
    for namespace, listed in namespaces.items():
        if not isinstance(listed, dict):
            raise MalformedCredential("the digests of a namespace are not a map")
        found = {}
        for id, digest in listed.items():
            if not isinstance(digest, bytes) or len(digest) != size:
                raise MalformedCredential("a digest is not of the size of its algorithm")
            found[number(id, "a digest identifier")] = digest
        digests[namespace] = found
    if sum(len(each) for each in digests.values()) > MAX_DIGESTS:
        raise LimitExceeded(f"the security object holds more than {MAX_DIGESTS} digests")
    return digests


def _status(value: CborValue) -> tuple[StatusEntry, ...]:
    # Fail closed: a status that is there and cannot be understood must not pass for none.
    match value:
        case {"status_list": {"idx": int(index), "uri": str(uri)}} if (
            not isinstance(index, bool) and 0 <= index < _MAX_STATUS_INDEX and uri
        ):
            return (TokenStatus(uri, index),)
        case _:
            raise MalformedCredential("status is of a kind that we do not know")
