"""The HTTPS binding of DID Resolution 1.0 (Candidate Recommendation of July 2026): what a resolver answers by `Accept`.

Four forms of one result. `application/did-resolution` and `application/did-url-dereferencing` ask for it whole, by the
functions of that name; `application/did` and its forerunners for the document alone; anything else that takes JSON is
answered in the form of 2024, `RESULT_MEDIA_TYPE`, which the suite of did:key and resolvers in use go by.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, final

from credentials.dids.did import Did, UnresolvableDid
from credentials.dids.documents import ResolutionOptions
from credentials.dids.problems import DidProblem
from credentials.dids.resolution import RESULT_MEDIA_TYPE, ResolutionResult, resolve_did
from credentials.encoding import JsonObject

RESOLUTION: Final = "application/did-resolution"
DEREFERENCING: Final = "application/did-url-dereferencing"
DOCUMENT: Final = "application/did"
# The representations of DID Core 1.0, which a document of ours is all the same.
DOCUMENTS: Final = frozenset({DOCUMENT, "application/did+ld+json", "application/did+json"})

MAX_ACCEPT_CHARACTERS: Final = 2_000

_OLDER: Final = frozenset({"application/ld+json", "application/json", "application/*", "*/*"})
_ERRORS: Final = "https://www.w3.org/ns/did#"

# Section "Errors" and the table of the binding: type, status, title.
_INVALID_DID: Final = ("INVALID_DID", 400, "The DID is not valid")
_INVALID_OPTIONS: Final = ("INVALID_OPTIONS", 400, "An option is not valid")
_NOT_SUPPORTED: Final = ("FEATURE_NOT_SUPPORTED", 501, "This is not supported here")
_PROBLEMS: Final[Mapping[DidProblem, tuple[str, int, str]]] = {
    DidProblem.INVALID_DID: _INVALID_DID,
    DidProblem.INVALID_DID_URL: ("INVALID_DID_URL", 400, "The DID URL is not valid"),
    DidProblem.METHOD_NOT_SUPPORTED: ("METHOD_NOT_SUPPORTED", 501, "The DID method is not supported here"),
    DidProblem.NOT_FOUND: ("NOT_FOUND", 404, "There is nothing by this name"),
    DidProblem.INVALID_DID_DOCUMENT: ("INVALID_DID_DOCUMENT", 500, "The DID document is malformed"),
    # Of the method's own codes of 2024 none is left: the key is part of the DID, and its format an option.
    DidProblem.INVALID_PUBLIC_KEY: _INVALID_DID,
    DidProblem.INVALID_PUBLIC_KEY_LENGTH: _INVALID_DID,
    DidProblem.INVALID_PUBLIC_KEY_TYPE: _INVALID_OPTIONS,
    DidProblem.UNSUPPORTED_PUBLIC_KEY_TYPE: _NOT_SUPPORTED,
}
_UNREPRESENTABLE: Final = ("REPRESENTATION_NOT_SUPPORTED", 406, "No representation of these is given here")

_FLAGS: Final = frozenset(
    # The documents of did:key and did:jwk hold no relative URLs to expand.
    {"enableEncryptionKeyDerivation", "enableExperimentalPublicKeyTypes", "expandRelativeUrls"}
)
_OPTIONS: Final = _FLAGS | {"publicKeyFormat"}


@final
@dataclass(frozen=True, slots=True)
class ResolverAnswer:
    """What goes over HTTP: status, media type and JSON body."""

    status: int
    media_type: str
    body: JsonObject = field(repr=False)


def answer(did_or_url: str, accept: str, options: Mapping[str, str]) -> ResolverAnswer:
    """Resolve or dereference, for DIDs that are their own document. Never raises for what was asked.

    `accept` is the request's `Accept` field, empty when there is none; `options` are its query parameters.
    """
    wanted = _wanted(accept)
    if wanted in _OLDER:
        result = resolve_did(did_or_url, ResolutionOptions.from_query(options))
        return ResolverAnswer(result.status, RESULT_MEDIA_TYPE, result.to_dict())
    # A document alone is what either function gives: a DID is resolved, a DID URL dereferenced.
    dereferencing = wanted == DEREFERENCING or (wanted != RESOLUTION and any(each in did_or_url for each in "/?#"))
    if wanted is None:
        return _failed(_UNREPRESENTABLE, dereferencing=dereferencing)
    wrong = _wrong_option(options)
    if wrong is not None:
        return _failed(wrong, dereferencing=dereferencing)
    result = resolve_did(did_or_url, ResolutionOptions.from_query(options))
    problem = _problem(did_or_url, result, dereferencing=dereferencing)
    if problem is not None:
        return _failed(_PROBLEMS[problem], dereferencing=dereferencing)
    if wanted in DOCUMENTS:
        return ResolverAnswer(200, wanted, result.document)
    return _whole(200, result.document, {"contentType": DOCUMENT}, dereferencing=dereferencing)


def _problem(asked: str, result: ResolutionResult, *, dereferencing: bool) -> DidProblem | None:
    if not dereferencing and result.dereferenced:
        # Section "DID Resolution Algorithm", step 1: what is resolved is a DID and nothing behind it.
        return DidProblem.INVALID_DID
    if dereferencing and result.problem is DidProblem.INVALID_DID and not _is_did(asked):
        return DidProblem.INVALID_DID_URL
    return result.problem


def _is_did(text: str) -> bool:
    try:
        Did.parse(text)
    except UnresolvableDid:
        return False
    return True


def _wrong_option(options: Mapping[str, str]) -> tuple[str, int, str] | None:
    if not options.keys() <= _OPTIONS:
        return _NOT_SUPPORTED
    if any(options[name] not in ("true", "false") for name in _FLAGS & options.keys()):
        return _INVALID_OPTIONS
    return None


def _failed(problem: tuple[str, int, str], *, dereferencing: bool) -> ResolverAnswer:
    name, status, title = problem
    # RFC 9457 section 3.1. No detail: it could only repeat what was asked.
    error: JsonObject = {"type": _ERRORS + name, "title": title, "status": status}
    return _whole(status, None, {"error": error}, dereferencing=dereferencing)


def _whole(status: int, content: JsonObject | None, metadata: JsonObject, *, dereferencing: bool) -> ResolverAnswer:
    if dereferencing:
        # The section of the result calls it `content`, the function and the W3C's own suite `contentStream`.
        body: JsonObject = {
            "dereferencingMetadata": metadata,
            "content": content,
            "contentStream": content,
            "contentMetadata": {},
        }
        return ResolverAnswer(status, DEREFERENCING, body)
    body = {"didResolutionMetadata": metadata, "didDocument": content, "didDocumentMetadata": {}}
    return ResolverAnswer(status, RESOLUTION, body)


def _wanted(accept: str) -> str | None:
    """Return the media type, of those that are given here, that the client would rather have; None for none of them."""
    if not accept.strip():
        return "*/*"
    best, weight = None, 0.0
    for name, quality in _ranges(accept[:MAX_ACCEPT_CHARACTERS]):
        if quality > weight and (name in DOCUMENTS or name in _OLDER or name in (RESOLUTION, DEREFERENCING)):
            best, weight = name, quality
    return best


def _ranges(accept: str) -> Iterator[tuple[str, float]]:
    # RFC 9110 section 12.5.1. A comma or semicolon in quotes belongs to no media type that is given here.
    for entry in accept.split(","):
        name, *parameters = (part.strip().lower() for part in entry.split(";"))
        quality = next((part[2:] for part in parameters if part.startswith("q=")), "1")
        digits = quality.replace(".", "", 1)
        yield name, float(quality) if digits.isascii() and digits.isdigit() and len(quality) <= 5 else 0.0
