"""How what a citizen shares fits into answers: into one, into several parts, or not at all.

OpenID4VP 1.0 has one answer to one request. A requester that says how much it takes, and that it adds up several
answers (`credentials.openid.answer_limits`), gets the rest in further parts, each an answer to a request of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, final
from urllib.parse import quote_plus

from credentials import limits
from credentials.encoding import json_compact
from credentials.openid.vp_request import PresentationRequest, ResponseMode
from wallet_api.domain.errors import TooMuchAtOnce
from wallet_api.domain.issuance import OVERVIEW
from wallet_api.domain.presentation import Reason, Requester, Share

# What a holder's proof adds to what is shown, beside what the requester chose: a token, or the frame of a presentation.
_PROOF: Final = 2_500
# What an answer holds beside its presentations: the names of queries, the state, an encrypted answer's header.
_FRAME: Final = 4_000


@final
@dataclass(frozen=True, slots=True)
class Room:
    """What goes into one answer, and how many answers are added up."""

    presentations: int
    body_bytes: int
    parts: int


@final
@dataclass(frozen=True, slots=True)
class Rest:
    """A card that goes in a later part: in the copy that was shown, and saying what was shown (`Share.fingerprint`)."""

    query: str
    card: str
    copy: int
    fingerprint: str


@final
@dataclass(frozen=True, slots=True)
class Series:
    """What a citizen chose to share and is not all sent yet. `link` is the request that the next part answers."""

    link: str = field(repr=False)
    requester: Requester
    reason: Reason | None
    part: int
    rest: tuple[tuple[Rest, ...], ...]


def room_of(request: PresentationRequest, requester: Requester) -> Room:
    """Return what fits: as much as both sides take, in parts only with whom the trust list knows.

    Who says nothing is taken to have room for what fits into an answer at all.
    """
    stated = request.limits
    if stated is None:
        return Room(limits.PRESENTATIONS, limits.FORM_BYTES, 1)
    return Room(
        min(stated.presentations, limits.PRESENTATIONS),
        min(stated.body_bytes, limits.FORM_BYTES),
        min(stated.parts, limits.PARTS) if requester.known else 1,
    )


def divide(shares: Sequence[Share], request: PresentationRequest, room: Room) -> tuple[tuple[Share, ...], ...]:
    """Return the shares in as few parts as they fit into, in an order in which the first part answers the request.

    That is one card for each query, then the overviews, then all else. Raises TooMuchAtOnce.
    """
    ordered = _in_order(shares)
    needed = len({share.query for share in shares})
    parts: list[list[Share]] = [[]]
    size = body = _FRAME
    for share in ordered:
        more, more_body = _sizes(share, request)
        full = (
            len(parts[-1]) == room.presentations
            or size + more > limits.VP_TOKEN_BYTES
            or body + more_body > room.body_bytes
        )
        if full and parts[-1]:
            parts.append([])
            size = body = _FRAME
        if size + more > limits.VP_TOKEN_BYTES or body + more_body > room.body_bytes:
            raise TooMuchAtOnce(len(parts[0]) or 1)
        parts[-1].append(share)
        size += more
        body += more_body
    if len(parts) > room.parts or len(parts[0]) < needed or len(ordered) > limits.CARDS:
        raise TooMuchAtOnce(min(limits.CARDS, sum(len(part) for part in parts[: room.parts])))
    return tuple(tuple(part) for part in parts)


def _in_order(shares: Sequence[Share]) -> list[Share]:
    seen: set[str] = set()

    def place(share: Share) -> int:
        first = share.query not in seen
        seen.add(share.query)
        return 0 if first else 1 if share.card.type == OVERVIEW else 2

    return [share for _, share in sorted(((place(share), share) for share in shares), key=lambda pair: pair[0])]


def _sizes(share: Share, request: PresentationRequest) -> tuple[int, int]:
    """Return the most that this adds to the `vp_token`, and to the body that brings it."""
    own = 2 * (len(request.client_id.full) + len(request.nonce)) + _PROOF
    text = share.disclosed if isinstance(share.disclosed, str) else json_compact(share.disclosed).decode()
    if isinstance(share.disclosed, str) and "~" not in share.disclosed:
        # A presentation as a JWT holds the credential in its payload, which is base64url once more.
        size = _by_thirds(len(text) + own)
    else:
        size = len(text.encode()) + own
    if request.response_mode is ResponseMode.DIRECT_POST_JWT:
        return size, _by_thirds(size)
    return size, size if isinstance(share.disclosed, str) else len(quote_plus(text)) + 3 * own


def _by_thirds(size: int) -> int:
    return size * 4 // 3 + 4
