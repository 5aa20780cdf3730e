"""`did:key` (W3C CCG did:key 0.7): the identifier is the Multikey itself."""

from functools import lru_cache

from credentials.dids.did import DidUrl, UnresolvableDid
from credentials.errors import MalformedInput
from credentials.keys import PublicJwk


def did_key(key: PublicJwk) -> tuple[str, str]:
    """Return the DID of a key and the DID URL of its one verification method."""
    did = f"did:key:{key.multikey}"
    return did, f"{did}#{key.multikey}"


def resolve_key(url: DidUrl) -> PublicJwk:
    """Return the key. The fragment repeats the identifier (section 3.1). Raises UnresolvableDid."""
    multikey = url.did.identifier
    if url.fragment != multikey or not multikey.startswith("z"):
        raise UnresolvableDid("did:key has one verification method, named after the key")
    return _key(multikey)


# An issuer's key is met with each of its credentials, and reading one takes longer than all else about it.
@lru_cache(maxsize=1024)
def _key(multikey: str) -> PublicJwk:
    try:
        key = PublicJwk.from_multikey(multikey)
    except MalformedInput as error:
        raise UnresolvableDid(error.detail) from error
    if key.multikey != multikey:
        raise UnresolvableDid("the key has another spelling")
    return key
