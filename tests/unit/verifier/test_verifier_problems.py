"""Every error of this party has its place in the one table, and a wallet's error never tells more than its code."""

import inspect

import pytest

from credentials.errors import BlauweKnopError
from credentials.openid.errors import InvalidResponse
from verifier.domain import errors
from verifier.web.problems import PROBLEMS

OWN = [
    error
    for _, error in inspect.getmembers(errors, inspect.isclass)
    if issubclass(error, BlauweKnopError) and error.__module__ == errors.__name__
]


@pytest.mark.parametrize("error", [*OWN, InvalidResponse], ids=lambda error: error.__name__)
def test_every_error_has_a_place(error: type[BlauweKnopError]) -> None:
    assert PROBLEMS.knows(error)
    assert error.code != BlauweKnopError.code


def test_codes_are_each_of_one_error() -> None:
    assert len({error.code for error in OWN}) == len(OWN)


def test_what_is_not_ours_and_what_is_not_there_look_alike() -> None:
    assert PROBLEMS.of(errors.UnknownIntake()) == PROBLEMS.of(errors.UnknownRequest())
    assert PROBLEMS.of(errors.UnknownIntake()).status == 404
