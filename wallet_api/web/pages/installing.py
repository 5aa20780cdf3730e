"""The wallet as an app on a telephone: its manifest, and the worker that has a page for when there is no internet.

The worker keeps the style sheets, scripts and pictures that pages stand on, and one page that says nothing of anybody.
The overview itself is not kept on the device: whoever holds the telephone could read it there without number and PIN.
"""

import hashlib
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from credentials.encoding import JsonObject, json_compact
from wallet_api.web.bundle import Here, Screens

_ICONS: Final = (("icon-192.png", "192x192", "any"), ("icon-512.png", "512x512", "any"))
_MASKABLE: Final = ("icon-maskable-512.png", "512x512", "maskable")
# What the page for when there is no internet stands on, if it was fetched at build.
_FILES: Final = (
    "vendor/design-tokens.css", "vendor/components.css", "theme.css", "blauweknop.css", "wallet.css", "mark.svg",
    "app.js", "icon-180.png",
)  # fmt: skip
_OFFLINE: Final = "/geen-internet"

router: Final = APIRouter()


@router.get("/app.webmanifest")
def manifest(here: Here) -> Response:
    """Say how the wallet is installed (W3C Web Application Manifest).

    Links below `scope` open in the installed app where the system passes them on. There are no `protocol_handlers`:
    browsers take only schemes of a list that has none of OpenID's, or that begin with `web+`, which no issuer and no
    verifier writes (HTML Standard, custom scheme handlers, "normalize protocol handler parameters").
    """
    url = here.pages.assets.url
    told: JsonObject = {
        "id": "/",
        "name": "Blauwe Knop",
        "short_name": "Blauwe Knop",
        "description": "Al uw schulden op één plek, met bewijs van de organisatie zelf.",
        "lang": "nl",
        "dir": "ltr",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#f6f3ee",
        "theme_color": "#1557b0",
        "icons": [
            {"src": url(name), "sizes": sizes, "type": "image/png", "purpose": purpose}
            for name, sizes, purpose in (*_ICONS, _MASKABLE)
        ],
        "shortcuts": [
            {"name": "Scannen", "url": "/toevoegen"},
            {"name": "Overzicht", "url": "/overzicht"},
        ],
    }
    return Response(json_compact(told), media_type="application/manifest+json")


@router.get("/worker.js")
def worker(request: Request, here: Here) -> Response:
    """Serve the worker with the names of what it keeps; any change of these is a new version of it."""
    pages = here.pages
    files = [pages.assets.url(name) for name in _FILES if pages.assets.has(name)]
    version = hashlib.sha256(json_compact([*files]) + bytes(_offline(request, here).body)).hexdigest()[:16]
    names = (("OFFLINE", _OFFLINE), ("FILES", [*files]), ("VERSION", version))
    head = "".join(f"const {name} = {json_compact(value).decode()};\n" for name, value in names)
    text = head + pages.assets.text("worker.js")
    return Response(text, media_type="text/javascript; charset=utf-8")


@router.get(_OFFLINE)
def offline(request: Request, here: Here) -> Response:
    """Say that there is no internet."""
    return _offline(request, here)


def _offline(request: Request, here: Screens) -> Response:
    return here.pages.render(request, "offline.html")
