"""The overview download: every proof that a citizen holds, in one JSON file that anyone can check offline.

    {"type": "blauweknop-overzicht", "versie": 1, "gemaaktOp": "2026-11-23T12:00:00Z",
     "bewijzen": [{"format": "dc+sd-jwt", "credential": "eyJ…~"}, {"format": "ldp_vc", "presentation": {…}}]}

The file proves nothing itself: each proof in it does, or does not. A presentation may stand beside the `nonce` and
`audience` that it answered.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Self, final

from credentials.debts.dates import parse_moment
from credentials.debts.errors import InvalidField
from credentials.encoding import JsonObject, JsonValue, json_object
from credentials.errors import MalformedInput
from credentials.formats.base import Credential

TYPE: Final = "blauweknop-overzicht"
VERSION: Final = 1
MAX_BYTES: Final = 16 << 20
MAX_PROOFS: Final = 2_000


class MalformedBundle(MalformedInput):
    """A file that says it is an overview, and is not one of a version that we read."""

    code = "malformed_bundle"


@final
@dataclass(frozen=True, slots=True)
class BundledProof:
    """One proof: a bare credential, or a presentation with what it answered."""

    format: str
    content: Credential = field(repr=False)
    is_presentation: bool = False
    nonce: str | None = None
    audience: str | None = None

    def to_dict(self) -> JsonObject:
        """Return the entry as JSON."""
        entry: JsonObject = {"format": self.format}
        entry["presentation" if self.is_presentation else "credential"] = self.content
        if self.nonce is not None:
            entry["nonce"] = self.nonce
        if self.audience is not None:
            entry["audience"] = self.audience
        return entry


@final
@dataclass(frozen=True, slots=True)
class Bundle:
    """The whole file. `made_at` is when it says to have been made, which nobody vouches for; None where it does not."""

    proofs: tuple[BundledProof, ...]
    made_at: datetime | None = None

    @classmethod
    def of(cls, proofs: Iterable[BundledProof]) -> Self:
        """Gather proofs."""
        return cls(tuple(proofs))

    @staticmethod
    def describes_itself(document: JsonObject) -> bool:
        """Say whether a JSON document claims to be an overview download."""
        return document.get("type") == TYPE

    @classmethod
    def parse(cls, document: JsonObject | bytes) -> Self:
        """Read the file. Raises MalformedBundle, MalformedInput or LimitExceeded."""
        if isinstance(document, bytes):
            document = json_object(document, "overview", max_bytes=MAX_BYTES)
        if not cls.describes_itself(document) or document.get("versie") != VERSION:
            raise MalformedBundle("not an overview of a version that we read")
        entries = document.get("bewijzen")
        if not isinstance(entries, list) or len(entries) > MAX_PROOFS:
            raise MalformedBundle(f"bewijzen is not a list of at most {MAX_PROOFS} proofs")
        return cls(tuple(_proof(entry) for entry in entries), _moment(document.get("gemaaktOp")))

    def to_dict(self, made_at: datetime) -> JsonObject:
        """Return the file as JSON."""
        return {
            "type": TYPE,
            "versie": VERSION,
            "gemaaktOp": made_at.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z"),
            "bewijzen": [proof.to_dict() for proof in self.proofs],
        }


def _proof(entry: JsonValue) -> BundledProof:
    if not isinstance(entry, dict) or not isinstance(entry.get("format"), str):
        raise MalformedBundle("a proof has a format")
    is_presentation = "presentation" in entry
    if is_presentation == ("credential" in entry):
        raise MalformedBundle("a proof has either a credential or a presentation")
    content = entry["presentation" if is_presentation else "credential"]
    if not isinstance(content, str | dict):
        raise MalformedBundle("a proof is a text or an object")
    return BundledProof(
        str(entry["format"]), content, is_presentation, _optional(entry, "nonce"), _optional(entry, "audience")
    )


def _moment(value: JsonValue) -> datetime | None:
    """Read when the file says to have been made; whatever is no moment of ours says nothing."""
    try:
        return parse_moment(value) if isinstance(value, str) else None
    except InvalidField:
        return None


def _optional(entry: JsonObject, name: str) -> str | None:
    value = entry.get(name)
    if value is not None and not isinstance(value, str):
        raise MalformedBundle(f"{name} is not a text")
    return value
