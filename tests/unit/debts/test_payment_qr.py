"""What a payment QR code says, line by line (EPC069-12), and for what there is none."""

import pytest

from credentials.debts.errors import InvalidField
from credentials.debts.payment_qr import payment_qr, spaced

IBAN = "NL91ABNA0417164300"
REFERENCE = "8000000020260001"


def lines(**changed: object) -> list[str]:
    given: dict[str, object] = {"iban": IBAN, "name": "CJIB", "cents": 21_450, "reference": REFERENCE}
    return payment_qr(**{**given, **changed}).split("\n")  # type: ignore[arg-type]


def test_each_line_is_what_the_guideline_says() -> None:
    assert lines() == ["BCD", "002", "1", "SCT", "", "CJIB", IBAN, "EUR214.50", "", "", REFERENCE]


def test_a_dutch_reference_stands_in_the_text_and_an_international_one_in_its_own_place() -> None:
    assert lines(reference="RF18 5390 0754 7034")[9:] == ["RF18539007547034"]
    assert lines(reference="8000 0000 2026 0001")[9:] == ["", "8000 0000 2026 0001"]
    assert lines(reference=None)[8:] == []


@pytest.mark.parametrize("reference", ["RF19539007547034", "RF18539007547043", "RF00A"])
def test_an_international_reference_whose_check_digits_are_wrong_stands_in_the_text(reference: str) -> None:
    assert lines(reference=reference)[9:] == ["", reference]


def test_an_account_is_written_without_its_spaces() -> None:
    assert lines(iban="NL91 ABNA 0417 1643 00")[6] == IBAN
    assert lines(iban="NL91\u00a0ABNA\u00a00417\u00a01643\u00a000")[6] == IBAN


@pytest.mark.parametrize(
    ("cents", "text"),
    [(1, "EUR0.01"), (10, "EUR0.10"), (100, "EUR1.00"), (99_999_999_999, "EUR999999999.99"), (21_405, "EUR214.05")],
)
def test_an_amount_has_a_point_and_two_decimals(cents: int, text: str) -> None:
    assert lines(cents=cents)[7] == text


@pytest.mark.parametrize("cents", [0, -1, 100_000_000_000])
def test_an_amount_beyond_the_bounds_is_refused(cents: int) -> None:
    with pytest.raises(InvalidField):
        lines(cents=cents)


@pytest.mark.parametrize("iban", ["", "NL00ABNA0417164300", "NL91ABNA041716430", "NL91abna0417164300", "91ABNA04"])
def test_an_account_that_cannot_exist_is_refused(iban: str) -> None:
    with pytest.raises(InvalidField):
        lines(iban=iban)


def test_a_name_is_cut_at_seventy_signs_and_written_as_utf_8() -> None:
    assert lines(name="Gemeente Sint-Michielsgestel " * 4)[5] == ("Gemeente Sint-Michielsgestel " * 4)[:70].rstrip()
    assert "Alphën" in payment_qr(iban=IBAN, name="Alphën", cents=1)


@pytest.mark.parametrize("name", ["", "   ", "CJIB\u202eX", "CJIB\x00"])
def test_a_name_that_misleads_or_is_none_is_refused(name: str) -> None:
    with pytest.raises(InvalidField):
        lines(name=name)


def test_no_text_can_begin_a_line_of_its_own() -> None:
    assert lines(name="CJIB\nNL91ABNA0417164300", reference="a\r\nEUR1.00") == [
        "BCD", "002", "1", "SCT", "", "CJIB NL91ABNA0417164300", IBAN, "EUR214.50", "", "", "a EUR1.00",
    ]  # fmt: skip


def test_a_text_that_is_too_long_is_refused() -> None:
    assert lines(reference="x" * 140)[10] == "x" * 140
    for reference in ("x" * 141, "é" * 139):
        with pytest.raises(InvalidField):
            lines(reference=reference, name="é" * 70)


def test_numbers_are_read_in_groups_of_four() -> None:
    assert spaced(IBAN) == "NL91 ABNA 0417 1643 00"
