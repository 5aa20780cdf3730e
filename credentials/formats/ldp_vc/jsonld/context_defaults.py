"""What a context says for all of its terms and values (JSON-LD 1.1 API section 4.1.2, steps 5.5 to 5.11)."""

from typing import Final

from credentials.encoding import JsonObject, JsonValue
from credentials.formats.ldp_vc.jsonld.active_context import ActiveContext
from credentials.formats.ldp_vc.jsonld.errors import JsonLdError
from credentials.formats.ldp_vc.jsonld.iris import has_iri_form, resolve

ABOUT: Final = frozenset({"@base", "@direction", "@import", "@language", "@propagate", "@version", "@vocab"})
"""The entries of which anything is said here."""

_NEW: Final = frozenset({"@direction", "@import", "@propagate"})


def check_about(local: JsonObject, *, old: bool) -> None:
    """Check whether this processor, in this mode, is one for this context. Raises JsonLdError."""
    if "@version" in local:
        version = local["@version"]
        if not isinstance(version, float) or version != 1.1:
            raise JsonLdError("invalid @version value")
        if old:
            raise JsonLdError("processing mode conflict")
    if old and not local.keys().isdisjoint(_NEW):
        raise JsonLdError("invalid context entry")


def set_defaults(result: ActiveContext, local: JsonObject, *, is_remote: bool, old: bool) -> None:
    """Set base, vocabulary, language and direction of a context that is being made. Raises JsonLdError."""
    if "@base" in local and not is_remote:
        _set_base(result, local["@base"])
    if "@vocab" in local:
        _set_vocab(result, local["@vocab"], old=old)
    if "@language" in local:
        language = _text_or_null(local["@language"], "invalid default language")
        result.language = None if language is None else language.lower()
    if "@direction" in local:
        direction = _text_or_null(local["@direction"], "invalid base direction")
        if direction not in (None, "ltr", "rtl"):
            raise JsonLdError("invalid base direction")
        result.direction = direction
    if not isinstance(local.get("@propagate", True), bool):
        raise JsonLdError("invalid @propagate value")


def _set_base(result: ActiveContext, base: JsonValue) -> None:
    if base is None:
        result.base = None
    elif not isinstance(base, str) or not (has_iri_form(base) or result.base):
        raise JsonLdError("invalid base IRI")
    else:
        result.base = base if has_iri_form(base) else resolve(result.base, base)


def _set_vocab(result: ActiveContext, vocab: JsonValue, *, old: bool) -> None:
    if vocab is None:
        result.vocab = None
        return
    if not isinstance(vocab, str) or (old and not (vocab.startswith("_:") or has_iri_form(vocab))):
        raise JsonLdError("invalid vocab mapping")
    result.vocab = result.expand(vocab, vocab=True, relative=True)


def _text_or_null(value: JsonValue, keyword_error: str) -> str | None:
    if value is not None and not isinstance(value, str):
        raise JsonLdError(keyword_error)
    return value
