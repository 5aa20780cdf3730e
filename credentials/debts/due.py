"""What is due now, since when it is late and what is still to come: one definition for every page, card and export.

On a Dutch day `today`, of a case whose balance is positive:

1. *Late* is a demand that stands, is not paid and whose day has passed; and one that is late by what it is: a final
   notice (also where it grants a new day) or a reminder without a day of its own; and one that the agency itself
   states to be in arrears.
2. *Due now* is what is late, and what is to be paid today at the latest. A demand without a day is neither: it says
   nothing of when.
3. *Still to come* is what falls due first after today, while nothing is due now.
4. None of it is more than the balance, and nothing is due while the agency has suspended collection.

A card does not list its demands. It states their outcome on its reference date: `achterstand` (late), and as
`eerst_vervalt_bedrag` and `eerst_vervalt_datum` all that was due then with its earliest day, or else what falls due
next. From these, this module tells the same on that date, whoever asks, and on later days what came of it when nothing
was paid since.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final, final

from credentials.debts.phase import Phase

_PAST_ITS_DAY: Final = frozenset({Phase.FINAL_NOTICE, Phase.WRIT})


@final
@dataclass(frozen=True, slots=True)
class Due:
    """Amounts in whole cents. `pay_by` is the earliest day of what is due now; it is in the past when late.

    `late` is the part of `now` that is late. `next_amount` falls due on `next_day`, when nothing is due now.
    """

    now: int = 0
    late: int = 0
    pay_by: date | None = None
    late_since: date | None = None
    next_amount: int = 0
    next_day: date | None = None


NOTHING_DUE: Final = Due()


def due_of(
    today: date,
    *,
    as_of: date | None,
    balance: int | None,
    arrears: int | None,
    first_day: date | None,
    first_amount: int | None,
    phase: Phase | None,
) -> Due | None:
    """Tell what is due on `today`, of what was so on the day `as_of`.

    Everything may be None: not disclosed. Returns None when what was disclosed does not tell.
    """
    if arrears is None and first_amount is None:
        return NOTHING_DUE if balance is not None and balance <= 0 else None
    most = balance if balance is not None else max(arrears or 0, first_amount or 0)
    if most <= 0 or phase is Phase.SUSPENDED:
        return NOTHING_DUE
    late, first = (min(max(amount or 0, 0), most) for amount in (arrears, first_amount))
    if not late and first_day is None:
        # No demand tells, but this stage is not reached before a day has passed.
        if phase in _PAST_ITS_DAY:
            return Due(now=most, late=most)
        return None if arrears is None else NOTHING_DUE
    if not late and first_day is not None and first_day > today:
        return Due(next_amount=first, next_day=first_day)
    # A card of another maker may state in `eerst_vervalt_bedrag` but the first part of what is late.
    now = max(late, first)
    if first_day is not None and first_day < today and (not late or as_of is None or as_of < today):
        late = now
    since = first_day if late and first_day is not None and first_day < today else None
    return Due(now=now, late=late, pay_by=first_day, late_since=since)
