"""The program that sets pages and lays a document out. Run as a file, never imported.

A job is JSON, as `service.printing` writes it; the answer is the document. Nothing is fetched: the only addresses that
lead anywhere are those of the fonts that come with the program.
"""

import json
import sys
from datetime import datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from weasyprint import HTML
from weasyprint.urls import FatalURLFetchingError, URLFetcherResponse

from credentials.encoding import b64url_decode
from credentials.errors import MalformedInput
from credentials.killable import do_one_job
from credentials.sealed_pdf.layout import lay_out
from credentials.sealed_pdf.parts import Attachment, Description, Relationship

_MEMORY = 1 << 30
_CPU_SECONDS = 30
_FONTS = Path(__file__).resolve().parents[1] / "static" / "vendor"
_SCHEME = "font:"
_FACES = (("latin-ext", 400), ("latin-ext", 700), ("latin", 400), ("latin", 700))


class _Nothing:
    """Fetches our own fonts; anything else ends the job, since a page of ours asks for nothing."""

    def __call__(self, url: str) -> URLFetcherResponse:
        file = _FONTS / url.removeprefix(_SCHEME)
        if not url.startswith(_SCHEME) or file.parent != _FONTS or file.suffix != ".woff2":
            raise FatalURLFetchingError("nothing is fetched")
        return URLFetcherResponse(url, file.read_bytes(), {"content-type": "font/woff2"})


def _faces() -> str:
    """Return the style that names our fonts, later ones first to be looked at; where they are not here, nothing."""
    found = ""
    for script, weight in _FACES:
        name = f"noto-sans-{script}-{weight}-normal.woff2"
        if (_FONTS / name).exists():
            # Two families: WeasyPrint does not choose among faces of one by what letters they have.
            found += (
                f"@font-face {{ font-family: 'BK {script}'; font-weight: {weight}; src: url('{_SCHEME}{name}') }}\n"
            )
    return found


def _work(job: bytes) -> bytes:
    told = json.loads(job)
    described = told["description"]
    html = told["html"].replace("<head>", f"<head><style>{_faces()}</style>", 1)
    try:
        pages = HTML(string=html, url_fetcher=_Nothing()).write_pdf(pdf_variant="pdf/a-3a", pdf_tags=True)
    except FatalURLFetchingError as error:
        # Not an Exception, so that WeasyPrint itself lets it through.
        raise MalformedInput("the page asks for something") from error
    description = Description(
        title=described["title"],
        author=described["author"],
        language=described["language"],
        seal=described["seal"],
        reason=described["reason"],
        made_at=datetime.fromisoformat(described["madeAt"]),
    )
    attachments = [
        Attachment(
            each["name"],
            each["description"],
            each["mediaType"],
            Relationship(each["relationship"]),
            b64url_decode(each["content"], "an attachment"),
        )
        for each in told["attachments"]
    ]
    return lay_out(pages, description, attachments)


if __name__ == "__main__":
    do_one_job(_work, memory=_MEMORY, cpu_seconds=_CPU_SECONDS)
