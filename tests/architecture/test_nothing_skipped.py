"""Where all is to be tested, what is missing fails a test instead of skipping it."""

import pytest

from tests.conftest import NEED_ALL, do_without


@pytest.mark.parametrize("value", [None, "", "0"])
def test_what_is_missing_skips_a_test(monkeypatch: pytest.MonkeyPatch, value: str | None) -> None:
    monkeypatch.delenv(NEED_ALL, raising=False)
    if value is not None:
        monkeypatch.setenv(NEED_ALL, value)
    with pytest.raises(pytest.skip.Exception, match="no such thing"):
        do_without("no such thing")


def test_where_all_is_needed_it_fails_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NEED_ALL, "1")
    with pytest.raises(pytest.fail.Exception, match="no such thing"):
        do_without("no such thing")
