"""Which key a JOSE token claims to be signed with, and the key itself."""

from functools import lru_cache
from typing import Final

from credentials.encoding import JsonObject, b64_decode
from credentials.errors import LimitExceeded, MalformedInput
from credentials.formats.base import KeyResolver, MalformedCredential, SignedBy
from credentials.formats.issuer_key.published import PublishedKeys
from credentials.keys import PublicJwk, UnreadableCertificate, read_certificate

MAX_CERTIFICATES: Final = 6
_OWN_KEYS: Final = frozenset({"jwk", "jku", "x5u"})


def accept_header(header: JsonObject) -> None:
    """Refuse headers that offer a key of their own. Raises MalformedCredential."""
    if not _OWN_KEYS.isdisjoint(header):
        raise MalformedCredential("header members jwk, jku and x5u are not taken")


def signed_by(
    header: JsonObject, issuer: str | None, keys: KeyResolver, published: PublishedKeys | None = None
) -> SignedBy:
    """Return the claimed signer with its key.

    Without `published` no key is looked for on an issuer's web site. Raises MalformedCredential, UnsupportedKey, or as
    the resolver and `published` do.
    """
    if "x5c" in header:
        chain = certificates(header)
        return SignedBy(issuer, leaf_key(chain[0]), chain)
    if issuer is not None and issuer.startswith("did:"):
        method = _verification_method(header.get("kid"), issuer)
        return SignedBy(issuer, keys.resolve(method, "assertionMethod"), verification_method=method)
    if issuer is not None and published is not None:
        found = published.find(issuer, _text(header.get("kid")))
        return SignedBy(issuer, found.key, published_at=found.address)
    raise MalformedCredential("there is neither x5c nor a DID to find the issuer's key by")


def certificates(header: JsonObject) -> tuple[bytes, ...]:
    """Return the DER certificates of `x5c`, leaf first; empty when there are none. Raises MalformedCredential."""
    chain = header.get("x5c")
    if chain is None and "x5c" not in header:
        return ()
    if not isinstance(chain, list) or not chain:
        raise MalformedCredential("x5c is not a list of certificates")
    if len(chain) > MAX_CERTIFICATES:
        raise LimitExceeded(f"x5c holds more than {MAX_CERTIFICATES} certificates")
    if set(map(type, chain)) != {str}:
        raise MalformedCredential("x5c is not a list of strings")
    return _decoded(tuple(map(str, chain)))


@lru_cache(maxsize=256)
def leaf_key(certificate: bytes) -> PublicJwk:
    """Return the key of a DER certificate, which is not validated here. Raises MalformedCredential, UnsupportedKey."""
    try:
        return PublicJwk.from_key(read_certificate(certificate).public_key())
    except UnreadableCertificate as error:
        raise MalformedCredential("x5c holds no readable certificate") from error


@lru_cache(maxsize=256)
def _decoded(chain: tuple[str, ...]) -> tuple[bytes, ...]:
    try:
        return tuple(b64_decode(each, "x5c") for each in chain)
    except MalformedInput as error:
        raise MalformedCredential("x5c is not base64") from error


def _verification_method(kid: object, did: str) -> str:
    match kid:
        case None if did.startswith("did:jwk:"):
            return f"{did}#0"
        case None if did.startswith("did:key:"):
            return f"{did}#{did.removeprefix('did:key:')}"
        case str() if kid.startswith("#"):
            return did + kid
        case str() if kid.startswith(f"{did}#"):
            return kid
        case _:
            # A key of another DID would let its controller speak in this issuer's name.
            raise MalformedCredential("kid is not a key of the issuer's DID")


def _text(kid: object) -> str | None:
    if kid is not None and not isinstance(kid, str):
        raise MalformedCredential("kid is not a string")
    return kid
