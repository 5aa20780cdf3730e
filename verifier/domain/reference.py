"""A counsellor's own reference of a client: what it may be, and by what words it is found.

References stand sealed at rest. What finds them are keyed hashes of their words: the runs of letters and digits, and
all of these as one, however somebody types them: `2026-0117` is found by `2026-0117`, `0117` and `20260117`.
"""

import re
import unicodedata
from typing import Final

from credentials.plain_text import text_fault
from verifier.domain.bsn_like import holds_bsn
from verifier.domain.errors import BadInput

MAX_REFERENCE: Final = 60
MAX_WORDS: Final = 12

_WORD: Final = re.compile(r"[^\W_]+")


def checked_reference(reference: str) -> str:
    """Return a reference, its spaces made one. Raises BadInput, which never says what stood there."""
    text = " ".join(reference.split())
    if not text or len(text) > MAX_REFERENCE:
        raise BadInput("kenmerk", f"vul een kenmerk van 1 tot {MAX_REFERENCE} tekens in")
    if not text.isprintable() or text_fault(text) is not None:
        raise BadInput("kenmerk", "gebruik gewone letters en cijfers")
    if holds_bsn(text):
        raise BadInput("kenmerk", "dit lijkt op een burgerservicenummer; gebruik uw eigen kenmerk")
    return text


def one_word(reference: str) -> str:
    """Return what two references have in common that are one, however they are written; "" when there is nothing."""
    return "".join(_words(reference))


def stored_words(reference: str) -> frozenset[str]:
    """Return the words by which a file is found: each, and all as one."""
    return frozenset(each for each in (*_words(reference)[:MAX_WORDS], one_word(reference)) if each)


def typed_words(text: str) -> frozenset[str]:
    """Return the words that a file must have all of which somebody searches so. Raises BadInput."""
    words = _words(text)
    if len(text) > MAX_REFERENCE or len(words) > MAX_WORDS or not words:
        raise BadInput("zoek", "typ het kenmerk, of een deel ervan tussen streepjes of spaties")
    return frozenset(words)


def _words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())
