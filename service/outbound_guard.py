"""The wall behind `service.http`: every connection goes to an address that was looked up once, checked, and kept.

A name is resolved once; each address must be on the public internet; the connection is made to the checked address
itself, so that a second look-up cannot answer differently (DNS rebinding). TLS and the Host header still use the name.
"""

import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from typing import Any, Final, TypeAlias, final

import httpcore2

from credentials.web_addresses import LOCAL_HOSTS
from service.errors import AddressRefused

Resolve: TypeAlias = "Callable[[str, int], list[str]]"

_Address: TypeAlias = "ipaddress.IPv4Address | ipaddress.IPv6Address"
# Prefixes through which an IPv4 address can be reached in disguise, or that Python calls global by mistake:
# NAT64 (RFC 6052, RFC 8215), 6to4 (RFC 3056), Teredo (RFC 4380), IPv4-compatible, and more.
_DISGUISES: Final = tuple(
    ipaddress.IPv6Network(network)
    for network in (
        "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/23", "100::/64", "5f00::/16", "3fff::/20",
    )
)  # fmt: skip

_OWN_NETWORKS: Final = tuple(
    ipaddress.ip_network(network) for network in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
)

deadline: Final[ContextVar[float]] = ContextVar("outbound_deadline", default=float("inf"))
"""The moment (`time.monotonic`) at which the exchange in this thread must be over."""


def is_public(address: str) -> bool:
    """Tell whether an address is an ordinary one on the public internet."""
    try:
        parsed: _Address = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return is_public(str(parsed.ipv4_mapped))
        if any(parsed in network for network in _DISGUISES) or parsed.scope_id is not None:
            return False
    return parsed.is_global and not parsed.is_multicast and not parsed.is_reserved and not _is_site_local(parsed)


def is_of_a_network(address: str) -> bool:
    """Tell whether an address is of an organisation's own network (RFC 1918, RFC 4193), and not of one machine."""
    try:
        parsed: _Address = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in _OWN_NETWORKS if network.version == parsed.version)


def _is_site_local(address: _Address) -> bool:
    # fec0::/10 was deprecated by RFC 3879, and Python counts it as global.
    return isinstance(address, ipaddress.IPv6Address) and address.is_site_local


def resolve(host: str, port: int) -> list[str]:
    """Look a name up and return all its addresses, IPv4 and IPv6."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@final
class GuardedBackend(httpcore2.NetworkBackend):
    """Connect to checked addresses only, within the deadline of the exchange."""

    def __init__(
        self, *, allow_localhost: bool, private_hosts: frozenset[str] = frozenset(), resolver: Resolve = resolve
    ) -> None:
        self._allow_localhost = allow_localhost
        self._private_hosts = private_hosts
        self._resolve = resolver
        self._plain = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        """Resolve, check all, connect to the first that answers. Raises AddressRefused."""
        failure: Exception | None = None
        for address in self._checked(host, port):
            try:
                stream = self._plain.connect_tcp(address, port, _left(timeout), local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
            else:
                return _TimedStream(stream)
        raise failure or httpcore2.ConnectError("the name has no address")

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore2.NetworkStream:
        """Refuse: nothing outbound goes over a Unix socket."""
        del path, timeout, socket_options
        raise AddressRefused("no Unix sockets")

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)

    def _checked(self, host: str, port: int) -> list[str]:
        try:
            addresses = self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore2.ConnectError("the name cannot be resolved") from error
        if self._allow_localhost and host in LOCAL_HOSTS:
            if all(ipaddress.ip_address(address).is_loopback for address in addresses):
                # Our own servers listen on IPv4; asking ::1 first would only cost a refused connection.
                return sorted(addresses, key=lambda address: ":" in address)
            raise AddressRefused("localhost is not this machine")
        if host in self._private_hosts and all(is_of_a_network(address) for address in addresses):
            return addresses
        # All of them: a name with one public and one private address is an attack, not a choice.
        if not all(is_public(address) for address in addresses):
            raise AddressRefused("the host is not on the public internet")
        return addresses


@final
class _TimedStream(httpcore2.NetworkStream):
    """A connection whose every wait ends at the deadline of the exchange, however slowly the other side drips."""

    def __init__(self, stream: httpcore2.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        return _TimedStream(self._stream.start_tls(ssl_context, server_hostname, _left(timeout)))

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401  # the port's own signature
        return self._stream.get_extra_info(info)


def _left(timeout: float | None) -> float:
    left = deadline.get() - time.monotonic()
    if left <= 0:
        raise httpcore2.ReadTimeout("the exchange took too long")
    return left if timeout is None else min(left, timeout)
