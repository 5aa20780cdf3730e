"""One table from error class to what the outside sees; the only place where errors become HTTP.

Three faces of the same table: `application/problem+json` (RFC 9457) for business APIs, `{"error": …}` (RFC 6749
section 5.2) for protocols, and a page in plain Dutch for people. What is not in the table is a 500 without text.
No face ever repeats what the client sent.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any, Final, Protocol, TypeAlias, final, runtime_checkable

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp

from credentials.encoding import JsonObject
from credentials.errors import BlauweKnopError, LimitExceeded, MalformedInput, Unavailable
from credentials.openid.errors import description_of
from service.errors import (
    CsrfRefused,
    IdempotencyKeyReused,
    InsufficientScope,
    InvalidApiToken,
    LoginNeeded,
    NotAllowed,
    NotExactlyOne,
    NotFound,
    Overloaded,
    StillRunning,
    Unauthorized,
    UnexpectedMediaType,
)
from service.logging import get_logger

PROBLEM_JSON: Final = "application/problem+json"
REPORTED: Final = "blauweknop.reported"
"""Where the frame learns, in the ASGI scope, that an error is in the log already."""

PROBLEM_TYPES: Final = "https://blauweknop.example/fouten/"

_log: Final = get_logger(__name__)

Answer = Callable[[Request, Exception], Awaitable[Response]]
Heard: TypeAlias = Callable[[str, BlauweKnopError], None]
"""Is told of an error of ours and the template of the route where it came up; for who counts. It must not raise."""
Refuse: TypeAlias = Callable[[Request, int], Response]
"""Makes an app's own answer to a request that the frame does not let through, from the HTTP status."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What the outside sees of an error class.

    `title` is plain Dutch for people; `advice` says what they can do now. `code` is the protocol's error code (default
    `invalid_request`, or `server_error` from 500). `show_detail` lets the error's own text out: only for classes whose
    text is written by us and holds nothing of the client's.
    """

    status: int
    title: str
    advice: str = ""
    code: str | None = None
    show_detail: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def protocol_code(self) -> str:
        """Return the `error` of the protocol's answer."""
        return self.code or ("server_error" if self.status >= 500 else "invalid_request")


UNKNOWN: Final = Problem(
    status=500, title="Er ging iets mis bij ons", advice="Probeer het later nog eens. Er is niets van u verloren."
)

_COMMON: Final[dict[type[Exception], Problem]] = {
    MalformedInput: Problem(status=400, title="Wij kunnen dit niet lezen", show_detail=True),
    LimitExceeded: Problem(status=400, title="Dit is te groot", show_detail=True),
    UnexpectedMediaType: Problem(status=415, title="Wij kunnen dit soort bericht niet lezen", show_detail=True),
    Unauthorized: Problem(
        status=401,
        title="U hebt geen toegang",
        code="invalid_token",
        headers={"WWW-Authenticate": "Bearer"},
    ),
    # RFC 6750 section 3.1: who shows a token hears what is wrong with it, who shows none does not.
    InvalidApiToken: Problem(
        status=401,
        title="Dit token geldt niet (meer)",
        advice="Vraag een nieuw token aan.",
        code="invalid_token",
        headers={"WWW-Authenticate": 'Bearer error="invalid_token"'},
    ),
    InsufficientScope: Problem(
        status=403,
        title="Dit token is niet voor deze handeling",
        advice="Vraag een token aan met de scope van deze handeling.",
        code="insufficient_scope",
        headers={"WWW-Authenticate": 'Bearer error="insufficient_scope"'},
    ),
    LoginNeeded: Problem(status=401, title="U bent niet meer ingelogd", advice="Log opnieuw in om verder te gaan."),
    NotAllowed: Problem(
        status=403,
        title="Dit hoort niet bij uw rol",
        advice="Vraag iemand met een andere rol om dit te doen. Er is niets veranderd.",
    ),
    CsrfRefused: Problem(
        status=403,
        title="Deze pagina is verlopen",
        advice="Dit is bedoeld om uw gegevens veilig te houden. Ga terug, ververs de pagina en probeer het opnieuw.",
    ),
    NotFound: Problem(
        status=404,
        title="Deze pagina is er niet",
        advice="Misschien is de link te oud, of is er een typefout gemaakt.",
    ),
    IdempotencyKeyReused: Problem(
        status=422,
        title="Deze Idempotency-Key hoort bij een ander verzoek",
        advice="Gebruik voor elk verzoek een eigen sleutel.",
    ),
    StillRunning: Problem(
        status=409,
        title="Dit verzoek loopt al",
        advice="Stuur hetzelfde verzoek later nog eens; dan krijgt u het antwoord van het eerste.",
        headers={"Retry-After": "5"},
    ),
    NotExactlyOne: Problem(status=409, title="Dit is al een keer gedaan"),
    Unavailable: Problem(
        status=503,
        title="Het lukt nu even niet",
        advice="Probeer het over een paar minuten nog eens.",
        code="temporarily_unavailable",
        headers={"Retry-After": "60"},
    ),
    Overloaded: Problem(
        status=503,
        title="Het is nu erg druk",
        advice="Probeer het over een paar seconden nog eens. Er is niets veranderd.",
        code="temporarily_unavailable",
        headers={"Retry-After": "5"},
    ),
}

_STATUSES: Final[dict[int, Problem]] = {
    404: _COMMON[NotFound],
    405: Problem(status=405, title="Dat kan hier niet"),
    413: Problem(status=413, title="Dit is te groot"),
    # RFC 9110 section 12.5.3: which codings would be taken.
    415: replace(_COMMON[UnexpectedMediaType], headers={"Accept-Encoding": "identity"}),
}


@final
class ProblemMap:
    """The table of one party: its own classes, on top of what all parties share. The most specific class wins.

    Example:
        problems = ProblemMap({UnknownOffer: Problem(status=404, title="Dit aanbod is er niet meer")})
    """

    def __init__(
        self, problems: Mapping[type[Exception], Problem] | None = None, *, heard: Heard | None = None
    ) -> None:
        self._problems = {**_COMMON, **(problems or {})}
        self._heard = heard

    def hear(self, request: Request, error: Exception) -> None:
        """Tell whoever counts what goes wrong that this did."""
        if self._heard is not None and isinstance(error, BlauweKnopError):
            self._heard(route_of(request), error)

    def of(self, error: Exception) -> Problem:
        """Return what the outside sees of this error; a 500 without text for what is not in the table."""
        for ancestor in type(error).__mro__:
            found = self._problems.get(ancestor)
            if found is not None:
                return found
        return UNKNOWN

    def knows(self, error: type[Exception]) -> bool:
        """Tell whether a class or one of its ancestors has an entry; for the test that walks the exception tree."""
        return any(ancestor in self._problems for ancestor in error.__mro__)


class MalformedBody(HTTPException):
    """A body that the strict parser refused, in the only class that FastAPI lets through its body reading."""

    def __init__(self, error: MalformedInput) -> None:
        super().__init__(400, error.detail)
        self.error = error


@runtime_checkable
class ProtocolError(Protocol):
    """An error that knows its own form on the wire: `credentials.openid.errors.OAuthError`."""

    status: int

    def body(self) -> JsonObject:
        """Return the JSON body."""
        ...

    def headers(self) -> dict[str, str]:
        """Return the headers."""
        ...


class ProblemPages(Protocol):
    """Whoever can show a problem to a person: `service.pages.Pages`."""

    def problem(self, request: Request, problem: Problem) -> Response:
        """Render the page of a problem."""
        ...


def install_business(app: FastAPI, problems: ProblemMap) -> None:
    """Answer errors with problem+json, and every invalid field in one answer (400, never 422)."""

    def render(_request: Request, error: Exception, problem: Problem) -> Response:
        body: dict[str, Any] = {
            "type": PROBLEM_TYPES + (error.code if isinstance(error, BlauweKnopError) else str(problem.status)),
            "title": problem.title,
            "status": problem.status,
            "detail": _detail(error, problem) or problem.advice or problem.title,
        }
        if isinstance(error, RequestValidationError):
            body["type"] = PROBLEM_TYPES + "invalid_input"
            body["errors"] = _field_errors(error.errors())
        return JSONResponse(body, problem.status, dict(problem.headers), PROBLEM_JSON)

    _install(app, Face(problems, render))


def protocol_face(problems: ProblemMap) -> "Face":
    """Answer errors as the protocols want them (RFC 6749 section 5.2, OpenID4VCI 1.0 section 8.3.1.2)."""

    def render(_request: Request, error: Exception, problem: Problem) -> Response:
        if isinstance(error, ProtocolError):
            return JSONResponse(error.body(), error.status, error.headers())
        body = {"error": problem.protocol_code}
        detail = description_of(_detail(error, problem))
        return JSONResponse(body | ({"error_description": detail} if detail else {}), problem.status, problem.headers)

    return Face(problems, render)


def install_pages(app: FastAPI, problems: ProblemMap, pages: ProblemPages, *, login: str | None = None) -> None:
    """Answer errors with a page; where a session is missing and `login` is given, send the browser there."""

    def render(request: Request, error: Exception, problem: Problem) -> Response:
        if login is not None and isinstance(error, LoginNeeded):
            return RedirectResponse(login, 303)
        return pages.problem(request, problem)

    _install(app, Face(problems, render))


def refusal_of(app: ASGIApp) -> Refuse | None:
    """Return how an app with one of the faces above answers what the frame refuses; None for another app."""
    refuse: Refuse | None = getattr(app.state if isinstance(app, Starlette) else app, "refusal", None)
    return refuse


@final
class Face:
    """One face of a table: the answer to each error, in the form that `render` gives it."""

    def __init__(self, problems: ProblemMap, render: Callable[[Request, Exception, Problem], Response]) -> None:
        self._problems = problems
        self._render = render

    def answer(self, request: Request, error: Exception) -> Response:
        """Return the answer to an error; one that is ours to mend is reported in the log."""
        match error:
            case MalformedBody():
                return self._ours(request, error.error)
            case HTTPException():
                return self._http(request, error)
            case RequestValidationError():
                return self._render(request, error, Problem(status=400, title="Niet alles is goed ingevuld"))
            case RecursionError() | UnicodeError() | OverflowError():
                # Input that a library choked on: hostile, no fault of ours (security notes: never a 500 on such input).
                _report(request, error, _COMMON[MalformedInput])
                return self._render(request, error, _COMMON[MalformedInput])
            case _:
                return self._ours(request, error)

    def refuse(self, request: Request, status: int) -> Response:
        """Return the answer to what the frame does not let through."""
        return self._render(request, HTTPException(status), _STATUSES[status])

    def _ours(self, request: Request, error: Exception) -> Response:
        problem = self._problems.of(error)
        self._problems.hear(request, error)
        if problem.status >= 500 and not isinstance(error, ProtocolError):
            _report(request, error, problem)
        return self._render(request, error, problem)

    def _http(self, request: Request, error: HTTPException) -> Response:
        status = error.status_code
        problem = _STATUSES.get(status) or Problem(status=status, title=_phrase(status))
        headers = dict(error.headers or {})
        return self._render(request, error, replace(problem, headers={**problem.headers, **headers}))


def _install(app: Starlette, face: Face) -> None:
    async def answer(request: Request, error: Exception) -> Response:
        return face.answer(request, error)

    app.state.refusal = face.refuse
    for kind in (
        BlauweKnopError,
        RequestValidationError,
        HTTPException,
        RecursionError,
        UnicodeError,
        OverflowError,
        Exception,
    ):
        app.add_exception_handler(kind, answer)


def _report(request: Request, error: Exception, problem: Problem) -> None:
    code = error.code if isinstance(error, BlauweKnopError) else type(error).__name__
    request.scope.get(REPORTED, []).append(code)
    hidden = isinstance(error, BlauweKnopError) and error.personal_data
    # The place, never the text: messages of libraries quote input. The traceback's frames hold no values.
    _log.error(
        "request_failed",
        code=code,
        status=problem.status,
        route=route_of(request),
        where="" if hidden else _where(error),
    )


def route_of(request: Request) -> str:
    """Return the template of the route, never the path itself, which may hold identifiers."""
    return str(getattr(request.scope.get("route"), "path", ""))


def _where(error: Exception) -> str:
    frame = error.__traceback__
    lines: list[str] = []
    while frame is not None:
        code = frame.tb_frame.f_code
        lines.append(f"{code.co_filename.rpartition('/')[2]}:{frame.tb_lineno}:{code.co_name}")
        frame = frame.tb_next
    cause = error.__cause__
    return " > ".join(lines[-6:]) + (f" < {type(cause).__name__}" if cause is not None else "")


def _detail(error: Exception, problem: Problem) -> str:
    shown = problem.show_detail and isinstance(error, BlauweKnopError) and not error.personal_data
    return error.detail if shown and isinstance(error, BlauweKnopError) else ""


def _field_errors(errors: Sequence[Any]) -> list[JsonObject]:
    return [
        {
            "in": str(item["loc"][0]) if item["loc"] else "body",
            "location": ".".join(_place(part) for part in item["loc"][1:]),
            "code": str(item["type"]),
            "detail": _explained(item),
        }
        for item in errors
    ]


def _place(part: object) -> str:
    # The name of an unknown member is the client's own text: it is echoed only when it looks like a name.
    text = str(part)
    return (
        text
        if len(text) <= 60 and text.replace("_", "").replace("-", "").isalnum() and not text.isdigit()
        else (text if isinstance(part, int) else "?")
    )


def _explained(item: Mapping[str, Any]) -> str:
    match item["type"]:
        case "missing":
            return "Dit veld ontbreekt."
        case "extra_forbidden":
            return "Dit veld kennen wij niet."
        case _:
            return "De waarde van dit veld is niet goed."


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Onbekend"
