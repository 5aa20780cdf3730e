"""The vectors that we ship laid out anew say what the published ones say, where these can be had."""

import json
import os
from pathlib import Path

import pytest

SHIPPED = Path(__file__).parents[2] / "vectors"
WYCHEPROOF = sorted(path.name for path in (SHIPPED / "wycheproof").glob("*.json"))

needs_originals = pytest.mark.outside("BLAUWEKNOP_VECTORS")


def original(path: str) -> Path:
    return Path(os.environ["BLAUWEKNOP_VECTORS"]) / path


def test_no_file_is_missing() -> None:
    assert len(WYCHEPROOF) == 11


@needs_originals
@pytest.mark.parametrize("name", WYCHEPROOF)
def test_wycheproof(name: str) -> None:
    ours = json.loads((SHIPPED / "wycheproof" / name).read_text())
    path = original(f"wycheproof/testvectors_v1/{name.removesuffix('.json')}_test.json")
    theirs = json.loads(path.read_text())
    assert sum(len(group["tests"]) for group in ours) == theirs["numberOfTests"]
    for mine, group in zip(ours, theirs["testGroups"], strict=True):
        for member, value in mine["group"].items():
            published = group[member] if member in group else group["publicKey"][member]
            if isinstance(value, dict):
                assert value.items() <= published.items()
            else:
                assert value == published
        for row, test in zip(mine["tests"], group["tests"], strict=True):
            assert row.items() <= test.items()


@needs_originals
def test_cookbook() -> None:
    ours = json.loads((SHIPPED / "cookbook" / "cookbook.json").read_text())
    files = {str(path.relative_to(original("cookbook"))) for path in original("cookbook").rglob("*.json")}
    assert {row["file"] for row in ours} == files - {"package.json"}
    for row in ours:
        published = json.loads(original(f"cookbook/{row['file']}").read_text())
        if row["file"].startswith("jwk/"):
            assert row["key"] == published
        elif "sign" not in row:
            assert (row["title"], row["output"]) == (published["title"], published["output"])
            assert row.get("key") == published["input"].get("key")


@needs_originals
@pytest.mark.parametrize("folder", ["input", "output"])
def test_canonical_json(folder: str) -> None:
    for path in original(f"json-canonicalization/testdata/{folder}").glob("*.json"):
        assert (SHIPPED / "jcs" / folder / path.name).read_bytes() == path.read_bytes()
