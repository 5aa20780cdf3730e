"""How to pay one debt: what is due, to the account that the card states, with a code only where paying is wise."""

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.wallet.test_wallet_overview import NOW
from tests.unit.wallet.test_wallet_urgency import LATE, NOTHING_DUE, a_debt
from wallet_api.domain.card import Standing
from wallet_api.domain.overview import overview_of
from wallet_api.domain.payment import payment_of

ACCOUNT = {"iban": "NL84FICT0000007007", "tnv": "CJIB", "kenmerk": "9000000030000003"}


@pytest.mark.parametrize(
    ("claims", "cents"),
    [(LATE | {"achterstand": 5_000, "eerst_vervalt_bedrag": 5_000}, 5_000), ({}, 20_000), (NOTHING_DUE, 20_000)],
)
def test_the_amount_is_what_is_due_or_comes_next_or_else_all_of_it(claims: dict[str, Any], cents: int) -> None:
    payment = payment_of(a_debt(betaling=ACCOUNT, **claims))
    assert payment is not None
    assert (payment.cents, payment.iban, payment.holder, payment.reference) == (
        cents,
        ACCOUNT["iban"],
        "CJIB",
        ACCOUNT["kenmerk"],
    )
    assert payment.code is not None
    assert payment.code.splitlines()[5:8] == ["CJIB", ACCOUNT["iban"], f"EUR{cents // 100}.00"]


def test_without_an_account_or_with_nothing_left_there_is_nothing_to_pay_by() -> None:
    assert payment_of(a_debt(betaling=None)) is None
    assert payment_of(a_debt(betaling=ACCOUNT, saldo=0, **NOTHING_DUE)) is None


def test_an_account_is_shown_and_no_bank_is_offered_it_where_it_is_wrong_old_or_too_early() -> None:
    wrong = payment_of(a_debt(betaling=ACCOUNT | {"iban": "NL00FICT0000007007"}))
    old = replace(a_debt(betaling=ACCOUNT).card, standing=Standing.SUPERSEDED)
    event = {"type": "BetalingVerwerkt", "datumtijd": "2026-10-09T10:00:00Z", "omschrijving": "Loonbeslag"}
    withheld = payment_of(a_debt(betaling=ACCOUNT, gebeurtenissen={"g001": event}))
    for payment in (wrong, payment_of(overview_of([old], NOW).debts[0]), withheld):
        assert payment is not None
        assert payment.iban
        assert payment.code is None
