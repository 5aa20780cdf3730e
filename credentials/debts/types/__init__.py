"""The published descriptions of the two credential types, bundled with the package.

`overzicht.json` and `zaak.json` are SD-JWT VC type metadata, `schulden-v1.jsonld` and `schulden-v2.jsonld` are JSON-LD
contexts. They follow from the table of claims (`build`) and are committed, because others pin the exact bytes of a
context; nothing here is ever fetched. A change of meaning gets a new type URN, and more terms a new context URL: v2 has
all terms of v1 with the same meaning, and those of notices; a card names it only when it has those (ADR 23). More paths
in the type metadata change no meaning: no card names their hash (ADR 14).
"""

from collections.abc import Collection
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

from credentials.debts.claim_table import CASE_TYPE, OVERVIEW_TYPE
from credentials.debts.claims import NOTICES
from credentials.debts.errors import UnknownCredentialType
from credentials.debts.jsonld import TYPE_TERMS
from credentials.encoding import json_compact, json_object

CONTEXT_URL: Final = "https://blauweknop.example/contexts/schulden/v1"
"""Where the context says it lives. It names the context; the bytes come from this package."""
CONTEXT_V2_URL: Final = "https://blauweknop.example/contexts/schulden/v2"
"""The context of an overview that bears notices."""

_METADATA_FILES: Final = {OVERVIEW_TYPE: "overzicht.json", CASE_TYPE: "zaak.json"}
_CONTEXT_FILES: Final = {CONTEXT_URL: "schulden-v1.jsonld", CONTEXT_V2_URL: "schulden-v2.jsonld"}


def type_metadata(vct: str) -> bytes:
    """Return the SD-JWT VC type metadata of a type, byte for byte as published. Raises UnknownCredentialType."""
    name = _METADATA_FILES.get(vct)
    if name is None:
        raise UnknownCredentialType("there is no metadata for this type")
    return _bytes(name)


def rendered_metadata(vct: str) -> bytes:
    """Return the type metadata with no other claims than those whose values can be shown: no objects.

    That is how the NL Wallet takes them, and it refuses a description that names an object as well (its SD-JWT VC
    profile of August 2026, "Claims Metadata"). Raises UnknownCredentialType.
    """
    document: Any = json_object(type_metadata(vct), "the type metadata")
    paths = [claim["path"] for claim in document["claims"]]
    inside = {tuple(path[:length]) for path in paths for length in range(1, len(path))}
    document["claims"] = [claim for claim in document["claims"] if tuple(claim["path"]) not in inside]
    return json_compact(document)


def context_document(url: str = CONTEXT_URL) -> bytes:
    """Return a JSON-LD context, byte for byte as published."""
    return _bytes(_CONTEXT_FILES[url])


def context_documents() -> dict[str, bytes]:
    """Return every JSON-LD context by its URL."""
    return {url: context_document(url) for url in _CONTEXT_FILES}


def needs_v2(claims: Collection[str]) -> bool:
    """Tell whether these claims have terms that only the second context has."""
    return NOTICES in claims


@lru_cache(maxsize=16)
def _bytes(name: str) -> bytes:
    return files(__package__).joinpath(name).read_bytes()


__all__ = [
    "CASE_TYPE",
    "CONTEXT_URL",
    "CONTEXT_V2_URL",
    "OVERVIEW_TYPE",
    "TYPE_TERMS",
    "context_document",
    "context_documents",
    "needs_v2",
    "rendered_metadata",
    "type_metadata",
]
