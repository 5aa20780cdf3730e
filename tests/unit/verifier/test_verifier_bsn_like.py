"""What is taken for a citizen service number where none may be typed, and what only looks like one by chance."""

import pytest

from verifier.domain.bsn_like import holds_bsn
from verifier.domain.errors import BadInput
from verifier.domain.notes import read_note
from verifier.domain.reference import checked_reference

BY_CHANCE = "2026-00117"


@pytest.mark.parametrize(
    "text",
    [
        "999990007",
        "SHV/999990007",
        "dossier 2026 999990007",
        "999990007-2026",
        "999 990 007",
        "999.990.007",
        "999-990-007",
        "999/990/007",
        "9999.90.007",
        "99 99 90 007",
        "klant 9999 90 007, belt terug",
        "\uff19\uff19\uff19\uff19\uff19\uff10\uff10\uff10\uff17",
        "٩٩٩٩٩٠٠٠٧",
    ],
)
def test_what_is_written_as_a_bsn_is_taken_for_one(text: str) -> None:
    assert holds_bsn(text)
    for field, read in (("kenmerk", checked_reference), ("aantekening", read_note)):
        with pytest.raises(BadInput, match="burgerservicenummer") as refused:
            read(text)
        assert refused.value.field == field
        assert text not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        BY_CHANCE,
        "2026/00117",
        "20260-0117",
        "9-99990007",
        "9999900071",
        "0999990007",
        "999990008",
        "999 990-007",
        "1-999-990-007",
        "999-990-007-1",
        "9 9 9 9 9 0 0 0 7",
        "",
    ],
)
def test_other_numbers_are_not_even_where_they_pass_the_eleven_test(text: str) -> None:
    assert not holds_bsn(text)


def test_a_reference_that_passes_the_eleven_test_by_chance_is_a_reference() -> None:
    assert holds_bsn(BY_CHANCE.replace("-", ""))
    assert checked_reference(BY_CHANCE) == BY_CHANCE
    assert read_note(f"Zie {BY_CHANCE}.") == f"Zie {BY_CHANCE}."
