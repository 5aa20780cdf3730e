"""The one outbound HTTP client: nothing else in this project opens a socket to another machine.

No proxies are taken from the environment, no cookies kept; the address is checked (`service.outbound_guard`), the whole
exchange has one time limit, and the answer one size limit after decompression. No redirect is followed, but by
`fetch_wherever`: for what is signed and says in itself where it belongs, three at most.
"""

import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Final, final
from urllib.parse import SplitResult, urldefrag, urlencode, urljoin

import httpcore2
import httpx2

from credentials.encoding import JsonObject, json_compact, json_object
from credentials.errors import ConfigurationError
from credentials.web_addresses import LOCAL_HOSTS, take_apart
from service.authorities import trust_also
from service.errors import AddressRefused, AnswerTooLarge, UnexpectedContentType, UnexpectedStatus, Unreachable
from service.outbound_guard import GuardedBackend, Resolve, deadline, resolve

JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded"
USER_AGENT: Final = "blauweknop"

_MAX_CONNECTIONS: Final = 100
_KEEPALIVE_SECONDS: Final = 10.0
_MAX_URL_CHARACTERS: Final = 8_192
_MAX_REDIRECTS: Final = 3
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_NOT_TRUSTED: Final = (
    "its TLS certificate is not of an authority that is trusted here (see ca_file), or not of that name"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundPolicy:
    """Where we may connect, and how much time and room an answer gets."""

    allow_insecure_localhost: bool = False
    """Development only: plain http and loopback for localhost, any port."""
    allowed_hosts: frozenset[str] | None = None
    """When given, no other host is spoken to (an egress list, derived from the trust list)."""
    allowed_ports: frozenset[int] = frozenset({443})
    private_hosts: frozenset[str] = frozenset()
    """Hosts of one's own network, named by whoever runs this: their private addresses are let through."""
    ca_file: Path | None = None
    """Certificate authorities that are trusted beside the public ones, in PEM."""
    certificate: tuple[Path, Path] | None = None
    """A certificate to show to others with its key, both in PEM."""
    total_seconds: float = 5.0
    max_bytes: int = 1 << 20


@final
@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """What the other side said, whatever the status; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def ok(self) -> bool:
        """Tell whether the status is 2xx."""
        return 200 <= self.status < 300

    @property
    def content_type(self) -> str:
        """Return the media type without parameters, in lower case."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def json(self, what: str = "the answer") -> JsonObject:
        """Parse the body as a strict JSON object. Raises UnexpectedContentType, MalformedInput."""
        if self.content_type != JSON and not self.content_type.endswith("+json"):
            raise UnexpectedContentType(f"{what} is not JSON")
        return json_object(self.body, what, max_bytes=max(len(self.body), 1))


@final
class OutboundClient:
    """Speak HTTP to other parties. One per process: it keeps connections open. Safe to use from threads."""

    def __init__(self, policy: OutboundPolicy | None = None, *, resolver: Resolve = resolve) -> None:
        """Open nothing yet. Raises ConfigurationError when `ca_file` or `certificate` are no such files."""
        self.policy = policy or OutboundPolicy()
        own = self.policy.ca_file is not None or self.policy.certificate is not None
        context = httpx2.create_ssl_context(trust_env=False) if own else _public_authorities()
        if self.policy.ca_file is not None:
            trust_also(context, self.policy.ca_file)
        if self.policy.certificate is not None:
            _show(context, *self.policy.certificate)
        self._client = httpx2.Client(
            transport=_GuardedTransport(
                context,
                allow_localhost=self.policy.allow_insecure_localhost,
                private_hosts=self.policy.private_hosts,
                resolver=resolver,
            ),
            follow_redirects=False,
            trust_env=False,
            timeout=self.policy.total_seconds,
            headers={"user-agent": USER_AGENT, "accept-encoding": "gzip, deflate"},
        )

    def get(
        self,
        url: str,
        accept: str = JSON,
        *,
        headers: Mapping[str, str] | None = None,
        max_bytes: int | None = None,
        seconds: float | None = None,
    ) -> Answer:
        """GET a document. Raises AddressRefused, Unreachable, AnswerTooLarge."""
        sent = {"accept": accept, **(headers or {})}
        return self._exchange("GET", url, sent, b"", max_bytes=max_bytes, seconds=seconds)

    def post_form(
        self,
        url: str,
        fields: Mapping[str, str],
        *,
        accept: str = JSON,
        headers: Mapping[str, str] | None = None,
        seconds: float | None = None,
    ) -> Answer:
        """POST a form, and wait for so many seconds where that is not as usual. Raises as `get`."""
        return self.post(url, urlencode(fields).encode(), FORM, accept=accept, headers=headers, seconds=seconds)

    def post_json(
        self,
        url: str,
        value: object,
        *,
        accept: str = JSON,
        headers: Mapping[str, str] | None = None,
        max_bytes: int | None = None,
    ) -> Answer:
        """POST a JSON document. Raises as `get`."""
        return self.post(url, json_compact(value), JSON, accept=accept, headers=headers, max_bytes=max_bytes)

    def post(
        self,
        url: str,
        content: bytes,
        content_type: str,
        *,
        accept: str = JSON,
        headers: Mapping[str, str] | None = None,
        max_bytes: int | None = None,
        seconds: float | None = None,
    ) -> Answer:
        """POST bytes of the given media type. Raises as `get`."""
        sent = {"accept": accept, "content-type": content_type, **(headers or {})}
        return self._exchange("POST", url, sent, content, max_bytes=max_bytes, seconds=seconds)

    def fetch(self, url: str, accept: str) -> bytes:
        """GET a public document of exactly the media type(s) in `accept`; the port `credentials.dids.Fetch`.

        Raises UnexpectedStatus, UnexpectedContentType, and as `get`.
        """
        return _document(self.get(url, accept), accept)

    def fetch_wherever(self, url: str, accept: str) -> bytes:
        """GET as `fetch`, also where it has moved to: for documents that are signed and name their own address.

        RFC 9110 section 15.4: at most three redirects, within the time limit of one exchange; each address is checked
        as the first was, a step away from https or to this machine is refused, and nothing but `accept` goes along.
        Raises AddressRefused, UnexpectedStatus (one redirect more, or one to nowhere), and as `fetch`.
        """
        token = deadline.set(time.monotonic() + self.policy.total_seconds)
        try:
            for _ in range(_MAX_REDIRECTS + 1):
                answer = self.get(url, accept)
                if answer.status not in _REDIRECTS:
                    return _document(answer, accept)
                url = _following(url, answer.headers.get("location", ""))
        finally:
            deadline.reset(token)
        raise UnexpectedStatus("it is redirected too often")

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def __enter__(self) -> "OutboundClient":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _exchange(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        content: bytes,
        *,
        max_bytes: int | None,
        seconds: float | None = None,
    ) -> Answer:
        self._check(url)
        seconds = self.policy.total_seconds if seconds is None else seconds
        limit = self.policy.max_bytes if max_bytes is None else max_bytes
        token = deadline.set(min(deadline.get(), time.monotonic() + seconds))
        try:
            with self._client.stream(
                method, url, headers=dict(headers), content=content or None, timeout=seconds
            ) as response:
                body = _read(response, limit)
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, httpcore2.NetworkError) as error:
            # The library's message names the host or quotes the URL: neither belongs in a log.
            raise Unreachable(_NOT_TRUSTED if _is_about_trust(error) else "no answer") from error
        finally:
            deadline.reset(token)
            self._client.cookies.clear()
        return Answer(response.status_code, MappingProxyType(_headers(response)), body)

    def _check(self, url: str) -> None:
        parts = _split(url)
        host = parts.hostname or ""
        local = self.policy.allow_insecure_localhost and host in LOCAL_HOSTS
        if parts.scheme != "https" and not (local and parts.scheme == "http"):
            raise AddressRefused("only https is spoken")
        if not host or "@" in parts.netloc:
            raise AddressRefused("the URL has no host, or a user name")
        if not local and (443 if parts.port is None else parts.port) not in self.policy.allowed_ports:
            raise AddressRefused("the port is not allowed")
        if self.policy.allowed_hosts is not None and not local and host not in self.policy.allowed_hosts:
            raise AddressRefused("the host is not on the list")


@final
class _GuardedTransport(httpx2.HTTPTransport):
    """httpx2's transport on a pool whose connections are checked."""

    def __init__(
        self, context: ssl.SSLContext, *, allow_localhost: bool, private_hosts: frozenset[str], resolver: Resolve
    ) -> None:
        super().__init__(verify=context, trust_env=False)
        self._pool = httpcore2.ConnectionPool(
            ssl_context=context,
            max_connections=_MAX_CONNECTIONS,
            max_keepalive_connections=_MAX_CONNECTIONS,
            keepalive_expiry=_KEEPALIVE_SECONDS,
            http1=True,
            http2=False,
            network_backend=GuardedBackend(
                allow_localhost=allow_localhost, private_hosts=private_hosts, resolver=resolver
            ),
        )


@cache
def _public_authorities() -> ssl.SSLContext:
    # Read once: a process may have many clients, and there are more than a hundred authorities.
    return httpx2.create_ssl_context(trust_env=False)


def _show(context: ssl.SSLContext, certificate: Path, key: Path) -> None:
    try:
        # An empty password: a key that has one must not make the service ask for it on the terminal.
        context.load_cert_chain(certificate, key, password="")
    except (OSError, ValueError):
        # The library's message may hold paths.
        raise ConfigurationError("the certificate to show to others, or its key, cannot be read") from None


def _split(url: str) -> SplitResult:
    try:
        return take_apart(url, max_characters=_MAX_URL_CHARACTERS)
    except ValueError as error:
        raise AddressRefused("the URL is too long or cannot be read") from error


def _following(url: str, location: str) -> str:
    """Return where a redirect leads. Raises UnexpectedStatus, AddressRefused."""
    if not location:
        raise UnexpectedStatus("a redirect to nowhere")
    try:
        following = urldefrag(urljoin(url, location)).url
    except ValueError as error:
        raise AddressRefused("a redirect to what is no address") from error
    before, after = _split(url), _split(following)
    if before.scheme == "https" and after.scheme != "https":
        raise AddressRefused("a redirect away from https")
    if after.hostname in LOCAL_HOSTS and before.hostname not in LOCAL_HOSTS:
        raise AddressRefused("a redirect from elsewhere to this machine")
    return following


def _document(answer: Answer, accept: str) -> bytes:
    if not answer.ok:
        raise UnexpectedStatus(f"status {answer.status}")
    wanted = {part.partition(";")[0].strip().lower() for part in accept.split(",")}
    if answer.content_type not in wanted and "*/*" not in wanted:
        raise UnexpectedContentType("the document is of another media type than was asked for")
    return answer.body


def _is_about_trust(error: BaseException) -> bool:
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLCertVerificationError):
        cause = cause.__cause__ or cause.__context__
    return cause is not None


def _read(response: httpx2.Response, limit: int) -> bytes:
    stated = response.headers.get("content-length", "")
    if stated.isdecimal() and len(stated) < 20 and int(stated) > limit:
        raise AnswerTooLarge(f"the answer is larger than {limit} bytes")
    body = bytearray()
    # Counted after decompression, in steps: a few kilobytes of gzip can hold gigabytes.
    for chunk in response.iter_bytes(1 << 16):
        body += chunk
        if len(body) > limit:
            raise AnswerTooLarge(f"the answer is larger than {limit} bytes")
    return bytes(body)


def _headers(response: httpx2.Response) -> dict[str, str]:
    return {name.lower(): value for name, value in response.headers.items()}
