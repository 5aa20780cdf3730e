"""The wheel provides exactly the five packages, with what they need beside their code."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = {"credentials", "service", "issuer", "verifier", "wallet_api"}


@pytest.fixture(scope="module")
def wheel_names(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


def test_exactly_our_five_packages_are_provided(wheel_names: list[str]) -> None:
    top = {name.split("/")[0] for name in wheel_names if not name.split("/")[0].endswith(".dist-info")}
    assert top == PACKAGES


def test_templates_migrations_and_contexts_travel_along(wheel_names: list[str]) -> None:
    for ending in (".html", ".css", ".jsonld", "0001_initial.py"):
        assert any(name.endswith(ending) for name in wheel_names), f"no {ending} in the wheel"


def test_no_secret_or_state_travels_along(wheel_names: list[str]) -> None:
    assert not [name for name in wheel_names if name.endswith((".pem", ".key", ".db", ".toml.local"))]
