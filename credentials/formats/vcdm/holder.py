"""The holder in a W3C credential: a DID as the subject's `id`, and the method under which that signs."""

from typing import Final

from credentials.dids import UnresolvableDid, did_jwk, did_key, resolve
from credentials.formats.base import HolderBindingFailed, HolderKey, KeyResolver
from credentials.keys import PublicJwk

AUTHENTICATION: Final = "authentication"
"""The purpose of a presentation's signature (VCDM 2.0 section 4.13)."""


def subject_id(holder: HolderKey) -> str:
    """Return the DID to bind a credential to: the one the holder proved, or did:jwk of the key."""
    if holder.did_url is None:
        return did_jwk(holder.jwk)[0]
    return holder.did_url.partition("#")[0]


def signing_method(did: str, key: PublicJwk) -> str:
    """Return the DID URL under which a key signs for a DID. Raises HolderBindingFailed when it is not the DID's key."""
    for own, method in (did_jwk(key), did_key(key)):
        if did == own:
            return method
    # The order and number of members in a did:jwk is its maker's choice.
    if did.startswith("did:jwk:") and _is_key_of(f"{did}#0", key):
        return f"{did}#0"
    if key.kid is not None and key.kid.startswith(f"{did}#"):
        return key.kid
    raise HolderBindingFailed("the credential is bound to another key")


def key_of(did: str, keys: KeyResolver) -> HolderKey | None:
    """Return the key of a DID that is its own document, None for other identifiers.

    Raises what the resolver raises for a did:key or did:jwk that is malformed.
    """
    if did.startswith("did:jwk:"):
        method = f"{did}#0"
    elif did.startswith("did:key:"):
        method = f"{did}#{did.removeprefix('did:key:')}"
    else:
        return None
    return HolderKey(keys.resolve(method, AUTHENTICATION), method)


def _is_key_of(method: str, key: PublicJwk) -> bool:
    try:
        return resolve(method, AUTHENTICATION).members == key.members
    except UnresolvableDid:
        return False
