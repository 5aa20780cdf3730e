"""A service of two workers, in processes of their own, whose keys are replaced by command: no request fails.

Once with keys in files, and once in a hardware module, with which each worker has a session of its own.
"""

import contextlib
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import httpx2
import pytest
from typer.testing import CliRunner

from credentials.jose import UnverifiedToken
from issuer.app import initialise
from issuer.app.key_files import PIN as PIN_FILE
from issuer.cli import app
from issuer.settings import load_agency
from service.whole_files import PRIVATE, write_whole
from tests.conftest import _free_port
from tests.flows.issuance_kit import a_person_file, several_cases
from tests.hsm import PIN, Hsm

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("rotation")]

CHECKOUT = Path(__file__).parents[2]
SIGNED = {"accept": "application/jwt"}


def client() -> httpx2.Client:
    """Return what makes a connection for each request, so that none stays with one worker."""
    return httpx2.Client(limits=httpx2.Limits(max_keepalive_connections=0), trust_env=False, timeout=30)


def written(folder: Path, section: str) -> Path:
    port = _free_port()
    text = (CHECKOUT / "demo" / "agencies" / "cjib.toml").read_text()
    text = re.sub(r"\n\[trust_list\]\n(?:[^\[\n][^\n]*\n)*", "\n", text)
    text = text.replace("localhost:8207", f"localhost:{port}").replace("port = 8207", f"port = {port}")
    text = text.replace('"../../.state/agencies/cjib"', '"state"').replace('"../debts/cjib"', '"debts"')
    file = folder / "cjib.toml"
    file.write_text(text + section)
    a_person_file(folder / "debts", several_cases())
    return file


@contextlib.contextmanager
def serving(file: Path) -> Iterator[str]:
    """Serve with two workers, until they answer and while this lasts."""
    command = [sys.executable, "-m", "issuer", "serve", "--workers", "2", str(file)]
    log = file.with_name("log")
    url = load_agency(file).base_url
    with log.open("wb") as output, subprocess.Popen(command, stdout=output, stderr=output, cwd=CHECKOUT) as process:
        try:
            waited = threading.Event()
            while process.poll() is None:
                with contextlib.suppress(httpx2.HTTPError):
                    if httpx2.get(f"{url}/health/ready", trust_env=False).status_code == 200:
                        break
                waited.wait(0.05)
            assert process.poll() is None, log.read_text()[-2000:]
            yield url
        finally:
            process.terminate()
            process.wait(30)
    assert "worker_died" not in log.read_text()
    assert "request_failed" not in log.read_text()


class Asking:
    """Somebody who asks all the time for what is signed with the key of now, and notes what comes."""

    def __init__(self, url: str) -> None:
        self._url = f"{url}/.well-known/openid-credential-issuer"
        self._stop = threading.Event()
        self.statuses: list[int] = []
        self._threads = [threading.Thread(target=self._ask) for _ in range(2)]

    def _ask(self) -> None:
        with client() as asker:
            while not self._stop.is_set():
                self.statuses.append(asker.get(self._url, headers=SIGNED).status_code)
                self._stop.wait(0.02)

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()


def keys_seen(url: str) -> tuple[set[str], set[int]]:
    """Return the leaves that workers sign with, and how many keys they publish: of many connections, so of both."""
    leaves, published = set(), set()
    with client() as asker:
        for _ in range(12):
            metadata = asker.get(f"{url}/.well-known/openid-credential-issuer", headers=SIGNED)
            header = UnverifiedToken.parse(metadata.text, max_characters=1 << 22).header
            leaves.add(str(header["x5c"]))
            document = asker.get(f"{url}/.well-known/did.json").json()
            published.add(len(document["assertionMethod"]))
    return leaves, published


@pytest.mark.parametrize("kept", ["in files", "in a token"])
def test_no_request_fails_while_keys_are_replaced(
    tmp_path: Path, kept: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    section = ""
    if kept == "in a token":
        hsm: Hsm = request.getfixturevalue("softhsm")
        (tmp_path / "state").mkdir(mode=0o700)
        write_whole(tmp_path / "state" / PIN_FILE, PIN.encode(), PRIVATE)
        section = (
            f'\n[keys.pkcs11]\nmodule = "{hsm.module}"\ntoken = "{hsm.new_token()}"\npurposes = ["signer", "ldp"]\n'
        )
    file = written(tmp_path, section)
    initialise(load_agency(file))

    def command(*arguments: str) -> None:
        done = CliRunner().invoke(app, ["keys", arguments[0], str(file), *arguments[1:]])
        assert done.exit_code == 0, done.output

    with serving(file) as url, Asking(url) as asking:
        before, (few,) = keys_seen(url)
        command("prepare")
        same, (more,) = keys_seen(url)
        assert (same, len(same)) == (before, 1)
        assert more == 2 * few
        command("activate", "--at-once")
        after, (still,) = keys_seen(url)
        assert len(after) == 1
        assert not after & before
        assert still == more
        command("retire", "signer", "ldp", "--at-once")
        assert keys_seen(url) == (after, {few})
    assert len(asking.statuses) > 20
    assert set(asking.statuses) == {200}
    assert not {"signer.pem", "ldp.pem"} & {each.name for each in (tmp_path / "state").iterdir()}
