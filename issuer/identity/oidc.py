"""DigiD through an OpenID Connect broker: the code flow with PKCE, and an ID token that is checked here.

1. The provider's metadata and keys are fetched from its discovery document and kept for a while.
2. The browser goes there with `state`, `nonce` and a PKCE challenge that only this attempt knows.
3. The code that comes back is exchanged server to server; the client shows who it is by a signed assertion or a secret.
4. The ID token: strict form, signature by a published key with an algorithm of ours, the registered claims by Authlib
   (OpenID Connect Core section 3.1.3.7), then issuer, audience, times and level of assurance once more by us.
"""

import base64
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, Literal, Protocol, cast, final
from urllib.parse import quote

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization

from credentials.clock import Clock, epoch
from credentials.debts.bsn import Bsn
from credentials.debts.errors import InvalidBsn
from credentials.encoding import JsonObject, json_object
from credentials.errors import BlauweKnopError, MalformedInput
from credentials.jose import InvalidToken, UnverifiedToken, check_times, sign_jwt
from credentials.keys import Signer
from credentials.masking import Secret
from credentials.openid.pkce import code_challenge, code_verifier
from credentials.openid.urls import with_parameters
from issuer.domain.errors import AssuranceTooLow, LoginCancelled, LoginRefused, LoginUnavailable
from issuer.ports import LoggedIn, LoginAttempt
from service.http import Answer

ALGORITHMS: Final = ("ES256", "RS256", "PS256")
KEEP_SECONDS: Final = 600.0
ASSERTION_LIFETIME: Final = timedelta(seconds=60)
ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_MAX_ANSWER: Final = 256_000


class Http(Protocol):
    """What of `service.http.OutboundClient` is used here."""

    def get(self, url: str, *, max_bytes: int | None = None) -> Answer:
        """GET a document."""
        ...

    def post_form(self, url: str, fields: Mapping[str, str], *, headers: Mapping[str, str] | None = None) -> Answer:
        """POST a form."""
        ...


@dataclass(frozen=True, slots=True)
class OidcClient:
    """How this agency is registered with the provider. Exactly one of `signer` and `secret` is given."""

    issuer: str
    client_id: str
    redirect_uri: str
    scope: str = "openid"
    minimum_assurance: tuple[str, ...] = ()
    bsn_claim: str = "bsn"
    name_claim: str = "name"
    authentication: Literal["private_key_jwt", "client_secret_basic"] = "private_key_jwt"
    signer: Signer | None = field(default=None, repr=False)
    secret: Secret | None = None


@dataclass(frozen=True, slots=True)
class _Provider:
    authorization_endpoint: str
    token_endpoint: str
    keys: JsonObject
    until: float


@final
class OidcLogin:
    """The port `LoginProvider` on an OpenID Connect provider."""

    def __init__(self, client: OidcClient, http: Http, clock: Clock) -> None:
        self._client = client
        self._http = http
        self._clock = clock
        self._lock = threading.Lock()
        self._known: _Provider | None = None

    def begin(self) -> tuple[str, LoginAttempt]:
        """Return the address to send the citizen to, and what to remember. Raises LoginUnavailable."""
        provider = self._provider()
        attempt = LoginAttempt(
            state=secrets.token_urlsafe(32),
            nonce=secrets.token_urlsafe(32),
            verifier=code_verifier(secrets.token_bytes(32)),
        )
        url = with_parameters(
            provider.authorization_endpoint,
            {
                "response_type": "code",
                "client_id": self._client.client_id,
                "redirect_uri": self._client.redirect_uri,
                "scope": self._client.scope,
                "state": attempt.state,
                "nonce": attempt.nonce,
                "code_challenge": code_challenge(attempt.verifier),
                "code_challenge_method": "S256",
                "acr_values": " ".join(self._client.minimum_assurance),
            },
        )
        return url, attempt

    def finish(self, attempt: LoginAttempt, answer: Mapping[str, str]) -> LoggedIn:
        """Turn the answer that the browser brought into a citizen. Raises LoginRefused or LoginUnavailable."""
        if answer.get("iss", self._client.issuer) != self._client.issuer:
            raise LoginRefused("the answer is by another provider")
        if "error" in answer:
            raise LoginCancelled if answer["error"] == "access_denied" else LoginRefused("the provider refused")
        code = answer.get("code")
        if not code:
            raise LoginRefused("the answer holds no code")
        return self._citizen(self._id_token(self._exchange(code, attempt), attempt))

    def _exchange(self, code: str, attempt: LoginAttempt) -> JsonObject:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._client.redirect_uri,
            "code_verifier": attempt.verifier,
            "client_id": self._client.client_id,
        }
        endpoint = self._provider().token_endpoint
        headers: dict[str, str] = {}
        if self._client.authentication == "private_key_jwt":
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

    def _id_token(self, tokens: JsonObject, attempt: LoginAttempt) -> JsonObject:
        compact, access_token = tokens.get("id_token"), tokens.get("access_token")
        if not isinstance(compact, str):
            raise LoginRefused("there is no ID token")
        try:
            # Strict form first: no duplicate members, no `crit`, canonical base64.
            header = UnverifiedToken.parse(compact, max_characters=_MAX_ANSWER).header
            try:
                token = self._verified(compact)
            except JoseError:
                # The provider may have changed its keys since we looked.
                self._forget()
                token = self._verified(compact)
            claims: JsonObject = dict(token.claims)
            params = {"nonce": attempt.nonce, "client_id": self._client.client_id, "access_token": access_token}
            CodeIDToken(claims, dict(header), params=params).validate(epoch(self._clock.now()), 60)
            self._check(claims, attempt)
        except LoginRefused:
            raise
        except (JoseError, MalformedInput, ValueError, TypeError, KeyError) as error:
            raise LoginRefused("the ID token does not hold") from error
        return claims

    def _verified(self, compact: str) -> jwt.Token:
        published = cast("KeySetSerialization", self._provider().keys)
        return jwt.decode(compact, KeySet.import_key_set(published), algorithms=list(ALGORITHMS))

    def _check(self, claims: JsonObject, attempt: LoginAttempt) -> None:
        check_times(claims, self._clock.now(), require=("iss", "sub", "aud", "exp", "iat", "nonce"))
        if claims["iss"] != self._client.issuer:
            raise InvalidToken("iss is not the provider")
        audience = claims["aud"]
        # OpenID Connect Core section 3.1.3.7, point 3: other audiences are not trusted here.
        if (audience if isinstance(audience, list) else [audience]) != [self._client.client_id]:
            raise InvalidToken("aud is not this agency alone")
        if claims["nonce"] != attempt.nonce:
            raise InvalidToken("nonce is not ours")

    def _citizen(self, claims: JsonObject) -> LoggedIn:
        if self._client.minimum_assurance and claims.get("acr") not in self._client.minimum_assurance:
            raise AssuranceTooLow
        digits, name = claims.get(self._client.bsn_claim), claims.get(self._client.name_claim)
        try:
            bsn = Bsn(digits if isinstance(digits, str) else "")
        except InvalidBsn as error:
            raise LoginRefused("the ID token holds no citizen service number") from error
        return LoggedIn(bsn, name[:200] if isinstance(name, str) and name else None)

    def _provider(self) -> _Provider:
        with self._lock:
            if self._known is None or time.monotonic() >= self._known.until:
                self._known = self._discover()
            return self._known

    def _forget(self) -> None:
        with self._lock:
            self._known = None

    def _discover(self) -> _Provider:
        try:
            # OpenID Connect Discovery section 4.1: the final slash goes there, and stays wherever names are compared.
            address = self._client.issuer.removesuffix("/")
            metadata = self._document(f"{address}/.well-known/openid-configuration")
            # OpenID Connect Discovery section 4.3: exactly the issuer that was asked.
            if metadata.get("issuer") != self._client.issuer:
                raise LoginUnavailable("the discovery document is of another provider")
            keys = self._document(_text(metadata, "jwks_uri"))
            return _Provider(
                _text(metadata, "authorization_endpoint"),
                _text(metadata, "token_endpoint"),
                keys,
                time.monotonic() + KEEP_SECONDS,
            )
        except LoginUnavailable:
            raise
        except BlauweKnopError as error:
            raise LoginUnavailable("the login provider cannot be reached") from error

    def _document(self, url: str) -> JsonObject:
        answer = self._http.get(url, max_bytes=_MAX_ANSWER)
        if not answer.ok:
            raise LoginUnavailable("the login provider does not publish what it should")
        return json_object(answer.body, "a document of the login provider", max_bytes=_MAX_ANSWER)

    def _assertion(self, audience: str) -> str:
        if self._client.signer is None:
            raise LoginUnavailable("there is no key to show who we are with")
        now = self._clock.now()
        claims: JsonObject = {
            "iss": self._client.client_id,
            "sub": self._client.client_id,
            "aud": audience,
            "jti": secrets.token_urlsafe(24),
            "iat": epoch(now),
            "exp": epoch(now + ASSERTION_LIFETIME),
        }
        return sign_jwt("JWT", {"kid": self._client.signer.public_jwk.thumbprint}, claims, self._client.signer)

    def _basic(self) -> str:
        if self._client.secret is None:
            raise LoginUnavailable("there is no secret to show who we are with")
        # RFC 6749 section 2.3.1: both parts form-encoded before they are joined.
        pair = f"{quote(self._client.client_id, safe='')}:{quote(self._client.secret.reveal(), safe='')}"
        return "Basic " + base64.b64encode(pair.encode("ascii")).decode("ascii")


def _text(document: JsonObject, name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str) or not value:
        raise LoginUnavailable("the discovery document is incomplete")
    return value
