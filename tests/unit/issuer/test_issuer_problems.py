"""Every error that can reach a route has a place in the one table."""

import inspect
from collections.abc import Iterator

import pytest

from credentials.errors import BlauweKnopError
from credentials.openid.errors import OAuthError
from issuer.domain import errors
from issuer.web.problems import problem_map

OWN = [each for _, each in inspect.getmembers(errors, inspect.isclass) if each.__module__ == errors.__name__]


def below(kind: type[BlauweKnopError]) -> Iterator[type[BlauweKnopError]]:
    for child in kind.__subclasses__():
        yield child
        yield from below(child)


@pytest.mark.parametrize("kind", OWN, ids=lambda kind: kind.__name__)
def test_our_own_errors_are_told_on_purpose(kind: type[BlauweKnopError]) -> None:
    problems = problem_map()
    assert problems.knows(kind)
    assert problems.of(kind()).title


@pytest.mark.parametrize(
    "kind", sorted(below(OAuthError), key=lambda each: each.__name__), ids=lambda kind: kind.__name__
)
def test_the_protocols_errors_have_a_page_too(kind: type[BlauweKnopError]) -> None:
    assert problem_map().knows(kind)


def test_codes_are_stable_and_each_is_one_error() -> None:
    codes = [each.code for each in OWN]
    assert len(set(codes)) == len(codes)


def test_what_is_not_in_the_table_is_a_fault_without_text() -> None:
    assert problem_map().of(ValueError("secret")).status == 500
