"""Find the key that an issuer's token claims to be signed with (SD-JWT VC section 2.5).

Three mechanisms: the leaf of `x5c` in the protected header, a DID in `iss`, and, only where it was switched on for this
issuer, what the issuer publishes under `/.well-known/jwt-vc-issuer`. Whichever it was, only the signature is proven;
whether that chain, DID or address may speak is decided later, against the trust list.
"""

from credentials.formats.issuer_key.claimed import (
    MAX_CERTIFICATES,
    accept_header,
    certificates,
    leaf_key,
    signed_by,
)
from credentials.formats.issuer_key.metadata import IssuerMetadata
from credentials.formats.issuer_key.published import (
    KeyNotPublished,
    PublishedKey,
    PublishedKeys,
    metadata_address,
    read_key_set,
)

__all__ = [
    "MAX_CERTIFICATES",
    "IssuerMetadata",
    "KeyNotPublished",
    "PublishedKey",
    "PublishedKeys",
    "accept_header",
    "certificates",
    "leaf_key",
    "metadata_address",
    "read_key_set",
    "signed_by",
]
