"""What a case system is told of by itself: that something came of what it asked, and never what."""

from enum import StrEnum


class Happening(StrEnum):
    """A kind of event, as it stands in `type` (Standard Webhooks 1.0.0: full stops between lower-case words)."""

    ANSWERED = "verzoek.beantwoord"
    DECLINED = "verzoek.geweigerd"
    EXPIRED = "verzoek.verlopen"
    DELETED = "verzoek.verwijderd"
