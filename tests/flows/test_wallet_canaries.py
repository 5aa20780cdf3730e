"""After its citizen has left, a wallet is nowhere to be found: not in the database, not in the log, not in the memory.

The wallet runs as it is served, with an allocator that wipes what is freed, as `docs/operations/running.md` has it.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest

from credentials.encoding import b64url_encode
from service.database import Database
from tests.architecture.source import ROOT
from tests.conftest import _free_port, do_without
from tests.passkey_kit import SoftPasskey, api_body
from wallet_api.domain.locks import Brought
from wallet_api.domain.passkey import brought_by
from wallet_api.domain.wallet import WalletNumber, normal_pin
from wallet_api.settings import EXAMPLE
from wallet_api.storage import SqlWallets
from wallet_api.vault import SlowLocksmith

pytestmark = [pytest.mark.long, pytest.mark.timeout(400)]

WIPING: Final = {"PYTHONMALLOC": "malloc", "GLIBC_TUNABLES": "glibc.malloc.perturb=165:glibc.malloc.tcache_count=0"}
NAME, PIN = "Kanariegeel toestel 7731", "geheime kanarie 4471"


@dataclass
class Served:
    """A wallet that is served by a process of its own, and where it writes."""

    folder: Path
    address: str
    process: subprocess.Popen[bytes]
    http: httpx2.Client

    def call(self, method: str, path: str, body: Any = None, token: str = "") -> Any:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return self.http.request(method, f"{self.address}/api/v1/{path}", json=body, headers=headers)

    def key_behind(self, brought: Brought) -> bytes:
        """Open a lock beside the service, as its citizen could."""
        database, smith = Database(f"sqlite:///{self.folder / 'wallet.db'}"), SlowLocksmith()
        found = SqlWallets(database).find(smith.trace(brought.kind, brought.finder).tag)
        database.close()
        assert found is not None
        return smith.open(found[0].id, found[1], brought)

    def memory(self) -> bytes:
        """Return what is in the memory of all its processes."""
        core = self.folder / "core"
        group = subprocess.run(["pgrep", "-g", str(self.process.pid)], capture_output=True, check=True, text=True)
        whole = b""
        for pid in group.stdout.split():
            subprocess.run(["gcore", "-o", str(core), pid], capture_output=True, check=True)
            dump = core.with_name(f"core.{pid}")
            whole += dump.read_bytes()
            dump.unlink()
        return whole


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    if shutil.which("gcore") is None or not sys.platform.startswith("linux"):
        do_without("no gcore here (Debian: apt-get install gdb)")
    port = _free_port()
    settings = EXAMPLE.replace("8110", str(port)).replace("sqlite:///wallet.db", f"sqlite:///{tmp_path}/wallet.db")
    (tmp_path / "wallet.toml").write_text(settings)
    command = [
        sys.executable,
        "-m",
        "service.commands",
        "wallet",
        "serve",
        str(tmp_path / "wallet.toml"),
        "--workers",
        "1",
    ]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | WIPING, stdout=log, stderr=log, start_new_session=True
        )
        made = Served(tmp_path, f"http://localhost:{port}", process, httpx2.Client(verify=False, timeout=60))
        try:
            _wait(made)
            yield made
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(30)
            made.http.close()


def _wait(served: Served) -> None:
    # A busy machine takes its time to start one.
    for _ in range(1_000):
        try:
            served.http.get(f"{served.address}/health/live")
        except httpx2.HTTPError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError((served.folder / "log").read_text())


def test_nothing_of_a_wallet_is_left_once_it_is_closed(served: Served) -> None:
    passkey = SoftPasskey()
    answer = passkey.make(served.call("POST", "uitdagingen", {"doel": "maken"}).json(), served.address)
    token = served.call("POST", "wallets/passkey", api_body(answer, naam=NAME)).json()["token"]
    code = served.call("POST", "toegangen/herstelcodes", token=token).json()["herstelcode"]
    assert NAME in served.call("GET", "toegangen", token=token).text
    made = served.call("POST", "wallets", {"pincode": PIN}).json()
    number = WalletNumber.parse(made["walletnummer"])
    assert served.call("GET", "toegangen", token=made["token"]).status_code == 200
    keys = [served.key_behind(each) for each in (number.with_pin(normal_pin(PIN)), brought_by(passkey.id, answer.prf))]
    texts = [NAME, PIN, code, code.replace(" ", ""), number.shown, number.digits, token, made["token"]]
    binary = [answer.prf, passkey.id, *keys]
    canaries = [each.encode() for each in texts] + binary + [b64url_encode(each).encode() for each in binary]
    while_open = served.memory()
    assert any(canary in while_open for canary in canaries), "the search finds what is there"
    for each in (token, made["token"]):
        assert served.call("DELETE", "sessies/huidige", token=each).status_code == 204
    # What came in over the network stands in a buffer of the event loop until as much has come in after it.
    served.call("POST", "uitdagingen", {"doel": "x" * 60_000})
    for _ in range(20):
        served.http.get(f"{served.address}/openen")
    written = b"".join(file.read_bytes() for file in served.folder.glob("wallet.db*"))
    for where, found in (
        ("database", written),
        ("log", (served.folder / "log").read_bytes()),
        ("memory", served.memory()),
    ):
        left = [place for place, canary in enumerate(canaries) if canary in found]
        assert left == [], where
