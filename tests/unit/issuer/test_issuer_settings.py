import json
import stat
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID
from pydantic import ValidationError
from typer.testing import CliRunner

from credentials.errors import ConfigurationError
from credentials.keys import SoftwareSigner
from credentials.trust import CertificateAuthority, JointArrangement, Participant, Role, verify_chain
from credentials.trust.x509 import chain_end, to_der, to_pem
from credentials.trust.x509.purpose import EARLIER
from issuer.app.keys import initialise, load_keys, renew_leaf
from issuer.app.run import describe
from issuer.domain.configurations import Securing
from issuer.settings import AgencySettings, CsvSource, FcidSource, HttpSource, load_agency, require_source
from issuer.sources import Columns
from service.logging import configure
from tests.unit.trust.certificates import a_leaf_of_others

EXAMPLE = Path(__file__).parents[3] / "issuer" / "agency.example.toml"


def now() -> datetime:
    """The machine's clock, on which certificates are made: read each time, for a run of all tests takes a while."""
    return datetime.now(UTC)


def written(folder: Path, **changed: str) -> Path:
    """Write the example with lines replaced: a development set-up by default."""
    text = EXAMPLE.read_text()
    for old, new in {
        '"https://schulden.cjib.example"': '"http://localhost:8207"\ninsecure_localhost = true',
        **changed,
    }.items():
        assert old in text
        text = text.replace(old, new, 1)
    file = folder / "agency.toml"
    file.write_text(text)
    return file


def an_agency(folder: Path, **changed: str) -> AgencySettings:
    (folder / "debts").mkdir(exist_ok=True)
    return load_agency(written(folder, **changed))


class TestSettings:
    def test_a_provider_keeps_the_slash_that_its_name_has(self, tmp_path: Path) -> None:
        named = load_agency(
            written(tmp_path, **{'"https://digid-makelaar.example"': '"https://login.example/tenant/"'})
        )
        assert named.digid.issuer == "https://login.example/tenant/"

    def test_a_trust_list_that_is_a_file_is_looked_for_from_the_settings(self, tmp_path: Path) -> None:
        named = load_agency(written(tmp_path, **{'"https://stelsel.example/trust-list.jwt"': '"list.jwt"'})).trust_list
        assert named is not None
        assert named.source == str(tmp_path / "list.jwt")

    def test_the_example_is_read(self) -> None:
        settings = load_agency(EXAMPLE)
        assert settings.did == "did:web:schulden.cjib.example"
        assert isinstance(settings.source, FcidSource)
        assert settings.state == EXAMPLE.parent / "state" / "cjib"
        assert settings.database_url.startswith("sqlite:///")

    def test_an_agency_that_names_no_securings_has_the_usual_two(self, tmp_path: Path) -> None:
        settings = an_agency(tmp_path, **{'securings = ["dc+sd-jwt", "eddsa-rdfc-2022"]\n': ""})
        assert settings.securings == load_agency(EXAMPLE).securings == (Securing.SD_JWT, Securing.EDDSA_RDFC)

    @pytest.mark.parametrize("each", list(Securing), ids=str)
    def test_every_securing_has_the_name_of_its_specification(self, tmp_path: Path, each: Securing) -> None:
        settings = an_agency(tmp_path, **{'["dc+sd-jwt", "eddsa-rdfc-2022"]': f'["{each}"]'})
        assert settings.securings == (each,)

    @pytest.mark.parametrize("wrong", ["[]", '["vc+jwt", "vc+jwt"]', '["ldp_vc"]', '["bbs-2023"]', '"vc+jwt"'])
    def test_securings_that_are_none_twice_or_unknown_are_refused(self, tmp_path: Path, wrong: str) -> None:
        with pytest.raises(ConfigurationError, match="securings"):
            an_agency(tmp_path, **{'["dc+sd-jwt", "eddsa-rdfc-2022"]': wrong})

    def test_the_commented_parts_of_the_example_are_read_too(self, tmp_path: Path) -> None:
        lines = EXAMPLE.read_text().splitlines()
        start, other = lines.index("[source]"), lines.index("# [source]")
        text = "\n".join(lines[:start] + [line.removeprefix("# ") for line in lines[other:]])
        file = tmp_path / "agency.toml"
        initialise(an_agency(tmp_path))
        (tmp_path / "pid-authorities.pem").write_bytes((tmp_path / "state" / "cjib" / "ca.pem").read_bytes())
        file.write_text(text)
        settings = load_agency(file)
        assert settings.pid is not None
        assert settings.pid.providers[0].identifier == "https://pid.example"
        source = settings.source
        assert isinstance(source, CsvSource)
        Columns(source.columns, source.constants | {"datumtijd_opgelegd": "x"}, source.events)

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ('"https://schulden.cjib.example"', '"http://schulden.cjib.example"'),
            ('"https://schulden.cjib.example"', '"https://schulden.cjib.example"\ninsecure_localhost = true'),
            ('"https://digid-makelaar.example"', '"http://digid-makelaar.example"'),
            ("port = 8443", "port = 0"),
            ("port = 8443", 'port = "8443"'),
            ("port = 8443", "port = 8443\nkleur = 1"),
            ('"00000004000000014001"', '"4"'),
            ("entries = 131072", "entries = 1000"),
            ("fill = 0.5", "fill = 0.9"),
            ('kind = "fcid"', 'kind = "sql"'),
        ],
    )
    def test_what_cannot_be_served_safely_does_not_start(self, tmp_path: Path, old: str, new: str) -> None:
        file = tmp_path / "agency.toml"
        file.write_text(EXAMPLE.read_text().replace(old, new, 1))
        with pytest.raises(ConfigurationError):
            load_agency(file)

    def test_where_to_ask_for_an_arrangement_goes_into_the_trust_list(self, tmp_path: Path) -> None:
        joint = '[joint_arrangement]\nname = "Betalingsregeling Rijk"\naddress = "https://r.example/a"\n\n'
        settings = an_agency(tmp_path, **{"[contact]\n": f"{joint}[contact]\n"})
        initialise(settings)
        entry = Participant.parse(json.loads(describe(settings)))
        assert entry.arrangement == "https://www.cjib.example/in-stukjes-betalen"
        assert entry.joint_arrangement == JointArrangement("Betalingsregeling Rijk", "https://r.example/a")

    @pytest.mark.parametrize("wrong", ["http://www.cjib.example/", "https://www.cjib.example/?zaak=1", "cjib.example"])
    def test_an_address_for_it_that_says_something_does_not_start(self, tmp_path: Path, wrong: str) -> None:
        joint = f'[joint_arrangement]\nname = "R"\naddress = "{wrong}"\n\n[contact]\n'
        for changed in ({"https://www.cjib.example/in-stukjes-betalen": wrong}, {"[contact]\n": joint}):
            with pytest.raises(ConfigurationError) as refused:
                an_agency(tmp_path, **changed)
            assert wrong not in str(refused.value)

    def test_headers_are_such_as_can_be_sent(self) -> None:
        def source(name: str, value: str) -> HttpSource:
            return HttpSource.model_validate({"kind": "http", "url": "https://x.example/", "headers": {name: value}})

        assert source("X-Kant", "a b").headers == {"X-Kant": "a b"}
        for name, value in (("X Y", "a"), ("X", "a\r\nY: b"), ("X", "caf\u00e9"), ("X", " a"), ("", "a"), ("X:", "a")):
            with pytest.raises(ValidationError):
                source(name, value)

    @pytest.mark.parametrize(
        ("url", "did"),
        [
            ("https://host.example/agencies/cjib", "did:web:host.example:agencies:cjib"),
            ("https://host.example:8443/Cjib_1.a-b", "did:web:host.example%3A8443:Cjib_1.a-b"),
            ("https://host.example", "did:web:host.example"),
        ],
    )
    def test_an_agency_may_stand_below_a_path(self, tmp_path: Path, url: str, did: str) -> None:
        file = tmp_path / "agency.toml"
        file.write_text(EXAMPLE.read_text().replace("https://schulden.cjib.example", url, 1))
        settings = load_agency(file)
        assert (settings.base_url, settings.did) == (url, did)

    @pytest.mark.parametrize(
        "url",
        [
            "https://host.example/",
            "https://host.example/cjib/",
            "https://host.example//cjib",
            "https://host.example/agencies//cjib",
            "https://host.example/agencies/../cjib",
            "https://host.example/agencies/./cjib",
            "https://host.example/.well-known/cjib",
            "https://host.example/cj%69b",
            "https://host.example/a%2Fb",
            "https://host.example/a b",
            "https://host.example/~cjib",
            "https://host.example/cjib;v=1",
            "https://host.example/a:b",
            "https://host.example/é",
            "https://host.example/cjib?",
            "https://host.example/cjib?x=1",
            "https://host.example/cjib#",
            "https://host.example/cjib#x",
            "https://host.example\\\\cjib",
            "https://Host.example/cjib",
            "HTTPS://host.example/cjib",
            "https://host.example:443/cjib",
            "https://host.example:443",
            "https://host.example:/cjib",
            "https://host.example:99999/cjib",
            "https://x@host.example/cjib",
            "https:///cjib",
            "https://host.example/cjib\\n",
        ],
    )
    def test_an_identifier_with_a_second_spelling_does_not_start(self, tmp_path: Path, url: str) -> None:
        file = tmp_path / "agency.toml"
        file.write_text(EXAMPLE.read_text().replace("https://schulden.cjib.example", url, 1))
        with pytest.raises(ConfigurationError, match="base_url") as refused:
            load_agency(file)
        assert url not in str(refused.value)

    def test_a_register_that_is_not_there_does_not_start(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigurationError, match=r"source\.directory"):
            require_source(load_agency(written(tmp_path)))


class TestKeys:
    def test_what_is_made_can_be_loaded_and_is_its_owners_alone(self, tmp_path: Path) -> None:
        settings = an_agency(tmp_path)
        made = initialise(settings)
        keys = load_keys(settings, now())
        assert keys.signer.public_jwk.curve == "P-256"
        assert keys.ldp.public_jwk.curve == "Ed25519"
        for name in made:
            mode = stat.S_IMODE((settings.state / name).stat().st_mode)
            assert mode == (0o644 if name in ("ca.pem", "signer-chain.pem") else 0o600)

    def test_what_exists_is_left_alone(self, tmp_path: Path) -> None:
        settings = an_agency(tmp_path)
        initialise(settings)
        before = load_keys(settings, now())
        assert initialise(settings) == []
        assert load_keys(settings, now()).signer.public_jwk == before.signer.public_jwk

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("token.key", b"\0" * 32),
            ("data.key", b"short"),
            ("api-token", b"change-me"),
            ("api-token", b"x" * 40),
            ("signer.pem", b"not a key"),
            ("signer-chain.pem", b"not a certificate"),
            ("ca.pem", b""),
        ],
    )
    def test_what_is_no_secret_or_no_key_does_not_start(self, tmp_path: Path, name: str, content: bytes) -> None:
        settings = an_agency(tmp_path)
        initialise(settings)
        (settings.state / name).write_bytes(content)
        with pytest.raises(ConfigurationError):
            load_keys(settings, now())

    @pytest.mark.parametrize("name", ["token.key", "signer.pem", "api-token"])
    def test_what_others_may_read_does_not_start(self, tmp_path: Path, name: str) -> None:
        settings = an_agency(tmp_path)
        initialise(settings)
        (settings.state / name).chmod(0o644)
        with pytest.raises(ConfigurationError, match="others may read"):
            load_keys(settings, now())

    def test_a_certificate_of_another_key_does_not_start(self, tmp_path: Path) -> None:
        settings = an_agency(tmp_path)
        initialise(settings)
        (settings.state / "signer.pem").unlink()
        SoftwareSigner.generate().write(settings.state / "signer.pem")
        with pytest.raises(ConfigurationError, match="not of the key beside it"):
            load_keys(settings, now())

    def test_an_expired_certificate_does_not_sign(self, tmp_path: Path) -> None:
        settings = an_agency(tmp_path)
        initialise(settings)
        with pytest.raises(ConfigurationError):
            load_keys(settings, now() + timedelta(days=400))

    def test_where_the_authority_is_elsewhere_what_is_missing_is_made_all_the_same(self, tmp_path: Path) -> None:
        settings = an_agency(tmp_path)
        initialise(settings)
        (settings.state / "ca-key.pem").unlink()
        (settings.state / "api-token").unlink()
        assert initialise(settings) == ["api-token"]

    def test_nothing_made_is_said_plainly(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigurationError, match="issuer init"):
            load_keys(an_agency(tmp_path), now())

    def test_a_shared_secret_is_made_where_it_is_wanted(self, tmp_path: Path) -> None:
        settings = an_agency(tmp_path, **{'"private_key_jwt"': '"client_secret_basic"'})
        assert "digid-secret" in initialise(settings)
        keys = load_keys(settings, now())
        assert keys.login is None
        assert keys.login_secret is not None


class TestDescribe:
    def test_it_is_an_entry_of_the_trust_list(self, tmp_path: Path) -> None:
        settings = an_agency(tmp_path)
        initialise(settings)
        participant = Participant.parse(json.loads(describe(settings)))
        assert participant.roles == {Role.ISSUER}
        assert participant.identifier == "http://localhost:8207"
        assert participant.did == "did:web:localhost%3A8207"
        assert participant.may_issue("urn:nl:blauweknop:overzicht:1")
        keys = load_keys(settings, now())
        assert participant.keys == (keys.ldp.public_jwk, keys.signer.public_jwk)

    def test_the_commands_do_the_same(self, tmp_path: Path) -> None:
        from issuer.cli import app

        an_agency(tmp_path)
        (tmp_path / "scheme.jwk").write_text(json.dumps(SoftwareSigner.generate().public_jwk.to_dict()))
        file = str(tmp_path / "agency.toml")
        first = CliRunner().invoke(app, ["init", file])
        assert first.exit_code == 0
        assert "signer.pem" in first.stdout
        assert "nothing to make" in CliRunner().invoke(app, ["init", file]).stdout
        assert json.loads(CliRunner().invoke(app, ["describe", file]).stdout)["afkorting"] == "cjib"
        assert "0 people checked" in CliRunner().invoke(app, ["refresh", file]).stdout


class TestRenewal:
    """An old state folder: a certificate that others would not take is made anew, where the authority is here."""

    @staticmethod
    def certified(settings: AgencySettings, usages: Sequence[str] = (), names: Sequence[x509.GeneralName] = ()) -> None:
        """Put another certificate of the same key and authority in the folder."""
        state = settings.state
        authority = CertificateAuthority.load(
            (state / "ca.pem").read_bytes(), SoftwareSigner.from_file(state / "ca-key.pem")
        )
        signer = SoftwareSigner.from_file(state / "signer.pem")
        subject = ((NameOID.SERIAL_NUMBER, settings.agency.oin),) if not names else ((NameOID.COMMON_NAME, "x"),)
        der = a_leaf_of_others(authority, signer, names=names, subject=subject, usages=usages)
        (state / "signer-chain.pem").write_text(to_pem(der))

    EARLIER_USAGE = next(iter(EARLIER))
    CASES: ClassVar = {
        "a usage that Go cannot read": ((EARLIER_USAGE,), ()),
        "the web's usage": (("1.3.6.1.5.5.7.3.1",), ()),
        "another use": (("1.3.6.1.5.5.7.3.3",), ()),
        "another host, and no number": ((), (x509.DNSName("elders.example"),)),
    }

    @pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
    def test_an_old_certificate_is_made_anew_for_the_same_key(self, tmp_path: Path, case: Any) -> None:
        settings = an_agency(tmp_path)
        initialise(settings)
        self.certified(settings, *case)
        old = (settings.state / "signer-chain.pem").read_text()
        assert renew_leaf(settings, now())
        keys = load_keys(settings, now())
        assert (settings.state / "signer-chain.pem").read_text() != old
        leaf = verify_chain(keys.signer_chain, [to_der(keys.ca_pem)], now())
        assert leaf.public_jwk == keys.signer.public_jwk
        assert leaf.key_purposes == frozenset()
        assert not renew_leaf(settings, now())
        self.certified(settings, *case)
        assert initialise(settings) == ["signer-chain.pem"]

    def test_one_that_has_ended_is_made_anew(self, tmp_path: Path) -> None:
        settings = an_agency(tmp_path)
        initialise(settings)
        assert renew_leaf(settings, datetime.now(UTC) + timedelta(days=400))

    @pytest.mark.parametrize(("days", "made"), [(121, False), (119, True)])
    def test_one_that_would_end_before_its_cards_is_made_anew(self, tmp_path: Path, days: int, made: bool) -> None:
        settings = an_agency(tmp_path)
        initialise(settings)
        end = chain_end(load_keys(settings, now()).signer_chain)
        assert renew_leaf(settings, end - timedelta(days=days)) is made

    def test_a_good_one_stays(self, tmp_path: Path) -> None:
        settings = an_agency(tmp_path)
        initialise(settings)
        before = (settings.state / "signer-chain.pem").read_text()
        assert not renew_leaf(settings, now())
        self.certified(settings, ("1.0.18013.5.1.2",))
        assert not renew_leaf(settings, now())
        assert (settings.state / "signer-chain.pem").read_text() != before

    @pytest.mark.parametrize("case", list(CASES.values())[1:], ids=list(CASES)[1:])
    def test_where_the_authority_is_elsewhere_it_is_said(self, tmp_path: Path, case: Any) -> None:
        settings = an_agency(tmp_path)
        initialise(settings)
        self.certified(settings, *case)
        (settings.state / "ca-key.pem").unlink()
        with pytest.raises(ConfigurationError, match=r"signer-chain\.pem: .*authority is not here"):
            renew_leaf(settings, now())
        # What stands in `ca.pem` may be another's, with a key of an earlier one beside it.
        SoftwareSigner.generate().write(settings.state / "ca-key.pem")
        with pytest.raises(ConfigurationError, match="authority is not here"):
            renew_leaf(settings, now())

    def test_a_usage_that_some_cannot_read_does_not_stop_the_agency(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        settings = an_agency(tmp_path)
        initialise(settings)
        self.certified(settings, (self.EARLIER_USAGE,))
        (settings.state / "ca-key.pem").unlink()
        configure()
        try:
            assert not renew_leaf(settings, now())
        finally:
            configure(level="critical", strict=True)
        assert "certificate_outdated" in capsys.readouterr().err
        assert load_keys(settings, now()).signer_chain

    def test_a_certificate_of_another_key_is_left_for_a_person_to_look_at(self, tmp_path: Path) -> None:
        settings = an_agency(tmp_path)
        initialise(settings)
        self.certified(settings, (self.EARLIER_USAGE,))
        (settings.state / "signer.pem").unlink()
        SoftwareSigner.generate().write(settings.state / "signer.pem")
        assert not renew_leaf(settings, now())
        with pytest.raises(ConfigurationError, match="not of the key beside it"):
            load_keys(settings, now())
