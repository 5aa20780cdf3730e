"""Send the citizen's browser to an agency's authorization server, and take it back in."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, final

from credentials.clock import Clock
from credentials.keys import SoftwareSigner
from service.errors import NotFound
from wallet_api.domain.errors import CitizenDeclined, IssuerRefused, UnknownStep
from wallet_api.domain.flow import Visit
from wallet_api.domain.issuance import Grant, IssuerDescription
from wallet_api.domain.refusals import refusal
from wallet_api.domain.wallet import OpenedWallet
from wallet_api.ports import Issuers, Shelf

_MAX_STATE: Final = 200


@final
@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Return:
    """The query with which the browser came back (RFC 6749 section 4.1.2, RFC 9207 section 2)."""

    state: str
    code: str | None = None
    issuer: str | None = None
    error: str | None = None


@final
class Visits:
    """Authorization requests under way, each found by its `state` and used once."""

    def __init__(self, issuers: Issuers, shelf: Shelf[Visit], clock: Clock, lifetime: timedelta) -> None:
        self._issuers = issuers
        self._shelf = shelf
        self._clock = clock
        self._lifetime = lifetime

    def begin(
        self,
        wallet: OpenedWallet,
        description: IssuerDescription,
        configurations: tuple[str, ...],
        *,
        collection: str | None = None,
        offer: str | None = None,
        issuer_state: str | None = None,
    ) -> str:
        """Push the request, remember it, and return where to send the browser. Raises what `Issuers.push` raises."""
        state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
        key = SoftwareSigner.generate()
        address = self._issuers.push(
            description, configurations, state=state, code_verifier=verifier, key=key, issuer_state=issuer_state
        )
        expires_at = self._clock.now() + self._lifetime
        visit = Visit(
            description.credential_issuer,
            description.authorization_server,
            configurations,
            verifier,
            expires_at,
            collection,
            offer,
            key.to_private_jwk(),
        )
        self._shelf.put(wallet, self._shelf.place(wallet, state), visit, expires_at=expires_at)
        return address

    def recognise(self, wallet: OpenedWallet, returned: Return) -> Visit:
        """Take the visit that this return answers, once. Raises UnknownStep for one that this wallet did not begin."""
        if len(returned.state) > _MAX_STATE:
            raise UnknownStep
        try:
            return self._shelf.take(wallet, self._shelf.place(wallet, returned.state))
        except NotFound as error:
            raise UnknownStep from error

    def redeem(self, visit: Visit, returned: Return) -> tuple[IssuerDescription, Grant]:
        """Check who answers, then exchange the code.

        Raises Expired, IssuerMixedUp, CitizenDeclined, IssuerRefused, Unavailable, MalformedInput.
        """
        description = self._issuers.describe(visit.credential_issuer)
        # Before anything else, so that a code of one server never reaches another (RFC 9207 section 2.4).
        visit.check(returned.issuer, issuer_required=description.answers_with_iss, now=self._clock.now())
        if not hmac.compare_digest(description.authorization_server, visit.authorization_server):
            raise UnknownStep("the agency changed its authorization server meanwhile")
        if returned.error is not None:
            raise CitizenDeclined if returned.error == "access_denied" else refusal(returned.error)
        if returned.code is None or visit.key is None:
            raise IssuerRefused
        key = SoftwareSigner.from_private_jwk(visit.key)
        return description, self._issuers.redeem_code(description, returned.code, visit.code_verifier, key)
