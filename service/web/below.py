"""A party below a path of its host: what comes in loses the path, and a redirect to a path of our own gains it.

So no route, limit or prefix knows of it. Not by ASGI's `root_path`: there `path` stays whole, and half of what reads it
(ours and Starlette's) takes no notice of the other.
"""

from collections.abc import Mapping
from typing import Final, final

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.place import Place
from service.problems import Refuse

HEALTH: Final = ("/health/live", "/health/ready")
_LOCATION: Final = b"location"


@final
class Below:
    """Hand on to `app` what is below the place, and what else on the host is its own; all other goes to `outside`.

    Health is to be had at the host's root too, for whoever watches the process. `beside` maps whole paths of the host
    to paths inside: metadata by insertion.
    """

    def __init__(self, app: ASGIApp, outside: ASGIApp, place: Place, beside: Mapping[str, str]) -> None:
        self._app = app
        self._outside = outside
        self._place = place
        self._beside = {**{path: path for path in HEALTH}, **beside}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one exchange."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope["path"]
        inside = self._beside.get(path) or self._place.inside(path)
        if inside is None:
            await self._outside(scope, receive, self._leading_back(send))
            return
        # `raw_path` is left whole: it is what the client wrote.
        await self._app({**scope, "path": inside}, receive, self._leading_back(send))

    def _leading_back(self, send: Send) -> Send:
        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [
                    (name, self._address(value) if name.lower() == _LOCATION else value)
                    for name, value in message.get("headers", ())
                ]
                message = {**message, "headers": headers}
            await send(message)

        return sent

    def _address(self, value: bytes) -> bytes:
        return self._place.address(value.decode("latin-1")).encode("latin-1")


@final
class Refusing:
    """Answer every request with 404, in the form of a door."""

    def __init__(self, refuse: Refuse) -> None:
        self.refusal = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one exchange."""
        await self.refusal(Request(scope), 404)(scope, receive, send)
