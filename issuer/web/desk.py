"""What the routes of one agency work with: its use cases, and a few facts about it to show."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from credentials.clock import Clock
from credentials.masking import Secret
from credentials.openid.nonce import NonceAuthority
from credentials.openid.offer import reference_uri
from issuer.domain.configurations import Offered
from issuer.domain.profiles import scheme_of
from issuer.ports import LoginProvider
from issuer.usecases.attestation import AuthenticateWallet
from issuer.usecases.authorise import Authorise, PushRequest
from issuer.usecases.debts import ReadDebts
from issuer.usecases.deferred import CollectDeferred
from issuer.usecases.describe import Describe, SignMetadata
from issuer.usecases.dpop import TakeDpopProof
from issuer.usecases.encrypt import MessageEncryption
from issuer.usecases.issue import IssueCredentials
from issuer.usecases.notification import TakeNotification
from issuer.usecases.offer import CreateOffer, MadeOffer, ShowOffer
from issuer.usecases.publish import PublishStatus, ReadStatusList
from issuer.usecases.refresh import RefreshSource
from issuer.usecases.token import GiveToken
from issuer.usecases.withdraw import Withdraw
from service.csrf import CsrfGuard
from service.pages import Pages
from service.sessions import Sessions


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom a citizen can ask."""

    phone: str | None = None
    website: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One agency's use cases."""

    url: str
    agency: str
    contact: Contact
    web_wallets: tuple[tuple[str, str], ...]
    clock: Clock
    status_ttl: timedelta
    api_token: Secret
    random: Callable[[int], bytes] = field(repr=False)
    offered: Offered
    describe: Describe
    sign_metadata: SignMetadata
    create_offer: CreateOffer
    show_offer: ShowOffer
    push_request: PushRequest
    authenticate: AuthenticateWallet
    authorise: Authorise
    give_token: GiveToken
    take_dpop: TakeDpopProof
    nonces: NonceAuthority
    encryption: MessageEncryption
    issue: IssueCredentials
    collect_deferred: CollectDeferred
    take_notification: TakeNotification
    read_debts: ReadDebts
    read_status_list: ReadStatusList
    publish: PublishStatus
    withdraw: Withdraw
    refresh: RefreshSource
    login: LoginProvider
    sessions: Sessions
    csrf: CsrfGuard
    pages: Pages

    def link_to(self, made: MadeOffer) -> str:
        """Return the link of an offer, as wallets of its profile open it."""
        scheme = scheme_of((self.create_offer.profile, made.offer.profile))
        return reference_uri(f"{self.url}/offers/{made.secrets.id}", scheme=scheme)
