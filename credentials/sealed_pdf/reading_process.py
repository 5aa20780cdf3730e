"""The program that reads a stranger's document. Run as a file, never imported.

A job is four bytes of length, that much JSON (`{"anchors": [base64url, …]}`, or `{"open": true}` for a document
without a seal), and the document. The answer is JSON.
"""

import struct
import sys
from collections.abc import Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from credentials.encoding import JsonObject, b64url_decode, b64url_encode, json_compact, json_object
from credentials.killable import do_one_job
from credentials.sealed_pdf.reading import read, read_open

_MEMORY = 1 << 30
_CPU_SECONDS = 15


def _work(job: bytes) -> bytes:
    size = struct.unpack(">I", job[:4])[0]
    setting = json_object(job[4 : 4 + size], "the setting")
    document = job[4 + size :]
    if setting.get("open") is True:
        return json_compact({"attachments": _written(read_open(document))})
    anchors = setting["anchors"] if isinstance(setting["anchors"], list) else []
    found = read(document, [b64url_decode(str(each), "an anchor") for each in anchors])
    return json_compact(
        {
            "x5c": [b64url_encode(each) for each in found.x5c],
            "claimed": found.claimed_at.isoformat(),
            "stamped": found.stamped_at.isoformat() if found.stamped_at else None,
            "stampChecked": found.stamp_checked,
            "attachments": _written(found.attachments),
        }
    )


def _written(attachments: Mapping[str, bytes]) -> JsonObject:
    return {name: b64url_encode(content) for name, content in attachments.items()}


if __name__ == "__main__":
    do_one_job(_work, memory=_MEMORY, cpu_seconds=_CPU_SECONDS)
