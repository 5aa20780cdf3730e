"""The wallet's request, from being pushed to the code that the browser brings back."""

from dataclasses import dataclass

from credentials.clock import Clock
from credentials.debts.person import Person
from issuer.domain.authorisation import CODE_LIFETIME, PUSHED_LIFETIME, AuthorisationCode, PushedRequest
from issuer.domain.clients import Wallets
from issuer.domain.errors import AuthorisationEnded, InvalidClient, InvalidScope, SomebodyElse
from issuer.domain.facts import Hiding
from issuer.domain.offers import Offer
from issuer.domain.secrets import random_reference, random_token
from issuer.ports import Event, Store, WalletDirectory


@dataclass(frozen=True, slots=True)
class PushRequest:
    """The pushed authorization request endpoint (RFC 9126)."""

    store: Store
    clock: Clock
    directory: WalletDirectory

    def __call__(self, request: PushedRequest) -> str:
        """Check and store a request, and return its handle. Raises InvalidClient, InvalidScope."""
        self.directory.wallets().check(request.client_id, request.redirect_uri)
        if not request.configurations:
            raise InvalidScope("the request asks for no credential that is issued here")
        handle = random_token()
        with self.store.write() as records:
            records.authorisations.push(handle, request, self.clock.now() + PUSHED_LIFETIME)
        return handle


@dataclass(frozen=True, slots=True)
class Authorise:
    """The authorization endpoint, before and after the citizen's login."""

    store: Store
    clock: Clock
    directory: WalletDirectory
    hiding: Hiding

    def begin(self, handle: str, client_id: str) -> PushedRequest:
        """Take the pushed request. Raises AuthorisationEnded, InvalidClient."""
        with self.store.write() as records:
            request = records.authorisations.take_pushed(handle, self.clock.now())
        if request is None:
            raise AuthorisationEnded
        if request.client_id != client_id:
            raise InvalidClient("the request was pushed by another client")
        # The list may have changed since: a withdrawn wallet gets nobody sent to it.
        self.wallets().check(request.client_id, request.redirect_uri)
        return request

    def wallets(self) -> Wallets:
        """Return the wallets that need no confirmation."""
        return self.directory.wallets()

    def finish(self, request: PushedRequest, subject: Person) -> str:
        """Give a code for this citizen. Raises SomebodyElse when the request came with another's offer."""
        code = random_token()
        now = self.clock.now()
        with self.store.write() as records:
            offer = records.offers.by_issuer_state(request.issuer_state) if request.issuer_state else None
            if request.issuer_state is not None:
                self._check_offer(offer, subject)
            if offer is not None and not records.offers.redeem(offer.reference, now):
                raise AuthorisationEnded
            records.authorisations.add_code(
                code,
                AuthorisationCode(
                    client_id=request.client_id,
                    redirect_uri=request.redirect_uri,
                    code_challenge=request.code_challenge,
                    configurations=request.configurations,
                    by_details=request.by_details,
                    subject=subject,
                    expires_at=now + CODE_LIFETIME,
                    offer=offer.reference if offer else None,
                    dpop_thumbprint=request.dpop_thumbprint,
                    instance=request.instance,
                ),
            )
            records.audit(Event("code.given", random_reference(), "ok", self.hiding.subject(subject)))
        return code

    def _check_offer(self, offer: Offer | None, subject: Person) -> None:
        # OpenID4VCI 1.0 section 5.1.3: issuer_state comes from outside and proves nothing by itself.
        if offer is None or not offer.is_open(self.clock.now()):
            raise AuthorisationEnded
        if offer.subject != subject:
            raise SomebodyElse
