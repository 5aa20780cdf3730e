"""The authorization request, pushed (RFC 9126) and then referred to, and its answer with `iss` (RFC 9207).

The wallet pushes its request and gets a `request_uri`; it sends the browser to the authorization endpoint with that
alone; the browser comes back with a code, or with an error, and with the issuer who gave it.
"""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from credentials.encoding import JsonObject
from credentials.openid.authorization_details import AuthorizationDetail, parse_parameter, serialise
from credentials.openid.errors import (
    InvalidRequest,
    InvalidScope,
    MalformedMessage,
    OAuthError,
    PeerRefused,
    UnsupportedResponseType,
)
from credentials.openid.form import optional, required
from credentials.openid.members import Members
from credentials.openid.pkce import check_challenge
from credentials.openid.urls import check_redirect_uri, with_parameters

MAX_STATE_CHARACTERS: Final = 1_000
MAX_CODE_CHARACTERS: Final = 4_000
_MAX_SCOPES: Final = 100
_THUMBPRINT: Final = re.compile(r"[A-Za-z0-9_-]{43}\Z")
_MAX_PUSHED_EXPIRY: Final = 86_400


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """What a wallet asks leave for: configurations by `scope` or by `authorization_details`."""

    client_id: str
    redirect_uri: str
    code_challenge: str
    state: str | None = None
    scope: tuple[str, ...] = ()
    authorization_details: tuple[AuthorizationDetail, ...] = ()
    issuer_state: str | None = field(default=None, repr=False)
    resource: tuple[str, ...] = ()
    dpop_jkt: str | None = None

    def to_form(self) -> dict[str, str]:
        """Return the parameters to push."""
        parameters = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "code_challenge": self.code_challenge,
            "code_challenge_method": "S256",
            "state": self.state,
            "scope": " ".join(self.scope),
            "authorization_details": serialise(self.authorization_details) if self.authorization_details else None,
            "issuer_state": self.issuer_state,
            "resource": self.resource[0] if self.resource else None,
            "dpop_jkt": self.dpop_jkt,
        }
        return {name: value for name, value in parameters.items() if value}


def parse_authorization_request(fields: Mapping[str, str]) -> AuthorizationRequest:
    """Read a pushed authorization request.

    Whether the client may use this `redirect_uri`, and which scopes exist, is for the caller: unknown scopes are to be
    ignored (OpenID4VCI 1.0 section 5.1.2). Raises InvalidRequest, UnsupportedResponseType, InvalidScope or
    InvalidAuthorizationDetails.
    """
    # RFC 9126 section 2.1: a pushed request is not a reference. Request objects are not offered.
    for name in ("request_uri", "request"):
        if name in fields:
            raise InvalidRequest(f"{name} is not taken here")
    if required(fields, "response_type") != "code":
        raise UnsupportedResponseType("response_type is not code")
    # RFC 9700 section 2.1.1: S256 always; an absent method would mean `plain`.
    challenge = check_challenge(required(fields, "code_challenge"))
    if fields.get("code_challenge_method") != "S256":
        raise InvalidRequest("code_challenge_method is not S256")
    scope = tuple(dict.fromkeys((optional(fields, "scope") or "").split()))
    if len(scope) > _MAX_SCOPES:
        raise InvalidScope(f"more than {_MAX_SCOPES} scopes")
    details = optional(fields, "authorization_details", max_length=64_000)
    return AuthorizationRequest(
        client_id=required(fields, "client_id", max_length=2_048),
        redirect_uri=check_redirect_uri(required(fields, "redirect_uri"), "redirect_uri", error=InvalidRequest),
        code_challenge=challenge,
        state=optional(fields, "state", max_length=MAX_STATE_CHARACTERS),
        scope=scope,
        authorization_details=parse_parameter(details) if details else (),
        issuer_state=optional(fields, "issuer_state"),
        resource=tuple((optional(fields, "resource") or "").split()),
        dpop_jkt=_thumbprint(fields),
    )


def _thumbprint(fields: Mapping[str, str]) -> str | None:
    jkt = optional(fields, "dpop_jkt")
    # RFC 9449 section 10: the SHA-256 thumbprint of a key. A code that is bound to anything else is of no use.
    if jkt is not None and not _THUMBPRINT.match(jkt):
        raise InvalidRequest("dpop_jkt is no thumbprint of a key")
    return jkt


@dataclass(frozen=True, slots=True)
class PushedResponse:
    """The answer to a pushed request (RFC 9126 section 2.2), sent with status 201."""

    request_uri: str
    expires_in: int

    def to_json(self) -> JsonObject:
        """Return the body."""
        return {"request_uri": self.request_uri, "expires_in": self.expires_in}


def parse_pushed_response(data: bytes) -> PushedResponse:
    """Read the answer to a pushed request. Raises MalformedMessage."""
    body = Members.parse(data, "pushed authorization response", MalformedMessage, max_bytes=16_000)
    return PushedResponse(
        body.text("request_uri", max_length=2_048), body.integer("expires_in", minimum=1, maximum=_MAX_PUSHED_EXPIRY)
    )


def authorization_url(endpoint: str, *, client_id: str, request_uri: str) -> str:
    """Return where to send the browser (RFC 9126 section 4)."""
    return with_parameters(endpoint, {"client_id": client_id, "request_uri": request_uri})


@dataclass(frozen=True, slots=True)
class AuthorizationReference:
    """What the browser brings to the authorization endpoint: nothing but a reference."""

    client_id: str
    request_uri: str


def parse_authorization_reference(fields: Mapping[str, str]) -> AuthorizationReference:
    """Read the query of the authorization endpoint. Raises InvalidRequest: nothing to redirect to is proven yet."""
    return AuthorizationReference(
        required(fields, "client_id", max_length=2_048), required(fields, "request_uri", max_length=2_048)
    )


def success_redirect(redirect_uri: str, *, code: str, state: str | None, issuer: str) -> str:
    """Return where the browser goes with a code (RFC 6749 section 4.1.2, RFC 9207 section 2)."""
    return with_parameters(redirect_uri, {"code": code, **_state(state), "iss": issuer})


def error_redirect(redirect_uri: str, error: OAuthError, *, state: str | None, issuer: str) -> str:
    """Return where the browser goes with an error (RFC 6749 section 4.1.2.1)."""
    description = {"error_description": error.description} if error.description else {}
    return with_parameters(redirect_uri, {"error": error.error, **description, **_state(state), "iss": issuer})


def parse_authorization_response(
    fields: Mapping[str, str], *, state: str, issuer: str, require_iss: bool = True
) -> str:
    """Return the code that the browser brought to the wallet's `redirect_uri`.

    First it must be the answer to our question, by the server that we asked: `state` and `iss` (RFC 9207 section 2.4;
    `require_iss` when the server's metadata promises it). Raises MalformedMessage, PeerRefused for an error.
    """
    if not hmac.compare_digest(fields.get("state", "").encode(), state.encode()):
        raise MalformedMessage("authorization response: state is not ours")
    iss = fields.get("iss")
    if iss is None and require_iss:
        raise MalformedMessage("authorization response: iss is missing")
    if iss is not None and iss != issuer:
        raise MalformedMessage("authorization response: iss is not the server that was asked")
    error = fields.get("error")
    if error:
        raise PeerRefused(error)
    return required(fields, "code", error=MalformedMessage, max_length=MAX_CODE_CHARACTERS)


def _state(state: str | None) -> dict[str, str]:
    return {"state": state} if state is not None else {}
