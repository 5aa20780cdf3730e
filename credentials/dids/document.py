"""Finding a key in a DID document (DID Core 1.0 section 5.2 and 5.3; Controlled Identifiers 1.0 section 3.3).

A method counts only for the purpose under which the document lists it, only when the document's subject controls it,
and only when it holds exactly one key.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from credentials.dids.did import PURPOSES, DidUrl, UnresolvableDid
from credentials.encoding import JsonObject, JsonValue
from credentials.errors import MalformedInput
from credentials.keys import PublicJwk

# Tuples, since what is looked for may be any JSON: not all of it has a hash.
_JWK_TYPES: Final = ("JsonWebKey", "JsonWebKey2020")
_MULTIBASE_TYPES: Final = ("Multikey", "Ed25519VerificationKey2020")
_MAX_METHODS: Final = 100


def find_key(document: JsonObject, url: DidUrl, purpose: str, now: datetime | None = None) -> PublicJwk:
    """Return the key of a verification method that the document lists under `purpose`.

    Without `now`, a method that bears an expiry is not taken. Raises UnresolvableDid.
    """
    if purpose not in PURPOSES:
        raise UnresolvableDid("not a purpose that signatures are made for")
    if document.get("id") != url.did.text:
        raise UnresolvableDid("the document is another DID's")
    listed = [entry for entry in _entries(document, purpose) if _absolute(_id_of(entry), url) == str(url)]
    if len(listed) != 1:
        raise UnresolvableDid("the document does not list the method, once, for this purpose")
    entry = listed[0]
    if isinstance(entry, dict):
        method = entry
    else:
        found = [each for each in _methods(document) if _absolute(each.get("id"), url) == str(url)]
        if len(found) != 1:
            raise UnresolvableDid("the document does not define the method once")
        method = found[0]
    return _key_of(method, url, now)


def _key_of(method: JsonObject, url: DidUrl, now: datetime | None) -> PublicJwk:
    if method.get("controller") != url.did.text:
        raise UnresolvableDid("the method is controlled by another")
    _check_times(method, now)
    kind, jwk, multibase = method.get("type"), method.get("publicKeyJwk"), method.get("publicKeyMultibase")
    try:
        if kind in _JWK_TYPES and jwk is not None and multibase is None:
            return PublicJwk.parse(jwk)
        if kind in _MULTIBASE_TYPES and isinstance(multibase, str) and jwk is None:
            key = PublicJwk.from_multikey(multibase)
            if kind == "Multikey" or key.curve == "Ed25519":
                return key
    except MalformedInput as error:
        raise UnresolvableDid(error.detail) from error
    raise UnresolvableDid("the method holds no key of a kind that we take")


def _check_times(method: JsonObject, now: datetime | None) -> None:
    # Controlled Identifiers 1.0 section 2.2: once either time has come, the method must not be used to verify. A time
    # that we cannot read, or cannot compare, counts as come.
    for name in ("expires", "revoked"):
        if name not in method:
            continue
        value = method[name]
        try:
            moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None or now is None or moment <= now:
            raise UnresolvableDid("the method has expired or was revoked")


def _entries(document: JsonObject, purpose: str) -> Iterator[JsonObject | str]:
    for entry in _list(document, purpose):
        if not isinstance(entry, dict | str):
            raise UnresolvableDid("the document is malformed")
        yield entry


def _methods(document: JsonObject) -> Iterator[JsonObject]:
    for method in _list(document, "verificationMethod"):
        if not isinstance(method, dict):
            raise UnresolvableDid("the document is malformed")
        yield method


def _list(document: JsonObject, name: str) -> list[JsonValue]:
    value = document.get(name, [])
    if not isinstance(value, list) or len(value) > _MAX_METHODS:
        raise UnresolvableDid("the document is malformed")
    return value


def _id_of(entry: JsonObject | str) -> JsonValue:
    return entry.get("id") if isinstance(entry, dict) else entry


def _absolute(id_: JsonValue, url: DidUrl) -> str | None:
    if not isinstance(id_, str):
        return None
    return url.did.text + id_ if id_.startswith("#") else id_
