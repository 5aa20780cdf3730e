"""The app of the protocol routes: no models, no documentation, no dependencies to resolve; a route is a function.

A plain function is handed the request and its whole body, and works in a thread of its own; so it may wait for the
database or a register. An `async` function is for what waits for nothing: it is answered where it was read.
"""

import asyncio
import contextvars
import inspect
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Final, TypeAlias, TypeVar, final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from service.errors import Overloaded
from service.problems import ProblemMap, install_protocol

THREADS: Final = 40
MOST_WAITING: Final = 400

_Plain: TypeAlias = Callable[[Request, bytes], Response]
_Inline: TypeAlias = Callable[[Request], Awaitable[Response]]
_Handler = TypeVar("_Handler", _Plain, _Inline)


@final
class ProtocolApp(Starlette):
    """Routes by method and path (`/offers/{secret}`); what stands in braces is in `request.path_params`.

    Example:
        @app.post("/oauth/token")
        def token(request: Request, body: bytes) -> Response: ...
    """

    def __init__(self, problems: ProblemMap) -> None:
        super().__init__()
        self.router.redirect_slashes = False
        install_protocol(self, problems)
        self._threads = _Threads()

    def get(self, path: str) -> Callable[[_Handler], _Handler]:
        """Answer GET at this path with the function below."""
        return self._at(path, "GET")

    def post(self, path: str) -> Callable[[_Handler], _Handler]:
        """Answer POST at this path with the function below."""
        return self._at(path, "POST")

    def _at(self, path: str, method: str) -> Callable[[_Handler], _Handler]:
        def add(handler: _Handler) -> _Handler:
            answer: Any = handler
            if not inspect.iscoroutinefunction(handler):
                answer = partial(self._threads.answer, answer)

            async def endpoint(request: Request) -> Response:
                request.scope["route"] = route
                answered: Response = await answer(request)
                return answered

            route: Route = Route(path, endpoint, methods=[method])
            self.router.routes.append(route)
            return handler

        return add


@final
class _Threads:
    """The threads of one app. Beyond what they can do and a queue of a bounded length, requests are refused."""

    def __init__(self) -> None:
        # A pool makes its threads when it needs them, so a fork before the first request shares none.
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="protocol")
        self._under_way = 0

    async def answer(self, handler: _Plain, request: Request) -> Response:
        body = await request.body()
        if self._under_way >= THREADS + MOST_WAITING:
            raise Overloaded("too many requests are waiting")
        self._under_way += 1
        try:
            work = partial(contextvars.copy_context().run, handler, request, body)
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._under_way -= 1
