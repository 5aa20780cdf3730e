"""Serve a folder of public documents to anyone, from any origin."""

import base64
import hashlib
import json
from html import escape
from pathlib import Path
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

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
"""
_PAGE: Final = """<!doctype html>
<html lang="nl"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Het stelsel – Blauwe Knop (demonstratie)</title>
<style>{style}</style></head>
<body><main><p>Demonstratie: alles hier is verzonnen.</p><h1>Het stelsel</h1>
<p>Deze site bevat alleen openbare afspraken: wie meedoet, en wat de woorden betekenen. Geen gegevens van burgers.</p>
<p>De bestanden zijn voor computers. Wilt u de demonstratie zien? Open dan de portemonnee.</p>
<ul>{items}</ul></main></body></html>
"""


def create_app(folder: Path) -> Starlette:
    """Return the site of a folder; documents are read anew for each request, so that a new list is seen at once."""
    root = folder.resolve()

    def documents() -> list[str]:
        return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.suffix in _MEDIA_TYPES)

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
        items = "".join(f'<li><a href="/{escape(name)}">{escape(name)}</a></li>' for name in documents())
        style = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
        sources = f"default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; frame-ancestors 'none'"
        policy = {"Content-Security-Policy": sources}
        return HTMLResponse(_PAGE.format(items=items, style=_STYLE), headers={**_PUBLIC, **policy})

    def ready(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    return Starlette(
        routes=[
            Route("/", home),
            Route("/health/ready", ready),
            Route("/{name:path}", document, methods=["GET"]),
        ]
    )


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
