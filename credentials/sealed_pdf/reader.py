"""Have a document read that anybody may have made, in a process that is killed when it costs too much."""

import json
import struct
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from credentials.encoding import JsonObject, b64url_decode, b64url_encode, json_compact
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
    _check_begins(document)
    # Cheap, and it refuses most of what is not ours before a process is started.
    place_of(document)
    told = _told({"anchors": [b64url_encode(each) for each in anchors]}, document)
    return SealedPdf(
        x5c=tuple(b64url_decode(each, "x5c") for each in told["x5c"]),
        claimed_at=datetime.fromisoformat(told["claimed"]),
        stamped_at=datetime.fromisoformat(told["stamped"]) if told["stamped"] else None,
        stamp_checked=told["stampChecked"],
        attachments=_attachments(told),
    )


def read_open(document: bytes) -> Mapping[str, bytes]:
    """Return what is attached to a document that nobody sealed: who made it is not known, nor whether it was changed.

    Raises MalformedPdf, LimitExceeded, or Unavailable where no process can be started.
    """
    _check_begins(document)
    return _attachments(_told({"open": True}, document))


def _check_begins(document: bytes) -> None:
    if len(document) > MAX_BYTES:
        raise LimitExceeded(f"the document is larger than {MAX_BYTES >> 20} MB")
    if not document.startswith(BEGINS):
        raise MalformedPdf("the file does not begin as a PDF")


def _told(setting: JsonObject, document: bytes) -> Any:  # noqa: ANN401  # the answer of our own program
    written = json_compact(setting)
    try:
        return json.loads(_READER.run(struct.pack(">I", len(written)) + written + document))
    except RefusedJob as error:
        raise _REFUSALS.get(error.reason, MalformedPdf)(error.detail) from error


def _attachments(told: Any) -> dict[str, bytes]:  # noqa: ANN401
    return {name: b64url_decode(content, name) for name, content in told["attachments"].items()}
