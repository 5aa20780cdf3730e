"""DIDs and DID URLs (DID Core 1.0 section 3), as far as keys are found by them: no path, no query."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Self, TypeAlias, final

from credentials.errors import BlauweKnopError

Fetch: TypeAlias = Callable[[str, str], bytes]
"""Get a URL with an Accept header and return the body; raises when that fails. Bounded by whoever hands it in."""

MAX_CHARACTERS: Final = 4096
PURPOSES: Final = frozenset({"assertionMethod", "authentication"})

_DID: Final = re.compile(r"did:(?P<method>[a-z0-9]+):(?P<id>(?:[A-Za-z0-9._:-]|%[0-9A-Fa-f]{2})*[A-Za-z0-9._-])\Z")
_FRAGMENT: Final = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@/?%-]+\Z")


class UnresolvableDid(BlauweKnopError):
    """A DID or DID URL that is malformed, of a method that we do not take, or does not lead to the key asked for."""

    code = "unresolvable_did"


@final
@dataclass(frozen=True, slots=True)
class Did:
    """A DID: its whole text, its method and its method-specific identifier."""

    text: str
    method: str
    identifier: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a DID. Raises UnresolvableDid."""
        match = _DID.match(text) if len(text) <= MAX_CHARACTERS else None
        if match is None:
            raise UnresolvableDid("not a DID")
        return cls(text, match["method"], match["id"])


@final
@dataclass(frozen=True, slots=True)
class DidUrl:
    """A DID and the fragment that names one of its verification methods."""

    did: Did
    fragment: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a DID URL with a fragment. Raises UnresolvableDid."""
        did, separator, fragment = text.partition("#")
        if not separator or len(text) > 2 * MAX_CHARACTERS or not _FRAGMENT.match(fragment):
            raise UnresolvableDid("not a DID URL with a fragment")
        return cls(Did.parse(did), fragment)

    def __str__(self) -> str:
        return f"{self.did.text}#{self.fragment}"
