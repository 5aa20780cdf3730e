"""What credentials and presentations have in common: their contexts, identifiers, types and who is behind them."""

from collections.abc import Collection
from typing import Final

from credentials.encoding import JsonObject, JsonValue
from credentials.formats.vcdm.problems import InvalidDocument, Problem
from credentials.formats.vcdm.values import a_node, one_or_more, typed_object, types, url
from credentials.formats.vcdm.version import Version

# VCDM 2.0 section 4 and 1.1 section 4 and 5: what verifiers act upon.
_TERMS: Final = frozenset(
    {
        "credentialSchema",
        "credentialStatus",
        "credentialSubject",
        "evidence",
        "expirationDate",
        "holder",
        "issuanceDate",
        "issuer",
        "proof",
        "refreshService",
        "relatedResource",
        "termsOfUse",
        "type",
        "validFrom",
        "validUntil",
        "verifiableCredential",
    }
)
_VOCABULARIES: Final = (
    "https://www.w3.org/2018/credentials#",
    "https://w3id.org/security#",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
)


def read_base(document: object, kind: str, versions: Collection[Version]) -> tuple[JsonObject, Version]:
    """Check what every document needs, and return it with its version. Raises InvalidDocument."""
    if not isinstance(document, dict):
        raise InvalidDocument("a document is an object", Problem.PARSING)
    version = _version(document.get("@context"), versions)
    if kind not in types(required(document, "type"), "type"):
        raise InvalidDocument(f"type does not include {kind}", path="/type")
    if "@id" in document or "@type" in document:
        raise InvalidDocument("a document uses a keyword instead of id or type")
    if any(_is_spelled_out(name) for name in document):
        raise InvalidDocument("a document spells out the name of a property that has a term")
    if "id" in document:
        url(document["id"], "id")
    if "proof" in document:
        one_or_more(document["proof"], "proof", typed_object)
    return document, version


def _is_spelled_out(name: str) -> bool:
    # Section 1.3: documents are compact. A status or an end of validity under another name would be signed alike by
    # proofs over statements, and be overlooked.
    vocabulary, _, suffix = name.rpartition(":")
    return name.startswith(_VOCABULARIES) or (vocabulary != "" and suffix in _TERMS)


def required(node: JsonObject, name: str) -> JsonValue:
    """Demand a member. Raises InvalidDocument."""
    if name not in node:
        raise InvalidDocument(f"{name} is missing", path=f"/{name}")
    return node[name]


def party(value: JsonValue, what: str) -> str:
    """Demand a URL, or an object with one as its `id` (sections 4.7, 4.13). Raises InvalidDocument."""
    if not isinstance(value, dict):
        return url(value, what)
    node = a_node(value, what)
    if "id" not in node:
        raise InvalidDocument(f"{what} has no id", path=f"/{what}/id")
    return url(node["id"], f"{what}/id")


def _version(contexts: JsonValue, versions: Collection[Version]) -> Version:
    # Section 4.3: an ordered set whose first item is the base context.
    first = contexts[0] if isinstance(contexts, list) and contexts else None
    version = next((each for each in Version if each.context == first and each in versions), None)
    if version is None or not isinstance(contexts, list):
        raise InvalidDocument("the first @context is not that of a version that is taken", path="/@context")
    for number, each in enumerate(contexts):
        if isinstance(each, str):
            url(each, f"@context/{number}")
        elif not isinstance(each, dict):
            raise InvalidDocument("@context holds something else than URLs and objects", path=f"/@context/{number}")
    return version
