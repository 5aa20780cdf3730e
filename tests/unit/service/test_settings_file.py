"""Settings are read strictly, and an error never shows a value."""

from datetime import date
from pathlib import Path

import pytest

from credentials.errors import ConfigurationError
from service.settings import PartySettings, SettingPath, Settings, load


class _Proof(Settings):
    count: int
    folder: SettingPath = Path()
    since: date | None = None
    names: tuple[str, ...] = ()


def _file(folder: Path, text: str) -> Path:
    file = folder / "proef.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_file_becomes_a_model(tmp_path: Path) -> None:
    text = 'count = 3\nfolder = "data"\nsince = 2026-01-02\nnames = ["a", "b"]\n'
    settings = load(_file(tmp_path, text), _Proof)
    assert (settings.count, settings.since, settings.names) == (3, date(2026, 1, 2), ("a", "b"))
    assert settings.folder == tmp_path / "data"


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("count = '7777777'", "count"),
        ("count = 1.0", "count"),
        ("count = 1\nonbekend = '7777777'", "onbekend"),
        ("", "count"),
        ("count = 1\nfolder = 7777777", "folder"),
    ],
)
def test_a_wrong_field_is_named_and_its_value_is_not(tmp_path: Path, text: str, field: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(_file(tmp_path, text), _Proof)
    assert "proef.toml" in caught.value.detail
    assert field in caught.value.detail
    assert "7777777" not in str(caught.value)


def test_all_wrong_fields_are_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(_file(tmp_path, "names = 1\nanders = 2"), _Proof)
    assert {"count", "names", "anders"} <= set(caught.value.detail.replace(":", " ").split())


@pytest.mark.parametrize("content", [b"count = ", b"\xff\xfe", b"a" * 2_000_000])
def test_a_file_that_is_not_toml_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "proef.toml"
    file.write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"proef\.toml"):
        load(file, _Proof)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"weg\.toml cannot be read"):
        load(tmp_path / "weg.toml", _Proof)


@pytest.mark.parametrize(
    ("url", "insecure", "good"),
    [
        ("https://agentschap.nl", False, True),
        ("https://agentschap.nl/", False, True),
        ("https://agentschap.nl/pad", False, False),
        ("https://agentschap.nl/pad/", False, False),
        ("http://localhost:8110", True, True),
        ("http://127.0.0.1:8110", True, True),
        ("http://localhost:8110", False, False),
        ("https://agentschap.nl", True, False),
        ("http://agentschap.nl", True, False),
        ("http://agentschap.nl", False, False),
        ("https://x@agentschap.nl", False, False),
        ("https://agentschap.nl?x=1", False, False),
        ("https://agentschap.nl:x", False, False),
        ("agentschap.nl", False, False),
    ],
)
def test_plain_http_is_for_localhost_and_said_aloud(tmp_path: Path, url: str, insecure: bool, good: bool) -> None:
    text = f'base_url = "{url}"\nport = 8110\ndatabase = "sqlite://"\ninsecure_localhost = {str(insecure).lower()}\n'
    if good:
        assert not load(_file(tmp_path, text), PartySettings).base_url.endswith("/")
        return
    with pytest.raises(ConfigurationError):
        load(_file(tmp_path, text), PartySettings)
