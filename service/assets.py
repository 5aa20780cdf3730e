"""Static files under names that hold their content's hash: a browser keeps them for ever, a change is a new name."""

import gzip
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, final

from starlette.requests import Request
from starlette.responses import Response

ROOT: Final = "/static/"

_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
_HEADERS: Final = {"cache-control": "public, max-age=31536000, immutable", "vary": "accept-encoding"}
_ZIPPED: Final = frozenset({".css", ".js", ".svg", ".wasm", ".webmanifest"})


@dataclass(frozen=True, slots=True)
class _Asset:
    content: bytes
    zipped: bytes | None
    media_type: str


@final
class Assets:
    """The files of some folders, read once; a file in a later folder replaces one of the same name."""

    def __init__(self, folders: Iterable[Path]) -> None:
        self._urls: dict[str, str] = {}
        self._served: dict[str, _Asset] = {}
        for folder in folders:
            for file in sorted(path for path in folder.rglob("*") if path.suffix in _TYPES):
                self._add(file.relative_to(folder).as_posix(), file)

    def url(self, name: str) -> str:
        """Return the address of a file. Raises KeyError for a name that does not exist: a page's typo."""
        return self._urls[name]

    def has(self, name: str) -> bool:
        """Tell whether a file exists; vendored style sheets may not have been fetched."""
        return name in self._urls

    def text(self, name: str) -> str:
        """Return what a file of text says. Raises KeyError for a name that does not exist."""
        return self._served[self._urls[name]].content.decode()

    def answer(self, request: Request) -> Response:
        """Serve `/static/…`."""
        asset = self._served.get(request.url.path)
        if asset is None:
            return Response(status_code=404)
        headers = {**_HEADERS, "content-type": asset.media_type}
        if asset.zipped is not None and "gzip" in request.headers.get("accept-encoding", ""):
            return Response(asset.zipped, media_type=None, headers={**headers, "content-encoding": "gzip"})
        return Response(asset.content, media_type=None, headers=headers)

    def _add(self, name: str, file: Path) -> None:
        content = file.read_bytes()
        stem, dot, ending = name.rpartition(".")
        url = f"{ROOT}{stem}.{hashlib.sha256(content).hexdigest()[:12]}{dot}{ending}"
        self._urls[name] = url
        # These are public files with no secret in them, so compressing them beside a request tells nothing (BREACH).
        zipped = gzip.compress(content, mtime=0) if file.suffix in _ZIPPED else None
        self._served[url] = _Asset(content, zipped, _TYPES[file.suffix])
