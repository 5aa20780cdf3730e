"""Work that nobody waits for: it is done, it may fail, and there is never more of it than there is room."""

import threading

import pytest

from credentials.errors import BlauweKnopError
from service import afterwards as module
from service.afterwards import Afterwards


def test_work_is_done_without_waiting_for_it() -> None:
    done, may = threading.Event(), threading.Event()

    def work() -> None:
        assert may.wait(10)
        done.set()

    afterwards = Afterwards("test")
    afterwards(work)
    assert not done.is_set()
    may.set()
    assert done.wait(10)
    afterwards.close()


@pytest.mark.parametrize("error", [BlauweKnopError("no"), ValueError("secret")])
def test_a_failure_stops_nothing(error: Exception, capsys: pytest.CaptureFixture[str]) -> None:
    def failing() -> None:
        raise error

    done = threading.Event()
    afterwards = Afterwards("test")
    for _ in range(5):
        afterwards(failing)
    afterwards(done.set)
    assert done.wait(10)
    afterwards.close()
    assert "secret" not in "".join(capsys.readouterr())


def test_what_does_not_fit_is_dropped_and_room_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_WAITING", 3)
    may, done = threading.Event(), threading.Semaphore(0)

    def work() -> None:
        assert may.wait(10)
        done.release()

    afterwards = Afterwards("test")
    for _ in range(10):
        afterwards(work)
    may.set()
    assert all(done.acquire(timeout=10) for _ in range(3))
    assert not done.acquire(timeout=0.05)
    afterwards(done.release)
    assert done.acquire(timeout=10)
    afterwards.close()


def test_what_comes_after_the_end_is_dropped() -> None:
    afterwards = Afterwards("test")
    afterwards.close()
    afterwards(lambda: pytest.fail("it was closed"))
