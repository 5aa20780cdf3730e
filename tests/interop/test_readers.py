"""What a program of somebody else's library says is taken for an answer; its own failure never is."""

import sys

import pytest

from tests.interop.others import READERS, Reader


def a_reader(program: str, *, needs: str = "sh", fetch: str = "true", build: str = "true") -> Reader:
    shell = (sys.executable, "-c", program)
    return Reader(READERS, (needs,), shell, fetch=("sh", "-c", fetch), build=("sh", "-c", build))


@pytest.fixture(autouse=True)
def _built_here(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.interop.others.BUILT", tmp_path_factory.mktemp("built"))
    monkeypatch.delenv("BLAUWEKNOP_TESTS_NEED_ALL", raising=False)


def test_what_is_accepted_and_what_is_refused_is_told_apart() -> None:
    program = (
        "import sys; bad = sys.stdin.read() == 'bad'; print('refused: why' if bad else sys.argv[1]); sys.exit(bad)"
    )
    reader = a_reader(program)
    assert reader.read("what", card="good").said == "what\n"
    assert reader.read("what", card="good").accepted
    assert not reader.read("what", card="bad").accepted


@pytest.mark.parametrize("program", ["raise SystemError", "import sys; print('refused: x'); sys.exit(101)", "exit(1)"])
def test_a_program_that_breaks_refuses_nothing(program: str) -> None:
    with pytest.raises(AssertionError, match="broken"):
        a_reader(program).read()


def test_without_what_it_needs_the_test_is_skipped_with_the_reason() -> None:
    with pytest.raises(pytest.skip.Exception, match="no such-toolchain here"):
        a_reader("", needs="such-toolchain").read()
    with pytest.raises(pytest.skip.Exception, match="cannot be fetched here: no way there"):
        a_reader("", fetch="echo no way there; false").read()


def test_where_all_is_to_be_tested_it_fails_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLAUWEKNOP_TESTS_NEED_ALL", "1")
    with pytest.raises(pytest.fail.Exception, match="no such-toolchain here"):
        a_reader("", needs="such-toolchain").read()


def test_a_reader_that_cannot_be_built_is_a_failure() -> None:
    with pytest.raises(pytest.fail.Exception, match="cannot be built: a fault of ours"):
        a_reader("", build="echo a fault of ours; false").read()
