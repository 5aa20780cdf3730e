"""What was consulted while something was judged: documents as they came, by the address that they are of.

Whoever keeps what was proven keeps these too, so that it can be proven again by what was there then (see
`credentials.verification.evidence_bundle`). Trust list, status lists, DID documents and published keys are noted at
each use, also where they were kept from an earlier one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

TRUST_LIST: Final = "lijst-van-deelnemers"
"""By what the trust list is noted, of which anyone may host a copy; no address is written so."""

# A context of its own, so that threads do not share it.
_NOTED: ContextVar[dict[str, bytes] | None] = ContextVar("documents_consulted", default=None)


def note(address: str, document: bytes | str) -> None:
    """Note that a document was relied on, where somebody wants to know."""
    noted = _NOTED.get()
    if noted is not None:
        noted[address] = document.encode() if isinstance(document, str) else document


@contextmanager
def consulting() -> Iterator[dict[str, bytes]]:
    """While this lasts, gather what is consulted."""
    noted: dict[str, bytes] = {}
    token = _NOTED.set(noted)
    try:
        yield noted
    finally:
        _NOTED.reset(token)
