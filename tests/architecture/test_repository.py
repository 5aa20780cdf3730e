"""What the repository promises: lock files without addresses, sources with their provenance, no forgotten marks."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name]


@pytest.mark.parametrize("name", ["run.txt", "dev.txt", "bootstrap.txt"])
def test_locked_requirements_have_hashes_and_no_address(name: str) -> None:
    text = (ROOT / "requirements" / name).read_text()
    pinned = re.findall(r"^[A-Za-z0-9_.\-\[\]]+==", text, re.MULTILINE)
    assert pinned
    assert text.count("--hash=sha256:") >= len(pinned)
    assert not re.search(r"https?://|--index-url|--find-links", text)


def test_front_end_lock_has_no_address() -> None:
    assert '"resolved"' not in (ROOT / "frontend" / "package-lock.json").read_text()


def test_every_folder_of_vectors_names_its_source() -> None:
    folders = {
        path.parent for path in tracked() if "vectors" in path.parts and path.suffix in {".json", ".txt", ".yml"}
    }
    for folder in folders:
        nearest = [parent / "SOURCE.md" for parent in (folder, *folder.parents) if ROOT in parent.parents]
        assert any(source.exists() for source in nearest), f"{folder.relative_to(ROOT)} does not name its source"


def test_no_private_key_is_committed() -> None:
    for path in tracked():
        if path.suffix not in {".png", ".woff2"} and path.is_file():
            head = path.read_bytes()
            assert b"-----BEGIN " + b"PRIVATE KEY" not in head, path.relative_to(ROOT)
