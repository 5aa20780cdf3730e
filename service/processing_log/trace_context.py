"""`traceparent`, by W3C Trace Context Level 1: in which trace a request is made, and by which action of who makes it.

Of what cannot be read nothing counts, and the trace begins anew (section 3.2.2). `tracestate` is neither read nor
passed on: it is for tracing systems, and may hold anything.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

HEADER: Final = "traceparent"
TRACE_ID_BYTES: Final = 16
SPAN_ID_BYTES: Final = 8

# Section 3.2.2.1: a later version may say more, after a hyphen; what this version knows of it stands first.
_TRACEPARENT: Final = re.compile(
    rb"(?P<version>[0-9a-f]{2})-(?P<trace>[0-9a-f]{32})-(?P<span>[0-9a-f]{16})-[0-9a-f]{2}(?P<more>-.*)?\Z", re.DOTALL
)
_MOST_BYTES: Final = 512
_NO_VERSION: Final = b"ff"
_VERSION: Final = b"00"


@dataclass(frozen=True, slots=True)
class TraceParent:
    """Where somebody is: their trace, and in it the action that calls."""

    trace_id: bytes
    span_id: bytes

    @property
    def header(self) -> str:
        """The value of the header. The flag says that the action is on record: of ours each one is."""
        return f"00-{self.trace_id.hex()}-{self.span_id.hex()}-01"


def read_traceparent(values: Sequence[bytes]) -> TraceParent | None:
    """Read the values of all such headers of a request; None where there is none, or not one that holds."""
    if len(values) != 1 or len(values[0]) > _MOST_BYTES:
        return None
    found = _TRACEPARENT.match(values[0])
    if found is None or found["version"] == _NO_VERSION or (found["version"] == _VERSION and found["more"]):
        return None
    trace_id, span_id = bytes.fromhex(found["trace"].decode()), bytes.fromhex(found["span"].decode())
    # Sections 3.2.2.3 and 3.2.2.4: all zeros is no id.
    return TraceParent(trace_id, span_id) if any(trace_id) and any(span_id) else None
