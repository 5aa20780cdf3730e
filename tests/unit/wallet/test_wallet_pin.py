"""Numbers, PINs, and how often one may guess."""

from datetime import timedelta
from typing import cast

import pytest

from credentials.clock import FixedClock
from tests.passkey_kit import quick_locksmith
from tests.sharing_kit import MemoryShelf
from tests.wallets_kit import MemoryWallets
from wallet_api.domain.errors import TooManyAttempts, UnknownWallet, WeakPin
from wallet_api.domain.wallet import Attempts, WalletNumber, check_pin
from wallet_api.ports import Issuers
from wallet_api.usecases.permissions import Permissions
from wallet_api.usecases.wallets import KeepWallets

NUMBER = WalletNumber.parse("7397 5356 0975 9049")


def test_a_number_reads_as_it_is_typed() -> None:
    assert WalletNumber.parse("7397-5356.0975 9049") == NUMBER
    assert NUMBER.shown == "7397 5356 0975 9049"
    assert "7397" not in repr(NUMBER)
    assert "7397" not in str(NUMBER)


@pytest.mark.parametrize(
    "typed", ["", "7397", "7397 5356 0975 9048", "7379 5356 0975 9049", "x397535609759049", "٧" * 16]
)
def test_a_typing_error_is_seen_at_once(typed: str) -> None:
    with pytest.raises(UnknownWallet):
        WalletNumber.parse(typed)


def test_new_numbers_differ_and_fit_their_check_digit() -> None:
    numbers = {WalletNumber.new().digits for _ in range(100)}
    assert len(numbers) == 100
    assert all(WalletNumber.parse(digits) for digits in numbers)


@pytest.mark.parametrize("pin", ["739201", "hallo 2026", "blauwe knop", "é" * 3 + "abc"])
def test_a_fair_pin_is_taken(pin: str) -> None:
    assert check_pin(pin, NUMBER).reveal() == pin


@pytest.mark.parametrize(
    ("pin", "reason"),
    [
        ("12345", "short"),
        ("x" * 129, "long"),
        ("111111", "repeated"),
        ("121212", "repeated"),
        ("123123", "repeated"),
        ("123456", "sequence"),
        ("987654", "sequence"),
        ("abcdef", "sequence"),
        ("535609", "number"),
        ("112233", "common"),
        ("Wachtwoord", "common"),
    ],
)
def test_a_weak_pin_is_refused_with_its_reason(pin: str, reason: str) -> None:
    with pytest.raises(WeakPin) as caught:
        check_pin(pin, NUMBER)
    assert caught.value.reason == reason


def test_the_wait_doubles_up_to_an_hour() -> None:
    attempts = Attempts(free=3)
    waits = [int(attempts.wait_after(failures).total_seconds()) for failures in (0, 2, 3, 4, 5, 10, 40)]
    assert waits == [0, 0, 30, 60, 120, 3600, 3600]


@pytest.fixture
def keep(clock: FixedClock) -> KeepWallets:
    return KeepWallets(
        MemoryWallets(),
        quick_locksmith(),
        Attempts(free=3),
        clock,
        Permissions(cast("Issuers", None), MemoryShelf()),
        leaving=lambda _: None,
    )


def test_a_wallet_opens_with_what_it_was_made_with(keep: KeepWallets) -> None:
    made = keep.create("739201")
    assert keep.open(made.number.shown, "739201") == made.opened
    assert keep.open(made.number.digits, " 739201 ") == made.opened, "white space around it was not meant"


def test_a_wrong_number_and_a_wrong_pin_look_the_same(keep: KeepWallets) -> None:
    made = keep.create("739201")
    messages = set()
    for number, pin in ((WalletNumber.new().shown, "739201"), (made.number.shown, "739202")):
        with pytest.raises(UnknownWallet) as caught:
            keep.open(number, pin)
        messages.add(str(caught.value))
    assert len(messages) == 1


def test_guessing_is_slowed_down_and_a_right_pin_starts_anew(keep: KeepWallets, clock: FixedClock) -> None:
    made = keep.create("739201")
    for _ in range(3):
        with pytest.raises(UnknownWallet):
            keep.open(made.number.shown, "000001")
    with pytest.raises(TooManyAttempts) as caught:
        keep.open(made.number.shown, "739201")
    assert caught.value.wait == timedelta(seconds=30), "not even the right PIN is tried"
    clock.advance(timedelta(seconds=30))
    assert keep.open(made.number.shown, "739201") == made.opened
    with pytest.raises(UnknownWallet):
        keep.open(made.number.shown, "000001")
    assert keep.open(made.number.shown, "739201") == made.opened


def test_a_deleted_wallet_is_gone(keep: KeepWallets) -> None:
    made = keep.create("739201")
    keep.delete(made.opened)
    with pytest.raises(UnknownWallet):
        keep.open(made.number.shown, "739201")
