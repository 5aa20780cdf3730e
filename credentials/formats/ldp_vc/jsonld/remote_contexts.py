"""Contexts that are named by a URL."""

from collections.abc import Callable
from typing import final

from credentials.encoding import JsonObject, JsonValue
from credentials.errors import BlauweKnopError
from credentials.formats.ldp_vc.jsonld.errors import JsonLdError
from credentials.formats.ldp_vc.jsonld.iris import has_iri_form, resolve


@final
class RemoteContexts:
    """The context documents that were asked for, each once."""

    __slots__ = ("_contexts", "_load")

    def __init__(self, load: Callable[[str], JsonValue]) -> None:
        self._load = load
        self._contexts: dict[str, JsonValue] = {}

    def get(self, url: str) -> JsonValue:
        """Return the value of `@context` in the document at a URL. Raises JsonLdError and what the loader raises."""
        if url not in self._contexts:
            self._contexts[url] = self._loaded(url)
        return self._contexts[url]

    def with_import(self, local: JsonObject, base_url: str) -> JsonObject:
        """Return a context that imports another, on top of that other. Raises as `get`."""
        url = local["@import"]
        if not isinstance(url, str):
            raise JsonLdError("invalid @import value")
        imported = self.get(absolute_url(url, base_url))
        if not isinstance(imported, dict):
            raise JsonLdError("invalid remote context")
        if "@import" in imported:
            raise JsonLdError("invalid context entry")
        return {**imported, **local}

    def _loaded(self, url: str) -> JsonValue:
        try:
            document = self._load(url)
        except BlauweKnopError:
            raise
        except (LookupError, OSError, ValueError) as error:
            raise JsonLdError("loading remote context failed") from error
        if not isinstance(document, dict) or "@context" not in document:
            raise JsonLdError("invalid remote context")
        return document["@context"]


def absolute_url(reference: str, base_url: str) -> str:
    """Resolve the URL of a context. Raises JsonLdError for one that stays relative."""
    url = resolve(base_url, reference)
    if not has_iri_form(url):
        raise JsonLdError("loading document failed", "a context is not named by a URL")
    return url
