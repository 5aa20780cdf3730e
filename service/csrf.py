"""Forms that change something must come from our own page, in this browser's session.

Two independent checks: the browser's own word (`Origin`, `Sec-Fetch-Site`) and the session's synchroniser token.
"""

import hmac
from collections.abc import Awaitable, Callable
from typing import Final, final

from anyio.to_thread import run_sync
from starlette.requests import Request

from service.errors import CsrfRefused
from service.sessions import Session, Sessions
from service.web.input import Form, form_body
from service.web.upload import MAX_FIELD_BYTES, Uploaded, upload_body

FIELD: Final = "csrf_token"
HEADER: Final = "x-csrf-token"


@final
class CsrfGuard:
    """Check forms and JSON calls of one party's screens. `origin` is the party's base URL.

    Example:
        @app.post("/delen")
        def share(request: Request, form: Annotated[Form, Depends(guard.form)]) -> Response: ...
    """

    def __init__(self, sessions: Sessions, origin: str) -> None:
        self._sessions = sessions
        self._origin = "/".join(origin.split("/", 3)[:3])

    async def form(self, request: Request) -> Form:
        """Read the form of a POST from our own page. Raises CsrfRefused, MalformedInput."""
        self.check_site(request)
        session = await run_sync(self._sessions.current, request)
        form = await form_body(request)
        _compare(session, form.get(FIELD) or "")
        return form

    def upload_form(self, name: str, *, longest: int = MAX_FIELD_BYTES) -> Callable[[Request], Awaitable[Uploaded]]:
        """Return what reads a form with one file from our own page. Raises CsrfRefused, MalformedInput.

        `longest` is how many bytes another field may have.
        """

        async def read(request: Request) -> Uploaded:
            self.check_site(request)
            session = await run_sync(self._sessions.current, request)
            sent = await upload_body(request, name, longest=longest)
            _compare(session, sent.form.get(FIELD) or "")
            return sent

        return read

    async def header(self, request: Request) -> None:
        """Check a JSON call by our own script, which carries the token in `X-CSRF-Token`. Raises CsrfRefused."""
        self.check_site(request)
        _compare(await run_sync(self._sessions.current, request), request.headers.get(HEADER, ""))

    def check_site(self, request: Request) -> None:
        """Check what the browser says about the page that sent this. Raises CsrfRefused."""
        origin = request.headers.get("origin")
        if origin is not None and origin != self._origin:
            raise CsrfRefused
        if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            raise CsrfRefused


def _compare(session: Session | None, token: str) -> None:
    if session is None or not hmac.compare_digest(session.csrf.encode(), token.encode("utf-8", "replace")):
        raise CsrfRefused
