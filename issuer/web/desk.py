"""What the routes of one agency work with: its use cases, and a few facts about it to show."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from credentials.clock import Clock
from credentials.debts.person import Numbering
from credentials.encoding import JsonObject
from credentials.masking import Secret
from credentials.openid.nonce import NonceAuthority
from credentials.openid.offer import reference_uri
from issuer.domain.configurations import Offered
from issuer.domain.profiles import scheme_of
from issuer.ports import LoginProvider
from issuer.usecases.attestation import AuthenticateWallet
from issuer.usecases.authorise import Authorise, PushRequest
from issuer.usecases.changes import NoteChanges
from issuer.usecases.debts import ShowDebts
from issuer.usecases.deferred import CollectDeferred
from issuer.usecases.describe import Describe, SignMetadata
from issuer.usecases.document import MakeDocument
from issuer.usecases.dpop import TakeDpopProof
from issuer.usecases.encrypt import MessageEncryption
from issuer.usecases.issue import IssueCredentials
from issuer.usecases.notices import KeepNotices
from issuer.usecases.notification import TakeNotification
from issuer.usecases.offer import CreateOffer, MadeOffer, ShowOffer
from issuer.usecases.publish import PublishStatus, ReadStatusList
from issuer.usecases.refresh import RefreshSource
from issuer.usecases.representation import NoteRepresentation
from issuer.usecases.respond import SignResponse
from issuer.usecases.revoke import RevokeToken
from issuer.usecases.token import GiveToken
from issuer.usecases.wallet_login import LogInWithWallet
from issuer.usecases.withdraw import Withdraw
from service.api_answers import ApiAnswers
from service.api_clients import ApiClients, ApiTokens
from service.csrf import CsrfGuard
from service.pages import Pages
from service.sessions import Sessions


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom a citizen can ask."""

    phone: str | None = None
    website: str | None = None
    note: str | None = None
    arrangement: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One agency's use cases. `web_wallets` take an offer, `asked_web_wallets` a request: name, address.

    `numbering` says by which number people are known here; without `login` they log in with a wallet alone. Without
    `api_token` only registered `api_clients` come to the business API. Without `document` this machine cannot make
    one, and the page does not offer it.
    """

    url: str
    agency: str
    numbering: Numbering
    contact: Contact
    web_wallets: tuple[tuple[str, str], ...]
    asked_web_wallets: tuple[tuple[str, str], ...]
    clock: Clock
    status_ttl: timedelta
    api_token: Secret | None
    api_clients: ApiClients
    api_tokens: ApiTokens
    api_answers: ApiAnswers
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
    revoke_token: RevokeToken
    nonces: NonceAuthority
    encryption: MessageEncryption
    issue: IssueCredentials
    collect_deferred: CollectDeferred
    take_notification: TakeNotification
    show_debts: ShowDebts
    sign_response: SignResponse
    document: MakeDocument | None
    read_status_list: ReadStatusList
    publish: PublishStatus
    withdraw: Withdraw
    note_changes: NoteChanges
    refresh: RefreshSource
    notices: KeepNotices
    login: LoginProvider | None
    login_keys: JsonObject
    note_representation: NoteRepresentation
    wallet_login: LogInWithWallet | None
    sessions: Sessions
    csrf: CsrfGuard
    pages: Pages

    @property
    def private(self) -> bool:
        """Tell whether this is a private creditor, who has customers and no citizen service number of anybody."""
        return self.numbering is Numbering.CUSTOMER_NUMBER

    def link_to(self, made: MadeOffer) -> str:
        """Return the link of an offer, as wallets of its profile open it."""
        scheme = scheme_of((self.create_offer.profile, made.offer.profile))
        return reference_uri(f"{self.url}/offers/{made.secrets.id}", scheme=scheme)
