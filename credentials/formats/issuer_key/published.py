"""JWT VC issuer metadata (SD-JWT VC section 4): where it lives, what it may say, and the port to look keys up by."""

from typing import Final, NamedTuple, Protocol

from credentials.encoding import JsonObject, JsonValue
from credentials.errors import BlauweKnopError, LimitExceeded, MalformedInput
from credentials.keys import PublicJwk
from credentials.web_addresses import LOCAL_HOSTS, take_apart, well_known

WELL_KNOWN: Final = "jwt-vc-issuer"
MAX_KEYS: Final = 64


class KeyNotPublished(BlauweKnopError):
    """The issuer does not publish the key that its token names, or this way of finding keys is closed to it."""

    code = "key_not_published"


class PublishedKey(NamedTuple):
    """A key, and the address of the metadata that it was found by."""

    key: PublicJwk
    address: str


class PublishedKeys(Protocol):
    """Find keys that issuers publish."""

    def find(self, issuer: str, kid: str | None) -> PublishedKey:
        """Return the issuer's key of this name, or its only one; or raise. Never a guess."""
        ...


def metadata_address(issuer: str, *, allow_insecure_localhost: bool = False) -> str:
    """Return where an issuer's metadata lives: `/.well-known/jwt-vc-issuer` between host and path, no final slash.

    Raises KeyNotPublished for what is no https URL of host and path (section 4).

    >>> metadata_address("https://example.com/tenant/1234/")
    'https://example.com/.well-known/jwt-vc-issuer/tenant/1234'
    """
    _check_web_address(issuer, allow_insecure_localhost=allow_insecure_localhost)
    return well_known(issuer, WELL_KNOWN)


def key_set_of(document: JsonObject, issuer: str, *, allow_insecure_localhost: bool = False) -> JsonObject | str:
    """Return the key set in a metadata document, or the address of it. Raises KeyNotPublished."""
    # Section 4.3: compared as text, or one tenant of a host could speak for another.
    if document.get("issuer") != issuer:
        raise KeyNotPublished("the metadata is that of another issuer")
    # Section 4.2: one of the two. Which of both would count is nobody's to choose.
    if ("jwks" in document) == ("jwks_uri" in document):
        raise KeyNotPublished("the metadata holds either jwks or jwks_uri")
    keys, address = document.get("jwks"), document.get("jwks_uri")
    if isinstance(keys, dict):
        return keys
    if not isinstance(address, str):
        raise KeyNotPublished("jwks is no object, or jwks_uri no text")
    _check_web_address(address, allow_insecure_localhost=allow_insecure_localhost, query=True)
    return address


def read_key_set(document: JsonObject) -> tuple[PublicJwk, ...]:
    """Read a JWK Set (RFC 7517 section 5): the keys that verify signatures and are of kinds that we take.

    Raises KeyNotPublished for no key set at all, LimitExceeded for one too large. Keys of other kinds are passed over,
    as the section says; so are private ones.
    """
    entries = document.get("keys")
    if not isinstance(entries, list):
        raise KeyNotPublished("a key set has a list of keys")
    if len(entries) > MAX_KEYS:
        raise LimitExceeded(f"a key set holds more than {MAX_KEYS} keys")
    read = (_key(entry) for entry in entries)
    return tuple(key for key in read if key is not None and not key.encrypts_only)


def choose(keys: tuple[PublicJwk, ...], kid: str | None) -> PublicJwk:
    """Return the key of this name; without a name, the only key. Raises KeyNotPublished."""
    named = [key for key in keys if kid is None or key.kid == kid]
    if len(named) != 1:
        raise KeyNotPublished("no key, or more than one, is published under this name")
    return named[0]


def _key(entry: JsonValue) -> PublicJwk | None:
    try:
        return PublicJwk.parse(entry)
    except MalformedInput:
        return None


def _check_web_address(url: str, *, allow_insecure_localhost: bool, query: bool = False) -> None:
    try:
        parts = take_apart(url)
        host = parts.hostname
    except ValueError as error:
        raise KeyNotPublished("not a web address") from error
    insecure = allow_insecure_localhost and parts.scheme == "http" and host in LOCAL_HOSTS
    if not host or (parts.scheme != "https" and not insecure) or "@" in parts.netloc:
        raise KeyNotPublished("not an https address of a host")
    if "#" in url or ("?" in url and not query):
        raise KeyNotPublished("an issuer's address has no query and no fragment")
    # A path that climbs would be read differently by whoever fetches it.
    if any(segment in (".", "..") for segment in parts.path.split("/")):
        raise KeyNotPublished("an issuer's address does not climb")
