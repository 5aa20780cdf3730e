"""Free text: which characters may stand in what people read, by one rule for every door.

A text is refused when it holds

1. a control character (Unicode general category Cc); in a text of several lines a line break and a tab may stand;
2. a character that turns round the order in which its neighbours are shown (property Bidi_Control, UAX #9, 2), so
   that a reader sees another text than the one that was signed;
3. a character that nobody sees (UTS #39 section 3.1 and UAX #14: zero-width space, word joiner, byte order mark,
   annotations, tags, line and paragraph separators); the joiners of Persian and emoji, and the soft hyphen, stay;
4. no character at all: a surrogate, a noncharacter, or U+FFFD, by which a program says that it lost what stood there;
5. UTF-8 that was read as Windows-1252 (`CafÃ©`, `â‚¬`): a letter or sign became two or three.

What comes from those who answer for it (a register, a setting, an API, a form) is refused: `text_fault` says why, and
never what stood there. What comes from a stranger and is only shown (a card, a request, an issuer's names) is cleaned:
`shown` takes out what 1 to 3 name and leaves the rest as it came.
"""

import re
from typing import Final

_CONTROL: Final = r"\x00-\x1f\x7f-\x9f"
_DIRECTION: Final = r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_UNSEEN: Final = r"\u200b\u2028\u2029\u2060-\u2064\u206a-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
_NONE: Final = r"\ud800-\udfff\ufdd0-\ufdef\ufffd" + "".join(
    chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF)
)

_REFUSED: Final = re.compile(f"[{_CONTROL}{_DIRECTION}{_UNSEEN}{_NONE}]")
_REFUSED_IN_LINES: Final = re.compile(f"(?!\t|\r?\n)[{_CONTROL}{_DIRECTION}{_UNSEEN}{_NONE}]")
_TAKEN_OUT: Final = re.compile(f"[{_DIRECTION}{_UNSEEN}]")
_TO_SPACE: Final = re.compile(f"(?:(?!\t|\r?\n)[{_CONTROL}])+")

# The bytes 80 to BF as Windows-1252 shows them: what follows the first byte of a character in UTF-8.
_FOLLOWING: Final = bytes(byte for byte in range(0x80, 0xC0) if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)).decode(
    "cp1252"
)
# Behind other letters than these two a quotation mark or a dash is ordinary, so there it proves nothing.
_ORDINARY: Final = "\u2018\u2019\u201a\u201c\u201d\u201e\u2013\u2014\u2026\u2022\u2039\u203a\u00ab\u00bb\u00a0"
_FOLLOWING_PLAINLY: Final = "".join(sign for sign in _FOLLOWING if sign not in _ORDINARY)
_MISREAD: Final = re.compile(
    # U+0080 to U+00FF; to U+017F; dashes, quotation marks and the euro sign; the byte order mark and U+FFFD; emoji.
    f"[ÂÃ][{_FOLLOWING}]|[ÄÅ][{_FOLLOWING_PLAINLY}]|â€[{_FOLLOWING}]|â‚¬|â„¢|ï»¿|ï¿½|ðŸ[{_FOLLOWING}]"
)

_REASONS: Final = (
    (re.compile(f"[{_CONTROL}]"), "a control character"),
    (re.compile(f"[{_DIRECTION}]"), "a character that turns the direction of the text round"),
    (re.compile(f"[{_UNSEEN}]"), "a character that nobody sees"),
    (re.compile(f"[{_NONE}]"), "a character that was lost (U+FFFD) or is none"),
)


def text_fault(text: str, *, lines: bool = False) -> str | None:
    """Say what is wrong with a text, or None. With `lines`, tabs and line breaks may stand in it."""
    if text.isascii() and text.isprintable():
        return None
    found = (_REFUSED_IN_LINES if lines else _REFUSED).search(text)
    if found is not None:
        return next(reason for pattern, reason in _REASONS if pattern.match(found.group()))
    if _MISREAD.search(text):
        return "UTF-8 that was read as Windows-1252"
    return None


def shown(text: str) -> str:
    """Return a stranger's text as it may be shown: controls become a space, what misleads or nobody sees goes.

    Tabs and line breaks stay: where a text of one line is shown, a page shows them as a space.
    """
    if text.isascii() and text.isprintable():
        return text
    return _TO_SPACE.sub(" ", _TAKEN_OUT.sub("", text))
