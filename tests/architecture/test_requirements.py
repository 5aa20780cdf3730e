"""Every requirement has its tests or says what lacks, and every mark names a requirement."""

import pytest

from tests.requirements import TESTS, Requirement, requirements, shown

ALL = requirements()


def test_ids_are_each_of_one_requirement() -> None:
    ids = [each.id for each in ALL]
    assert len(ids) > 80
    assert sorted(set(ids)) == sorted(ids)


def test_every_mark_names_a_requirement() -> None:
    assert sorted(shown().keys() - {each.id for each in ALL}) == []


@pytest.mark.parametrize("requirement", ALL, ids=lambda each: each.id)
def test_a_requirement_is_shown_by_tests_or_says_what_lacks(requirement: Requirement) -> None:
    tests = shown().get(requirement.id, ())
    if requirement.lacks:
        assert not tests, "it is shown, so it does not lack: take `lacks` away"
    else:
        assert tests, "no test bears its mark"
        assert [path for path in requirement.where if not (TESTS.parent / path).exists()] == []


def test_a_mark_is_read_off_a_function_a_method_and_a_whole_file() -> None:
    tests = shown()
    assert any("::" not in test for test in tests["wallet-only-asked"])
    assert any(test.endswith("::test_a_code_is_good_once") for test in tests["vci-code-once"])
    assert any(
        test.endswith("::test_the_specifications_pointers_select_what_it_says") for test in tests["vp-claims-path"]
    )
