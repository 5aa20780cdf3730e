"""`blauweknop trust stelseldocument`: derive a scheme document from a trust list, and check one."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
import typer
from click.testing import Result
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from typer.testing import CliRunner

from credentials.clock import SystemClock
from credentials.keys import SoftwareSigner
from credentials.trust import Participant, Role
from credentials.trust.trust_list import issue
from credentials.trust.x509 import make_ca, to_pem
from service.commands import trust

MANAGER = f"{1000:020}"
NOW = SystemClock().now().replace(microsecond=0)


class Desk:
    """A directory with all that a scheme has."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.app = typer.Typer()
        trust.register(self.app)
        scheme, signer = SoftwareSigner.generate(), SoftwareSigner.generate()
        root = make_ca("Stelselroot", not_before=NOW - timedelta(days=1), not_after=NOW + timedelta(days=900))
        leaf = root.issue_leaf(
            signer.public_jwk,
            uri="https://s.example",
            dns="s.example",
            common_name="Stelseldocument",
            organisation="Het stelsel",
            oin=MANAGER,
            not_before=NOW - timedelta(days=1),
            not_after=NOW + timedelta(days=90),
        )
        participants = [
            Participant("https://cjib.example", "CJIB", oin=f"{41:020}", types=frozenset({"urn:x:zaak"})),
            Participant("https://v.example", "Schuldhulp", roles=frozenset({Role.VERIFIER}), oin=f"{42:020}"),
        ]
        self.list = self.write("list.jwt", issue(participants, scheme, issuer="https://s.example", sequence=1, now=NOW))
        self.list_root = self.write("list.jwk", json.dumps(scheme.public_jwk.to_dict()))
        self.key = self.write(
            "key.pem",
            signer.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        )
        self.key.chmod(0o600)
        self.chain = self.write("chain.pem", to_pem(leaf))
        self.root = self.write("root.pem", root.pem)
        self.out = directory / "stelseldocument.jws"

    def write(self, name: str, content: str) -> Path:
        path = self.directory / name
        path.write_text(content)
        return path

    def run(self, *arguments: str | Path) -> Result:
        return CliRunner().invoke(self.app, ["trust", "stelseldocument", *(str(each) for each in arguments)])

    def sign(self, *more: str | Path) -> Result:
        return self.run(
            "sign", self.list, "--trust-root", self.list_root, "--key", self.key, "--chain", self.chain,
            "--root", self.root, "--environment", "demo", "--out", self.out, *more,
        )  # fmt: skip

    def check(self, *more: str | Path, root: Path | None = None, issuer: str = MANAGER, of: str = "demo") -> Result:
        return self.run("check", self.out, "--root", root or self.root, "--issuer", issuer, "--environment", of, *more)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_trust_list_becomes_a_document_that_is_accepted(desk: Desk) -> None:
    signed = desk.sign()
    assert signed.exit_code == 0, signed.output
    assert "1 organisations" in signed.output
    assert "1 participants are not in it" in signed.output
    checked = desk.check()
    assert checked.exit_code == 0, checked.output
    assert "CJIB" in checked.output
    shown = json.loads(desk.check("--json").stdout)
    assert shown["accepted"] is True
    assert (shown["iss"], shown["environment"], shown["exp"] - shown["iat"]) == (MANAGER, "demo", 24 * 3600)
    assert shown["organizations"] == [
        {
            "oin": f"{41:020}",
            "name": "CJIB",
            "discovery_url": "https://cjib.example/.well-known/openid-credential-issuer",
        }
    ]
    assert shown["document_types"] == [{"name": "urn:x:zaak"}]


def test_a_refusal_names_its_step_and_its_reason(desk: Desk) -> None:
    desk.sign("--hours", "1")
    later = (NOW + timedelta(hours=2)).isoformat()
    other = desk.write("other.pem", make_ca("X", not_before=NOW, not_after=NOW + timedelta(days=1)).pem)
    for refused, step, reason in (
        (desk.check("--json", root=other), 2, "certificates"),
        (desk.check("--json", issuer=f"{7:020}"), 4, "signer"),
        (desk.check("--json", of="productie"), 5, "environment"),
        (desk.check("--json", "--at", later), 6, "expired"),
        (desk.check("--json", "--accepted", later), 6, "older"),
    ):
        assert refused.exit_code == 1
        said = json.loads(refused.stdout)
        assert (said["accepted"], said["step"], said["reason"]) == (False, step, reason)
        assert said["detail"]
    words = desk.check(of="productie")
    assert (words.exit_code, words.stdout) == (1, "")
    assert "refused by step 5 of 6 (environment)" in words.stderr


def test_what_is_no_document_is_refused_and_what_cannot_be_used_is_said(desk: Desk) -> None:
    desk.out.write_text("no document")
    assert desk.check().exit_code == 1
    desk.sign()
    for unusable in (
        desk.check(issuer="1000"),
        desk.check("--at", "soon"),
        desk.check("--accepted", "soon"),
        desk.check(root=desk.key),
        desk.check(root=desk.chain),
        desk.check(root=desk.directory / "missing.pem"),
    ):
        assert unusable.exit_code == 2
        assert unusable.stderr.startswith("blauweknop: ")
    assert "--accepted" in desk.check("--accepted", "soon").stderr


def test_a_document_that_no_app_would_take_is_not_written(desk: Desk) -> None:
    other = desk.write("other.pem", make_ca("X", not_before=NOW, not_after=NOW + timedelta(days=1)).pem)
    for unusable in (
        desk.sign("--root", other),
        desk.sign("--chain", other),
        desk.sign("--environment", ""),
        desk.sign("--trust-root", desk.root),
        desk.sign("--key", desk.root),
    ):
        assert unusable.exit_code == 2, unusable.output
    assert not desk.out.exists()
    assert desk.sign("--hours", "25").exit_code == 2
    assert not desk.out.exists()
