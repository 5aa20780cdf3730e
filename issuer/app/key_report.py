"""How people and programs are told of an agency's signing keys, and of what was done to one."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import final

from credentials.encoding import JsonObject
from issuer.domain.signing_keys import MadeKey, Stage


def day_of(moment: datetime) -> str:
    """Return the day of a moment on the UTC clock, as certificates and this report have it."""
    return f"{moment.astimezone(UTC):%Y-%m-%d}"


@final
@dataclass(frozen=True, slots=True)
class Step:
    """What was done to a key, or would be; `note` is what its keeper should do or know."""

    key: str
    done: str
    note: str = ""

    def to_dict(self) -> JsonObject:
        """Return it as JSON."""
        return {"key": self.key, "done": self.done, **({"note": self.note} if self.note else {})}


@final
@dataclass(frozen=True, slots=True)
class KeyCondition:
    """One key as people see it. `note` says whether it can take the step that is next in its life, or why not."""

    key: MadeKey
    stage: Stage
    since: datetime
    until: datetime | None = None
    certificate_ends: datetime | None = None
    listed: datetime | None = None
    note: str | None = None

    def to_dict(self) -> JsonObject:
        """Return it as JSON; what is not known is left out."""
        said = {
            "name": self.key.name,
            "purpose": self.key.purpose.value,
            "stage": self.stage.value,
            "publicKey": self.key.public_jwk.multikey,
            "since": _text(self.since),
            "neededUntil": _text(self.until),
            "certificateEnds": _text(self.certificate_ends),
            "listedAt": _text(self.listed),
            "note": self.note,
        }
        return {name: value for name, value in said.items() if value is not None}

    @property
    def line(self) -> str:
        """It in one line, for people."""
        said = [f"{self.key.name}: {self.stage.value} since {day_of(self.since)}"]
        if self.until is not None:
            said.append(f"needed until {day_of(self.until)}")
        if self.certificate_ends is not None:
            said.append(f"certificate until {day_of(self.certificate_ends)}")
        if self.listed is not None:
            said.append(f"on the trust list since {day_of(self.listed)}")
        if self.note is not None:
            said.append(self.note)
        return "; ".join(said)


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")
