"""OpenID Connect Core 1.0, code flow with PKCE: what the stand-in decides, without HTTP.

Order of ideas: a client asks (`AuthenticationRequest`), a person logs in (`Session`), a code is given (`Grant`) and
exchanged once for an ID token. Everything is kept in memory; a restart logs everyone out.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from credentials.clock import Clock, epoch
from credentials.encoding import JsonObject, b64url_encode
from credentials.errors import BlauweKnopError
from credentials.jose import UnverifiedToken, check_times, sign_jwt
from credentials.keys import PublicJwk, SoftwareSigner

CODE_LIFETIME: Final = timedelta(seconds=60)
REQUEST_LIFETIME: Final = timedelta(minutes=10)
SESSION_LIFETIME: Final = timedelta(minutes=15)
TOKEN_LIFETIME: Final = timedelta(minutes=5)
# Level of assurance "substantial", as eIDAS names it (NL GOV 1.0.1 section 5.2.5).
SUBSTANTIAL: Final = "http://eidas.europa.eu/LoA/substantial"
CLIENT_ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_MAX_PENDING: Final = 1_000


class OidcError(BlauweKnopError):
    """A request that is answered with an error of OAuth 2.0 (RFC 6749 sections 4.1.2.1 and 5.2)."""

    code = "oidc_error"

    def __init__(self, error: str, description: str) -> None:
        self.error = error
        super().__init__(description)


class UnknownClient(BlauweKnopError):
    """The client or its redirect URI is not registered: the browser must not be sent anywhere."""

    code = "unknown_client"


@dataclass(frozen=True, slots=True)
class Person:
    """An invented person; one who `acts_for` another, by their username, does so whenever they log in."""

    username: str
    name: str
    bsn: str
    story: str
    acts_for: str = ""


@dataclass(frozen=True, slots=True)
class Client:
    """A registered client: its exact redirect URIs, and its public key or its secret's hash."""

    client_id: str
    name: str
    redirect_uris: frozenset[str]
    key: PublicJwk | None = None
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class AuthenticationRequest:
    """A valid request of a client (OpenID Connect Core section 3.1.2.1)."""

    client: Client
    redirect_uri: str
    state: str
    nonce: str
    code_challenge: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Grant:
    """A person logged in for this request; redeemable once."""

    request: AuthenticationRequest
    person: Person
    authenticated_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class Session:
    """A browser in which somebody has logged in: further agencies need no new login."""

    person: Person
    at: datetime


@dataclass(slots=True)
class Provider:
    """The provider's state and rules."""

    issuer: str
    clients: Mapping[str, Client]
    people: tuple[Person, ...]
    signer: SoftwareSigner
    clock: Clock
    _pending: dict[str, AuthenticationRequest] = field(default_factory=dict)
    _grants: dict[str, Grant] = field(default_factory=dict)
    _sessions: dict[str, Session] = field(default_factory=dict)
    _assertions: dict[str, datetime] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def discovery(self) -> JsonObject:
        """Return the provider metadata (OpenID Connect Discovery 1.0 section 3)."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "end_session_endpoint": f"{self.issuer}/uitloggen",
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "token_endpoint_auth_methods_supported": ["private_key_jwt", "client_secret_basic"],
            "token_endpoint_auth_signing_alg_values_supported": ["ES256"],
            "code_challenge_methods_supported": ["S256"],
            "scopes_supported": ["openid"],
            "claims_supported": ["sub", "bsn", "name", "acr", "auth_time", "represents"],
            "acr_values_supported": [SUBSTANTIAL],
            "authorization_response_iss_parameter_supported": True,
        }

    def jwks(self) -> JsonObject:
        """Return the keys that sign ID tokens (RFC 7517 section 5)."""
        key = self.signer.public_jwk
        return {"keys": [{**key.to_dict(), "kid": key.thumbprint, "use": "sig", "alg": "ES256"}]}

    def read_request(self, parameters: Mapping[str, str]) -> AuthenticationRequest:
        """Check an authentication request.

        Raises UnknownClient when the browser must stay here, OidcError when the client is to be told.
        """
        client = self.clients.get(parameters.get("client_id", ""))
        redirect_uri = parameters.get("redirect_uri", "")
        # RFC 9700 section 4.1.3: exact comparison.
        if client is None or redirect_uri not in client.redirect_uris:
            raise UnknownClient
        if parameters.get("response_type") != "code":
            raise OidcError("unsupported_response_type", "only the code flow is offered")
        if "openid" not in parameters.get("scope", "").split():
            raise OidcError("invalid_scope", "scope must hold openid")
        challenge = parameters.get("code_challenge", "")
        if parameters.get("code_challenge_method") != "S256" or len(challenge) != 43:
            raise OidcError("invalid_request", "PKCE with S256 is required")
        state, nonce = parameters.get("state", ""), parameters.get("nonce", "")
        if not 22 <= len(state) <= 512 or not 22 <= len(nonce) <= 512:
            raise OidcError("invalid_request", "state and nonce must hold at least 128 bits")
        return AuthenticationRequest(client, redirect_uri, state, nonce, challenge, self.clock.now())

    def remember(self, request: AuthenticationRequest) -> str:
        """Keep a request while its person logs in; return its handle."""
        handle = secrets.token_urlsafe(24)
        with self._lock:
            self._forget_old()
            if len(self._pending) >= _MAX_PENDING:
                raise OidcError("temporarily_unavailable", "too many people are logging in")
            self._pending[handle] = request
        return handle

    def log_in(self, handle: str, username: str) -> tuple[AuthenticationRequest, str, str]:
        """Log a person in for a remembered request; return the request, its code and the new session's token."""
        person = next((person for person in self.people if person.username == username), None)
        if person is None:
            raise OidcError("access_denied", "nobody of that name")
        with self._lock:
            request = self._pending.pop(handle, None)
        if request is None or self.clock.now() - request.at > REQUEST_LIFETIME:
            raise UnknownClient
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._sessions[_digest(token)] = Session(person, self.clock.now())
        return request, self._grant(request, person, self.clock.now()), token

    def refuse(self, handle: str) -> AuthenticationRequest:
        """Forget a remembered request whose person does not want to log in, and return it. Raises UnknownClient."""
        with self._lock:
            request = self._pending.pop(handle, None)
        if request is None:
            raise UnknownClient
        return request

    def session(self, token: str | None) -> Session | None:
        """Return the living session of this browser."""
        session = self._sessions.get(_digest(token)) if token else None
        return session if session and self.clock.now() - session.at <= SESSION_LIFETIME else None

    def continue_session(self, request: AuthenticationRequest, session: Session) -> str:
        """Give a code to a further client without a new login."""
        return self._grant(request, session.person, session.at)

    def log_out(self, token: str | None) -> None:
        """End this browser's session."""
        if token:
            with self._lock:
                self._sessions.pop(_digest(token), None)

    def redeem(self, parameters: Mapping[str, str], client: Client) -> JsonObject:
        """Exchange a code for an ID token (OpenID Connect Core section 3.1.3). Raises OidcError."""
        if parameters.get("grant_type") != "authorization_code":
            raise OidcError("unsupported_grant_type", "only authorization_code is offered")
        with self._lock:
            # Taken out first: a code works once, also when the rest of the request is wrong (RFC 6749 section 10.5).
            grant = self._grants.pop(_digest(parameters.get("code", "")), None)
        now = self.clock.now()
        if grant is None or now - grant.at > CODE_LIFETIME or grant.request.client.client_id != client.client_id:
            raise OidcError("invalid_grant", "the code is unknown, used or too old")
        if parameters.get("redirect_uri") != grant.request.redirect_uri:
            raise OidcError("invalid_grant", "redirect_uri differs from the request")
        verifier = parameters.get("code_verifier", "")
        challenge = b64url_encode(hashlib.sha256(verifier.encode("ascii", "replace")).digest())
        if not hmac.compare_digest(challenge, grant.request.code_challenge):
            raise OidcError("invalid_grant", "code_verifier does not belong to the request")
        claims: JsonObject = {
            "iss": self.issuer,
            "sub": _pairwise(grant.person, client),
            "aud": client.client_id,
            "iat": epoch(now),
            "exp": epoch(now + TOKEN_LIFETIME),
            "auth_time": epoch(grant.authenticated_at),
            "nonce": grant.request.nonce,
            **self.about(grant.person, client),
        }
        return {
            "access_token": secrets.token_urlsafe(32),
            "token_type": "Bearer",
            "expires_in": int(TOKEN_LIFETIME.total_seconds()),
            "id_token": sign_jwt("JWT", {"kid": self.signer.public_jwk.thumbprint}, claims, self.signer),
        }

    def authenticate(self, parameters: Mapping[str, str], basic: tuple[str, str] | None) -> Client:
        """Authenticate a client by private_key_jwt (OpenID Connect Core section 9) or its secret. Raises OidcError."""
        failed = OidcError("invalid_client", "the client is not who it says it is")
        if basic is not None:
            client = self.clients.get(basic[0])
            if client is None or client.secret is None or not hmac.compare_digest(client.secret, basic[1]):
                raise failed
            return client
        assertion = parameters.get("client_assertion", "")
        if parameters.get("client_assertion_type") != CLIENT_ASSERTION_TYPE:
            raise failed
        try:
            token = UnverifiedToken.parse(assertion, max_characters=8_000)
            client = self.clients.get(str(token.payload.get("sub")))
            if client is None or client.key is None:
                raise failed
            claims = token.verify(client.key).payload
            check_times(claims, self.clock.now(), require=("exp",))
        except OidcError:
            raise
        except BlauweKnopError as error:
            raise failed from error
        audience = claims.get("aud")
        ours = {self.issuer, f"{self.issuer}/token"}
        named = set(audience) if isinstance(audience, list) else {audience}
        jti = claims.get("jti")
        if claims.get("iss") != client.client_id or not named & ours or not isinstance(jti, str):
            raise failed
        with self._lock:
            if jti in self._assertions:
                raise failed
            self._assertions[jti] = self.clock.now()
        return client

    def about(self, person: Person, client: Client) -> JsonObject:
        """Return what an ID token says of somebody."""
        named: JsonObject = {"acr": SUBSTANTIAL, "bsn": person.bsn, "name": person.name}
        return named | self._represents(person, client)

    def _represents(self, person: Person, client: Client) -> JsonObject:
        """Return the claim about whom somebody acts for (NL GOV 1.0.1 section 5.2.4); nothing for who acts for none."""
        found = next((each for each in self.people if person.acts_for and each.username == person.acts_for), None)
        if found is None:
            return {}
        about: JsonObject = {"iss": self.issuer, "sub": _pairwise(found, client), "bsn": found.bsn, "name": found.name}
        return {"represents": about}

    def _grant(self, request: AuthenticationRequest, person: Person, authenticated_at: datetime) -> str:
        code = secrets.token_urlsafe(32)
        with self._lock:
            self._grants[_digest(code)] = Grant(request, person, authenticated_at, self.clock.now())
        return code

    def _forget_old(self) -> None:
        now = self.clock.now()
        self._pending = {key: request for key, request in self._pending.items() if now - request.at < REQUEST_LIFETIME}
        self._grants = {key: grant for key, grant in self._grants.items() if now - grant.at < CODE_LIFETIME}
        self._sessions = {key: kept for key, kept in self._sessions.items() if now - kept.at < SESSION_LIFETIME}
        self._assertions = {key: at for key, at in self._assertions.items() if now - at < 2 * TOKEN_LIFETIME}


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _pairwise(person: Person, client: Client) -> str:
    # OpenID Connect Core section 8.1: no two clients see the same subject, and the BSN cannot be read from it.
    return hashlib.sha256(f"{client.client_id}\0{person.username}\0{person.bsn}".encode()).hexdigest()[:32]
