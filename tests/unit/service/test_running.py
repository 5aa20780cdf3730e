"""Sealing, jobs, the command line: what runs around the apps."""

import threading
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from credentials.errors import BlauweKnopError, ConfigurationError
from service import commands
from service.errors import SealBroken
from service.jobs import Periodic
from service.sealing import KEY_BYTES, derive, lookup, random_key, seal, unseal


def test_a_seal_opens_with_its_key_at_its_place() -> None:
    key = random_key()
    assert unseal(key, seal(key, b"kaartje", b"cards.sealed|1"), b"cards.sealed|1") == b"kaartje"
    assert seal(key, b"kaartje", b"p") != seal(key, b"kaartje", b"p")


def test_a_seal_does_not_open_elsewhere_with_another_key_or_changed() -> None:
    key = random_key()
    sealed = seal(key, b"kaartje", b"row 1")
    with pytest.raises(SealBroken):
        unseal(key, sealed, b"row 2")
    with pytest.raises(SealBroken):
        unseal(random_key(), sealed, b"row 1")
    for position in range(len(sealed)):
        flipped = bytearray(sealed)
        flipped[position] ^= 1
        with pytest.raises(SealBroken):
            unseal(key, bytes(flipped), b"row 1")
    for length in range(len(sealed)):
        with pytest.raises(SealBroken):
            unseal(key, sealed[:length], b"row 1")


def test_derived_keys_differ_by_label_and_key() -> None:
    key = random_key()
    assert derive(key, "a") == derive(key, "a")
    assert len({derive(key, "a"), derive(key, "b"), derive(random_key(), "a")}) == 3
    assert len(derive(key, "a")) == KEY_BYTES


def test_a_lookup_finds_a_value_again_with_its_key_only() -> None:
    key = random_key()
    assert lookup(key, "999990019") == lookup(key, "999990019")
    assert lookup(key, "999990019") != lookup(random_key(), "999990019")
    assert "999990019" not in lookup(key, "999990019")


def test_a_job_repeats_until_it_is_stopped() -> None:
    turns = threading.Semaphore(0)
    job = Periodic("proef", timedelta(milliseconds=5), turns.release, first=timedelta(0))
    job.start()
    job.start()
    for _ in range(3):
        assert turns.acquire(timeout=5)
    job.stop()
    while turns.acquire(blocking=False):
        pass
    assert not turns.acquire(timeout=0.05)
    job.stop()


def test_a_failed_turn_does_not_end_a_job() -> None:
    turns = threading.Semaphore(0)

    def work() -> None:
        turns.release()
        raise ZeroDivisionError

    job = Periodic("proef", timedelta(milliseconds=5), work, first=timedelta(0))
    assert not job.run_now()
    job.start()
    for _ in range(3):
        assert turns.acquire(timeout=5)
    job.stop()


def test_the_doctor_finds_what_is_well_and_what_is_not() -> None:
    from typer import Typer

    from service.commands import doctor

    app = Typer()
    app.callback()(lambda: None)
    doctor.register(app)
    result = CliRunner().invoke(app, ["doctor", "--database", "mysql://x"])
    assert result.exit_code == 1
    assert "the database is neither sqlite nor postgresql" in result.output
    assert "Python 3." in result.output


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (ConfigurationError("cjib.toml: port is missing"), 2, "blauweknop: cjib.toml: port is missing\n"),
        (BlauweKnopError("kapot"), 1, "blauweknop: error: kapot\n"),
    ],
)
def test_an_error_is_one_line_and_an_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: BlauweKnopError, code: int, text: str
) -> None:
    def app(**_: object) -> None:
        raise error

    monkeypatch.setattr(commands, "build", lambda: app)
    with pytest.raises(SystemExit) as caught:
        commands.main()
    assert caught.value.code == code
    assert capsys.readouterr().err == text
