"""Take the word of who calls us for where they are, once they proved who they are (LDV 1.0.0 section 3.3.1)."""

from collections.abc import Callable, Mapping
from typing import Final, final

from starlette.types import ASGIApp, Receive, Scope, Send

from service.processing_log.actions import Arrival, arrived
from service.processing_log.trace_context import HEADER, read_traceparent

_HEADER: Final = HEADER.encode()


@final
class Arriving:
    """ASGI middleware: reads `traceparent` of each request, which counts for nothing before `known_caller`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, with where it comes from at hand."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        said = read_traceparent([value for name, value in scope["headers"] if name == _HEADER])
        token = arrived.set(Arrival(said))
        try:
            await self._app(scope, receive, send)
        finally:
            arrived.reset(token)


def known_caller(processors: Mapping[str, str]) -> Callable[[str], None]:
    """Return what is told the name of who came in; `processors` are the addresses of applications by that name."""

    def note(caller: str) -> None:
        arrival, processor = arrived.get(), processors.get(caller)
        if arrival is not None and processor is not None:
            arrival.comes_from(processor)

    return note
