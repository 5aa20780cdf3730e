"""Every error has a stable code, a meaning, and its line in docs/errors.md."""

import re
from collections import Counter

from credentials.errors import BlauweKnopError
from tests.architecture.errors_page import COMMAND, PAGE, meaning, page
from tests.architecture.source import errors


def names(found: list[type[BlauweKnopError]]) -> list[str]:
    return [f"{error.__module__}.{error.__name__}" for error in found]


def test_the_tree_is_seen_whole() -> None:
    packages = {error.__module__.split(".")[0] for error in errors()}
    assert packages == {"credentials", "service", "issuer", "verifier", "wallet_api"}
    assert len(errors()) > 150


def test_every_error_has_a_code_of_its_own() -> None:
    assert names([error for error in errors() if "code" not in vars(error)]) == []
    times = Counter(error.code for error in errors())
    assert names([error for error in errors() if times[error.code] > 1]) == []


def test_every_code_is_short_and_in_snake_case() -> None:
    pattern = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
    assert names([error for error in errors() if not pattern.fullmatch(error.code) or len(error.code) > 48]) == []


def test_every_error_says_what_it_means_in_a_sentence() -> None:
    assert names([error for error in errors() if not vars(error).get("__doc__")]) == []
    assert names([error for error in errors() if not re.fullmatch(r"[A-Z`].{10,}\.", meaning(error))]) == []


def test_what_is_kind_of_an_error_with_personal_data_may_hold_it_too() -> None:
    forgetful = [
        error
        for error in errors()
        if not error.personal_data and any(getattr(base, "personal_data", False) for base in error.__mro__)
    ]
    assert names(forgetful) == []


def test_an_error_prints_its_code_and_where_it_was() -> None:
    assert str(BlauweKnopError()) == "error"
    assert str(BlauweKnopError("line 3")) == "error: line 3"


def test_the_page_of_errors_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), f"write it anew: {COMMAND}"
