"""Whoever makes keys and is killed in between makes the rest the next time, with no half file and no second key."""

import os
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from credentials.errors import ConfigurationError
from credentials.keys import SoftwareSigner
from issuer.app.keys import initialise, load_keys
from service.whole_files import PRIVATE, write_whole
from tests.flows.issuance_kit import settings_for
from verifier.storage.keys import Identity, KeyFiles
from wallet_api.identity.provider import load, make_missing

IDENTITY = Identity("https://hulp.example", "hulp.example", "Schuldhulp", "00000000900000021000")


def now() -> datetime:
    # Certificates are made on the machine's clock, and are of no use before it.
    return datetime.now(UTC)


def of_wallet(folder: Path) -> object:
    make_missing(folder, identifier="https://wallet.example", name="Wallet", now=now())
    return load(folder, identifier="https://wallet.example", client_id="x", now=now()).chain


def of_verifier(folder: Path) -> object:
    files = KeyFiles(folder)
    files.make_missing(IDENTITY, now(), (folder / "api-token",))
    return files.access().chain, files.data_key(), files.anchor()


def of_issuer(folder: Path) -> object:
    settings = settings_for(folder)
    initialise(settings)
    keys = load_keys(settings, now())
    return keys.signer_chain, keys.data_key, keys.token_key, keys.ca_pem


class Killed(BaseException):
    """What a kill is to a test: nothing after it happens."""


def kill_at(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Be killed just before the given one of the things that are done to the disk."""
    done = count()

    def counted(act: Callable[..., object]) -> Callable[..., object]:
        def acted(*of: object, **more: object) -> object:
            if next(done) == number:
                raise Killed
            return act(*of, **more)

        return acted

    monkeypatch.setattr(os, "fsync", counted(os.fsync))
    for name in ("replace", "hardlink_to", "unlink"):
        monkeypatch.setattr(Path, name, counted(getattr(Path, name)))


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.suffix != ".new"}


@pytest.mark.parametrize("make", [of_wallet, of_verifier, of_issuer])
def test_keys_are_made_to_the_end_after_a_kill_at_any_moment(
    tmp_path: Path, make: Callable[[Path], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in count():
        folder = tmp_path / str(number)
        folder.mkdir()
        with monkeypatch.context() as patch:
            kill_at(patch, number)
            try:
                make(folder)
            except Killed:
                pass
            else:
                break
        left = files_of(folder)
        made = make(folder)
        # What was there is what there is: nothing is made twice.
        assert {name: files_of(folder)[name] for name in left} == left
        assert make(folder) == made
    assert number > 6


def test_a_file_is_written_whole_and_for_whom_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret"
    write_whole(path, b"old", PRIVATE)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for number in range(2):
        with monkeypatch.context() as patch:
            kill_at(patch, number)
            with pytest.raises(Killed):
                write_whole(path, b"new", PRIVATE)
        assert path.read_bytes() == b"old"
    write_whole(path, b"new", PRIVATE)
    assert path.read_bytes() == b"new"
    assert [each.name for each in tmp_path.iterdir()] == ["secret"]


def test_a_key_never_takes_the_place_of_another(tmp_path: Path) -> None:
    path, signer = tmp_path / "key.pem", SoftwareSigner.generate()
    signer.write(path)
    # As a kill leaves it that comes right after the key has its name.
    path.with_name(".key.pem.new").hardlink_to(path)
    with pytest.raises(ConfigurationError, match="cannot be made"):
        SoftwareSigner.generate().write(path)
    assert SoftwareSigner.from_file(path).public_jwk == signer.public_jwk
    assert [each.name for each in tmp_path.iterdir()] == ["key.pem"]
