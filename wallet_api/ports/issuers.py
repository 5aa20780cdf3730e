"""Agencies, and who says to them what this wallet is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, final

from credentials.errors import BlauweKnopError
from credentials.formats import Credential
from credentials.keys import PublicJwk, Signer, SoftwareSigner
from credentials.openid.notification import NotificationEvent
from credentials.openid.offer import CredentialOffer, OfferReference
from wallet_api.domain.errand import Question
from wallet_api.domain.issuance import Grant, IssuerDescription, Kind
from wallet_api.domain.permission import Permission


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

    def give_back(self, permission: Permission) -> None:
        """Give a refresh token back soon, to an agency that ends it then. Nobody waits, nothing raises."""
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

    def seal_question(self, description: IssuerDescription, transaction_id: str) -> Question | None:
        """Return the question for what was not ready, as it may be carried while the vault is closed.

        None where the agency does not encrypt both ways. Raises Unavailable, MalformedInput.
        """
        ...

    def open_answer(self, question: Question, content: str) -> Obtained:
        """Read the answer to a question that was carried. Raises MalformedInput."""
        ...

    def notify(self, credential_issuer: str, grant: Grant, notices: Sequence[str], event: NotificationEvent) -> None:
        """Tell the agency soon what became of what it gave, if it wants to know. Nobody waits, nothing raises."""
        ...
