"""DID resolution and dereferencing as results with metadata (DID Core 1.0 section 7), for whoever serves documents.

Proofs do not go by this: `resolve` finds the one key that a proof names, and takes fewer kinds.
"""

import re
from dataclasses import dataclass, field
from typing import Final, Self, final

from credentials.dids.did import MAX_CHARACTERS, Did, Fetch, UnresolvableDid
from credentials.dids.documents import ResolutionOptions, jwk_document, key_document
from credentials.dids.problems import DidProblem, Unresolved, http_status
from credentials.dids.web import fetch_document
from credentials.encoding import JsonObject, JsonValue
from credentials.errors import BlauweKnopError

RESULT_CONTEXT: Final = "https://w3id.org/did-resolution/v1"
RESULT_MEDIA_TYPE: Final = 'application/ld+json;profile="https://w3id.org/did-resolution"'
DOCUMENT_MEDIA_TYPE: Final = "application/did+ld+json"

# RFC 3986: what a path is made of; a query and a fragment may hold question marks besides.
_TAIL: Final = re.compile(
    r"(?P<path>/(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*+)?"
    r"(?:\?(?P<query>(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*+))?"
    r"(?:\#(?P<fragment>(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*+))?\Z"
)
_RELATIONSHIPS: Final = (
    "verificationMethod",
    "authentication",
    "assertionMethod",
    "keyAgreement",
    "capabilityInvocation",
    "capabilityDelegation",
)


@final
@dataclass(frozen=True, slots=True)
class ResolutionResult:
    """What a resolver answers: a document, or for a DID URL what it points to; or an error and an empty object.

    `dereferenced` is true for a DID URL, whose metadata has another name than that of a DID.
    """

    document: JsonObject = field(default_factory=dict)
    problem: DidProblem | None = None
    dereferenced: bool = False

    @property
    def error(self) -> str | None:
        """The specification's code, None for success."""
        return None if self.problem is None else self.problem.value

    @property
    def status(self) -> int:
        """The HTTP status of the answer."""
        return 200 if self.problem is None else http_status(self.problem)

    def to_dict(self) -> JsonObject:
        """Return the result as JSON, of media type `RESULT_MEDIA_TYPE`."""
        metadata: JsonObject = {"contentType": DOCUMENT_MEDIA_TYPE}
        if self.problem is not None:
            metadata = {"error": self.problem.value}
        return {
            "@context": RESULT_CONTEXT,
            "didDocument": self.document,
            "didDereferencingMetadata" if self.dereferenced else "didResolutionMetadata": metadata,
            "didDocumentMetadata": {},
        }

    @classmethod
    def failed(cls, problem: DidProblem, *, dereferenced: bool) -> Self:
        """Return the result that bears this error."""
        return cls(problem=problem, dereferenced=dereferenced)


def resolve_did(
    did_or_url: str,
    options: ResolutionOptions | None = None,
    fetch: Fetch | None = None,
    *,
    allow_insecure_localhost: bool = False,
) -> ResolutionResult:
    """Resolve a DID, or dereference a DID URL to the verification method or service it names.

    Without `fetch` only did:key and did:jwk resolve. Never raises for what was asked: the result says what was wrong.
    """
    did, tail = _parts(did_or_url)
    try:
        fragment = _fragment(did, tail) if tail else None
        document = did_document(did, options, fetch, allow_insecure_localhost=allow_insecure_localhost)
        if fragment is not None:
            document = _node(document, did, fragment)
    except Unresolved as error:
        return ResolutionResult.failed(error.problem, dereferenced=bool(tail))
    return ResolutionResult(document, dereferenced=bool(tail))


def did_document(
    did: str,
    options: ResolutionOptions | None = None,
    fetch: Fetch | None = None,
    *,
    allow_insecure_localhost: bool = False,
) -> JsonObject:
    """Return the document of a DID. Raises Unresolved."""
    options = options or ResolutionOptions()
    try:
        parsed = Did.parse(did)
    except UnresolvableDid as error:
        raise Unresolved(DidProblem.INVALID_DID, error.detail) from error
    match parsed.method:
        case "key":
            return key_document(parsed, options)
        case "jwk":
            return jwk_document(parsed, options)
        case "web" if fetch is not None:
            return _web_document(parsed, fetch, allow_insecure_localhost=allow_insecure_localhost)
        case _:
            raise Unresolved(DidProblem.METHOD_NOT_SUPPORTED, "a DID method that is not resolved here")


def _web_document(did: Did, fetch: Fetch, *, allow_insecure_localhost: bool) -> JsonObject:
    try:
        document = fetch_document(did, fetch, allow_insecure_localhost=allow_insecure_localhost)
    except UnresolvableDid as error:
        raise Unresolved(DidProblem.INVALID_DID, error.detail) from error
    except (BlauweKnopError, OSError) as error:
        raise Unresolved(DidProblem.NOT_FOUND, "the document could not be fetched") from error
    if document is None or document.get("id") != did.text:
        raise Unresolved(DidProblem.INVALID_DID_DOCUMENT, "what was fetched is not the document of this DID")
    return document


def _parts(text: str) -> tuple[str, str]:
    if len(text) > 2 * MAX_CHARACTERS:
        return "", ""
    begin = next((place for place, character in enumerate(text) if character in "/?#"), len(text))
    return text[:begin], text[begin:]


def _fragment(did: str, tail: str) -> str:
    match = _TAIL.match(tail)
    if match is None:
        raise Unresolved(DidProblem.INVALID_DID_URL, "not a DID URL")
    try:
        Did.parse(did)
    except UnresolvableDid as error:
        raise Unresolved(DidProblem.INVALID_DID_URL, error.detail) from error
    # No method of ours gives paths or parameters a meaning.
    if match["path"] is not None or match["query"] is not None or not match["fragment"]:
        raise Unresolved(DidProblem.NOT_FOUND, "a DID URL of another kind than one with a fragment")
    return match["fragment"]


def _node(document: JsonObject, did: str, fragment: str) -> JsonObject:
    names = (f"{did}#{fragment}", f"#{fragment}")
    for node in (node for name in (*_RELATIONSHIPS, "service") for node in _nodes(document.get(name))):
        if node.get("id") in names:
            # The node stands alone now, so it takes the contexts of its document along.
            return {"@context": document["@context"], **node} if "@context" in document else node
    raise Unresolved(DidProblem.NOT_FOUND, "the document has no such part")


def _nodes(value: JsonValue) -> list[JsonObject]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
