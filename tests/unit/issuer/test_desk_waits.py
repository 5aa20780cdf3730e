"""What the desk does not wait for: a register that takes long to read, a second file while one is being read."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest

from credentials.clock import FixedClock
from credentials.errors import Unavailable
from credentials.openid.errors import InvalidNonce
from credentials.openid.nonce import NonceAuthority
from issuer.app.source_check import CheckBeside
from issuer.ports import Condition
from issuer.web.operators.uploads import MOST_BYTES, Uploads
from tests.flows.issuance_kit import NOW
from tests.operators_kit import importing


class Slow:
    """A register that answers when it is told to."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.gone = threading.Event()

    def condition(self, as_of: object, *, wait: bool = True) -> Condition:
        assert self.go.wait(10)
        return Condition(readable=False, serving=False)

    def close(self) -> None:
        self.gone.set()


def test_a_check_is_waited_for_so_long_and_there_is_one_at_a_time(tmp_path: Path) -> None:
    register = Slow()
    check = CheckBeside(importing(tmp_path), lambda: register, FixedClock(NOW), timedelta())  # type: ignore[arg-type,return-value]
    assert check() is None
    with pytest.raises(Unavailable):
        check()
    register.go.set()
    assert register.gone.wait(10)


def test_a_check_that_is_done_in_time_says_what_it_found(tmp_path: Path) -> None:
    register = Slow()
    register.go.set()
    check = CheckBeside(importing(tmp_path), lambda: register, FixedClock(NOW), timedelta(seconds=10))  # type: ignore[arg-type,return-value]
    found = check()
    assert found is not None
    assert found.unavailable == "the register cannot be read"


def test_a_check_that_breaks_says_so_and_nothing_of_what_it_read(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    class Broken(Slow):
        def condition(self, as_of: object, *, wait: bool = True) -> Condition:
            raise ValueError("999990007")

    check = CheckBeside(importing(tmp_path), Broken, FixedClock(NOW), timedelta(seconds=10))  # type: ignore[arg-type,return-value]
    for _ in range(2):
        found = check()
        assert found is not None
        assert found.unavailable == "the check broke off"
    assert "999990007" not in "".join(capfd.readouterr())


def test_one_file_is_read_at_a_time_and_large_ones_come_with_a_ticket() -> None:
    clock = FixedClock(NOW)
    uploads = Uploads(NonceAuthority(bytes(32), purpose="x"), clock)
    with uploads.one_at_a_time(), pytest.raises(Unavailable), uploads.one_at_a_time():
        pytest.fail("two at once")
    with uploads.one_at_a_time():
        pass
    ticket = uploads.ticket()
    assert uploads.expected(f"/beheer/bron/inlezen/{ticket}") == MOST_BYTES
    assert uploads.expected(f"/beheer/bron/inlezen/{ticket}x") == 0
    clock.at += timedelta(minutes=5)
    assert uploads.expected(f"/beheer/bron/inlezen/{ticket}") == 0
    with pytest.raises(InvalidNonce):
        uploads.check(ticket)
