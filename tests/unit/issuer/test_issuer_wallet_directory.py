"""The wallets on the trust list: as the scheme signed them, for as long as that holds, and otherwise nobody."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from credentials.clock import FixedClock
from credentials.keys import SoftwareSigner
from credentials.trust import TrustListSource
from credentials.trust.participant import Participant, Role
from credentials.trust.trust_list import issue
from issuer.clients import NoDirectory, TrustListDirectory
from issuer.domain.clients import ListedWallet

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SCHEME = SoftwareSigner.generate()
WALLET = Participant(
    identifier="https://wallet.example",
    name="Mijn wallet",
    roles=frozenset({Role.WALLET}),
    client_ids=("https://wallet.example",),
    redirect_uris=("https://wallet.example/terug",),
)
LISTED = {"https://wallet.example": ListedWallet("Mijn wallet", frozenset({"https://wallet.example/terug"}))}


@dataclass(slots=True)
class Site:
    """The scheme's site: the text it serves now, or nothing."""

    text: str | None = None
    asked: int = 0
    refresh: timedelta = timedelta(0)
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))

    def read(self) -> str:
        self.asked += 1
        if self.text is None:
            raise OSError("no answer")
        return self.text

    def directory(self) -> TrustListDirectory:
        return TrustListDirectory(TrustListSource(self.read, SCHEME.public_jwk, self.clock, refresh=self.refresh))


def a_list(*participants: Participant, signer: SoftwareSigner = SCHEME, sequence: int = 1) -> str:
    return issue(
        participants,
        signer,
        issuer="https://scheme.example",
        sequence=sequence,
        now=NOW,
        lifetime=timedelta(days=1),
    )


def test_a_listed_wallet_is_known() -> None:
    assert Site(a_list(WALLET)).directory().wallets().listed == LISTED


def test_other_roles_are_no_wallets() -> None:
    issuer = Participant(
        identifier="https://cjib.example", name="CJIB", types=frozenset({"urn:x"}), did="did:web:cjib.example"
    )
    assert Site(a_list(issuer)).directory().wallets().listed == {}


@pytest.mark.parametrize("text", [None, "", "x.y.z", a_list(WALLET, signer=SoftwareSigner.generate())])
def test_what_the_scheme_did_not_sign_lists_nobody(text: str | None) -> None:
    assert Site(text).directory().wallets().listed == {}


def test_the_last_good_list_holds_while_the_site_is_away() -> None:
    site = Site(a_list(WALLET))
    directory = site.directory()
    directory.wallets()
    site.text = None
    assert directory.wallets().listed == LISTED


def test_but_not_longer_than_it_says() -> None:
    site = Site(a_list(WALLET))
    directory = site.directory()
    directory.wallets()
    site.clock.advance(timedelta(days=1))
    assert directory.wallets().listed == {}


def test_an_older_list_does_not_replace_a_newer_one() -> None:
    site = Site(a_list(WALLET, sequence=2))
    directory = site.directory()
    directory.wallets()
    site.text = a_list(sequence=1)
    assert directory.wallets().listed == LISTED
    site.text = a_list(sequence=3)
    assert directory.wallets().listed == {}


def test_it_is_not_asked_at_every_request() -> None:
    site = Site(a_list(WALLET), refresh=timedelta(minutes=5))
    directory = site.directory()
    for _ in range(3):
        directory.wallets()
    assert site.asked == 1


def test_without_a_list_every_wallet_is_asked_about() -> None:
    assert NoDirectory().wallets().listed == {}
