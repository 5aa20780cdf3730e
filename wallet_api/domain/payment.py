"""How a citizen pays one debt: what, to whom, and as a code for a banking app.

1. The amount is what is due now, or else what falls due next, or else all of it.
2. There is no code where paying is not the next thing to do: while money is withheld already, after the agency has
   something newer to say, or where the account would be refused by a bank. The account is shown even so, as the card
   states it.
"""

from dataclasses import dataclass, field
from typing import final

from credentials.debts.errors import InvalidField
from credentials.debts.payment_qr import payment_qr
from credentials.debts.unpaid import Consequence, consequence_of
from wallet_api.domain.overview import OUT_OF_DATE, DebtLine, payee


@final
@dataclass(frozen=True, slots=True)
class Payment:
    """Whole cents, an account, its holder and a reference; `code` is the text of a payment QR code (EPC069-12)."""

    cents: int
    iban: str
    holder: str
    reference: str | None
    code: str | None = field(repr=False)


def payment_of(line: DebtLine) -> Payment | None:
    """Return how to pay a debt; None when its card names no account, or nothing is left to pay."""
    case = line.case
    cents = line.due.now or line.due.next_amount or line.balance
    if case.iban is None or cents <= 0:
        return None
    holder = case.iban_holder or payee(case, line.card.agency)
    withheld = consequence_of(case) is Consequence.WITHHELD
    code = None
    if not withheld and line.freshness not in OUT_OF_DATE and line.card.gone_since is None:
        try:
            code = payment_qr(iban=case.iban, name=holder, cents=cents, reference=case.payment_reference)
        except InvalidField:
            code = None  # what the card states is shown; no bank is offered it
    return Payment(cents, case.iban, holder, case.payment_reference, code)
