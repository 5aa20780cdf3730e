"""`blauweknop verifier init` and `describe`: keys of one's own, and the entry that the scheme puts on its list."""

import json
import stat
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar

import pytest
from cryptography.x509.oid import NameOID
from typer.testing import CliRunner

from credentials.errors import ConfigurationError
from credentials.keys import SoftwareSigner
from credentials.openid.client_id import client_id_of_certificate
from credentials.trust import CertificateAuthority, Participant, Role, TrustList, recognise_verifier, verify_chain
from credentials.trust.x509 import chain_end, to_der, to_pem
from credentials.trust.x509.purpose import EARLIER
from service.logging import configure
from tests.unit.trust.certificates import a_leaf_of_others
from verifier.app import create, purge
from verifier.cli import app
from verifier.settings import load_verifier
from verifier.storage.keys import Identity, KeyFiles


@pytest.fixture
def settings_file(tmp_path: Path) -> Path:
    path = tmp_path / "verifier.toml"
    made = CliRunner().invoke(app, ["init", str(path)])
    assert made.exit_code == 0, made.output
    assert "access.pem" in made.output
    return path


def test_keys_are_made_once_and_for_their_owner_only(settings_file: Path) -> None:
    state = settings_file.parent / "verifier-state"
    before = {path.name: path.read_bytes() for path in state.iterdir() if path.suffix in (".pem", ".key")}
    assert {"access.pem", "access-chain.pem", "authority.pem", "authority-certificate.pem", "data.key"} <= before.keys()
    for name in ("access.pem", "authority.pem", "data.key", "api-token"):
        assert stat.S_IMODE((state / name).stat().st_mode) == 0o600
    again = CliRunner().invoke(app, ["init", str(settings_file)])
    assert again.output.strip() == "nothing to make"
    assert {path.name: path.read_bytes() for path in state.iterdir() if path.name in before} == before


@pytest.mark.parametrize(
    ("authentication", "made"), [("private_key_jwt", "login.pem"), ("client_secret_basic", "login-secret")]
)
def test_what_the_login_provider_knows_us_by_is_made_once(settings_file: Path, authentication: str, made: str) -> None:
    text = settings_file.read_text()
    demo = text[text.index("[demo_login]") : text.index("# Instead of [demo_login]")]
    login = (
        f'[login]\nissuer = "http://localhost:1"\nclient_id = "x"\nauthentication = "{authentication}"\n'
        '[login.roles]\ncounsellor = ["helper"]\n'
    )
    settings_file.write_text(text.replace(demo, login))
    assert CliRunner().invoke(app, ["init", str(settings_file)]).output.strip() == made
    file = settings_file.parent / "verifier-state" / made
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert CliRunner().invoke(app, ["init", str(settings_file)]).output.strip() == "nothing to make"
    service = create(load_verifier(settings_file))
    service.close()
    for wrong in (lambda: file.chmod(0o644), file.unlink):
        wrong()
        with pytest.raises(ConfigurationError, match=made):
            create(load_verifier(settings_file))


def test_the_entry_for_the_trust_list_lets_wallets_recognise_this_verifier(settings_file: Path) -> None:
    printed = CliRunner().invoke(app, ["describe", str(settings_file)])
    participant = Participant.parse(json.loads(printed.output))
    assert participant.roles == {Role.VERIFIER}
    access = KeyFiles(settings_file.parent / "verifier-state").access()
    assert to_der(KeyFiles(settings_file.parent / "verifier-state").anchor()) not in access.chain
    client_id = client_id_of_certificate(access.chain[0]).full
    assert client_id in participant.client_ids
    now = datetime.now(UTC)
    trust_list = TrustList("https://stelsel.example", now, now, 1, (participant,))
    assert recognise_verifier(trust_list, now, client_id=client_id, x5c=access.chain) == participant


def test_a_key_that_others_may_read_is_refused(settings_file: Path) -> None:
    key = settings_file.parent / "verifier-state" / "data.key"
    key.chmod(0o644)
    with pytest.raises(ConfigurationError, match=r"data\.key"):
        create(load_verifier(settings_file))


def test_a_verifier_without_keys_does_not_start(settings_file: Path) -> None:
    (settings_file.parent / "verifier-state" / "access.pem").unlink()
    with pytest.raises(ConfigurationError):
        create(load_verifier(settings_file))


def test_purging_from_the_command_line(settings_file: Path) -> None:
    assert purge(load_verifier(settings_file)) == 0
    assert "0 files deleted" in CliRunner().invoke(app, ["purge", str(settings_file)]).output


class TestRenewal:
    """An old state folder: a certificate that wallets would not take is made anew, where the authority is here."""

    @staticmethod
    def certified(state: Path, oin: str | None, usages: Sequence[str]) -> None:
        authority = CertificateAuthority.load(
            (state / "authority-certificate.pem").read_bytes(), SoftwareSigner.from_file(state / "authority.pem")
        )
        signer = SoftwareSigner.from_file(state / "access.pem")
        subject = ((NameOID.SERIAL_NUMBER, oin),) if oin else ((NameOID.COMMON_NAME, "x"),)
        (state / "access-chain.pem").write_text(
            to_pem(a_leaf_of_others(authority, signer, subject=subject, usages=usages))
        )

    CASES: ClassVar = {
        "a usage that Go cannot read": (True, (next(usage for usage in EARLIER if EARLIER[usage] == "requests"),)),
        "the web's usage": (True, ("1.3.6.1.5.5.7.3.1",)),
        "the usage of issuers": (True, ("1.0.18013.5.1.2",)),
        "no name": (False, ()),
    }

    @pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
    @pytest.mark.parametrize("how", ["init", "describe", "start"])
    def test_an_old_certificate_is_made_anew_for_the_same_key(
        self, settings_file: Path, case: tuple[bool, tuple[str, ...]], how: str
    ) -> None:
        state, settings = settings_file.parent / "verifier-state", load_verifier(settings_file)
        self.certified(state, settings.organisation.oin if case[0] else None, case[1])
        key = (state / "access.pem").read_bytes()
        if how == "start":
            create(settings).close()
        else:
            assert CliRunner().invoke(app, [how, str(settings_file)]).exit_code == 0
        files = KeyFiles(state)
        leaf = verify_chain(files.access().chain, [to_der(files.anchor())], datetime.now(UTC))
        assert leaf.key_purposes == {"1.0.18013.5.1.6"}
        assert leaf.uris == (settings.base_url,)
        assert (state / "access.pem").read_bytes() == key
        made = (state / "access-chain.pem").read_bytes()
        create(settings).close()
        assert (state / "access-chain.pem").read_bytes() == made

    def test_workers_that_start_at_once_all_get_the_one_that_was_made(self, settings_file: Path) -> None:
        state, settings = settings_file.parent / "verifier-state", load_verifier(settings_file)
        self.certified(state, settings.organisation.oin, ("1.3.6.1.5.5.7.3.1",))
        identity = Identity(settings.base_url, settings.hostname, settings.organisation.name, settings.organisation.oin)

        def start(_: int) -> tuple[bool, bytes]:
            files = KeyFiles(state)
            made = files.renew(identity, datetime.now(UTC))
            return made, files.access().chain[0]

        with ThreadPoolExecutor(8) as workers:
            started = list(workers.map(start, range(8)))
        assert sum(made for made, _ in started) == 1
        assert len({chain for _, chain in started}) == 1

    @pytest.mark.parametrize(("days", "made"), [(31, False), (29, True), (-1, True)])
    def test_one_that_ends_soon_is_made_anew_while_wallets_still_take_the_old(
        self, settings_file: Path, days: int, made: bool
    ) -> None:
        settings, files = load_verifier(settings_file), KeyFiles(settings_file.parent / "verifier-state")
        identity = Identity(settings.base_url, settings.hostname, settings.organisation.name, settings.organisation.oin)
        assert files.renew(identity, chain_end(files.access().chain) - timedelta(days=days)) is made

    def test_without_its_authority_one_that_ends_soon_serves_on(
        self, settings_file: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        settings, files = load_verifier(settings_file), KeyFiles(settings_file.parent / "verifier-state")
        identity = Identity(settings.base_url, settings.hostname, settings.organisation.name, settings.organisation.oin)
        (settings_file.parent / "verifier-state" / "authority.pem").unlink()
        end = chain_end(files.access().chain)
        configure()
        try:
            assert not files.renew(identity, end - timedelta(days=29))
        finally:
            configure(level="critical", strict=True)
        assert "certificate_outdated" in capsys.readouterr().err
        with pytest.raises(ConfigurationError, match="authority is not here"):
            files.renew(identity, end + timedelta(seconds=1))

    def test_where_the_authority_is_elsewhere_it_is_said(self, settings_file: Path) -> None:
        state, settings = settings_file.parent / "verifier-state", load_verifier(settings_file)
        self.certified(state, settings.organisation.oin, ("1.3.6.1.5.5.7.3.1",))
        (state / "authority.pem").rename(state / "elsewhere")
        with pytest.raises(ConfigurationError, match=r"access-chain\.pem: .*web server.*authority is not here"):
            create(settings)
        (state / "elsewhere").rename(state / "authority.pem")
        earlier, _ = next(each for each in EARLIER.items() if each[1] == "requests")
        self.certified(state, settings.organisation.oin, (earlier,))
        (state / "authority.pem").unlink()
        create(settings).close()
