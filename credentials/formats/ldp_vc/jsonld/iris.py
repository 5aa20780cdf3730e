"""IRIs and language tags: what has their form, and how a relative reference is resolved."""

import re
from typing import Final

# RFC 3987 section 2.2: what may stand in the path of an IRI and, but for private characters, in every part of it.
_CHARACTERS: Final = (
    r"A-Za-z0-9\-._~!$&'()*+,;="
    "\u00a0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef"
    + "".join(f"{chr(plane << 16)}-{chr((plane << 16) + 0xFFFD)}" for plane in range(1, 15))
)
_PRIVATE: Final = "\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd"
_PERCENT: Final = "%[0-9A-Fa-f]{2}"
_AUTHORITY: Final = (
    rf"(?:(?:[{_CHARACTERS}:]|{_PERCENT})*@)?"
    rf"(?:\[[0-9A-Fa-fVv:.]+\]|(?:[{_CHARACTERS}]|{_PERCENT})*+)(?::[0-9]*)?(?=[/?#]|\Z)"
)
_IRI: Final = re.compile(
    rf"[A-Za-z][A-Za-z0-9+.\-]*:(?://{_AUTHORITY}|(?!//))"
    rf"(?:[{_CHARACTERS}:@/]|{_PERCENT})*+"
    rf"(?:\?(?:[{_CHARACTERS}:@/?{_PRIVATE}]|{_PERCENT})*+)?"
    rf"(?:\#(?:[{_CHARACTERS}:@/?]|{_PERCENT})*+)?"
)
_IRI_FORM: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:\S*")
# RFC 5646 section 2.1; of the tags that are older than this form, only the irregular ones need to be named.
_PRIVATE_USE: Final = "x(?:-[a-z0-9]{1,8})+"
_IRREGULAR: Final = (
    "en-gb-oed|i-ami|i-bnn|i-default|i-enochian|i-hak|i-klingon|i-lux|i-mingo|i-navajo|i-pwn|i-tao|i-tay|i-tsu"
    "|sgn-be-fr|sgn-be-nl|sgn-ch-de"
)
_LANGUAGE: Final = re.compile(
    r"(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4,8})(?:-[a-z]{4})?(?:-(?:[a-z]{2}|[0-9]{3}))?"
    r"(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*(?:-[0-9a-wyz](?:-[a-z0-9]{2,8})+)*"
    rf"(?:-{_PRIVATE_USE})?|{_PRIVATE_USE}|{_IRREGULAR}",
    re.IGNORECASE | re.ASCII,
)
# RFC 3986 appendix B: scheme, authority, path, query, fragment.
_PARTS: Final = re.compile(r"(?:([^:/?#]+):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.DOTALL)


def well_formed(text: str) -> bool:
    """Whether a text is an absolute IRI, each character in a place where it may stand (RFC 3987 section 2.2)."""
    return _IRI.fullmatch(text) is not None


def has_iri_form(text: str) -> bool:
    """Whether a text begins as an absolute IRI does: more than that, JSON-LD does not ask in a context."""
    return _IRI_FORM.fullmatch(text) is not None


def well_formed_language(text: str) -> bool:
    """Whether a text is built as a language tag is (RFC 5646 section 2.2.9), registered or not."""
    return _LANGUAGE.fullmatch(text) is not None


def resolve(base: str | None, reference: str) -> str:
    """Resolve a reference against a base IRI (RFC 3986 section 5.2); without a base it stays as it is."""
    if not base:
        return reference
    scheme, authority, path, query, fragment = _split(reference)
    if scheme is not None:
        path = _without_dots(path)
    else:
        base_scheme, base_authority, base_path, base_query, _ = _split(base)
        scheme = base_scheme
        if authority is not None:
            path = _without_dots(path)
        else:
            authority = base_authority
            if not path:
                path = base_path
                query = base_query if query is None else query
            elif path.startswith("/"):
                path = _without_dots(path)
            else:
                path = _without_dots(_merged(base_authority, base_path, path))
    return "".join(
        (
            "" if scheme is None else f"{scheme}:",
            "" if authority is None else f"//{authority}",
            path,
            "" if query is None else f"?{query}",
            "" if fragment is None else f"#{fragment}",
        )
    )


def _split(text: str) -> tuple[str | None, str | None, str, str | None, str | None]:
    match = _PARTS.fullmatch(text)
    assert match is not None  # every text has this form
    scheme, authority, path, query, fragment = match.groups()
    return scheme, authority, path or "", query, fragment


def _merged(authority: str | None, base_path: str, path: str) -> str:
    # Section 5.2.3.
    if authority is not None and not base_path:
        return f"/{path}"
    return base_path[: base_path.rfind("/") + 1] + path


def _without_dots(path: str) -> str:
    # Section 5.2.4, segment by segment.
    if "." not in path:
        return path
    segments = path.split("/")
    kept: list[str] = []
    for segment in segments:
        if segment == "..":
            if len(kept) > 1 or (kept and kept[0]):
                kept.pop()
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", "..") and (not kept or kept != [""] or path.startswith("/")):
        kept.append("")
    if path.startswith("/") and (not kept or kept[0]):
        kept.insert(0, "")
    return "/".join(kept)
