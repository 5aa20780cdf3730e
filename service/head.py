"""A bound on the head of a request: its line and its headers together.

uvicorn's fast parser (httptools) takes heads of any length, and holds them in memory until they end.
"""

from typing import Final, final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD_BYTES: Final = 32_768
MAX_HEADERS: Final = 200


class _HeadTooLarge(Exception):  # seen by the parser alone
    """Stop parsing."""


@final
class BoundedHead(HttpToolsProtocol):
    """uvicorn's protocol, which answers 400 and hangs up when a head is too large."""

    _unfinished = 0
    _in_head = True
    _messages = 0

    def data_received(self, data: bytes) -> None:
        """Take in what has arrived."""
        messages = self._messages
        super().data_received(data)
        # What arrives together with the end of an earlier message is weighed when this head is complete.
        if self._in_head and messages == self._messages and not self.transport.is_closing():
            self._unfinished += len(data)
            if self._unfinished > MAX_HEAD_BYTES:
                self.send_400_response("Invalid HTTP request received.")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; what comes after the body (a trailer) is dropped, or it would pass for one."""
        if self._in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Weigh the whole head, which may have come at once."""
        self._in_head = False
        weight = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        if weight > MAX_HEAD_BYTES or len(self.headers) > MAX_HEADERS:
            # The parser passes this on as an error of its own, to which uvicorn answers 400.
            raise _HeadTooLarge
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Expect the next head of a connection that is kept."""
        self._unfinished, self._in_head = 0, True
        self._messages += 1
        super().on_message_complete()
