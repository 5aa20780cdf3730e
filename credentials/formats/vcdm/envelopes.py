"""Enveloped credentials and presentations: an object whose `id` is a data URL of the secured thing.

VCDM 2.0 sections 4.13.1 and 4.13.2. What is inside is read by the format of its media type.
"""

import re
from dataclasses import dataclass, field
from typing import Final, Self

from credentials.encoding import JsonObject
from credentials.formats.vcdm.problems import InvalidDocument, Problem
from credentials.formats.vcdm.version import CREDENTIALS_V2

ENVELOPED_CREDENTIAL: Final = "EnvelopedVerifiableCredential"
ENVELOPED_PRESENTATION: Final = "EnvelopedVerifiablePresentation"
_DATA: Final = re.compile(r"[A-Za-z0-9_.~+/=-]+\Z")
_AROUND: Final = " \t\n\r"
_MEMBERS: Final = frozenset({"@context", "id", "type"})
_KINDS: Final = (ENVELOPED_CREDENTIAL, ENVELOPED_PRESENTATION)


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a data URL holds: `media_type` in lower case without parameters, `data` as it stands after the comma.

    `base64` tells that the data is in standard base64, as binary things are.
    """

    kind: str
    media_type: str
    data: str = field(repr=False)
    base64: bool = False

    @classmethod
    def read(cls, document: object) -> Self:
        """Read an enveloped credential or presentation. Raises InvalidDocument."""
        if not isinstance(document, dict):
            raise InvalidDocument("an envelope is not an object", Problem.PARSING)
        contexts = document.get("@context")
        # Section 4.13.1: a context that gives `id`, `type` and the type their meaning; only the base context does.
        if CREDENTIALS_V2 not in (contexts if isinstance(contexts, list) else [contexts]):
            raise InvalidDocument("an envelope has not the context of VCDM 2.0", path="/@context")
        kinds = document.get("type")
        named = [each for each in (kinds if isinstance(kinds, list) else [kinds]) if each in _KINDS]
        if len(named) != 1:
            raise InvalidDocument("an envelope is not of one of their types", path="/type")
        if not _MEMBERS.issuperset(document):
            # Nothing secures what stands beside the data URL, so nobody may take it for part of the credential.
            raise InvalidDocument("an envelope says something that is not inside it")
        return cls(str(named[0]), *_data_url(document.get("id")))

    def to_dict(self) -> JsonObject:
        """Return the object."""
        encoding = ";base64" if self.base64 else ""
        return {"@context": CREDENTIALS_V2, "id": f"data:{self.media_type}{encoding},{self.data}", "type": self.kind}


def is_envelope(document: object) -> bool:
    """Tell whether a document says that it is an envelope."""
    kinds = document.get("type") if isinstance(document, dict) else None
    return any(each in _KINDS for each in (kinds if isinstance(kinds, list) else [kinds]))


def _data_url(value: object) -> tuple[str, str, bool]:
    # RFC 2397: the scheme, a media type, parameters, a comma, the data. White space around a URL is no part of it (URL
    # Standard section 4.4); the W3C's own fixtures have some.
    head, comma, data = value.strip(_AROUND).partition(",") if isinstance(value, str) else ("", "", "")
    scheme, _, described = head.partition(":")
    media_type, *parameters = described.lower().split(";")
    # What is secured is a token or base64: neither ever needs percent-encoding, and two spellings are one too many.
    if scheme.lower() != "data" or not comma or "/" not in media_type or not _DATA.match(data):
        raise InvalidDocument("an envelope's id is not a data URL", path="/id")
    return media_type, data, "base64" in parameters
