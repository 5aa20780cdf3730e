"""A connection that a wallet keeps to one service: HTTP/1.1 by asyncio, light enough not to be what is measured."""

import asyncio
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlsplit

import httptools

TIMEOUT_SECONDS: Final = 20
_CHUNK: Final = 65_536


class Refused(Exception):
    """An answer with another status than was wanted; the message holds the status only."""


class _Answer:
    """What the parser reports of one answer."""

    def __init__(self) -> None:
        self.body = b""
        self.done = False

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        self.done = True


class Connection:
    """One keep-alive connection. Requests go one after the other; an answer takes at most 20 seconds."""

    def __init__(self, base_url: str) -> None:
        parts = urlsplit(base_url)
        self._host, self._port = parts.hostname or "localhost", parts.port or 80
        self._authority = parts.netloc
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, _type: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None
    ) -> None:
        self._close()

    async def request(
        self,
        method: str,
        target: str,
        body: bytes = b"",
        headers: tuple[tuple[str, str], ...] = (),
        *,
        wanted: int = 200,
    ) -> bytes:
        """Return the body of an answer with the wanted status. Raises Refused, TimeoutError or ConnectionError."""
        lines = [f"{method} {target} HTTP/1.1", f"host: {self._authority}"]
        lines += [f"{name}: {value}" for name, value in headers]
        if body or method == "POST":
            lines.append(f"content-length: {len(body)}")
        async with asyncio.timeout(TIMEOUT_SECONDS):
            reader, writer = await self._opened()
            writer.write("\r\n".join([*lines, "", ""]).encode("ascii") + body)
            answer = _Answer()
            parser = httptools.HttpResponseParser(answer)
            while not answer.done:
                data = await reader.read(_CHUNK)
                if not data:
                    self._close()
                    raise ConnectionError("closed in the middle of an answer")
                parser.feed_data(data)
        if not parser.should_keep_alive():
            self._close()
        if parser.get_status_code() != wanted:
            raise Refused(f"{method}: {parser.get_status_code()}")
        return answer.body

    async def _opened(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port)
        return self._streams

    def _close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None
