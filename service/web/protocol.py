"""The app of the protocol routes: no models, no documentation, no dependencies to resolve; a route is a function.

A plain function is handed the request and its whole body, and works in a thread of its own; so it may wait for the
database or a register. An `async` function is for what waits for nothing: it is answered where it was read.
"""

import asyncio
import contextvars
import inspect
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, TypeAlias, TypeVar, final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from service.errors import Overloaded
from service.problems import ProblemMap, Refuse, protocol_face

THREADS: Final = 40
MOST_WAITING: Final = 400

_Plain: TypeAlias = Callable[[Request, bytes], Response]
_Inline: TypeAlias = Callable[[Request], Awaitable[Response]]
_Handler = TypeVar("_Handler", _Plain, _Inline)


@final
class ProtocolApp:
    """Routes by method and path (`/offers/{secret}`); what stands in braces is in `request.path_params`.

    Example:
        @app.post("/oauth/token")
        def token(request: Request, body: bytes) -> Response: ...
    """

    def __init__(self, problems: ProblemMap) -> None:
        face = protocol_face(problems)
        self.refusal: Refuse = face.refuse
        self._answer_to = face.answer
        self._routes: dict[int, list[_Route]] = {}
        self._threads = _Threads()

    def get(self, path: str) -> Callable[[_Handler], _Handler]:
        """Answer GET at this path with the function below."""
        return self._at(path, "GET")

    def post(self, path: str) -> Callable[[_Handler], _Handler]:
        """Answer POST at this path with the function below."""
        return self._at(path, "POST")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one exchange, whatever becomes of it."""
        request = Request(scope, receive)
        try:
            response = await self._handler(scope)(request)
        except Exception as error:  # noqa: BLE001  # the table knows them all, and reports what is ours to mend
            response = self._answer_to(request, error)
        await response(scope, receive, send)

    def _at(self, path: str, method: str) -> Callable[[_Handler], _Handler]:
        def add(handler: _Handler) -> _Handler:
            answer: Any = handler
            if not inspect.iscoroutinefunction(handler):
                answer = partial(self._threads.answer, answer)
            steps = path.split("/")
            routes = self._routes.setdefault(len(steps), [])
            route = next((each for each in routes if each.path == path), None)
            if route is None:
                routes.append(route := _Route(path, tuple(steps)))
            route.methods[method] = answer
            return handler

        return add

    def _handler(self, scope: Scope) -> _Inline:
        steps = scope["path"].split("/")
        for route in self._routes.get(len(steps), ()):
            found = route.match(steps)
            if found is not None:
                scope["route"], scope["path_params"] = route, found
                handler = route.methods.get(scope["method"])
                if handler is None:
                    raise HTTPException(405, headers={"Allow": route.allowed})
                return handler
        raise HTTPException(404)


@final
@dataclass(frozen=True, slots=True)
class _Route:
    """One path, and who answers each method. A step in braces takes any that is not empty."""

    path: str
    steps: tuple[str, ...]
    methods: dict[str, _Inline] = field(default_factory=dict)

    @property
    def allowed(self) -> str:
        names = {*self.methods, *(("HEAD",) if "GET" in self.methods else ())}
        return ", ".join(sorted(names))

    def match(self, steps: Sequence[str]) -> dict[str, str] | None:
        found: dict[str, str] = {}
        for own, given in zip(self.steps, steps, strict=True):
            if own[:1] == "{" and given:
                found[own[1:-1]] = given
            elif own != given:
                return None
        return found


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
