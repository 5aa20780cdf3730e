"""The published descriptions of the two credential types, bundled with the package.

`overzicht.json` and `zaak.json` are SD-JWT VC type metadata, `schulden-v1.jsonld` is the JSON-LD context. They follow
from the table of claims (`build`) and are committed, because others pin the exact bytes of the context; nothing here is
ever fetched. A change of meaning gets a new type URN and a new context URL. More paths in the type metadata change no
meaning: no card names their hash (ADR 14).
"""

from functools import lru_cache
from importlib.resources import files
from typing import Final

from credentials.debts.claim_table import CASE_TYPE, OVERVIEW_TYPE
from credentials.debts.errors import UnknownCredentialType
from credentials.debts.jsonld import TYPE_TERMS

CONTEXT_URL: Final = "https://blauweknop.example/contexts/schulden/v1"
"""Where the context says it lives. It names the context; the bytes come from this package."""

_METADATA_FILES: Final = {OVERVIEW_TYPE: "overzicht.json", CASE_TYPE: "zaak.json"}
_CONTEXT_FILE: Final = "schulden-v1.jsonld"


def type_metadata(vct: str) -> bytes:
    """Return the SD-JWT VC type metadata of a type, byte for byte as published. Raises UnknownCredentialType."""
    name = _METADATA_FILES.get(vct)
    if name is None:
        raise UnknownCredentialType("there is no metadata for this type")
    return _bytes(name)


def context_document() -> bytes:
    """Return the JSON-LD context, byte for byte as published."""
    return _bytes(_CONTEXT_FILE)


@lru_cache(maxsize=16)
def _bytes(name: str) -> bytes:
    return files(__package__).joinpath(name).read_bytes()


__all__ = [
    "CASE_TYPE",
    "CONTEXT_URL",
    "OVERVIEW_TYPE",
    "TYPE_TERMS",
    "context_document",
    "type_metadata",
]
