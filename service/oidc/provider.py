"""The login provider as it describes itself: its discovery document and its keys, kept for a while."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol, final
from urllib.parse import urlsplit

from credentials.encoding import JsonObject, json_object
from credentials.errors import BlauweKnopError
from service.errors import LoginUnavailable
from service.http import Answer

KEEP_SECONDS: Final = 600.0
MAX_DOCUMENT: Final = 256_000


class Http(Protocol):
    """What of `service.http.OutboundClient` is used here."""

    def get(
        self,
        url: str,
        accept: str = "application/json",
        *,
        headers: Mapping[str, str] | None = None,
        max_bytes: int | None = None,
    ) -> Answer:
        """GET a document."""
        ...

    def post_form(self, url: str, fields: Mapping[str, str], *, headers: Mapping[str, str] | None = None) -> Answer:
        """POST a form."""
        ...


@dataclass(frozen=True, slots=True)
class Provider:
    """What of the metadata is used. `names_itself`: each answer bears `iss` (RFC 9207 section 3)."""

    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str | None
    keys: JsonObject
    names_itself: bool


@final
class Discovery:
    """The provider of this name, looked up when it is needed. Safe to use from threads."""

    def __init__(self, issuer: str, http: Http) -> None:
        self._issuer = issuer
        self._http = http
        self._lock = threading.Lock()
        self._known: tuple[Provider, float] | None = None

    def current(self) -> Provider:
        """Return the provider as it described itself lately. Raises LoginUnavailable."""
        with self._lock:
            if self._known is None or time.monotonic() >= self._known[1]:
                self._known = self._look(), time.monotonic() + KEEP_SECONDS
            return self._known[0]

    def forget(self) -> None:
        """Look anew the next time: the provider may have changed its keys."""
        with self._lock:
            self._known = None

    def _look(self) -> Provider:
        metadata = read_metadata(self._issuer, self._http)
        return Provider(
            endpoint(metadata, "authorization_endpoint", self._issuer),
            endpoint(metadata, "token_endpoint", self._issuer),
            endpoint(metadata, "userinfo_endpoint", self._issuer) if "userinfo_endpoint" in metadata else None,
            read_document(endpoint(metadata, "jwks_uri", self._issuer), self._http),
            metadata.get("authorization_response_iss_parameter_supported") is True,
        )


def read_metadata(issuer: str, http: Http) -> JsonObject:
    """Return the discovery document of a provider. Raises LoginUnavailable."""
    # OpenID Connect Discovery section 4.1: the final slash goes there, and stays wherever names are compared.
    metadata = read_document(f"{issuer.removesuffix('/')}/.well-known/openid-configuration", http)
    # OpenID Connect Discovery section 4.3: exactly the issuer that was asked.
    if metadata.get("issuer") != issuer:
        raise LoginUnavailable("the discovery document is of another provider")
    return metadata


def read_document(url: str, http: Http) -> JsonObject:
    """Return a JSON document of the provider's. Raises LoginUnavailable."""
    try:
        answer = http.get(url, max_bytes=MAX_DOCUMENT)
        if answer.ok:
            return json_object(answer.body, "a document of the login provider", max_bytes=MAX_DOCUMENT)
    except BlauweKnopError as error:
        raise LoginUnavailable("the login provider cannot be reached") from error
    raise LoginUnavailable("the login provider does not publish what it should")


def endpoint(metadata: JsonObject, name: str, issuer: str) -> str:
    """Return an address from the metadata: https, as the provider's own is. Raises LoginUnavailable."""
    value = metadata.get(name)
    schemes = {"https", urlsplit(issuer).scheme}
    try:
        if isinstance(value, str) and urlsplit(value).scheme in schemes and urlsplit(value).hostname:
            return value
    except ValueError:
        pass
    raise LoginUnavailable(f"the discovery document has no usable {name}")
