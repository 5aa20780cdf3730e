"""The key that an issuer bound a token to: the claim `cnf` (RFC 7800 section 3), and writing it."""

from credentials.encoding import JsonObject
from credentials.formats.base import HolderKey, KeyResolver, MalformedCredential
from credentials.keys import PublicJwk


def confirmation(holder: HolderKey) -> JsonObject:
    """Return `cnf` for a holder (sections 3.2 and 3.4): the key, or the DID URL under which it was proven."""
    return {"jwk": dict(holder.jwk.members)} if holder.did_url is None else {"kid": holder.did_url}


def holder_of(confirmation: JsonObject | None, keys: KeyResolver | None) -> HolderKey | None:
    """Return the key that the token is bound to (RFC 7800 section 3), None when it is bound to nobody.

    Without a resolver, a key that is only named cannot be known. Raises MalformedCredential, UnsupportedKey, or
    whatever the resolver raises.
    """
    match confirmation:
        case None:
            return None
        case {"jwk": jwk}:
            return HolderKey(PublicJwk.parse(jwk))
        case {"kid": str(did_url)} if did_url.startswith("did:"):
            return HolderKey(keys.resolve(did_url, "authentication"), did_url) if keys else None
        case _:
            # A way of confirming that we do not know is not the absence of one.
            raise MalformedCredential("cnf names no key that we can check")
