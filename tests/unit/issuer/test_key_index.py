"""The index of signing keys: what was written is read, whole or not at all, and nothing else is taken for it."""

import json
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from credentials.errors import ConfigurationError
from issuer.domain.key_purpose import Purpose
from issuer.domain.signing_keys import KeyRings
from issuer.storage.key_index import INDEX, KeyIndexFile
from tests.unit.issuer.test_signing_keys import DAY, NOW, a_key, a_ring


def some_rings() -> KeyRings:
    signer = (
        a_ring().prepare(a_key("signer-2")).activate(NOW).prepare(replace(a_key("signer-3"), label="cjib-signer-3"))
    )
    signer = signer.with_listing(NOW + DAY, listed=True)
    ldp = a_ring(Purpose.LDP).prepare(a_key("ldp-2", Purpose.LDP)).activate(NOW).retire("ldp", NOW + DAY)
    return {Purpose.SIGNER: signer, Purpose.LDP: ldp}


def test_what_is_written_is_read(tmp_path: Path) -> None:
    index, rings = KeyIndexFile(tmp_path), some_rings()
    assert index.read() is None
    assert index.stamp() is None
    index.write(rings)
    assert index.read() == rings
    assert stat.S_IMODE((tmp_path / INDEX).stat().st_mode) == 0o600


def test_each_version_has_a_stamp_of_its_own(tmp_path: Path) -> None:
    index, seen = KeyIndexFile(tmp_path), {None}
    for _ in range(3):
        index.write(some_rings())
        assert index.stamp() == index.stamp()
        assert index.stamp() not in seen
        seen.add(index.stamp())


def test_it_holds_no_private_half(tmp_path: Path) -> None:
    KeyIndexFile(tmp_path).write(some_rings())
    written = json.loads((tmp_path / INDEX).read_text())
    assert set(written["signer"]["active"]) == {"name", "publicKey", "madeAt", "since"}


def spoil(change: Any) -> Any:
    def spoilt(written: dict[str, Any]) -> str:
        change(written)
        return json.dumps(written)

    return spoilt


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda _written: "",
        lambda _written: "[]",
        lambda _written: '{"version": 1, "version": 1}',
        spoil(lambda written: written.pop("ldp")),
        spoil(lambda written: written.update(version=2)),
        spoil(lambda written: written["signer"].update(active=None)),
        spoil(lambda written: written["signer"]["active"].update(name="../../etc/passwd")),
        spoil(lambda written: written["signer"]["active"].update(name="ldp-2")),
        spoil(lambda written: written["signer"]["active"].update(publicKey=written["ldp"]["active"]["publicKey"])),
        spoil(lambda written: written["signer"]["active"].update(since=True)),
        spoil(lambda written: written["signer"]["active"].update(since=10**20)),
        spoil(lambda written: written["signer"]["verifyOnly"].append(written["signer"]["verifyOnly"][0])),
        spoil(lambda written: written["ldp"].update(retired={})),
    ],
)
def test_what_is_no_index_is_never_taken_for_none(tmp_path: Path, spoilt: Any) -> None:
    index = KeyIndexFile(tmp_path)
    index.write(some_rings())
    (tmp_path / INDEX).write_text(spoilt(json.loads((tmp_path / INDEX).read_text())))
    with pytest.raises(ConfigurationError, match=r"keys\.json"):
        index.read()


def test_one_that_cannot_be_read_or_written_is_said(tmp_path: Path) -> None:
    index = KeyIndexFile(tmp_path)
    (tmp_path / INDEX).mkdir()
    with pytest.raises(ConfigurationError, match="unreadable"):
        index.read()
    with pytest.raises(ConfigurationError, match="cannot be written"):
        index.write(some_rings())
