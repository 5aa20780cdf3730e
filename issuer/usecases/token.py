"""Turn a code into an access token: the pre-authorized code of an offer, or the code of a login.

The order is the same for both: look, compare everything that can be wrong, read the debts (they say how many
credentials there are to name), and only then use the code up, in the transaction that writes the token. So a wrong
transaction code or an unreachable register burns nothing, and two who come at once cannot both pass.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from credentials.clock import Clock
from credentials.debts.bsn import Bsn
from credentials.openid.pkce import check_verifier
from issuer.domain.authorisation import AccessGrant, token_lifetime
from issuer.domain.errors import InvalidGrant, InvalidScope, TxCodeMissing, TxCodeUnexpected, WrongTxCode
from issuer.domain.facts import Hiding, needs_identifiers
from issuer.domain.issuance import Dataset
from issuer.domain.offers import MAX_TX_CODE_ATTEMPTS, Grant, Offer, tx_code_hash
from issuer.domain.secrets import Derivation, random_reference, random_token, same
from issuer.ports import Event, Records, Store
from issuer.usecases.debts import ReadDebts


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """An access token and what it opens. `datasets` is empty unless credentials must be named one by one."""

    token: str = field(repr=False)
    grant: AccessGrant
    datasets: tuple[Dataset, ...]


@dataclass(frozen=True, slots=True)
class GiveToken:
    """The token endpoint."""

    store: Store
    clock: Clock
    derivation: Derivation
    hiding: Hiding
    read_debts: ReadDebts

    def for_offer(
        self,
        code: str,
        tx_code: str | None,
        *,
        details: Sequence[str] | None,
        client_id: str | None,
        dpop_thumbprint: str | None,
    ) -> IssuedToken:
        """Redeem a pre-authorized code (OpenID4VCI 1.0 section 6).

        `details` are the configurations that the request's authorization details name. Raises InvalidGrant,
        WrongTxCode, TxCodeMissing, TxCodeUnexpected, InvalidScope or SourceUnavailable.
        """
        offer = self._open_offer(code)
        self._check_tx_code(offer, tx_code)
        issued = self._issued(
            offer.subject,
            _narrowed(offer.configurations, details),
            by_details=details is not None,
            client_id=client_id,
            dpop_thumbprint=dpop_thumbprint,
            offer=offer.reference,
        )
        with self.store.write() as records:
            if not records.offers.redeem(offer.reference, self.clock.now()):
                raise InvalidGrant("the code was used already")
            self._write(records, issued)
        return issued

    def for_login(
        self,
        code: str,
        *,
        verifier: str,
        redirect_uri: str | None,
        client_id: str | None,
        details: Sequence[str] | None,
        dpop_thumbprint: str | None,
    ) -> IssuedToken:
        """Redeem an authorization code (RFC 6749 section 4.1.3, RFC 7636 section 4.6). Raises as `for_offer`."""
        now = self.clock.now()
        with self.store.read() as records:
            authorised = records.authorisations.find_code(code)
        if authorised is None or authorised.expires_at <= now:
            raise InvalidGrant("the code is unknown or has expired")
        check_verifier(verifier, authorised.code_challenge)
        if client_id != authorised.client_id or redirect_uri != authorised.redirect_uri:
            raise InvalidGrant("the code was given to another client or address")
        # RFC 9449 section 10: a code that is bound to a key needs a proof of that key.
        if authorised.dpop_thumbprint is not None and dpop_thumbprint != authorised.dpop_thumbprint:
            raise InvalidGrant("the code is bound to another DPoP key")
        issued = self._issued(
            authorised.subject,
            _narrowed(authorised.configurations, details),
            by_details=authorised.by_details or details is not None,
            client_id=client_id,
            dpop_thumbprint=dpop_thumbprint,
            offer=authorised.offer,
        )
        with self.store.write() as records:
            fresh = records.authorisations.take_code(code, issued.grant.session, now)
            if fresh:
                self._write(records, issued)
            elif records.authorisations.revoke_after_replay(code):
                records.audit(Event("code.replayed", issued.grant.session, "refused"))
        if not fresh:
            raise InvalidGrant("the code was used already")
        return issued

    def _open_offer(self, code: str) -> Offer:
        with self.store.read() as records:
            offer = records.offers.by_code(code)
        if offer is None or offer.grant is not Grant.PRE_AUTHORISED or not offer.is_open(self.clock.now()):
            raise InvalidGrant("the code is unknown, used or has expired")
        return offer

    def _check_tx_code(self, offer: Offer, tx_code: str | None) -> None:
        if offer.tx_code_hash is None:
            if tx_code is not None:
                raise TxCodeUnexpected
            return
        if tx_code is None:
            raise TxCodeMissing
        # Counted before it is compared, and committed: guesses that come at once count apart (section 13.6.2).
        with self.store.write() as records:
            may_compare = records.offers.count_attempt(offer.reference, MAX_TX_CODE_ATTEMPTS)
        if not may_compare:
            raise InvalidGrant("too many wrong transaction codes")
        if not same(tx_code_hash(self.derivation, offer.reference, tx_code), offer.tx_code_hash):
            raise WrongTxCode("the transaction code is wrong")

    def _issued(
        self,
        subject: Bsn,
        configurations: tuple[str, ...],
        *,
        by_details: bool,
        client_id: str | None,
        dpop_thumbprint: str | None,
        offer: str | None,
    ) -> IssuedToken:
        session = random_reference()
        datasets = self.read_debts(subject).datasets(configurations, session, self.derivation)
        by_identifier = by_details or needs_identifiers(configurations, datasets)
        grant = AccessGrant(
            session=session,
            subject=subject,
            configurations=configurations,
            by_identifier=by_identifier,
            expires_at=self.clock.now() + token_lifetime(dpop_thumbprint),
            client_id=client_id,
            dpop_thumbprint=dpop_thumbprint,
            offer=offer,
        )
        return IssuedToken(random_token(), grant, datasets if by_identifier else ())

    def _write(self, records: Records, issued: IssuedToken) -> None:
        records.authorisations.add_grant(issued.token, issued.grant)
        records.audit(Event("token.given", issued.grant.session, "ok", self.hiding.subject(issued.grant.subject)))


def _narrowed(granted: tuple[str, ...], details: Sequence[str] | None) -> tuple[str, ...]:
    if details is None:
        return granted
    narrowed = tuple(each for each in granted if each in details)
    if len(narrowed) != len(set(details)):
        raise InvalidScope("authorization_details asks for more than was granted")
    return narrowed
