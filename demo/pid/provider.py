"""OpenID4VCI 1.0 with a pre-authorized code: what the stand-in decides, without HTTP.

Whoever says that they are somebody of the story is believed; a PID is good for two weeks and has no status. Everything
is kept in memory; a restart forgets what was offered.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from credentials.clock import Clock
from credentials.encoding import JsonObject
from credentials.errors import BlauweKnopError
from credentials.formats import CredentialDraft, FormatRegistry, HolderKey, IssuerKey
from credentials.formats.base import Configuration
from credentials.formats.mdoc import MsoMdoc
from credentials.formats.sd_jwt import SdJwtVc
from credentials.openid.authorization_server import AuthorizationServerMetadata
from credentials.openid.credential import CredentialRequest, CredentialResponse
from credentials.openid.display import Display
from credentials.openid.issuer_metadata import CredentialConfiguration, IssuerMetadata
from credentials.openid.nonce import RANDOM_BYTES, NonceAuthority
from credentials.openid.offer import PRE_AUTHORIZED_CODE, CredentialOffer, PreAuthorizedGrant
from credentials.openid.proof import verify_jwt_proofs
from credentials.openid.token import PreAuthorizedTokenRequest, TokenResponse

TYPE: Final = "urn:eudi:pid:nl:1"
CONFIGURATIONS: Final = {"pid_sdjwt": "dc+sd-jwt", "pid_mdoc": "mso_mdoc"}
BATCH: Final = 10
LIFETIME: Final = timedelta(days=14)
OFFERED_FOR: Final = timedelta(minutes=10)
TOKEN_LIFETIME: Final = timedelta(minutes=5)
_MOST: Final = 1_000


class RefusedByProvider(BlauweKnopError):
    """What is answered with an error of OAuth 2.0 or OpenID4VCI."""

    code = "refused_by_provider"

    def __init__(self, error: str) -> None:
        self.error = error
        super().__init__(error)


@dataclass(frozen=True, slots=True)
class Person:
    """An invented person."""

    username: str
    name: str
    bsn: str


@dataclass(frozen=True, slots=True)
class _Waiting:
    person: Person
    until: datetime


@dataclass(slots=True)
class PidProvider:
    """The provider's state and rules. `key` signs, with its certificates."""

    url: str
    people: tuple[Person, ...]
    key: IssuerKey
    clock: Clock
    name: str = "Uitgever van persoonsgegevens (fictief)"
    formats: FormatRegistry = field(default_factory=lambda: FormatRegistry([SdJwtVc(), MsoMdoc()]))
    _nonces: NonceAuthority = field(default_factory=lambda: NonceAuthority(secrets.token_bytes(32)))
    _offers: dict[str, _Waiting] = field(default_factory=dict)
    _codes: dict[str, _Waiting] = field(default_factory=dict)
    _tokens: dict[str, _Waiting] = field(default_factory=dict)
    _used: dict[str, datetime] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def issuer_metadata(self) -> JsonObject:
        """Return the credential issuer metadata (section 12.2.4)."""
        return IssuerMetadata(
            credential_issuer=self.url,
            credential_endpoint=f"{self.url}/credential",
            nonce_endpoint=f"{self.url}/nonce",
            batch_size=BATCH,
            display=(Display(self.name, "nl"),),
            configurations={id: self._configuration(id, format) for id, format in CONFIGURATIONS.items()},
        ).to_json()

    def server_metadata(self) -> JsonObject:
        """Return the authorization server metadata (RFC 8414)."""
        return AuthorizationServerMetadata(
            issuer=self.url,
            token_endpoint=f"{self.url}/token",
            grant_types=(PRE_AUTHORIZED_CODE,),
            scopes=tuple(CONFIGURATIONS),
        ).to_json()

    def offer_to(self, username: str) -> str:
        """Offer a PID to a person, and return the offer's secret. Raises RefusedByProvider."""
        person = next((each for each in self.people if each.username == username), None)
        if person is None:
            raise RefusedByProvider("invalid_request")
        return self._keep(self._offers, person, OFFERED_FOR)

    def offer(self, secret: str) -> JsonObject:
        """Return an offer as a wallet reads it (section 4.1.1); once. Raises RefusedByProvider."""
        person = self._take(self._offers, secret, "invalid_request")
        code = self._keep(self._codes, person, OFFERED_FOR)
        return CredentialOffer(self.url, tuple(CONFIGURATIONS), pre_authorized=PreAuthorizedGrant(code)).to_json()

    def token(self, request: PreAuthorizedTokenRequest) -> JsonObject:
        """Exchange a code (section 6). Raises RefusedByProvider."""
        person = self._take(self._codes, request.code, "invalid_grant")
        token = self._keep(self._tokens, person, TOKEN_LIFETIME)
        return TokenResponse(token, "Bearer", int(TOKEN_LIFETIME.total_seconds())).to_json()

    def nonce(self) -> str:
        """Return a fresh `c_nonce` (section 7)."""
        return self._nonces.issue(self.clock.now(), secrets.token_bytes(RANDOM_BYTES))

    def credential(self, token: str, request: CredentialRequest) -> JsonObject:
        """Issue one copy for each key that is proven (section 8). Raises RefusedByProvider, OAuthError."""
        now = self.clock.now()
        with self._lock:
            waiting = self._tokens.get(token)
        if waiting is None or waiting.until <= now:
            raise RefusedByProvider("invalid_token")
        format = CONFIGURATIONS.get(request.configuration_id or "")
        if format is None or request.response_encryption is not None:
            raise RefusedByProvider("unknown_credential_configuration")
        keys = verify_jwt_proofs(
            request.jwt_proofs, max_proofs=BATCH, audience=self.url, now=now, nonce_check=self._use_nonce
        )
        issued = (self._issue(format, waiting.person, HolderKey(key.jwk, key.did_url), now) for key in keys)
        return CredentialResponse(tuple(issued)).to_json()

    def _issue(self, format: str, person: Person, holder: HolderKey, now: datetime) -> str | JsonObject:
        hour = now.replace(minute=0, second=0, microsecond=0)
        draft = CredentialDraft(
            type=TYPE,
            issuer=self.url,
            issuer_name=self.name,
            claims={"given_name": person.name, "bsn": person.bsn},
            always_disclosed=frozenset(),
            holder=holder,
            issued_at=hour,
            expires_at=hour + LIFETIME,
            status=(),
            id=f"urn:uuid:{secrets.token_hex(16)}",
        )
        return self.formats[format].issue(draft, self.key)

    def _configuration(self, id: str, format: str) -> CredentialConfiguration:
        shown = Display("Persoonsgegevens (PID)", "nl", "Bewijst wie u bent.", "#154273", "#ffffff").to_json()
        described = self.formats[format].describe(Configuration(id, TYPE, display=(shown,)))
        return CredentialConfiguration.build(id, described, scope=id, proof_algorithms=("ES256",))

    def _use_nonce(self, nonce: str) -> None:
        checked = self._nonces.check(nonce, self.clock.now())
        with self._lock:
            if checked.consumption_key in self._used:
                raise RefusedByProvider("invalid_nonce")
            self._used[checked.consumption_key] = checked.expires_at

    def _keep(self, shelf: dict[str, _Waiting], person: Person, lifetime: timedelta) -> str:
        secret, now = secrets.token_urlsafe(32), self.clock.now()
        with self._lock:
            for old in [key for key, each in shelf.items() if each.until <= now][:_MOST]:
                del shelf[old]
            for old in [key for key, until in self._used.items() if until <= now]:
                del self._used[old]
            if len(shelf) >= _MOST:
                raise RefusedByProvider("temporarily_unavailable")
            shelf[secret] = _Waiting(person, now + lifetime)
        return secret

    def _take(self, shelf: dict[str, _Waiting], secret: str, error: str) -> Person:
        with self._lock:
            waiting = shelf.pop(secret, None)
        if waiting is None or waiting.until <= self.clock.now():
            raise RefusedByProvider(error)
        return waiting.person
