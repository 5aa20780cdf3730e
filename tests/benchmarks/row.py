"""One line of the table that `make bench` prints."""

from typing import NamedTuple


class Row(NamedTuple):
    """Our speed beside a peer's, measured in one interleaved run on one core.

    `ratio` is ours divided by the peer's; `target` says in words what design.md section 8 asks.
    """

    work: str
    ours_per_s: float
    peer: str
    peer_per_s: float
    ratio: float
    target: str
