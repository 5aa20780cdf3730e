"""The words that JSON-LD keeps for itself (JSON-LD 1.1 section 1.7)."""

import re
from typing import Final

KEYWORDS: Final = frozenset(
    {
        "@base",
        "@container",
        "@context",
        "@direction",
        "@graph",
        "@id",
        "@import",
        "@included",
        "@index",
        "@json",
        "@language",
        "@list",
        "@nest",
        "@none",
        "@prefix",
        "@propagate",
        "@protected",
        "@reverse",
        "@set",
        "@type",
        "@value",
        "@version",
        "@vocab",
    }
)

_KEYWORD_FORM: Final = re.compile("@[A-Za-z]+")


def like_keyword(text: str) -> bool:
    """Whether a text has the form of a keyword; such names are kept for later versions of JSON-LD."""
    return text[:1] == "@" and _KEYWORD_FORM.fullmatch(text) is not None
