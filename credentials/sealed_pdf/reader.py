"""Have a document read that anybody may have made, in a process that is killed when it costs too much."""

import json
import struct
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from credentials.encoding import b64url_decode, b64url_encode, json_compact
from credentials.errors import LimitExceeded
from credentials.killable import Program, RefusedJob
from credentials.sealed_pdf.errors import AddedAfterSeal, MalformedPdf, SealBroken, SealMissing
from credentials.sealed_pdf.parts import MAX_BYTES, SealedPdf
from credentials.sealed_pdf.place import place_of

BEGINS: Final = b"%PDF-"
"""How a PDF begins; ours with nothing before it."""

_READER: Final = Program(Path(__file__).with_name("reading_process.py"), seconds=30.0)
_REFUSALS: Final = {each.code: each for each in (MalformedPdf, SealMissing, SealBroken, AddedAfterSeal)}


def read_sealed(document: bytes, anchors: Sequence[bytes] = ()) -> SealedPdf:
    """Return what a document holds whose seal does; `anchors` are the authorities (DER) whose time stamps count.

    Raises MalformedPdf, SealMissing, SealBroken, AddedAfterSeal, LimitExceeded, or Unavailable where no process can be
    started.
    """
    if len(document) > MAX_BYTES:
        raise LimitExceeded(f"the document is larger than {MAX_BYTES >> 20} MB")
    if not document.startswith(BEGINS):
        raise MalformedPdf("the file does not begin as a PDF")
    # Cheap, and it refuses most of what is not ours before a process is started.
    place_of(document)
    setting = json_compact({"anchors": [b64url_encode(each) for each in anchors]})
    try:
        told = json.loads(_READER.run(struct.pack(">I", len(setting)) + setting + document))
    except RefusedJob as error:
        raise _REFUSALS.get(error.reason, MalformedPdf)(error.detail) from error
    return SealedPdf(
        x5c=tuple(b64url_decode(each, "x5c") for each in told["x5c"]),
        claimed_at=datetime.fromisoformat(told["claimed"]),
        stamped_at=datetime.fromisoformat(told["stamped"]) if told["stamped"] else None,
        stamp_checked=told["stampChecked"],
        attachments={name: b64url_decode(content, name) for name, content in told["attachments"].items()},
    )
