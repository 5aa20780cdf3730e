"""Every error has a stable code, a meaning, and its line in docs/errors.md."""

import inspect
import re

import pytest

from credentials.errors import BlauweKnopError
from tests.architecture.errors_page import COMMAND, PAGE, meaning, page
from tests.architecture.source import errors


@pytest.mark.parametrize("error", errors(), ids=lambda error: error.__name__)
def test_an_error_has_a_code_of_its_own_in_snake_case(error: type[BlauweKnopError]) -> None:
    assert "code" in vars(error), f"{error.__name__} shares the code of its parent"
    assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", error.code)
    assert len(error.code) <= 48


def test_no_two_errors_have_one_code() -> None:
    owners: dict[str, list[str]] = {}
    for error in errors():
        owners.setdefault(error.code, []).append(f"{error.__module__}.{error.__name__}")
    assert {code: names for code, names in owners.items() if len(names) > 1} == {}


@pytest.mark.parametrize("error", errors(), ids=lambda error: error.__name__)
def test_an_error_says_what_it_means_in_a_sentence(error: type[BlauweKnopError]) -> None:
    assert "__doc__" in vars(error)
    assert inspect.getdoc(error)
    assert meaning(error).endswith((".", ":"))
    assert meaning(error)[0].isupper() or meaning(error)[0] == "`"


@pytest.mark.parametrize("error", errors(), ids=lambda error: error.__name__)
def test_an_error_says_whether_its_text_may_hold_personal_data(error: type[BlauweKnopError]) -> None:
    assert isinstance(error.personal_data, bool)
    # An error whose kind may hold personal data may hold it too.
    assert error.personal_data or not any(getattr(base, "personal_data", False) for base in error.__bases__)


def test_an_error_prints_its_code_and_what_it_was_given() -> None:
    assert str(BlauweKnopError()) == "error"
    assert str(BlauweKnopError("where")) == "error: where"


def test_the_page_of_errors_is_up_to_date() -> None:
    assert PAGE.exists(), f"write it: {COMMAND}"
    assert PAGE.read_text(encoding="utf-8") == page(), f"write it anew: {COMMAND}"
