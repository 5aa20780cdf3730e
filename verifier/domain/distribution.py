"""What creditors would get of an amount: an aid and never a decision, computed of a person's choices only.

1. Ordinary claims get a rate r of what is owed, preferential claims the double, 2r, as is usual in voluntary
   arrangements: r = amount / (2 * preferential + ordinary).
2. Nobody gets more than is owed. Where 2r would pass 100 %, preferential claims get all, and ordinary ones the rest.
3. To the cent: what preferential claims get together is rounded to the nearest cent, half a cent up; ordinary claims
   get the rest. Within both, each claim gets its share rounded down, and the cents that are left go one each to the
   claims with the largest part of a cent cut off; where these are equal, to the larger claim, then to the first. So the
   shares add up to the amount exactly.

Which claim is preferential is said by whoever asks; nothing here knows or guesses it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import final


class Place(StrEnum):
    """Where a counsellor puts a claim."""

    PREFERENTIAL = "voorrang"
    ORDINARY = "gewoon"
    OUTSIDE = "niet"


@final
@dataclass(frozen=True, slots=True)
class Claim:
    """What is owed, in cents above zero, and where the counsellor puts it."""

    balance: int
    place: Place


@final
@dataclass(frozen=True, slots=True)
class Share:
    """What a claim would get, in cents; None when it takes no part."""

    claim: Claim
    cents: int | None

    @property
    def rate(self) -> Fraction | None:
        """The part of what is owed that this is."""
        return None if self.cents is None else Fraction(self.cents, self.claim.balance)


@final
@dataclass(frozen=True, slots=True)
class Distribution:
    """The shares in the order of the claims, their sums by place, and what is left when everybody gets all."""

    shares: tuple[Share, ...]
    preferential: int
    ordinary: int
    left: int
    ordinary_rate: Fraction
    preferential_rate: Fraction


def distribute(amount: int, claims: Sequence[Claim]) -> Distribution:
    """Distribute an amount in cents over claims."""
    first = [each for each, claim in enumerate(claims) if claim.place is Place.PREFERENTIAL]
    others = [each for each, claim in enumerate(claims) if claim.place is Place.ORDINARY]
    owed_first = sum(claims[each].balance for each in first)
    owed_others = sum(claims[each].balance for each in others)
    pot = min(amount, owed_first + owed_others)
    weight = 2 * owed_first + owed_others
    to_first = min(owed_first, (2 * (2 * owed_first * pot) + weight) // (2 * weight)) if weight else 0
    to_others = pot - to_first
    cents: dict[int, int] = {}
    for places, sum_ in ((first, to_first), (others, to_others)):
        balances = [claims[each].balance for each in places]
        cents |= zip(places, _split(sum_, balances), strict=True)
    return Distribution(
        shares=tuple(Share(claim, cents.get(each)) for each, claim in enumerate(claims)),
        preferential=to_first,
        ordinary=to_others,
        left=amount - pot,
        ordinary_rate=_rate(to_others, owed_others),
        preferential_rate=_rate(to_first, owed_first),
    )


def _split(sum_: int, balances: Sequence[int]) -> list[int]:
    """Split a sum by these balances, to the cent; `sum_` is at most what they add up to."""
    total = sum(balances)
    if not total:
        return [0] * len(balances)
    cents = [balance * sum_ // total for balance in balances]
    by_rest = sorted(range(len(balances)), key=lambda each: (-(balances[each] * sum_ % total), -balances[each], each))
    for each in by_rest[: sum_ - sum(cents)]:
        cents[each] += 1
    return cents


def _rate(part: int, whole: int) -> Fraction:
    return Fraction(part, whole) if whole else Fraction(0)
