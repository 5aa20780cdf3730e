"""A very small browser without JavaScript: follows redirects, keeps cookies, finds forms, and presses buttons.

What it can do, a citizen without JavaScript can do.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final, Self
from urllib.parse import urlencode, urljoin

import httpx2

MAX_REDIRECTS: Final = 20  # as browsers have it


class BrowserError(Exception):
    """The page is not what was expected; the message names the page's address and title, never its content."""


@dataclass(slots=True)
class Form:
    """A form as it stands in the page."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    choices: list[tuple[str, str]] = field(default_factory=list)  # check boxes and radio buttons that are not chosen
    buttons: list[tuple[str, str, str]] = field(default_factory=list)  # name, value, text


@dataclass(slots=True)
class Page:
    """A page that was loaded."""

    url: str
    status: int
    text: str
    title: str = ""
    forms: list[Form] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)  # address, text
    refresh: str | None = None
    marked: dict[str, str] = field(default_factory=dict)  # what stands in an element or read-only field with an id

    @classmethod
    def parse(cls, url: str, status: int, text: str) -> Self:
        """Read the forms, links and refresh of an HTML text."""
        reader = _Reader(url)
        reader.feed(text)
        return cls(url, status, text, reader.title.strip(), reader.forms, reader.links, reader.refresh, reader.marked)

    def form(self, action_part: str) -> Form:
        """Return the form whose address ends in this text, or else the first that holds it. Raises BrowserError."""
        holding = [form for form in self.forms if action_part in form.action]
        if not holding:
            raise BrowserError(f"no form {action_part!r} on {self.where()}")
        return next((form for form in holding if form.action.endswith(action_part)), holding[0])

    def link(self, part: str) -> str:
        """Return the first link whose address or text holds this. Raises BrowserError."""
        for address, text in self.links:
            if part in address or part in text:
                return address
        raise BrowserError(f"no link {part!r} on {self.where()}")

    def value(self, id: str) -> str:
        """Return what stands in the element with this id. Raises BrowserError."""
        if id not in self.marked:
            raise BrowserError(f"nothing called {id!r} on {self.where()}")
        return self.marked[id]

    def where(self) -> str:
        """Name the page without its query and content."""
        return f"{self.url.split('?')[0]} ({self.status}, {self.title!r})"


class Browser:
    """One person's browser: its own cookies."""

    def __init__(self) -> None:
        self._client = httpx2.Client(follow_redirects=False, timeout=30.0, trust_env=False)
        self.page = Page("", 0, "")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def open(self, url: str) -> Page:
        """Load an address and follow its redirects."""
        return self._load("GET", url, None)

    def submit(self, form: Form, values: Mapping[str, str] | None = None, button: str | None = None) -> Page:
        """Fill in a form and press a button: the one whose name, value or text holds `button`, or the first."""
        typed = values or {}
        filled = [pair for pair in form.fields if pair[0] not in typed] + list(typed.items())
        pressed = next((b for b in form.buttons if button is None or any(button in part for part in b)), None)
        if button is not None and pressed is None:
            raise BrowserError(f"no button {button!r} on {self.page.where()}")
        if pressed is not None and pressed[0]:
            filled.append((pressed[0], pressed[1]))
        if form.method == "get":
            return self._load("GET", f"{form.action.split('?')[0]}?{urlencode(filled)}", None)
        return self._load("POST", form.action, urlencode(filled))

    def follow_refresh(self) -> Page:
        """Go where the page turns to by itself. Raises BrowserError when it stays."""
        if self.page.refresh is None:
            raise BrowserError(f"{self.page.where()} does not go on by itself")
        return self.open(self.page.refresh)

    def _load(self, method: str, url: str, body: str | None) -> Page:
        origin = httpx2.URL(self.page.url or url)
        for _ in range(MAX_REDIRECTS):
            headers = {"Accept": "text/html", "Accept-Language": "nl"}
            if method == "POST":
                headers["Origin"] = f"{origin.scheme}://{origin.netloc.decode()}"
                headers["Sec-Fetch-Site"] = "same-origin"
                headers["Content-Type"] = "application/x-www-form-urlencoded"
            answer = self._client.request(method, url, content=body, headers=headers)
            if answer.status_code in (301, 302, 303, 307, 308):
                url = urljoin(url, answer.headers["location"])
                if answer.status_code in (301, 302, 303):
                    method, body = "GET", None
                continue
            self.page = Page.parse(url, answer.status_code, answer.text)
            if answer.status_code >= 400:
                raise BrowserError(f"{self.page.where()} is an error page")
            return self.page
        raise BrowserError(f"more than {MAX_REDIRECTS} redirects, at {url.split('?')[0]}")

    @property
    def http(self) -> httpx2.Client:
        """The HTTP client with this browser's cookies."""
        return self._client


class _Reader(HTMLParser):
    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url
        self.title = ""
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        self.refresh: str | None = None
        self.marked: dict[str, str] = {}
        self._form: Form | None = None
        self._text_of: str | None = None
        self._text = ""
        self._current: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if "data-onward" in values:
            # A script goes there by itself; who has none presses the button beside it.
            self.refresh = urljoin(self._url, values["data-onward"])
        match tag:
            case "form":
                self._form = Form(urljoin(self._url, values.get("action", "")), values.get("method", "get").lower())
                self.forms.append(self._form)
            case "input":
                self._input(values)
            case "meta" if values.get("http-equiv", "").lower() == "refresh":
                _, _, target = values.get("content", "").partition("=")
                self.refresh = urljoin(self._url, target.strip(" '\"")) if target else self._url
            case "button" | "a" | "title" | "p":
                self._text_of, self._text, self._current = tag, "", values
            case "textarea" if self._form is not None and "name" in values:
                self._form.fields.append((values["name"], ""))
            case _:
                pass

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        if tag != self._text_of:
            return
        self._text_of = None
        text = " ".join(self._text.split())
        match tag:
            case "title":
                self.title = text
            case "p":
                if "id" in self._current:
                    self.marked[self._current["id"]] = text
            case "a":
                self.links.append((urljoin(self._url, self._current.get("href", "")), text))
            case _ if self._form is not None:
                self._form.buttons.append((self._current.get("name", ""), self._current.get("value", ""), text))
            case _:
                pass

    def _input(self, values: dict[str, str]) -> None:
        name, kind = values.get("name", ""), values.get("type", "text")
        if "id" in values:
            self.marked[values["id"]] = values.get("value", "")
        if self._form is None or not name:
            return
        if kind == "submit":
            self._form.buttons.append((name, values.get("value", ""), values.get("value", "")))
        elif kind not in ("radio", "checkbox") or "checked" in values:
            self._form.fields.append((name, values.get("value", "on" if kind == "checkbox" else "")))
        else:
            self._form.choices.append((name, values.get("value", "on")))
