"""What a leaf's key is for, as its extended key usage says it.

The usages are those that wallets and authorities in the field already know (ADR 16): object identifiers of our own,
under 2.25 with a whole UUID, made the certificate unreadable to parsers that hold an arc in 31 bits. A leaf without
extended key usage serves every purpose (RFC 5280 section 4.2.1.12); one with it serves only those it names; and the
certificate of a web server or web client never signs what this project believes.
"""

from collections.abc import Set as AbstractSet
from enum import StrEnum
from types import MappingProxyType
from typing import Final

# RFC 5280 section 4.2.1.12.
SERVER_AUTH: Final = "1.3.6.1.5.5.7.3.1"
CLIENT_AUTH: Final = "1.3.6.1.5.5.7.3.2"
ANY_USAGE: Final = "2.5.29.37.0"
# ISO/IEC 18013-5 Annex B and ISO/IEC TS 23220-4: who signs documents, and who reads them.
DOCUMENT_SIGNER: Final = "1.0.18013.5.1.2"
READER: Final = "1.0.18013.5.1.6"
_DOCUMENT_SIGNERS: Final = frozenset(
    {
        DOCUMENT_SIGNER,
        "1.0.23220.4.1.2",
        # RFC 9336, and what the seals of trust service providers bore before it.
        "1.3.6.1.5.5.7.3.36",
        "1.3.6.1.4.1.311.10.3.12",
    }
)
_READERS: Final = frozenset({READER, "1.0.23220.4.1.6"})

_TLS: Final = frozenset({SERVER_AUTH, CLIENT_AUTH})


class KeyPurpose(StrEnum):
    """What a key signs."""

    CREDENTIALS = "credentials"
    STATUS = "status"
    REQUESTS = "requests"
    ATTESTATIONS = "attestations"


USAGE: Final = MappingProxyType({KeyPurpose.CREDENTIALS: DOCUMENT_SIGNER, KeyPurpose.REQUESTS: READER})
"""The usage that marks a leaf of ours for a purpose. Signers of status lists have none: Token Status List section 10
names id-kp-oauthStatusSigning, whose number is not assigned yet; until then a list is signed under the credentials'."""

# What leaves of before November 2026 bear. Nobody makes them any more; those that were made are read until they end.
EARLIER: Final = MappingProxyType(
    {
        "2.25.334440894146556948229048592639627302137": KeyPurpose.CREDENTIALS,
        "2.25.281274374071382063184875298022431853873": KeyPurpose.STATUS,
        "2.25.128625219740603639267745352129313682587": KeyPurpose.REQUESTS,
    }
)

# A key that signs credentials may sign their status too, never the other way round.
_USAGES: Final = MappingProxyType(
    {
        KeyPurpose.CREDENTIALS: _DOCUMENT_SIGNERS,
        KeyPurpose.STATUS: _DOCUMENT_SIGNERS,
        KeyPurpose.REQUESTS: _READERS,
        # No usage marks whoever attests wallets and their keys: a leaf that is for something else attests nothing.
        KeyPurpose.ATTESTATIONS: frozenset(),
    }
)
_EARLIER_MAY: Final = MappingProxyType(
    {
        KeyPurpose.CREDENTIALS: frozenset({KeyPurpose.CREDENTIALS}),
        KeyPurpose.STATUS: frozenset({KeyPurpose.STATUS, KeyPurpose.CREDENTIALS}),
        KeyPurpose.REQUESTS: frozenset({KeyPurpose.REQUESTS}),
        KeyPurpose.ATTESTATIONS: frozenset(),
    }
)


def is_tls(usages: AbstractSet[str]) -> bool:
    """Say whether these usages (dotted) are of a web server's or web client's certificate."""
    return bool(usages & _TLS)


def serves(usages: AbstractSet[str], purpose: KeyPurpose) -> bool:
    """Say whether a leaf with these extended key usages (dotted; none: no such extension) may sign for a purpose."""
    if is_tls(usages):
        return False
    if not usages or ANY_USAGE in usages:
        return True
    earlier = {EARLIER[usage] for usage in usages & EARLIER.keys()}
    return bool(usages & _USAGES[purpose]) or bool(earlier & _EARLIER_MAY[purpose])
