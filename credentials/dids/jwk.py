"""`did:jwk`: the identifier is the base64url of the JWK; its one verification method is `#0`."""

from credentials.dids.did import DidUrl, UnresolvableDid
from credentials.encoding import b64url_decode, b64url_encode, json_compact, json_object
from credentials.errors import MalformedInput
from credentials.keys import PublicJwk


def did_jwk(key: PublicJwk) -> tuple[str, str]:
    """Return the DID of a key and the DID URL of its one verification method."""
    did = f"did:jwk:{b64url_encode(json_compact(key.members))}"
    return did, f"{did}#0"


def resolve_jwk(url: DidUrl) -> PublicJwk:
    """Return the key. Raises UnresolvableDid, also for a key that is there for encryption only."""
    if url.fragment != "0":
        raise UnresolvableDid("did:jwk has one verification method, #0")
    try:
        jwk = json_object(b64url_decode(url.did.identifier, "did:jwk"), "did:jwk")
        key = PublicJwk.parse(jwk)
    except MalformedInput as error:
        raise UnresolvableDid(error.detail) from error
    # did:jwk, "Create": without `use`, the key serves every purpose; with "enc" it is for key agreement only.
    if jwk.get("use", "sig") != "sig":
        raise UnresolvableDid("the key is not for signatures")
    return key
