"""Make a document of pages that were rendered as HTML: tagged, archivable, with attachments, ready to be sealed.

WeasyPrint sets the pages, in a process of its own: without a network, without our keys, and killed when it costs too
much. It needs Pango from the system; `missing` says where that is lacking, and then there are no documents.
"""

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final, final

from credentials.encoding import b64url_encode
from credentials.errors import Unavailable
from credentials.killable import Program, RefusedJob
from credentials.sealed_pdf import Attachment, Description

SECONDS: Final = 60.0
"""How long a document may take on a busy machine; one of twenty cases takes two on an idle one."""

_PROGRAM: Final = Path(__file__).with_name("print_process.py")
# As WeasyPrint opens them on Linux.
_LIBRARIES: Final = ("libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0", "libfontconfig.so.1")


class PrintingFailed(Unavailable):
    """The document could not be made."""

    code = "printing_failed"


@lru_cache(maxsize=1)
def missing() -> str | None:
    """Say what this machine lacks for making documents: a package's name, or None when it has all."""
    import ctypes  # noqa: PLC0415  # not needed where no document is ever made
    import importlib.util  # noqa: PLC0415

    if importlib.util.find_spec("weasyprint") is None:
        return "WeasyPrint"
    try:
        for name in _LIBRARIES:
            ctypes.CDLL(name)
    except OSError:
        return "Pango (on Debian: libpangoft2-1.0-0 and libharfbuzz-subset0)"
    return None


@final
class Printer:
    """Makes documents, two at a time at most."""

    def __init__(self, *, program: Path = _PROGRAM, seconds: float = SECONDS) -> None:
        self._program = Program(program, seconds=seconds)

    def __call__(self, html: str, description: Description, attachments: Sequence[Attachment]) -> bytes:
        """Return the document, with a place for a seal if any. Raises PrintingFailed, TooCostly or Unavailable."""
        job = {
            "html": html,
            "description": {
                "title": description.title,
                "author": description.author,
                "language": description.language,
                "seal": description.seal,
                "reason": description.reason,
                "madeAt": description.made_at.isoformat(),
            },
            "attachments": [
                {
                    "name": each.name,
                    "description": each.description,
                    "mediaType": each.media_type,
                    "relationship": each.relationship.value,
                    "content": b64url_encode(each.content),
                }
                for each in attachments
            ],
        }
        try:
            return self._program.run(json.dumps(job).encode())
        except RefusedJob as error:
            raise PrintingFailed("the document could not be made") from error
