"""Client identifiers with their prefix: who a verifier says it is, and what must prove it (OpenID4VP 1.0 section 5.9).

The identifier is used whole, prefix included, wherever it is an audience (section 14.10).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from credentials.encoding import b64url_encode
from credentials.keys import PublicJwk
from credentials.openid.certificates import dns_names_of, key_of
from credentials.openid.errors import InvalidPresentationRequest
from credentials.openid.urls import host_of

MAX_CLIENT_ID_CHARACTERS: Final = 2_048


class Prefix(StrEnum):
    """The prefixes that we know how to prove."""

    X509_HASH = "x509_hash"
    X509_SAN_DNS = "x509_san_dns"
    DECENTRALIZED_IDENTIFIER = "decentralized_identifier"
    VERIFIER_ATTESTATION = "verifier_attestation"
    REDIRECT_URI = "redirect_uri"


@dataclass(frozen=True, slots=True)
class ClientId:
    """A client identifier, taken apart."""

    prefix: Prefix
    value: str

    @property
    def full(self) -> str:
        """The identifier with its prefix: what goes into requests and audiences."""
        return f"{self.prefix}:{self.value}"

    @property
    def signs(self) -> bool:
        """Whether requests must be signed; under `redirect_uri` they cannot be."""
        return self.prefix is not Prefix.REDIRECT_URI

    def __str__(self) -> str:
        return self.full


def parse_client_id(text: str) -> ClientId:
    """Read a client identifier.

    Raises InvalidPresentationRequest for a prefix that is not ours to prove, and for none at all: we have no
    pre-registered clients. `origin:` is never accepted in a request (section 5.9.3).
    """
    if len(text) > MAX_CLIENT_ID_CHARACTERS:
        raise InvalidPresentationRequest("client_id is too long")
    prefix, colon, value = text.partition(":")
    if not colon or prefix not in {known.value for known in Prefix}:
        raise InvalidPresentationRequest("client_id has no prefix that is known here")
    if not value:
        raise InvalidPresentationRequest("client_id is empty behind its prefix")
    if prefix == Prefix.DECENTRALIZED_IDENTIFIER and (not value.startswith("did:") or "#" in value):
        raise InvalidPresentationRequest("client_id holds no DID")
    return ClientId(Prefix(prefix), value)


def x509_hash(der: bytes) -> str:
    """Return the hash of a leaf certificate: base64url of SHA-256 over its DER, not over its key."""
    return b64url_encode(hashlib.sha256(der).digest())


def client_id_of_certificate(der: bytes) -> ClientId:
    """Return the `x509_hash` client identifier of a leaf certificate."""
    return ClientId(Prefix.X509_HASH, x509_hash(der))


def check_x5c(client_id: ClientId, x5c: Sequence[bytes], response_uri: str) -> PublicJwk:
    """Check that the leaf certificate is the one that the client identifier names, and return its key.

    The request must be signed by that key, and the chain must still be validated against a trust anchor: neither is
    done here. Raises InvalidPresentationRequest.
    """
    leaf = x5c[0]
    if client_id.prefix is Prefix.X509_HASH:
        if x509_hash(leaf) != client_id.value:
            raise InvalidPresentationRequest("client_id is not the hash of the leaf certificate")
    elif client_id.prefix is Prefix.X509_SAN_DNS:
        if client_id.value.lower() not in dns_names_of(leaf, InvalidPresentationRequest):
            raise InvalidPresentationRequest("client_id is not a DNS name of the leaf certificate")
        # Section 5.9.3: unless the client is trusted for more, its answers go to its own host.
        if host_of(response_uri) != client_id.value.lower():
            raise InvalidPresentationRequest("response_uri is not at the host that client_id names")
    else:
        raise InvalidPresentationRequest("a certificate does not prove this kind of client_id")
    return key_of(leaf, InvalidPresentationRequest)
