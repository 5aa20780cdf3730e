"""What the use cases need from the outside: storage, the vault, agencies, requesters, the trust list, proof.

Every method about a citizen's data takes the opened wallet: without its key there is nothing to read, and its id stands
in every WHERE clause.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar, final

from credentials.encoding import JsonObject
from credentials.errors import BlauweKnopError
from credentials.formats import Credential
from credentials.keys import PublicJwk, Signer, SoftwareSigner
from credentials.masking import Secret
from credentials.openid.notification import NotificationEvent
from credentials.openid.offer import CredentialOffer, OfferReference
from credentials.openid.request_link import RequestLink, RequestReference
from credentials.openid.vp_response import Acknowledged
from credentials.trust import TrustList
from credentials.verification import Report
from wallet_api.domain.card import Agency, Card, Standing
from wallet_api.domain.issuance import Grant, IssuerDescription, Kind
from wallet_api.domain.permission import Permission
from wallet_api.domain.wallet import Lock, OpenedWallet, StoredWallet, WalletNumber

_Item = TypeVar("_Item")


class Wallets(Protocol):
    """The wallets themselves: ids, locks and attempts; nothing about anybody."""

    def add(self, wallet: StoredWallet) -> None:
        """Store a new wallet."""
        ...

    def find(self, tag: bytes) -> StoredWallet | None:
        """Return the wallet with this tag."""
        ...

    def reserve_attempt(self, wallet: StoredWallet, blocked_until: datetime | None, now: datetime) -> bool:
        """Count an attempt as failed before it is made. False when it is blocked or another attempt came between."""
        ...

    def clear_attempts(self, wallet_id: str) -> None:
        """Forget the failures after a right PIN."""
        ...

    def exists(self, wallet_id: str) -> bool:
        """Say whether the wallet is still there."""
        ...

    def delete(self, wallet_id: str) -> None:
        """Delete the wallet and everything in it."""
        ...


class Locksmith(Protocol):
    """Makes and opens locks; slow on purpose."""

    def tag(self, number: WalletNumber) -> bytes:
        """Return the hash by which a wallet is found."""
        ...

    def fit(self, wallet_id: str, key: bytes, number: WalletNumber, pin: Secret) -> Lock:
        """Wrap a wallet's key under its number and PIN."""
        ...

    def open(self, wallet_id: str, lock: Lock, number: WalletNumber, pin: Secret) -> bytes:
        """Return the wallet's key. Raises UnknownWallet."""
        ...

    def pretend(self, number: WalletNumber, pin: Secret) -> None:
        """Take as long as `open` does, for a wallet that does not exist."""
        ...


@final
@dataclass(frozen=True, slots=True)
class SealedRecord:
    """One row of the vault as it is stored. `shelf` and `id` are opaque; `content` is encrypted and padded."""

    shelf: str
    id: str
    content: bytes = field(repr=False)
    version: int = 1
    expires_at: datetime | None = None


class Records(Protocol):
    """Rows that belong to one wallet; what they say is not known here."""

    def get(self, wallet_id: str, shelf: str, id: str, now: datetime) -> SealedRecord | None:
        """Return a row that has not expired."""
        ...

    def all(self, wallet_id: str, shelf: str, now: datetime) -> Sequence[SealedRecord]:
        """Return all rows of a shelf that have not expired, in the order in which they were first put."""
        ...

    def take(self, wallet_id: str, shelf: str, id: str, now: datetime) -> SealedRecord | None:
        """Delete a row and return it, so that only one caller gets it."""
        ...

    def exchange(
        self, wallet_id: str, put: Sequence[SealedRecord], remove: Collection[tuple[str, str]], now: datetime
    ) -> None:
        """Put and remove rows in one transaction.

        A row of version 1 is new; of a higher version it replaces the one before it. Raises ChangedMeanwhile when
        that one is not there (any more), NotFound when the wallet is gone.
        """
        ...

    def purge(self, now: datetime) -> int:
        """Delete expired rows of all wallets and return how many."""
        ...


class Shelf(Protocol[_Item]):
    """The things of one kind in a citizen's vault, open to whoever holds the opened wallet."""

    def place(self, wallet: OpenedWallet, secret: str) -> str:
        """Return the id under which something is kept that must be found again by a secret value."""
        ...

    def put(self, wallet: OpenedWallet, id: str, item: _Item, *, expires_at: datetime | None = None) -> None:
        """Keep something new. Raises ChangedMeanwhile when the id is taken."""
        ...

    def get(self, wallet: OpenedWallet, id: str) -> _Item:
        """Return it. Raises NotFound."""
        ...

    def all(self, wallet: OpenedWallet) -> list[_Item]:
        """Return everything on the shelf, oldest first."""
        ...

    def take(self, wallet: OpenedWallet, id: str) -> _Item:
        """Remove and return it: only one caller gets it. Raises NotFound."""
        ...

    def update(self, wallet: OpenedWallet, id: str, change: Callable[[_Item], _Item]) -> _Item:
        """Change it from its stored state; tried again when another window came between. Raises NotFound."""
        ...

    def update_all(self, wallet: OpenedWallet, changes: Mapping[str, Callable[[_Item], _Item]]) -> None:
        """Change several from their stored state in one transaction; those that are gone meanwhile are left out."""
        ...

    def exchange(
        self,
        wallet: OpenedWallet,
        put: Mapping[str, _Item],
        remove: Collection[str] = (),
        *,
        expires_at: datetime | None = None,
    ) -> None:
        """Put (new, until it expires, or over the old) and remove in one transaction."""
        ...

    def remove(self, wallet: OpenedWallet, id: str) -> None:
        """Remove it, if it is there."""
        ...


class TrustSource(Protocol):
    """The scheme's trust list."""

    def current(self) -> TrustList:
        """Return the last good list. Raises TrustListExpired."""
        ...


@final
@dataclass(frozen=True, slots=True)
class Obtained:
    """Copies of one credential. `notice` is the name by which the agency wants to hear what became of them."""

    credentials: Sequence[Credential] = field(repr=False)
    notice: str | None = field(default=None, repr=False)


@final
@dataclass(frozen=True, slots=True)
class NotReady:
    """The agency does not have it yet: it wants to be asked by this name, and not before so many seconds."""

    transaction_id: str = field(repr=False)
    interval: int


class Attester(Protocol):
    """The wallet provider, by whose word agencies know this wallet."""

    def attest(self, instance: PublicJwk, now: datetime) -> str:
        """Attest a key of this wallet, for one visit to one agency."""
        ...

    def attest_keys(self, keys: Sequence[PublicJwk], nonce: str | None, now: datetime) -> str:
        """Attest keys that cards will be bound to."""
        ...


class Issuers(Protocol):
    """Agencies, over OpenID4VCI 1.0. One call is one conversation; nothing is remembered of the citizen."""

    def describe(self, credential_issuer: str) -> IssuerDescription:
        """Return an agency's metadata, kept for a few minutes. Raises Unavailable, MalformedInput."""
        ...

    def describe_all(self, credential_issuers: Sequence[str]) -> Mapping[str, IssuerDescription | BlauweKnopError]:
        """Return the metadata of several agencies, asked for at the same time; an error for those that failed."""
        ...

    def read_offer(self, text: str) -> CredentialOffer | OfferReference:
        """Read an offer link; nothing is fetched. Raises MalformedInput."""
        ...

    def fetch_offer(self, url: str) -> CredentialOffer:
        """Fetch an offer that was given by reference. Raises Unavailable, MalformedInput."""
        ...

    def push(
        self,
        description: IssuerDescription,
        configurations: Sequence[str],
        *,
        state: str,
        code_verifier: str,
        key: SoftwareSigner,
        issuer_state: str | None = None,
    ) -> str:
        """Push an authorization request and return the address to send the citizen's browser to.

        `key` is for this visit alone: by it the wallet proves that it is the same one that comes back.

        Raises IssuerRefused, Unavailable, MalformedInput.
        """
        ...

    def redeem_code(self, description: IssuerDescription, code: str, code_verifier: str, key: SoftwareSigner) -> Grant:
        """Exchange an authorization code. Raises IssuerRefused, Unavailable, MalformedInput."""
        ...

    def redeem_offer(self, description: IssuerDescription, code: str, transaction_code: str | None) -> Grant:
        """Exchange a pre-authorized code. Raises TransactionCodeWrong, IssuerRefused, Unavailable, MalformedInput."""
        ...

    def redeem_permission(self, description: IssuerDescription, permission: Permission) -> Grant:
        """Exchange a refresh token, and return a grant with the next one.

        Raises PermissionOver when it is not good any more, IssuerRefused, Unavailable, MalformedInput.
        """
        ...

    def obtain(
        self, description: IssuerDescription, grant: Grant, kind: Kind, identifier: str | None, keys: Sequence[Signer]
    ) -> Obtained | NotReady:
        """Ask for one credential, bound to each of these keys in turn: one copy per key, in their order.

        Raises IssuerRefused, Unavailable, MalformedInput.
        """
        ...

    def obtain_later(self, description: IssuerDescription, grant: Grant, transaction_id: str) -> Obtained | NotReady:
        """Ask again for what was not ready. Raises IssuerRefused, Unavailable, MalformedInput."""
        ...

    def notify(
        self, description: IssuerDescription, grant: Grant, notices: Sequence[str], event: NotificationEvent
    ) -> None:
        """Tell the agency soon what became of what it gave, if it wants to know. Nobody waits, nothing raises."""
        ...


@final
@dataclass(frozen=True, slots=True)
class Proven:
    """A card whose proof held: signature, issuer listed and allowed, bound to our key, valid, not withdrawn."""

    type: str
    claims: JsonObject = field(repr=False)
    issued_at: datetime | None
    valid_until: datetime | None


class Proof(Protocol):
    """Whether a card is sound, checked anew each time."""

    def prove(self, credential: Credential, kind: Kind, agency: Agency, holder: PublicJwk) -> Proven:
        """Demand that this agency issued it, now valid, for this key. Raises CardRefused."""
        ...

    def report(self, card: Card) -> Report:
        """Check a card anew and say per step what was found."""
        ...

    def standing(self, card: Card) -> Standing:
        """Look up the status of a card that was proven when it came in; UNKNOWN when its list cannot be had."""
        ...

    def forget_status(self) -> None:
        """Drop cached status lists, so that the next look-up is fresh."""
        ...


class Requesters(Protocol):
    """Organisations that ask for cards, over OpenID4VP 1.0."""

    def read_link(self, text: str) -> RequestLink:
        """Read a request link; nothing is fetched. Raises InvalidPresentationRequest and its kin."""
        ...

    def fetch(self, reference: RequestReference, wallet_nonce: str | None) -> str:
        """Fetch a request object, by GET or with our nonce by POST. Raises Unavailable, PeerRefused."""
        ...

    def deliver(self, response_uri: str, fields: Mapping[str, str]) -> Acknowledged:
        """Post an answer and return where the citizen's browser must go next, or what request asks for the next part.

        Raises NotDelivered, TooLargeForThem.
        """
        ...
