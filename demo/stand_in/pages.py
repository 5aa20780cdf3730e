"""A stand-in's pages, each with the word that it is an exercise; and the frame around what it answers."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, ExceptionHandler

from service.web.frame import Frame
from service.web.headers import encoded

_HERE: Final = Path(__file__).parent
_HEADERS: Final = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


class Pages:
    """The pages of one stand-in: its own templates inside the shared shell. `says` stands above each page."""

    def __init__(self, templates: Path, *, name: str, says: str) -> None:
        loader = FileSystemLoader([templates, _HERE / "templates"])
        self._templates = Environment(loader=loader, autoescape=select_autoescape(), undefined=StrictUndefined)
        self._templates.globals.update(stand_in=name, says=says)

    def page(self, template: str, status: int = 200, **context: object) -> HTMLResponse:
        """Render a page."""
        return HTMLResponse(self._templates.get_template(template).render(**context), status)

    def stop(self, title: str, text: str, status: int = 400) -> HTMLResponse:
        """Say that it does not go on from here."""
        return self.page("message.html", status, title=title, text=text)


def framed(
    pages: Pages,
    routes: Sequence[BaseRoute],
    *,
    max_body: int,
    handlers: Mapping[type[Exception], ExceptionHandler] | None = None,
) -> ASGIApp:
    """Return an app of these routes and the shared styles, with bounded bodies and the headers of each answer."""

    async def not_found(_request: Request, _error: Exception) -> Response:
        return pages.stop("Deze pagina is er niet", "Ga terug naar waar u begon.", 404)

    app = Starlette(
        routes=[*routes, Mount("/static", StaticFiles(directory=_HERE / "static"))],
        exception_handlers={404: not_found, 405: not_found, **(handlers or {})},
    )
    return Frame(app, headers=encoded(_HEADERS, secure=False), max_body=max_body)
