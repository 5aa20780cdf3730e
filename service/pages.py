"""Screens: Jinja2 templates of a party inside the shared shell, static files, language, and the page of a problem.

A party's templates are in `<party>/web/templates`, its static files in `<party>/web/static`, its translations in
`<party>/web/locale`. Templates start with `{% extends "base.html" %}` and take the shared pieces by
`{% import "macros.html" as bk with context %}`; `service/templates/styleguide.html` shows every piece.
"""

import importlib.util
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, final
from urllib.parse import urlencode

from fastapi import FastAPI
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from credentials.plain_text import shown
from service import i18n
from service.assets import Assets
from service.phones import phone_uri, with_phone_links
from service.place import ROOT, Place
from service.problems import Problem
from service.qr import qr_svg
from service.sessions import Session
from service.web.headers import content_security_policy
from service.web.input import strict_query

LANGUAGE_COOKIE: Final = "bk_taal"
_YEAR_SECONDS: Final = 31_536_000
_VENDOR: Final = ("vendor/design-tokens.css", "vendor/components.css")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An entry of a menu."""

    text: str
    href: str


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class PartyFace:
    """How a party shows itself: its name at the top, its links at the foot, and its kind of work as a colour accent.

    `kind` is `wallet`, `issuer`, `verifier` or `scheme`. `demo` puts a line at the top that says that all is fictional.
    """

    name: str
    tagline: str = ""
    kind: str = "wallet"
    home: str = "/"
    privacy: str = "/privacy"
    accessibility: str = "/toegankelijkheid"
    contact: str = ""
    phone: str = ""
    demo: bool = False
    menu: tuple[Link, ...] = ()
    languages: tuple[str, ...] = (i18n.DUTCH,)
    extra: Mapping[str, Any] = field(default_factory=dict)


@final
@dataclass(frozen=True, slots=True)
class Notice:
    """What stands at the top of every page of a session, as long as it holds."""

    heading: str
    text: str


@final
class Pages:
    """Render a party's templates. One per party; building it reads all static files.

    Templates name a path of their own as if they stood at the host's root; `placed` puts `place` in front of it, in
    the shell and in the macros. `notice` says what every page of a session must say, in the language of the page; it is
    given what translates.
    """

    def __init__(
        self,
        package: str,
        *,
        party: PartyFace,
        place: Place = ROOT,
        notice: Callable[[Session, Callable[[str], str]], Notice | None] | None = None,
        **shared: Any,  # noqa: ANN401  # template values
    ) -> None:
        web = _folder(package) / "web"
        own = _folder("service")
        self.party = party
        self._place = place
        self._notice = notice
        self.assets = Assets(folder for folder in (own / "static", web / "static") if folder.is_dir())
        catalogue = i18n.Catalogue.read(folder / "locale" for folder in (own, web))
        self.gettext = catalogue.gettext
        self._environment = Environment(
            loader=FileSystemLoader([web / "templates", own / "templates"]),
            # Not by file name: whatever is rendered here is HTML.
            autoescape=select_autoescape(default=True, default_for_string=True),
            undefined=StrictUndefined,
            finalize=_readable,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
            auto_reload=False,
        )
        # The extension's own method: it makes `_`, `gettext` and `ngettext` escape what they are given.
        self._environment.install_gettext_callables(  # type: ignore[attr-defined]  # added by the extension
            catalogue.gettext, catalogue.ngettext, newstyle=True
        )
        self._environment.filters.update(_FORMATS)
        self._environment.globals.update(_FORMATS)
        self._environment.globals.update(
            party=party,
            placed=place.address,
            static=lambda name: place.address(self.assets.url(name)),
            has_static=self.assets.has,
            vendor=[name for name in _VENDOR if self.assets.has(name)],
            qr=qr_svg,
            languages=i18n.LANGUAGES,
            **shared,
        )

    def render(
        self,
        request: Request,
        template: str,
        *,
        status: int = 200,
        session: Session | None = None,
        form_targets: Collection[str] = (),
        headers: Mapping[str, str] | None = None,
        **context: Any,  # noqa: ANN401  # template values
    ) -> HTMLResponse:
        """Render a page. `session` puts its token into the page's forms.

        `form_targets` are foreign origins that a form on this page may lead to by a redirect.
        """
        code = self.language_of(request)
        with i18n.speaking(code):
            html = self._environment.get_template(template).render(
                context,
                path=request.url.path,
                chosen_at=_page_to_stay_on(request, status, self.party.home),
                language=code,
                csrf_token=session.csrf if session is not None else "",
                notice=self._notice(session, self.gettext) if self._notice and session is not None else None,
            )
        response = HTMLResponse(html, status, dict(headers or {}))
        if form_targets:
            response.headers["content-security-policy"] = content_security_policy(form_targets=form_targets)
        return response

    def fragment(self, template: str, **context: Any) -> Markup:  # noqa: ANN401  # template values
        """Render a template outside a request, in the language that is spoken (`i18n.speaking`); for downloads."""
        values = {
            "path": "/",
            "chosen_at": "/",
            "language": i18n.language.get(),
            "csrf_token": "",
            "notice": None,
        } | context
        return Markup(self._environment.get_template(template).render(values))  # noqa: S704  # autoescaped templates

    def problem(self, request: Request, problem: Problem) -> Response:
        """Render the page of a problem; the port `service.problems.ProblemPages`."""
        page = self.render(request, "problem.html", status=problem.status, problem=problem)
        page.headers.update(problem.headers)
        return page

    def language_of(self, request: Request) -> str:
        """Return the language that this browser chose; Dutch unless it did."""
        chosen = request.cookies.get(LANGUAGE_COOKIE, i18n.DUTCH)
        return chosen if chosen in self.party.languages else i18n.DUTCH

    def install(self, app: FastAPI) -> None:
        """Add the routes of static files and of the choice of language to the app of the screens."""

        def static(request: Request) -> Response:
            return self.assets.answer(request)

        def choose(request: Request) -> Response:
            query = strict_query(request)
            response = RedirectResponse(_own_path(query.get("terug", "/")), 303)
            if query.get("taal") in self.party.languages:
                response.set_cookie(
                    LANGUAGE_COOKIE,
                    query["taal"],
                    max_age=_YEAR_SECONDS,
                    path=self._place.cookie_path,
                    httponly=True,
                    samesite="lax",
                )
            return response

        app.add_api_route("/static/{name:path}", static, methods=["GET", "HEAD"], include_in_schema=False)
        app.add_api_route("/taal", choose, methods=["GET"], include_in_schema=False)


def _page_to_stay_on(request: Request, status: int, home: str) -> str:
    """Return where a choice of language leads: to this page, unless it is not there or is what a form was answered."""
    there = request.method in {"GET", "HEAD"} and status != HTTPStatus.NOT_FOUND
    return request.url.path if there else home


def _language_link(code: str, path: str) -> str:
    return "/taal?" + urlencode({"taal": code, "terug": path})


def _readable(value: Any) -> Any:  # noqa: ANN401  # whatever a template writes
    """Clean every text that a page shows, whoever it came from; what a template made itself is markup already."""
    return shown(value) if isinstance(value, str) and not isinstance(value, Markup) else value


_FORMATS: Final[Mapping[str, Any]] = {
    "euro": i18n.euro,
    "day": i18n.day,
    "short_day": i18n.short_day,
    "month": i18n.month,
    "moment": i18n.moment,
    "clock_time": i18n.clock_time,
    "plural": i18n.plural,
    "language_link": _language_link,
    "phones": with_phone_links,
    "phone_uri": phone_uri,
}


def _own_path(text: str) -> str:
    # Never an open redirect: one slash, and no backslash, which browsers read as a slash.
    return text if text.startswith("/") and not text.startswith(("//", "/\\")) and "\\" not in text else "/"


def _folder(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ValueError("there is no such package")
    return Path(spec.submodule_search_locations[0])
