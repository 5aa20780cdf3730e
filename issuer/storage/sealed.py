"""Short-lived rows that hold a person's number: sealed, and bound to the row they belong to."""

import json
from dataclasses import dataclass
from typing import Any, Final

from credentials.clock import epoch, from_epoch
from credentials.debts.person import Person
from credentials.encoding import json_compact
from credentials.formats.base import HolderKey
from credentials.keys import PublicJwk
from issuer.domain.authorisation import AccessGrant, AuthorisationCode, PushedRequest, RefreshGrant
from issuer.domain.deferral import Deferred
from issuer.domain.kept_person import read_written, written
from issuer.domain.wallet_login import WalletLogin
from service.sealing import derive, seal, unseal

_LABEL: Final = "issuer storage"


@dataclass(frozen=True, slots=True, repr=False)
class Sealer:
    """Seals values under one key; the place is the table and the row's own key."""

    key: bytes

    @classmethod
    def from_data_key(cls, data_key: bytes) -> "Sealer":
        """Make a sealer from the agency's data key."""
        return cls(derive(data_key, _LABEL))

    def subject(self, person: Person, place: bytes) -> bytes:
        """Seal a person's number."""
        return seal(self.key, written(person).encode("ascii"), place)

    def open_subject(self, sealed: bytes, place: bytes) -> Person:
        """Open a person's number."""
        return read_written(unseal(self.key, sealed, place).decode("ascii"))

    def debts(self, content: bytes, place: bytes) -> bytes:
        """Seal what was imported of a person."""
        return seal(self.key, content, place)

    def open_debts(self, sealed: bytes, place: bytes) -> bytes:
        """Open what was imported of a person. Raises SealBroken."""
        return unseal(self.key, sealed, place)

    def pushed(self, request: PushedRequest, place: bytes) -> bytes:
        """Seal a pushed request."""
        return self._seal(
            {
                "client_id": request.client_id,
                "redirect_uri": request.redirect_uri,
                "code_challenge": request.code_challenge,
                "configurations": request.configurations,
                "by_details": request.by_details,
                "state": request.state,
                "issuer_state": request.issuer_state,
                "dpop_thumbprint": request.dpop_thumbprint,
                "instance": request.instance,
            },
            place,
        )

    def open_pushed(self, sealed: bytes, place: bytes) -> PushedRequest:
        """Open a pushed request."""
        values = self._open(sealed, place)
        return PushedRequest(**{**values, "configurations": tuple(values["configurations"])})

    def code(self, code: AuthorisationCode, place: bytes) -> bytes:
        """Seal what an authorization code stands for."""
        return self._seal(
            {
                "client_id": code.client_id,
                "redirect_uri": code.redirect_uri,
                "code_challenge": code.code_challenge,
                "configurations": code.configurations,
                "by_details": code.by_details,
                "subject": written(code.subject),
                "expires_at": epoch(code.expires_at),
                "offer": code.offer,
                "dpop_thumbprint": code.dpop_thumbprint,
                "instance": code.instance,
            },
            place,
        )

    def open_code(self, sealed: bytes, place: bytes) -> AuthorisationCode:
        """Open what an authorization code stands for."""
        return AuthorisationCode(**_revived(self._open(sealed, place)))

    def grant(self, grant: AccessGrant, place: bytes) -> bytes:
        """Seal what an access token opens."""
        return self._seal(
            {
                "session": grant.session,
                "subject": written(grant.subject),
                "configurations": grant.configurations,
                "by_identifier": grant.by_identifier,
                "expires_at": epoch(grant.expires_at),
                "client_id": grant.client_id,
                "dpop_thumbprint": grant.dpop_thumbprint,
                "offer": grant.offer,
                "family": grant.family,
            },
            place,
        )

    def open_grant(self, sealed: bytes, place: bytes) -> AccessGrant:
        """Open what an access token opens."""
        return AccessGrant(**_revived(self._open(sealed, place)))

    def refresh(self, refresh: RefreshGrant, place: bytes) -> bytes:
        """Seal what a refresh token stands for."""
        return self._seal(
            {
                "family": refresh.family,
                "subject": written(refresh.subject),
                "configurations": refresh.configurations,
                "by_details": refresh.by_details,
                "dpop_thumbprint": refresh.dpop_thumbprint,
                "expires_at": epoch(refresh.expires_at),
                "client_id": refresh.client_id,
                "instance": refresh.instance,
            },
            place,
        )

    def open_refresh(self, sealed: bytes, place: bytes) -> RefreshGrant:
        """Open what a refresh token stands for."""
        return RefreshGrant(**_revived(self._open(sealed, place)))

    def deferred(self, deferred: Deferred, place: bytes) -> bytes:
        """Seal a credential request that waits."""
        return self._seal(
            {
                "session": deferred.session,
                "subject": written(deferred.subject),
                "configurations": deferred.configurations,
                "configuration_id": deferred.configuration_id,
                "identifier": deferred.identifier,
                "holders": [[holder.jwk.to_dict(), holder.did_url] for holder in deferred.holders],
                "expires_at": epoch(deferred.expires_at),
                "family": deferred.family,
                "dpop_thumbprint": deferred.dpop_thumbprint,
                "offer": deferred.offer,
                "token_hash": deferred.token_hash,
            },
            place,
        )

    def open_deferred(self, sealed: bytes, place: bytes) -> Deferred:
        """Open a credential request that waits."""
        values = _revived(self._open(sealed, place))
        holders = tuple(HolderKey(PublicJwk.parse(jwk), did_url) for jwk, did_url in values["holders"])
        return Deferred(**{**values, "holders": holders})

    def wallet_login(self, login: WalletLogin, place: bytes) -> bytes:
        """Seal what the answer of a wallet is read with."""
        return self._seal(
            {
                "reference": login.reference,
                "request_path": login.request_path,
                "response_path": login.response_path,
                "nonce": login.nonce,
                "state": login.state,
                "encryption_key": login.encryption_key,
                "expires_at": epoch(login.expires_at),
            },
            place,
        )

    def open_wallet_login(self, sealed: bytes, place: bytes) -> WalletLogin:
        """Open what the answer of a wallet is read with."""
        values = self._open(sealed, place)
        return WalletLogin(**{**values, "expires_at": from_epoch(values["expires_at"])})

    def answerer(self, person: Person, code: str, place: bytes) -> bytes:
        """Seal who answered, so that it opens with our key and the code together."""
        return seal(self._with(code), written(person).encode("ascii"), place)

    def open_answerer(self, sealed: bytes, code: str, place: bytes) -> Person:
        """Open who answered."""
        return read_written(unseal(self._with(code), sealed, place).decode("ascii"))

    def _with(self, code: str) -> bytes:
        return derive(self.key + code.encode("utf-8", "surrogatepass"), "issuer wallet login")

    def _seal(self, values: dict[str, Any], place: bytes) -> bytes:
        return seal(self.key, json_compact(values), place)

    def _open(self, sealed: bytes, place: bytes) -> dict[str, Any]:
        values: dict[str, Any] = json.loads(unseal(self.key, sealed, place))
        return values


def _revived(values: dict[str, Any]) -> dict[str, Any]:
    return {
        **values,
        "subject": read_written(values["subject"]),
        "configurations": tuple(values["configurations"]),
        "expires_at": from_epoch(values["expires_at"]),
    }
