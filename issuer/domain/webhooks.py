"""What an agency tells its own systems of by itself: that something happened, how much of it, never about whom."""

from enum import StrEnum


class Happening(StrEnum):
    """A kind of event, as it stands in `type` (Standard Webhooks 1.0.0: full stops between lower-case words)."""

    OFFER_TAKEN = "aanbod.opgehaald"
    ISSUED = "bewijs.uitgegeven"
    FAILED = "bewijs.mislukt"
    WITHDRAWN = "bewijs.ingetrokken"
    SOURCE_UNREADABLE = "bron.onleesbaar"
    LIST_PUBLISHED = "statuslijst.gepubliceerd"
