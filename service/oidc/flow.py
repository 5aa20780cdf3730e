"""Logging in at an OpenID Connect provider: the code flow with PKCE (NL GOV Assurance profile 1.0.1).

1. The browser goes to the provider with `state`, `nonce` and a PKCE challenge that only this attempt knows.
2. The code that comes back is exchanged server to server; the client shows who it is by a signed assertion or a secret.
3. What the provider then states is opened and verified (`tokens`). Who that is, whoever logs people in says.
"""

import base64
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Final, final
from urllib.parse import quote

from credentials.clock import Clock, epoch
from credentials.encoding import JsonObject
from credentials.errors import BlauweKnopError
from credentials.openid.pkce import code_challenge, code_verifier
from credentials.openid.urls import with_parameters
from service.errors import LoginCancelled, LoginRefused, LoginUnavailable
from service.oidc.attempt import LoginAttempt
from service.oidc.provider import Discovery, Http
from service.oidc.registration import MAX_TOKEN, OidcClient
from service.oidc.tokens import TokenReader

ASSERTION_LIFETIME: Final = timedelta(seconds=60)
ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
JWT: Final = "application/jwt"


@final
class CodeFlow:
    """Log somebody in at one provider, at which we are registered as `client` says."""

    def __init__(self, client: OidcClient, http: Http, clock: Clock) -> None:
        self.client = client
        self._http = http
        self._clock = clock
        self._provider = Discovery(client.issuer, http)
        self._reader = TokenReader(client, self._provider, clock)

    def begin(self) -> tuple[str, LoginAttempt]:
        """Return the address to send somebody to, and what to remember. Raises LoginUnavailable."""
        provider = self._provider.current()
        attempt = LoginAttempt(
            state=secrets.token_urlsafe(32),
            nonce=secrets.token_urlsafe(32),
            verifier=code_verifier(secrets.token_bytes(32)),
        )
        levels = " ".join(self.client.acr_values)
        # NL GOV section 4.2.1.
        url = with_parameters(
            provider.authorization_endpoint,
            {
                "response_type": "code",
                "client_id": self.client.client_id,
                "redirect_uri": self.client.redirect_uri,
                "scope": self.client.scope,
                "state": attempt.state,
                "nonce": attempt.nonce,
                "code_challenge": code_challenge(attempt.verifier),
                "code_challenge_method": "S256",
                **({"acr_values": levels} if levels else {}),
            },
        )
        return url, attempt

    def claims(self, attempt: LoginAttempt, answer: Mapping[str, str]) -> JsonObject:
        """Return what the provider says of whoever logged in, proven. Raises LoginRefused or LoginUnavailable."""
        return self.stated(attempt, answer)[0]

    def stated(self, attempt: LoginAttempt, answer: Mapping[str, str]) -> tuple[JsonObject, JsonObject]:
        """Return the claims about who logged in, and those of the ID token, which may be the same.

        Raises LoginRefused or LoginUnavailable.
        """
        provider = self._provider.current()
        # RFC 9207 section 2.4: `iss` must be ours, and be there if the provider says that it puts it there.
        if answer.get("iss", "" if provider.names_itself else self.client.issuer) != self.client.issuer:
            raise LoginRefused("the answer is by another provider")
        if "error" in answer:
            raise LoginCancelled if answer["error"] == "access_denied" else LoginRefused("the provider refused")
        code = answer.get("code")
        if not code:
            raise LoginRefused("the answer holds no code")
        tokens = self._exchange(provider.token_endpoint, code, attempt)
        id_token = self._reader.id_token(tokens.get("id_token"), attempt, tokens.get("access_token"))
        if self.client.claims_from == "userinfo":
            return self._userinfo(provider.userinfo_endpoint, tokens, id_token), id_token
        return id_token, id_token

    def _exchange(self, endpoint: str, code: str, attempt: LoginAttempt) -> JsonObject:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.client.redirect_uri,
            "code_verifier": attempt.verifier,
            "client_id": self.client.client_id,
        }
        headers: dict[str, str] = {}
        if self.client.authentication == "private_key_jwt":
            form |= {"client_assertion_type": ASSERTION_TYPE, "client_assertion": self._assertion(endpoint)}
        else:
            headers["authorization"] = self._basic()
        try:
            received = self._http.post_form(endpoint, form, headers=headers)
            if received.status >= 500:
                raise LoginUnavailable("the provider has a fault")
            if not received.ok:
                raise LoginRefused("the provider did not take the code")
            return received.json("the token response")
        except LoginRefused:
            raise
        except BlauweKnopError as error:
            raise LoginUnavailable("the provider does not answer as it should") from error

    def _userinfo(self, endpoint: str | None, tokens: JsonObject, id_token: JsonObject) -> JsonObject:
        access_token, kind = tokens.get("access_token"), tokens.get("token_type")
        if endpoint is None:
            raise LoginUnavailable("the provider has no UserInfo endpoint")
        # RFC 6749 section 7.1: a token of a kind that is not known is not used.
        if not isinstance(access_token, str) or not isinstance(kind, str) or kind.lower() != "bearer":
            raise LoginRefused("there is no access token for UserInfo")
        try:
            answer = self._http.get(
                endpoint, JWT, headers={"authorization": f"Bearer {access_token}"}, max_bytes=MAX_TOKEN
            )
        except (BlauweKnopError, ValueError) as error:
            raise LoginUnavailable("the provider does not answer as it should") from error
        if answer.status >= 500:
            raise LoginUnavailable("the provider has a fault")
        # NL GOV section 5.3: providers can sign it, so that what is not signed is not taken.
        if not answer.ok or answer.content_type != JWT:
            raise LoginRefused("there is no signed UserInfo answer")
        return self._reader.userinfo(answer.body.decode("ascii", "replace").strip(), id_token)

    def _assertion(self, audience: str) -> str:
        """Return who we are, signed (RFC 7523 section 3; OpenID Connect Core section 9): for this one request."""
        if self.client.key is None:
            raise LoginUnavailable("there is no key to show who we are with")
        now = self._clock.now()
        claims: JsonObject = {
            "iss": self.client.client_id,
            "sub": self.client.client_id,
            "aud": audience,
            "jti": secrets.token_urlsafe(24),
            "iat": epoch(now),
            "exp": epoch(now + ASSERTION_LIFETIME),
        }
        return self.client.key.sign(claims, self.client.algorithm)

    def _basic(self) -> str:
        if self.client.secret is None:
            raise LoginUnavailable("there is no secret to show who we are with")
        # RFC 6749 section 2.3.1: both parts form-encoded before they are joined.
        pair = f"{quote(self.client.client_id, safe='')}:{quote(self.client.secret.reveal(), safe='')}"
        return "Basic " + base64.b64encode(pair.encode("ascii")).decode("ascii")
