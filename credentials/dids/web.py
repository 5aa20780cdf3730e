"""`did:web` (W3C CCG did:web method): the document stands on the organisation's own web site.

It proves control of a web host only; the trust list says whose host that is, and may pin the keys.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from credentials.consulted import note
from credentials.dids.did import Did, DidUrl, Fetch, UnresolvableDid
from credentials.dids.document import find_key
from credentials.encoding import JsonObject, json_object
from credentials.errors import MalformedInput
from credentials.keys import PublicJwk
from credentials.web_addresses import LOCAL_HOSTS

MAX_DOCUMENT_BYTES: Final = 65_536
ACCEPT: Final = "application/did+json, application/did, application/json"
CONTEXTS: Final = (
    "https://www.w3.org/ns/did/v1",
    "https://w3id.org/security/multikey/v1",
    "https://w3id.org/security/jwk/v1",
)

_HOST: Final = re.compile(r"(?P<host>[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?:%3[Aa](?P<port>[0-9]{1,5}))?\Z")
# URL Standard, "ends in a number": what resolvers take for an IPv4 address, octal and hexadecimal included.
_ADDRESS: Final = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)\Z")
_SEGMENT: Final = re.compile(r"(?!\.{1,2}\Z)[A-Za-z0-9._-]+\Z")


def did_web(url: str) -> str:
    """Return the DID of a web address: `https://host:8443/a/b` is `did:web:host%3A8443:a:b`. Raises UnresolvableDid."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise UnresolvableDid("not a web address") from error
    if not host or parts.scheme not in ("https", "http") or parts.query or parts.fragment or parts.username:
        raise UnresolvableDid("not a web address")
    segments = [segment for segment in parts.path.split("/") if segment]
    did = ":".join(["did:web", host if port is None else f"{host}%3A{port}", *segments])
    did_web_url(did, allow_insecure_localhost=True)
    return did


def did_web_url(did: str, *, allow_insecure_localhost: bool = False) -> str:
    """Return where a did:web's document stands. Plain http on loopback hosts only, and only when allowed.

    Raises UnresolvableDid; a numeric address is refused, as the method demands.
    """
    parsed = Did.parse(did)
    if parsed.method != "web":
        raise UnresolvableDid("not a did:web")
    first, *segments = parsed.identifier.split(":")
    match = _HOST.match(first)
    if match is None or ".." in first or not all(_SEGMENT.match(segment) for segment in segments):
        raise UnresolvableDid("not a did:web of a host and a path")
    host, port = match["host"], match["port"]
    loopback = allow_insecure_localhost and host in LOCAL_HOSTS
    if _ADDRESS.match(host) and not loopback:
        raise UnresolvableDid("a did:web names a host, not an address")
    path = "/".join(segments) or ".well-known"
    return f"{'http' if loopback else 'https'}://{host}{f':{port}' if port else ''}/{path}/did.json"


def resolve_web(
    url: DidUrl, purpose: str, fetch: Fetch, *, allow_insecure_localhost: bool = False, now: datetime | None = None
) -> PublicJwk:
    """Fetch the document and return the key. Raises UnresolvableDid, and what `fetch` raises."""
    document = fetch_document(url.did, fetch, allow_insecure_localhost=allow_insecure_localhost)
    if document is None:
        raise UnresolvableDid("the DID document is malformed")
    return find_key(document, url, purpose, now)


def fetch_document(did: Did, fetch: Fetch, *, allow_insecure_localhost: bool = False) -> JsonObject | None:
    """Fetch the document of a did:web; None for what is no JSON object.

    Raises UnresolvableDid, and what `fetch` raises.
    """
    address = did_web_url(did.text, allow_insecure_localhost=allow_insecure_localhost)
    body = fetch(address, ACCEPT)
    note(address, body)
    try:
        return json_object(body, "DID document", max_bytes=MAX_DOCUMENT_BYTES)
    except MalformedInput:
        return None


def did_web_document(
    did: str,
    keys: Sequence[PublicJwk],
    *,
    also_known_as: Sequence[str] = (),
    service: Sequence[JsonObject] = (),
    purposes: Sequence[str] = ("assertionMethod",),
) -> JsonObject:
    """Build a party's document: Ed25519 keys as Multikey, EC keys as JsonWebKey and as Multikey, for these purposes.

    A Multikey's fragment is the key itself, a JsonWebKey's its thumbprint, so that a pinned key can be recognised.
    """
    methods: list[JsonObject] = []
    for key in keys:
        methods.append(
            {
                "id": f"{did}#{key.multikey}",
                "type": "Multikey",
                "controller": did,
                "publicKeyMultibase": key.multikey,
            }
        )
        if key.curve != "Ed25519":
            methods.append(
                {
                    "id": f"{did}#{key.thumbprint}",
                    "type": "JsonWebKey",
                    "controller": did,
                    "publicKeyJwk": dict(key.members),
                }
            )
    document: JsonObject = {"@context": list(CONTEXTS), "id": did}
    if also_known_as:
        document["alsoKnownAs"] = list(also_known_as)
    document["verificationMethod"] = list(methods)
    for purpose in purposes:
        document[purpose] = [method["id"] for method in methods]
    if service:
        document["service"] = list(service)
    return document


def json_web_key(did: str, key: PublicJwk) -> str:
    """Return the DID URL under which `did_web_document` lists an EC key as JsonWebKey, for the `kid` of a token."""
    return f"{did}#{key.thumbprint}"


def verification_method(did: str, key: PublicJwk) -> str:
    """Return the DID URL under which `did_web_document` lists a key as Multikey, for Data Integrity proofs."""
    return f"{did}#{key.multikey}"
