"""Digits that are names: what a spreadsheet did to them is seen, and check digits are checked where there are any."""

from typing import Any

import pytest

from credentials.debts.errors import InvalidField
from credentials.debts.fcid import parse_document
from credentials.debts.payment_reference import check_digit, checked_reference, unrounded_reference
from credentials.debts.spreadsheets import spreadsheet_fault
from tests.debt_builders import a_document, changed

DAMAGED = [
    *("8,00000002026E+15", "8.00000002026E+15", "8.00000002026e+15", "8E+15", "-1,5E-7", "1,5E7"),
    *("#N/B", "#N/A", "#REF!", "#VERW!", "#VALUE!", "#WAARDE!", "#DIV/0!", "#DEEL/0!", "#NAAM?", "#NAME?", "#NUM!"),
    *("#GETAL!", "#NULL!", "#LEEG!", "#OVERLOOP!", "#SPILL!", "#CALC!", "#GETTING_DATA", "#####", "##"),
    *("Err:502", "Fout:504", "#ÜBERLAUF!"),
]
SOUND = [
    *("8000000020260001", "5E12", "A-2026-001", "#12", "# 5", "WS/2026/1", "E+15", "1E", "2026E", "N/B", "#wet", "#NU"),
    *("Brief #N/B", "Fout: 504", "€ 5", "#"),
]


@pytest.mark.parametrize("text", DAMAGED)
def test_what_a_spreadsheet_left_behind_is_seen(text: str) -> None:
    fault = spreadsheet_fault(text)
    assert fault is not None
    assert text not in fault


@pytest.mark.parametrize("text", SOUND)
def test_a_sound_name_is_no_damage(text: str) -> None:
    assert spreadsheet_fault(text) is None


@pytest.mark.parametrize("text", ["8,00000002026E+15", "#N/B", "#REF!", "#####"])
@pytest.mark.parametrize("field", ["betalingskenmerk", "te_betalen_aan", "omschrijving", "gebeurtenis_kenmerk"])
def test_a_document_with_what_a_spreadsheet_left_behind_is_refused(text: str, field: str) -> None:
    data = changed(a_document(), lambda body: body["financiele_zaken"][0]["gebeurtenissen"][1].update({field: text}))
    with pytest.raises(InvalidField) as caught:
        parse_document(data, file="debts.json")
    assert caught.value.field.endswith(f"[1].{field}")
    assert text not in str(caught.value)


# The examples of Betaalvereniging Nederland, "De specificaties van het Nederlandse betalingskenmerk"; the others by it.
@pytest.mark.parametrize(
    "text",
    [
        "5000056789012345",
        "5000 0567 8901 2345",
        "12 2345 3462 2567",
        "1234567",
        "RF18539007547034",
        "RF18 5390 0754 7034",
    ],
)
def test_a_payment_reference_with_right_check_digits_is_taken(text: str) -> None:
    assert checked_reference(text) == text.replace(" ", "")


@pytest.mark.parametrize("length", range(7, 13))
def test_every_length_that_there_is_can_be_made_and_is_checked(length: int) -> None:
    rest = "98765432109876"[:length]
    coded = str(length % 10) + rest
    whole = check_digit(coded) + coded
    assert checked_reference(whole) == whole
    with pytest.raises(InvalidField):
        checked_reference(str((int(whole[0]) + 1) % 10) + whole[1:])
    longer = str((length + 1) % 10) + rest
    with pytest.raises(InvalidField):
        checked_reference(check_digit(longer) + longer)


@pytest.mark.parametrize(
    "text",
    [
        *("5000056789012340", "8000000020260000", "500005678901234", "00005678", "123456", "12345678901234567"),
        *("8000000020260001.0", "RF19539007547034", "WS-2026-001", "8,00000002026E+15", "", "1234567x"),
    ],
)
def test_a_payment_reference_that_no_bank_would_take_is_refused(text: str) -> None:
    with pytest.raises(InvalidField) as caught:
        checked_reference(text)
    assert not text or text not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    ["8000000020260001", "5000056789012345", "WS-2026-10", "20260000", "", "4000000020260000", "RF18539007547034"],
)
def test_a_reference_of_any_kind_is_taken_unless_it_looks_rounded(text: str) -> None:
    assert unrounded_reference(text) == text


@pytest.mark.parametrize(
    "text", ["8000000020260000", "8000 0000 2026 0000", "12345678901234500", "80000000202600000000"]
)
def test_what_a_spreadsheet_rounded_is_refused_for_want_of_a_check_digit(text: str) -> None:
    with pytest.raises(InvalidField):
        unrounded_reference(text)


def test_a_zero_in_front_that_was_lost_leaves_a_length_that_does_not_exist() -> None:
    digits = next(f"{number:015d}" for number in range(10**14, 10**14 + 99) if check_digit(f"{number:015d}") == "0")
    assert checked_reference(f"0{digits}")
    with pytest.raises(InvalidField):
        checked_reference(digits)


def test_a_document_is_held_to_its_check_digits_where_its_agency_declares_them() -> None:
    def with_reference(text: str) -> bytes:
        def write(body: dict[str, Any]) -> None:
            body["financiele_zaken"][0]["gebeurtenissen"][1]["betalingskenmerk"] = text

        return changed(a_document(), write)

    right = parse_document(with_reference("5000 0567 8901 2345"), file="x", checked_references=True)
    assert "5000056789012345" in {getattr(event, "payment_reference", None) for event in right.cases[0].events}
    assert parse_document(with_reference("8000000020260001"), file="x")
    with pytest.raises(InvalidField) as caught:
        parse_document(with_reference("8000000020260001"), file="x", checked_references=True)
    assert caught.value.field.endswith("gebeurtenissen[1].betalingskenmerk")
    assert caught.value.line > 1


def test_a_dutch_iban_has_eighteen_characters() -> None:
    def with_iban(iban: str) -> bytes:
        return changed(
            a_document(),
            lambda body: body["financiele_zaken"][0]["gebeurtenissen"][1].update(rekeningnummer=iban),
        )

    def right(rest: str, country: str = "NL") -> str:
        number = int("".join(str(int(sign, 36)) for sign in f"{rest}{country}00"))
        return f"{country}{98 - number % 97:02d}{rest}"

    for sound in (right("FICT0000007007"), "NL84 FICT 0000 0070 07", right("0630123456789012", "BE")):
        assert parse_document(with_iban(sound), file="x")
    for wrong in (right("FICT000000700"), right("FICT00000070070"), right("12340000007007"), "NL85FICT0000007007"):
        with pytest.raises(InvalidField):
            parse_document(with_iban(wrong), file="x")
