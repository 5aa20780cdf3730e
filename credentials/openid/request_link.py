"""The link or QR code by which a request reaches the wallet, and the request URI it points to (OpenID4VP 1.0 5, 5.10).

Three kinds of link: a reference to a request object, a request object by value, and plain parameters, which nobody has
signed and which only the prefix `redirect_uri` allows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias
from urllib.parse import quote, urlencode

from credentials.encoding import JsonObject, json_compact, json_parse
from credentials.errors import MalformedInput
from credentials.openid.client_id import parse_client_id
from credentials.openid.errors import InvalidPresentationRequest, InvalidRequest, InvalidRequestUriMethod
from credentials.openid.form import optional
from credentials.openid.members import Members
from credentials.openid.request_object import VerifiedRequest
from credentials.openid.urls import check_url, query_of
from credentials.openid.vp_request import PresentationRequest, parse_parameters

SCHEME: Final = "openid4vp"
GET: Final = "get"
POST: Final = "post"
MAX_LINK_CHARACTERS: Final = 64_000
MAX_WALLET_NONCE_CHARACTERS: Final = 500

_OBJECTS: Final = frozenset({"dcql_query", "client_metadata", "verifier_info", "transaction_data"})


@dataclass(frozen=True, slots=True)
class RequestReference:
    """Where the request object is to be fetched, and how: `get` or `post`."""

    client_id: str
    request_uri: str
    method: str = GET

    def to_uri(self, *, scheme: str = SCHEME) -> str:
        """Return the link."""
        parameters = {"client_id": self.client_id, "request_uri": self.request_uri}
        if self.method != GET:
            parameters["request_uri_method"] = self.method
        return f"{scheme}://?{urlencode(parameters, quote_via=quote, safe='')}"


@dataclass(frozen=True, slots=True)
class RequestByValue:
    """A request object inside the link."""

    client_id: str
    request: str = field(repr=False)


RequestLink: TypeAlias = RequestReference | RequestByValue | VerifiedRequest


def unsigned_request_uri(request: PresentationRequest, *, scheme: str = SCHEME) -> str:
    """Return a request as plain parameters in a link: for development, under the prefix `redirect_uri` only.

    Raises ValueError under another prefix.
    """
    if request.client_id.signs:
        raise ValueError("a request under this prefix is signed")
    parameters = {
        name: value if isinstance(value, str) else json_compact(value).decode("utf-8")
        for name, value in request.to_parameters().items()
    }
    return f"{scheme}://?{urlencode(parameters, quote_via=quote, safe='')}"


def parse_request_link(text: str, *, insecure_localhost: bool = False) -> RequestLink:
    """Read a link or the content of a QR code, of whichever scheme.

    An unsigned request is returned as a VerifiedRequest that is not `signed`. Raises InvalidPresentationRequest,
    InvalidRequestUriMethod, InvalidTransactionData.
    """
    parameters = query_of(
        text.strip(), "the request link", error=InvalidPresentationRequest, max_characters=MAX_LINK_CHARACTERS
    )
    client_id = optional(parameters, "client_id", error=InvalidPresentationRequest)
    if client_id is None:
        raise InvalidPresentationRequest("client_id is missing")
    signs = parse_client_id(client_id).signs
    request_uri, request = parameters.get("request_uri"), parameters.get("request")
    method = parameters.get("request_uri_method")
    # Section 5.1: the method belongs to a request URI and is compared exactly.
    if method is not None and method not in (GET, POST):
        raise InvalidRequestUriMethod("request_uri_method is neither get nor post")
    if method is not None and request_uri is None:
        raise InvalidPresentationRequest("request_uri_method without request_uri")
    if request_uri is not None and request is not None:
        raise InvalidPresentationRequest("both request and request_uri are there")
    if request_uri is not None:
        url = check_url(
            request_uri, "request_uri", insecure_localhost=insecure_localhost, error=InvalidPresentationRequest
        )
        return RequestReference(client_id, url, method or GET)
    if request is not None:
        return RequestByValue(client_id, request)
    if signs:
        raise InvalidPresentationRequest("an unsigned request proves no client_id of this kind")
    return VerifiedRequest(parse_parameters(_objects(parameters), insecure_localhost=insecure_localhost))


def _objects(parameters: Mapping[str, str]) -> JsonObject:
    # Section 5.1: in a link, parameters that are objects travel as JSON text.
    try:
        return {
            name: json_parse(value, name, max_bytes=MAX_LINK_CHARACTERS) if name in _OBJECTS else value
            for name, value in parameters.items()
        }
    except MalformedInput as wrong:
        raise InvalidPresentationRequest(wrong.detail) from wrong


@dataclass(frozen=True, slots=True)
class RequestUriPost:
    """What a wallet posts to the request URI: its own nonce, which the request object must echo (section 5.10)."""

    wallet_nonce: str | None = None
    wallet_metadata: JsonObject | None = None

    def to_form(self) -> dict[str, str]:
        """Return the form parameters."""
        fields: dict[str, str] = {}
        if self.wallet_metadata is not None:
            fields["wallet_metadata"] = json_compact(self.wallet_metadata).decode("utf-8")
        if self.wallet_nonce is not None:
            fields["wallet_nonce"] = self.wallet_nonce
        return fields


def parse_request_uri_post(fields: Mapping[str, str]) -> RequestUriPost:
    """Read what a wallet posted to the request URI. Raises InvalidRequest."""
    metadata = optional(fields, "wallet_metadata", max_length=MAX_LINK_CHARACTERS)
    return RequestUriPost(
        optional(fields, "wallet_nonce", max_length=MAX_WALLET_NONCE_CHARACTERS),
        Members.parse(metadata, "wallet_metadata", InvalidRequest).raw if metadata is not None else None,
    )
