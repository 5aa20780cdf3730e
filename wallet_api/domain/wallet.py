"""A wallet, its number, its PIN, and how often one may guess.

A wallet has a number if its citizen chose to open it with a PIN: what is typed with it, like a bank card's. It is
random (15 digits and a check digit), and it is never stored: only a slow hash by which the wallet is found again. So a
copy of the database does not even say where to begin guessing a PIN, and a PIN of six digits is enough.
"""

import secrets
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final, Self, final

from credentials.masking import Secret
from wallet_api.domain.errors import UnknownWallet, WeakPin
from wallet_api.domain.locks import Brought, LockKind

NUMBER_DIGITS: Final = 16
MIN_PIN: Final = 6
MAX_PIN: Final = 128
MIN_PASSPHRASE: Final = 12

_COMMON: Final = frozenset(
    {"112233", "123321", "159753", "147258", "258456", "password", "wachtwoord", "welkom", "qwerty", "azerty", "geheim"}
)


@final
@dataclass(frozen=True, slots=True)
class WalletNumber:
    """The number of a wallet; its printed form hides it."""

    digits: str = field(repr=False)

    @classmethod
    def new(cls) -> Self:
        """Draw a new number."""
        body = "".join(str(secrets.randbelow(10)) for _ in range(NUMBER_DIGITS - 1))
        return cls(body + _check_digit(body))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what a citizen typed; spaces, dots and dashes do not matter. Raises UnknownWallet for a typing error."""
        digits = "".join(character for character in text if character not in " .-\u00a0\t")
        if len(digits) != NUMBER_DIGITS or not (digits.isascii() and digits.isdecimal()):
            raise UnknownWallet("the number does not have 16 digits")
        if _check_digit(digits[:-1]) != digits[-1]:
            raise UnknownWallet("the check digit does not fit")
        return cls(digits)

    @property
    def shown(self) -> str:
        """The number in groups of four, for the citizen's eyes."""
        return " ".join(self.digits[start : start + 4] for start in range(0, NUMBER_DIGITS, 4))

    def with_pin(self, pin: Secret) -> Brought:
        """Return what this number and a PIN bring to the door: the number is part of the secret."""
        return Brought(LockKind.PIN, self.digits.encode(), f"{self.digits}|{pin.reveal()}".encode())

    def __str__(self) -> str:
        return "WalletNumber(***)"


@final
@dataclass(frozen=True, slots=True)
class OpenedWallet:
    """A wallet whose key is at hand, because its citizen's session lives. Whoever has this may act for the citizen."""

    id: str
    key: bytes = field(repr=False)


@final
@dataclass(frozen=True, slots=True)
class StoredWallet:
    """What the database knows of a wallet: an opaque id, and how many attempts to open it went wrong in a row."""

    id: str
    failures: int = 0
    blocked_until: datetime | None = None


@final
@dataclass(frozen=True, slots=True)
class Attempts:
    """How often a wrong PIN or recovery code is taken before there is a delay, which doubles up to `longest`."""

    free: int = 5
    first_wait: timedelta = timedelta(seconds=30)
    longest: timedelta = timedelta(hours=1)

    def wait_after(self, failures: int) -> timedelta:
        """Return how long to wait after this many failures in a row."""
        if failures < self.free:
            return timedelta(0)
        doublings = min(failures - self.free, 20)
        return min(self.first_wait * (1 << doublings), self.longest)


def check_pin(text: str, number: WalletNumber) -> Secret:
    """Return the PIN or password in its normal form, if it is hard enough to guess. Raises WeakPin."""
    pin = normal_pin(text).reveal()
    if len(pin) < MIN_PIN:
        raise WeakPin("short")
    if len(pin) > MAX_PIN:
        raise WeakPin("long")
    if len(set(pin)) <= 2 or any(pin == pin[:size] * (len(pin) // size) for size in (2, 3)):
        raise WeakPin("repeated")
    steps = {ord(after) - ord(before) for before, after in pairwise(pin)}
    if steps in ({1}, {-1}):
        raise WeakPin("sequence")
    if pin in number.digits or number.digits in pin:
        raise WeakPin("number")
    if pin.casefold() in _COMMON:
        raise WeakPin("common")
    return Secret(pin)


def check_passphrase(text: str) -> Secret:
    """Return a passphrase of a file in its normal form. Nothing slows down guessing at a file. Raises WeakPin."""
    phrase = normal_pin(text).reveal()
    if len(phrase) > MAX_PIN:
        raise WeakPin("long")
    if len(phrase) < MIN_PASSPHRASE or len(set(phrase)) < MIN_PASSPHRASE // 2:
        raise WeakPin("phrase")
    return Secret(phrase)


def normal_pin(text: str) -> Secret:
    """Return what was typed in one normal form (NFKC), so that another keyboard gives the same key."""
    return Secret(unicodedata.normalize("NFKC", text).strip())


def _check_digit(body: str) -> str:
    # Luhn: it catches each single wrong digit and nearly all swaps of neighbours.
    total = 0
    for position, character in enumerate(reversed(body)):
        digit = int(character) * (2 if position % 2 == 0 else 1)
        total += digit - 9 if digit > 9 else digit
    return str(-total % 10)
