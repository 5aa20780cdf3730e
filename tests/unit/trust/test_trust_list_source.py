"""Where the trust list comes from: renewed in time, kept through an outage and a restart, never an older one."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from credentials.clock import FixedClock
from credentials.errors import Unavailable
from credentials.keys import SoftwareSigner
from credentials.trust import Participant, TrustListExpired, TrustListSource
from credentials.trust.trust_list import issue

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ROOT = SoftwareSigner.generate()
EVERY = timedelta(minutes=15)


def a_list(sequence: int, name: str = "CJIB") -> str:
    member = Participant(identifier="https://cjib.example", name=name, did="did:web:cjib.example")
    return issue([member], ROOT, issuer="https://scheme.example", sequence=sequence, now=NOW)


@dataclass(slots=True)
class Memory:
    """A keeper that forgets nothing while the test lasts."""

    text: str | None = None

    def load(self) -> str | None:
        return self.text

    def save(self, content: str) -> None:
        self.text = content


@dataclass(slots=True)
class Scheme:
    """The scheme's site, and what happened at its door."""

    text: str | None
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))
    keeper: Memory = field(default_factory=Memory)
    reads: int = 0
    failures: list[str] = field(default_factory=list)

    def read(self) -> str:
        self.reads += 1
        if self.text is None:
            raise Unavailable("the scheme does not answer")
        return self.text

    def source(self) -> TrustListSource:
        return TrustListSource(
            self.read, ROOT.public_jwk, self.clock, refresh=EVERY, keeper=self.keeper, failed=self.failures.append
        )


def test_it_is_read_once_and_again_when_it_is_time() -> None:
    scheme = Scheme(a_list(1))
    source = scheme.source()
    source.current()
    source.current()
    assert scheme.reads == 1
    scheme.text = a_list(2, "CJIB, een nieuwe naam")
    scheme.clock.advance(EVERY)
    assert source.current().participants[0].name == "CJIB, een nieuwe naam"
    assert scheme.reads == 2


def test_an_outage_is_told_tried_again_soon_and_survived() -> None:
    scheme = Scheme(a_list(1))
    source = scheme.source()
    source.current()
    scheme.text = None
    scheme.clock.advance(EVERY)
    assert source.current().sequence == 1
    assert scheme.failures == ["unavailable"]
    scheme.clock.advance(timedelta(seconds=11))
    source.current()
    assert scheme.reads == 3


def test_without_any_list_nobody_is_trusted() -> None:
    with pytest.raises(TrustListExpired):
        Scheme(None).source().current()


def test_when_the_last_good_list_expires_everything_stops() -> None:
    scheme = Scheme(a_list(1))
    source = scheme.source()
    source.current()
    scheme.text = None
    scheme.clock.advance(timedelta(hours=25))
    with pytest.raises(TrustListExpired):
        source.current()


def test_after_a_restart_without_the_scheme_the_kept_list_serves() -> None:
    scheme = Scheme(a_list(7))
    scheme.source().current()
    scheme.text = None
    assert scheme.source().current().sequence == 7


def test_after_a_restart_an_older_list_is_still_refused() -> None:
    scheme = Scheme(a_list(7))
    scheme.source().current()
    scheme.text = a_list(6, "wie er niet meer bij hoort")
    assert scheme.source().current().participants[0].name == "CJIB"
    assert scheme.failures == ["trust_list_rejected"]


@pytest.mark.parametrize("kept", ["", "geen lijst", a_list(1)[:-3]])
def test_a_kept_text_that_is_no_list_is_told_and_left(kept: str) -> None:
    scheme = Scheme(a_list(1), keeper=Memory(kept))
    assert scheme.source().current().sequence == 1
    assert scheme.failures


def test_renewing_by_hand_does_not_wait() -> None:
    scheme = Scheme(a_list(1))
    source = scheme.source()
    source.current()
    scheme.text = a_list(2)
    source.renew()
    assert source.current().sequence == 2


def test_a_reader_that_raises_something_else_is_a_fault_of_ours() -> None:
    def broken() -> str:
        raise RuntimeError("a mistake in our own code")

    read: Callable[[], str] = broken
    with pytest.raises(RuntimeError):
        TrustListSource(read, ROOT.public_jwk, FixedClock(NOW), refresh=EVERY).current()
