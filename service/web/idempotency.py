"""A POST that bears an `Idempotency-Key` is done once, however often it comes.

draft-ietf-httpapi-idempotency-key-header-07: the key is a String of Structured Fields (RFC 8941 section 3.3.3), within
quotes. The same request again gets the same answer, another one 422, one that comes while the first is under way 409.
An operation that was refused or failed has no answer that is kept: it may come again with the same key.
"""

import json
import re
from collections.abc import Awaitable, Callable, Collection
from typing import Final, final

from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import Response

from credentials.encoding import b64url_decode, b64url_encode
from credentials.errors import MalformedInput
from service.api_answers import ApiAnswers, Kept
from service.problems import route_of

HEADER: Final = "Idempotency-Key"
MOST_CHARACTERS: Final = 255

PATTERN: Final = r'^"([ !#-\[\]-~]|\\["\\]){1,255}"$'
_KEY: Final = re.compile(PATTERN.removesuffix("$") + r"\Z")
_HEADERS: Final = ("content-type", "location")

Handler = Callable[[Request], Awaitable[Response]]


@final
class Idempotency:
    """Stand before the operations of a business API; `door` says who comes in, or raises as it does there.

    With `only`, it is for the operations at these paths: not for one whose answer may not be kept.
    """

    def __init__(
        self, door: Callable[[Request], str], answers: ApiAnswers, *, only: Collection[str] | None = None
    ) -> None:
        self._door = door
        self._answers = answers
        self._only = only

    def covers(self, path: str) -> bool:
        """Tell whether a POST at this path, a route's own, may bear a key."""
        return self._only is None or path in self._only

    async def __call__(self, request: Request, handler: Handler) -> Response:
        """Answer a request by its handler, once. Raises MalformedInput, StillRunning, IdempotencyKeyReused."""
        fields = request.headers.getlist(HEADER)
        if not fields or not self.covers(route_of(request)):
            return await handler(request)
        # Who it is comes first: a stranger learns nothing of keys, nor is given anybody's answer.
        caller = await run_sync(self._door, request)
        if len(fields) > 1 or _KEY.match(fields[0]) is None:
            raise MalformedInput(f"{HEADER} is not one text of 1 to {MOST_CHARACTERS} characters within quotes")
        body = await request.body()
        asked = b"\0".join([request.method.encode(), request.url.path.encode(), body])
        taken = await run_sync(self._answers.take, caller, fields[0], asked)
        if isinstance(taken, Kept):
            return _restored(taken.answer)
        try:
            response = await handler(request)
        except Exception:
            await run_sync(self._answers.release, taken)
            raise
        await run_sync(self._answers.keep, taken, _kept(response))
        return response


def _kept(response: Response) -> bytes:
    headers = {name: response.headers[name] for name in _HEADERS if name in response.headers}
    answer = {"status": response.status_code, "headers": headers, "body": b64url_encode(bytes(response.body))}
    return json.dumps(answer).encode()


def _restored(data: bytes) -> Response:
    answer = json.loads(data)
    return Response(b64url_decode(answer["body"]), answer["status"], answer["headers"])
