"""What the head of a request may be: its line and its headers together. Anything else is 400 and the end of it.

uvicorn's fast parser (httptools) takes heads of any length, and holds them in memory until they end; it also takes
HTTP/0.9 and 2.0, and leaves it to us to look at `Host`.
"""

import re
from typing import Final, final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD_BYTES: Final = 32_768
MAX_HEADERS: Final = 200

_VERSIONS: Final = ("1.0", "1.1")
# RFC 9110 section 7.2, without user, percents and sub-delimiters, which no host of ours or of a proxy has.
_HOST: Final = re.compile(rb"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?\Z")


class _Refused(Exception):  # seen by the parser alone
    """Stop parsing."""


@final
class StrictHead(HttpToolsProtocol):
    """uvicorn's protocol, which answers 400 and hangs up when a head is too large or could be read in two ways."""

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
            raise _Refused
        self._check(self.parser.get_http_version())
        super().on_headers_complete()

    def _check(self, version: str) -> None:
        hosts = [value for name, value in self.headers if name == b"host"]
        codings = [value.lower() for name, value in self.headers if name == b"transfer-encoding"]
        # RFC 9112 section 3.2: 400 for a 1.1 request without Host, and for any with two or with one that is malformed.
        if version not in _VERSIONS or len(hosts) > 1 or (version == "1.1" and not hosts):
            raise _Refused
        if not all(_HOST.match(host) for host in hosts):
            raise _Refused
        # Section 6.1: before 1.1 there is no such framing; and a coding inside it would hide how much there is to read.
        if codings and (version == "1.0" or codings != [b"chunked"]):
            raise _Refused

    def on_message_complete(self) -> None:
        """Expect the next head of a connection that is kept."""
        self._unfinished, self._in_head = 0, True
        self._messages += 1
        super().on_message_complete()
