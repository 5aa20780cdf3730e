"""The token endpoint, and the access token as it travels (OpenID4VCI 1.0 section 6, RFC 6749, 6750 and 9449)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from credentials.encoding import JsonObject
from credentials.masking import Secret
from credentials.openid.authorization_details import (
    AuthorizationDetail,
    parse_details,
    parse_parameter,
    serialise,
)
from credentials.openid.errors import (
    DPOP,
    InvalidAccessToken,
    InvalidRequest,
    MalformedMessage,
    MissingAccessToken,
    UnsupportedGrantType,
)
from credentials.openid.form import optional, required
from credentials.openid.members import Members
from credentials.openid.offer import AUTHORIZATION_CODE, PRE_AUTHORIZED_CODE

MAX_TX_CODE_CHARACTERS: Final = 64
MAX_ACCESS_TOKEN_CHARACTERS: Final = 16_000
MAX_REFRESH_TOKEN_CHARACTERS: Final = 4_000

REFRESH_TOKEN: Final = "refresh_token"  # noqa: S105  # the name of a grant type
"""The grant type of RFC 6749 section 6."""

_SCHEMES: Final = {"bearer": "Bearer", "dpop": DPOP}
# RFC 6750 section 2.1 and RFC 9449 section 7.1: b64token, or token68.
_AUTHORIZATION: Final = re.compile(r"(?P<scheme>[A-Za-z]+) +(?P<token>[A-Za-z0-9\-._~+/]+=*)\Z")


@dataclass(frozen=True, slots=True)
class PreAuthorizedTokenRequest:
    """A token request with a pre-authorized code (OpenID4VCI 1.0 section 6.1)."""

    code: str = field(repr=False)
    tx_code: str | None = field(default=None, repr=False)
    client_id: str | None = None
    resource: tuple[str, ...] = ()
    authorization_details: tuple[AuthorizationDetail, ...] = ()

    def to_form(self) -> dict[str, str]:
        """Return the parameters."""
        return _filled(
            {
                "grant_type": PRE_AUTHORIZED_CODE,
                "pre-authorized_code": self.code,
                "tx_code": self.tx_code,
                "client_id": self.client_id,
                "resource": self.resource[0] if self.resource else None,
                "authorization_details": serialise(self.authorization_details) if self.authorization_details else None,
            }
        )


@dataclass(frozen=True, slots=True)
class AuthorizationCodeTokenRequest:
    """A token request with an authorization code (RFC 6749 section 4.1.3, RFC 7636 section 4.5)."""

    code: str = field(repr=False)
    code_verifier: str = field(repr=False)
    redirect_uri: str
    client_id: str
    resource: tuple[str, ...] = ()
    authorization_details: tuple[AuthorizationDetail, ...] = ()

    def to_form(self) -> dict[str, str]:
        """Return the parameters."""
        return _filled(
            {
                "grant_type": AUTHORIZATION_CODE,
                "code": self.code,
                "code_verifier": self.code_verifier,
                "redirect_uri": self.redirect_uri,
                "client_id": self.client_id,
                "resource": self.resource[0] if self.resource else None,
                "authorization_details": serialise(self.authorization_details) if self.authorization_details else None,
            }
        )


@dataclass(frozen=True, slots=True)
class RefreshTokenRequest:
    """A token request with a refresh token (RFC 6749 section 6). Without a scope, it is for all that was granted."""

    refresh_token: str = field(repr=False)
    client_id: str | None = None
    scope: tuple[str, ...] = ()
    resource: tuple[str, ...] = ()
    authorization_details: tuple[AuthorizationDetail, ...] = ()

    def to_form(self) -> dict[str, str]:
        """Return the parameters."""
        return _filled(
            {
                "grant_type": REFRESH_TOKEN,
                "refresh_token": self.refresh_token,
                "client_id": self.client_id,
                "scope": " ".join(self.scope),
                "resource": self.resource[0] if self.resource else None,
                "authorization_details": serialise(self.authorization_details) if self.authorization_details else None,
            }
        )


TokenRequest: TypeAlias = PreAuthorizedTokenRequest | AuthorizationCodeTokenRequest | RefreshTokenRequest


def parse_token_request(fields: Mapping[str, str]) -> TokenRequest:
    """Read a token request. Raises InvalidRequest, UnsupportedGrantType or InvalidAuthorizationDetails."""
    grant_type = required(fields, "grant_type")
    if grant_type not in (PRE_AUTHORIZED_CODE, AUTHORIZATION_CODE, REFRESH_TOKEN):
        raise UnsupportedGrantType("grant_type is not offered here")
    details_text = optional(fields, "authorization_details", max_length=64_000)
    details = parse_parameter(details_text) if details_text else ()
    resource = tuple((optional(fields, "resource") or "").split())
    if grant_type == PRE_AUTHORIZED_CODE:
        return PreAuthorizedTokenRequest(
            code=required(fields, "pre-authorized_code"),
            tx_code=optional(fields, "tx_code", max_length=MAX_TX_CODE_CHARACTERS),
            client_id=optional(fields, "client_id", max_length=2_048),
            resource=resource,
            authorization_details=details,
        )
    # Section 6.1: a transaction code belongs to the other grant only.
    if "tx_code" in fields:
        raise InvalidRequest("tx_code does not belong to this grant type")
    if grant_type == REFRESH_TOKEN:
        return RefreshTokenRequest(
            refresh_token=required(fields, "refresh_token"),
            client_id=optional(fields, "client_id", max_length=2_048),
            scope=tuple(dict.fromkeys((optional(fields, "scope") or "").split())),
            resource=resource,
            authorization_details=details,
        )
    return AuthorizationCodeTokenRequest(
        code=required(fields, "code"),
        code_verifier=required(fields, "code_verifier", max_length=128),
        redirect_uri=required(fields, "redirect_uri"),
        client_id=required(fields, "client_id", max_length=2_048),
        resource=resource,
        authorization_details=details,
    )


@dataclass(frozen=True, slots=True)
class TokenResponse:
    """The answer of the token endpoint, sent with `Cache-Control: no-store` (RFC 6749 section 5.1)."""

    access_token: str = field(repr=False)
    token_type: str
    expires_in: int | None = None
    scope: tuple[str, ...] = ()
    authorization_details: tuple[AuthorizationDetail, ...] = ()
    refresh_token: str | None = field(default=None, repr=False)

    def to_json(self) -> JsonObject:
        """Return the body, without any null."""
        members: JsonObject = {"access_token": self.access_token, "token_type": self.token_type}
        if self.expires_in is not None:
            members["expires_in"] = self.expires_in
        if self.scope:
            members["scope"] = " ".join(self.scope)
        if self.authorization_details:
            members["authorization_details"] = [detail.to_json() for detail in self.authorization_details]
        if self.refresh_token is not None:
            members["refresh_token"] = self.refresh_token
        return members

    @property
    def token(self) -> "AccessToken":
        """The access token, ready to be sent."""
        return AccessToken(self.token_type, Secret(self.access_token))


def parse_token_response(data: bytes) -> TokenResponse:
    """Read the answer of a token endpoint. Raises MalformedMessage."""
    body = Members.parse(data, "token response", MalformedMessage)
    # RFC 6749 section 5.1: the value is case insensitive; section 7.1: a type that is not understood is not used.
    token_type = _SCHEMES.get(body.text("token_type").lower())
    if token_type is None:
        raise body.refuse("token_type is neither Bearer nor DPoP")
    access_token = body.text("access_token", max_length=MAX_ACCESS_TOKEN_CHARACTERS)
    if not _AUTHORIZATION.match(f"{token_type} {access_token}"):
        raise body.refuse("access_token holds characters that no header takes")
    details = body.raw.get("authorization_details")
    return TokenResponse(
        access_token=access_token,
        token_type=token_type,
        expires_in=body.optional_integer("expires_in"),
        scope=tuple((body.optional_text("scope") or "").split()),
        authorization_details=parse_details(details, MalformedMessage, identifiers=True, skip_foreign=True)
        if "authorization_details" in body
        else (),
        refresh_token=body.optional_text("refresh_token", max_length=MAX_REFRESH_TOKEN_CHARACTERS),
    )


@dataclass(frozen=True, slots=True)
class AccessToken:
    """An access token with the scheme it is sent by: `Bearer`, or `DPoP` beside a DPoP proof."""

    scheme: str
    value: Secret

    def header(self) -> str:
        """Return the value of the `Authorization` header."""
        return f"{self.scheme} {self.value.reveal()}"


def parse_access_token(headers: Sequence[str], *, dpop_algorithms: Sequence[str] = ()) -> AccessToken:
    """Read the `Authorization` header fields of a request, of which there is one.

    `dpop_algorithms` are what the challenge names for DPoP. Raises MissingAccessToken, InvalidAccessToken.
    """
    if not any(headers):
        raise MissingAccessToken(algorithms=dpop_algorithms)
    header = headers[0]
    scheme = _SCHEMES.get(header.partition(" ")[0].lower())
    match = _AUTHORIZATION.match(header) if len(header) <= MAX_ACCESS_TOKEN_CHARACTERS else None
    # RFC 9110 section 5.3: a field that is no list comes once. Two would be read as one by some, as another by others.
    if match is None or scheme is None or len(headers) > 1:
        wrong = "the Authorization header holds no Bearer or DPoP token, or comes twice"
        raise InvalidAccessToken(wrong, scheme=scheme or "Bearer", algorithms=dpop_algorithms)
    return AccessToken(scheme, Secret(match["token"]))


def _filled(parameters: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in parameters.items() if value}
