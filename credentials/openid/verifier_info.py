"""`verifier_info`: what a verifier tells about its request (OpenID4VP 1.0 sections 5.1 and 5.11).

One format is our own, `urn:nl:blauweknop:doel:1`: why the data is asked, on which legal ground, and how long it is
kept. Its `data` is an object of three texts, to be shown to the citizen as they are, less what nobody can read:

    {"format": "urn:nl:blauweknop:doel:1",
     "data": {"doel": "Intake schuldhulpverlening",
              "grondslag": "Wet gemeentelijke schuldhulpverlening, artikel 8",
              "bewaartermijn": "6 maanden, of korter als het dossier eerder sluit"}}

It is the verifier's own statement, no third party's attestation: it is bound to the verifier by standing inside the
signed request object, and in an unsigned request it is worth nothing. Other formats, such as `registration_cert`, are
ignored, as section 5.11 allows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from credentials.encoding import JsonObject
from credentials.openid.errors import InvalidPresentationRequest
from credentials.openid.members import Members
from credentials.plain_text import shown

FORMAT: Final = "urn:nl:blauweknop:doel:1"
MAX_ENTRIES: Final = 20
MAX_TEXT_CHARACTERS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Purpose:
    """Why data is asked, on which legal ground, and how long it is kept: plain Dutch for the citizen."""

    doel: str
    grondslag: str
    bewaartermijn: str

    def to_json(self) -> JsonObject:
        """Return the `verifier_info` entry."""
        data: JsonObject = {"doel": self.doel, "grondslag": self.grondslag, "bewaartermijn": self.bewaartermijn}
        return {"format": FORMAT, "data": data}


def data_of(entries: Sequence[Members], format: str) -> Members | None:
    """Return the `data` of the one entry of a format of ours; None without one. Raises InvalidPresentationRequest."""
    ours = [entry for entry in entries if entry.text("format") == format]
    if len(ours) > 1:
        raise InvalidPresentationRequest("verifier_info has two entries of one format")
    return ours[0].object("data") if ours else None


def parse_purpose(entries: Sequence[Members]) -> Purpose | None:
    """Return the purpose among `verifier_info` entries, None if there is none.

    Raises InvalidPresentationRequest for two, and for one that is malformed: a purpose that cannot be read whole is
    not shown in part.
    """
    data = data_of(entries, FORMAT)
    if data is None:
        return None
    return Purpose(
        shown(data.text("doel", max_length=MAX_TEXT_CHARACTERS)),
        shown(data.text("grondslag", max_length=MAX_TEXT_CHARACTERS)),
        shown(data.text("bewaartermijn", max_length=MAX_TEXT_CHARACTERS)),
    )
