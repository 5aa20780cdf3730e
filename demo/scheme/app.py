"""Serve a folder of public documents to anyone, from any origin."""

import base64
import hashlib
import json
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from credentials.clock import Clock, SystemClock
from demo.scheme import places
from demo.scheme.document import scheme_document
from service.web.frame import Frame

_MEDIA_TYPES: Final = {
    ".jwt": "application/trust-list+jwt",
    ".jwk": "application/jwk+json",
    ".jsonld": "application/ld+json",
    ".json": "application/json",
}
_PUBLIC: Final = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
}
_STYLE: Final = """
body { margin: 0; font: 1.0625rem/1.55 system-ui, sans-serif; color: #16202c; background: #f6f3ee; }
main { max-width: 40rem; margin: 0 auto; padding: 1.5rem 1.25rem 3rem; border-top: 0.25rem solid #4a5768; }
h1 { font-size: 2rem; line-height: 1.2; }
ul { list-style: none; padding: 0; }
a { color: #1557b0; display: inline-block; padding-block: 0.625rem; overflow-wrap: anywhere; }
.door { background: #fff; border: 1px solid #d5d0c6; border-radius: 0.5rem; margin-block: 0.75rem; }
.door { padding: 0.5rem 1rem 0.875rem; }
.door a { font-size: 1.1875rem; font-weight: 600; }
.door p { margin: 0; }
summary { cursor: pointer; padding-block: 0.625rem; }
"""
_PAGE: Final = """<!doctype html>
<html lang="nl"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Begin hier – Blauwe Knop (demonstratie)</title>
<style>{style}</style></head>
<body><main><p>Demonstratie: alles hier is verzonnen.</p><h1>Begin hier</h1>
<ul>{doors}</ul>
<details><summary>Alle organisaties die meedoen</summary><ul>{agencies}</ul></details>
<h2>Het stelsel</h2>
<p>Deze site bevat openbare afspraken: wie meedoet, en wat de woorden betekenen. Geen gegevens van burgers. De bestanden
zijn voor computers.</p>
<ul>{items}</ul></main></body></html>
"""
START: Final = "start.json"
"""In the site's folder: where a person can go from here."""


def write_start(folder: Path, doors: Sequence[tuple[str, str, str]], agencies: Sequence[tuple[str, str]]) -> None:
    """Write where a person can go: doors by name, address and what is behind them; agencies by name and address."""
    (folder / START).write_text(json.dumps({"doors": doors, "agencies": agencies}))


def create_app(folder: Path, clock: Clock | None = None) -> ASGIApp:
    """Return the site of a folder; documents are read anew for each request, so that a new list is seen at once."""
    root = folder.resolve()

    def documents() -> list[str]:
        names = (path.relative_to(root).as_posix() for path in root.rglob("*") if path.suffix in _MEDIA_TYPES)
        return sorted(name for name in names if name != START)

    def document(request: Request) -> Response:
        name = request.path_params["name"]
        # Only names that the folder has: no path of a request is ever joined to a folder.
        if name not in documents():
            return JSONResponse({"status": 404, "title": "Niet gevonden", "detail": "Dit document is er niet."}, 404)
        content = (root / name).read_bytes()
        tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        headers = {**_PUBLIC, "ETag": tag, "Cache-Control": "public, max-age=60"}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return Response(content, media_type=_MEDIA_TYPES[Path(name).suffix], headers=headers)

    def home(_: Request) -> Response:
        names = [*documents(), *([places.PATH[1:]] if (root / places.FILE).exists() else [])]
        items = "".join(f'<li><a href="/{escape(name)}">{escape(name)}</a></li>' for name in names)
        style = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
        sources = f"default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; frame-ancestors 'none'"
        policy = {"Content-Security-Policy": sources}
        start = json.loads((root / START).read_text()) if (root / START).exists() else {"doors": [], "agencies": []}
        page = _PAGE.format(
            items=items,
            style=_STYLE,
            doors="".join(
                f'<li class="door">{_link(name, url)}<p>{escape(text)}</p></li>' for name, url, text in start["doors"]
            ),
            agencies="".join(f"<li>{_link(name, url)}</li>" for name, url in start["agencies"]),
        )
        return HTMLResponse(page, headers={**_PUBLIC, **policy})

    def ready(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    app = Starlette(
        routes=[
            Route("/", home),
            Route("/health/ready", ready),
            scheme_document(root, clock or SystemClock()),
            Route("/{name:path}", document, methods=["GET"]),
        ]
    )
    # Nobody has anything to send here.
    return Frame(app, headers={}, max_body=0)


def _link(name: str, url: str) -> str:
    return f'<a href="{escape(url)}">{escape(name)}</a>'


def write_index(folder: Path, contexts: dict[str, bytes], types: dict[str, bytes]) -> None:
    """Write the documents and `contexts/index.json` and `types/index.json`: identifier, path and SHA-256 of each."""
    for kind, suffix, files in (("contexts", "jsonld", contexts), ("types", "json", types)):
        (folder / kind).mkdir(parents=True, exist_ok=True)
        entries = []
        for identifier, content in files.items():
            name = f"{kind}/{_name(identifier)}.{suffix}"
            (folder / name).write_bytes(content)
            entries.append({"id": identifier, "path": f"/{name}", "sha256": hashlib.sha256(content).hexdigest()})
        (folder / kind / "index.json").write_text(json.dumps(entries, indent=1))


def _name(identifier: str) -> str:
    parts = identifier.removeprefix("https:").replace("/", ":").split(":")
    return "-".join(part for part in parts if part and "." not in part)
