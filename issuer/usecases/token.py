"""Turn a code into an access token: the pre-authorized code of an offer, the code of a login, or a refresh token.

The order is the same for all: look, compare everything that can be wrong, read the debts (they say how many
credentials there are to name), and only then use the code up, in the transaction that writes the token. So a wrong
transaction code or an unreachable register burns nothing, and two who come at once cannot both pass.

A refresh token is given only with an access token that is bound to a key, is bound to that same key, and is good once:
the next one comes with the new access token (RFC 9700 section 4.14.2). One that comes again, with its key, has leaked
together with that key, so it ends itself and all that came from the same login. Without its key it is refused and
nothing else, or whoever finds an old token in a log could lock the citizen out.
"""

import re
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from credentials.clock import Clock
from credentials.debts.person import Person
from credentials.openid.errors import UnsupportedGrantType
from credentials.openid.pkce import check_verifier
from issuer.domain.authorisation import AccessGrant, RefreshGrant, token_lifetime
from issuer.domain.clients import Profile
from issuer.domain.errors import InvalidGrant, InvalidScope, TxCodeMissing, TxCodeUnexpected, WrongTxCode
from issuer.domain.facts import Hiding, needs_identifiers
from issuer.domain.issuance import Dataset
from issuer.domain.offers import MAX_TX_CODE_ATTEMPTS, Grant, Offer, tx_code_hash
from issuer.domain.processing import Operation
from issuer.domain.profiles import RULES
from issuer.domain.secrets import Derivation, random_reference, random_token, same
from issuer.domain.webhooks import Happening
from issuer.ports import Event, Records, Store
from issuer.usecases.debts import ReadDebts
from issuer.usecases.processing import Doing, doing
from service.webhooks.messages import Announcement

_REFRESH_TOKEN: Final = re.compile(r"(?P<family>[A-Za-z0-9_-]{22})\.[A-Za-z0-9_-]{43}\Z")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks for a token: the client that it says it is, the key that it proved, the attested wallet that it is."""

    client_id: str | None = None
    dpop_thumbprint: str | None = None
    instance: str | None = None


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """An access token and what it opens. `datasets` is empty unless credentials must be named one by one."""

    token: str = field(repr=False)
    grant: AccessGrant
    datasets: tuple[Dataset, ...]
    refresh_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class GiveToken:
    """The token endpoint. Without a `refresh_lifetime` no refresh tokens are given, and none is taken."""

    store: Store
    clock: Clock
    derivation: Derivation
    hiding: Hiding
    read_debts: ReadDebts
    refresh_lifetime: timedelta = timedelta()
    profile: Profile = Profile.OPEN

    def for_offer(
        self,
        code: str,
        tx_code: str | None,
        caller: Caller,
        *,
        details: Sequence[str] | None,
    ) -> IssuedToken:
        """Redeem a pre-authorized code (OpenID4VCI 1.0 section 6).

        `details` are the configurations that the request's authorization details name. Raises InvalidGrant,
        WrongTxCode, TxCodeMissing, TxCodeUnexpected, InvalidScope, UnattestedWallet, UnboundToken or SourceUnavailable.
        """
        offer = self._open_offer(code)
        self._check_wallet(offer, caller)
        self._check_tx_code(offer, tx_code)
        granted = _narrowed(offer.configurations, details)
        with self._doing(offer.subject) as deed:
            issued = self._issued(offer.subject, granted, caller, by_details=details is not None, offer=offer.reference)
            issued, refresh = self._with_refresh(issued, caller, by_details=details is not None)
            with deed.write() as records:
                if not records.offers.redeem(offer.reference, self.clock.now()):
                    raise InvalidGrant("the code was used already")
                records.announce(Announcement(Happening.OFFER_TAKEN, self.clock.now(), {"aanbieding": offer.reference}))
                self._write(records, issued, refresh)
        return issued

    def for_login(
        self,
        code: str,
        caller: Caller,
        *,
        verifier: str,
        redirect_uri: str | None,
        details: Sequence[str] | None,
    ) -> IssuedToken:
        """Redeem an authorization code (RFC 6749 section 4.1.3, RFC 7636 section 4.6). Raises as `for_offer`."""
        now = self.clock.now()
        with self.store.read() as records:
            authorised = records.authorisations.find_code(code)
            reference = authorised.offer if authorised is not None else None
            offer = records.offers.by_reference(reference) if reference is not None else None
        if authorised is None or authorised.expires_at <= now:
            raise InvalidGrant("the code is unknown or has expired")
        check_verifier(verifier, authorised.code_challenge)
        if caller.client_id != authorised.client_id or redirect_uri != authorised.redirect_uri:
            raise InvalidGrant("the code was given to another client or address")
        # RFC 9449 section 10: a code that is bound to a key needs a proof of that key.
        if authorised.dpop_thumbprint is not None and caller.dpop_thumbprint != authorised.dpop_thumbprint:
            raise InvalidGrant("the code is bound to another DPoP key")
        if authorised.instance is not None and caller.instance != authorised.instance:
            raise InvalidGrant("the code is bound to another attested wallet")
        self._check_wallet(offer, caller)
        by_details = authorised.by_details or details is not None
        granted = _narrowed(authorised.configurations, details)
        with self._doing(authorised.subject) as deed:
            issued = self._issued(authorised.subject, granted, caller, by_details=by_details, offer=authorised.offer)
            issued, refresh = self._with_refresh(issued, caller, by_details=by_details)
            with deed.write() as records:
                fresh = records.authorisations.take_code(code, issued.grant.session, now)
                if fresh:
                    self._write(records, issued, refresh)
                elif records.authorisations.revoke_after_replay(code):
                    records.audit(Event("code.replayed", issued.grant.session, "refused"))
        if not fresh:
            raise InvalidGrant("the code was used already")
        return issued

    def for_refresh(
        self,
        token: str,
        caller: Caller,
        *,
        scope: Sequence[str],
        details: Sequence[str] | None,
    ) -> IssuedToken:
        """Redeem a refresh token (RFC 6749 section 6).

        Raises UnsupportedGrantType where none are given, InvalidGrant, InvalidScope or SourceUnavailable.
        """
        if not self.refresh_lifetime:
            # RFC 6749 section 5.2: it is not this token that is wrong; the metadata do not list the grant either.
            raise UnsupportedGrantType("refresh tokens are not given here")
        now, family = self.clock.now(), family_of(token)
        with self.store.read() as records:
            held = records.authorisations.find_refresh(family) if family is not None else None
        if held is None or held.expires_at <= now:
            raise InvalidGrant("the refresh token is unknown, ended or has expired")
        if held.client_id is not None and caller.client_id != held.client_id:
            raise InvalidGrant("the refresh token was given to another client")
        # RFC 9449 section 5: the same key as ever.
        if caller.dpop_thumbprint != held.dpop_thumbprint:
            raise InvalidGrant("the refresh token is bound to another DPoP key")
        # Attestation-based client authentication 07 section 10.3: bound to the installed wallet, not to its kind alone.
        if held.instance is not None and caller.instance != held.instance:
            raise InvalidGrant("the refresh token is bound to another attested wallet")
        granted = _narrowed(held.configurations, scope or None, "scope")
        narrowed = _narrowed(granted, details)
        # RFC 6749 section 6: of the same scope as the one that came, also where less was asked for this time.
        renewed = _refresh_token(held.family)
        with self._doing(held.subject) as deed:
            issued = self._issued(
                held.subject,
                narrowed,
                replace(caller, client_id=held.client_id),
                by_details=held.by_details or details is not None,
                offer=None,
                family=held.family,
            )
            with deed.write() as records:
                fresh = records.authorisations.rotate_refresh(held.family, token, renewed, now)
                if fresh:
                    self._write(records, issued)
                else:
                    records.authorisations.end_family(held.family)
                    records.audit(Event("refresh.replayed", held.family, "refused", self.hiding.subject(held.subject)))
        if not fresh:
            raise InvalidGrant("the refresh token was used already")
        return replace(issued, refresh_token=renewed)

    def _doing(self, subject: Person) -> AbstractContextManager[Doing]:
        return doing(self.store, self.clock, Operation.TOKEN, self.hiding.subject(subject))

    def _with_refresh(
        self, issued: IssuedToken, caller: Caller, *, by_details: bool
    ) -> tuple[IssuedToken, RefreshGrant | None]:
        """Begin a family of refresh tokens, for a token that is bound to a key (RFC 9700 section 2.2.2)."""
        grant = issued.grant
        if grant.dpop_thumbprint is None or not self.refresh_lifetime:
            return issued, None
        refresh = RefreshGrant(
            family=grant.session,
            subject=grant.subject,
            configurations=grant.configurations,
            by_details=by_details,
            dpop_thumbprint=grant.dpop_thumbprint,
            expires_at=self.clock.now() + self.refresh_lifetime,
            client_id=grant.client_id,
            instance=caller.instance,
        )
        bound = replace(issued, grant=replace(grant, family=refresh.family))
        return replace(bound, refresh_token=_refresh_token(refresh.family)), refresh

    def _check_wallet(self, offer: Offer | None, caller: Caller) -> None:
        for each in (self.profile, *((offer.profile,) if offer is not None else ())):
            RULES[each].check_wallet(bound=caller.dpop_thumbprint is not None, attested=caller.instance is not None)

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
        subject: Person,
        configurations: tuple[str, ...],
        caller: Caller,
        *,
        by_details: bool,
        offer: str | None,
        family: str | None = None,
    ) -> IssuedToken:
        session = random_reference()
        datasets = self.read_debts(subject).datasets(configurations, session, self.derivation)
        by_identifier = by_details or needs_identifiers(configurations, datasets)
        grant = AccessGrant(
            session=session,
            subject=subject,
            configurations=configurations,
            by_identifier=by_identifier,
            expires_at=self.clock.now() + token_lifetime(caller.dpop_thumbprint),
            client_id=caller.client_id,
            dpop_thumbprint=caller.dpop_thumbprint,
            offer=offer,
            family=family,
        )
        return IssuedToken(random_token(), grant, datasets if by_identifier else ())

    def _write(self, records: Records, issued: IssuedToken, refresh: RefreshGrant | None = None) -> None:
        records.authorisations.add_grant(issued.token, issued.grant)
        if refresh is not None and issued.refresh_token is not None:
            records.authorisations.add_refresh(refresh, issued.refresh_token)
        records.audit(Event("token.given", issued.grant.session, "ok", self.hiding.subject(issued.grant.subject)))


def _refresh_token(family: str) -> str:
    return f"{family}.{random_token()}"


def family_of(refresh_token: str) -> str | None:
    """Return the family that a refresh token says it is of; None for what is no refresh token of ours."""
    found = _REFRESH_TOKEN.match(refresh_token)
    return found["family"] if found is not None else None


def _narrowed(
    granted: tuple[str, ...], asked: Sequence[str] | None, parameter: str = "authorization_details"
) -> tuple[str, ...]:
    if asked is None:
        return granted
    narrowed = tuple(each for each in granted if each in asked)
    if len(narrowed) != len(set(asked)):
        raise InvalidScope(f"{parameter} asks for more than was granted")
    return narrowed
