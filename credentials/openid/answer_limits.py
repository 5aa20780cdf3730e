"""How large an answer a verifier takes, and whether it adds up several: our own entry in `verifier_info`.

OpenID4VP 1.0 knows no limits: a wallet that sends more than a verifier reads is answered with an HTTP error, and its
user learns nothing. Section 5.1 lets formats of `verifier_info` be defined, and wallets ignore those they do not know:

    {"format": "urn:nl:blauweknop:grenzen:1",
     "data": {"presentaties": 700, "bytes": 24000000, "delen": 20}}

`presentaties` are presentations in one answer, `bytes` the HTTP body that brings it. Where `delen` is above one, a
wallet may share in so many parts. It sends `blauweknop_parts_left` beside the `vp_token` of each but the last, and is
then told in `blauweknop_next_request`, beside a `redirect_uri`, the link of the next request: with a nonce of its own,
by the same verifier, of which no credential is required any more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from credentials.encoding import JsonObject
from credentials.openid.members import Members
from credentials.openid.verifier_info import data_of

FORMAT: Final = "urn:nl:blauweknop:grenzen:1"
PARTS_LEFT: Final = "blauweknop_parts_left"
NEXT_REQUEST: Final = "blauweknop_next_request"
_MOST: Final = 1 << 32


@dataclass(frozen=True, slots=True)
class AnswerLimits:
    """What a verifier takes in one answer, and in how many parts it takes more."""

    presentations: int
    body_bytes: int
    parts: int = 1

    def to_json(self) -> JsonObject:
        """Return the `verifier_info` entry."""
        data: JsonObject = {"presentaties": self.presentations, "bytes": self.body_bytes, "delen": self.parts}
        return {"format": FORMAT, "data": data}


def parse_answer_limits(entries: Sequence[Members]) -> AnswerLimits | None:
    """Return the limits among `verifier_info` entries, None if there are none.

    Raises InvalidPresentationRequest for two, and for what is no number of at least one.
    """
    data = data_of(entries, FORMAT)
    if data is None:
        return None
    return AnswerLimits(
        data.integer("presentaties", minimum=1, maximum=_MOST),
        data.integer("bytes", minimum=1, maximum=_MOST),
        data.integer("delen", minimum=1, maximum=_MOST),
    )
