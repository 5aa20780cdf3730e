import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from credentials.errors import ConfigurationError
from credentials.keys import SoftwareSigner
from credentials.trust.participant import Participant, Role
from issuer.app.keys import initialise, load_keys
from issuer.app.run import describe
from issuer.domain.configurations import Securing
from issuer.settings import AgencySettings, CsvSource, FcidSource, load_agency, require_source
from issuer.sources import CsvColumns

EXAMPLE = Path(__file__).parents[3] / "issuer" / "agency.example.toml"
NOW = datetime.now(UTC)


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
        start = lines.index("[source]")
        text = "\n".join(lines[:start] + [line.removeprefix("# ") for line in lines[start + 5 :]])
        file = tmp_path / "agency.toml"
        file.write_text(text)
        source = load_agency(file).source
        assert isinstance(source, CsvSource)
        CsvColumns(source.columns, source.constants | {"datumtijd_opgelegd": "x"}, source.events)

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ('"https://schulden.cjib.example"', '"http://schulden.cjib.example"'),
            ('"https://schulden.cjib.example"', '"https://schulden.cjib.example"\ninsecure_localhost = true'),
            ('"https://schulden.cjib.example"', '"https://schulden.cjib.example/pad"'),
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

    def test_a_register_that_is_not_there_does_not_start(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigurationError, match=r"source\.directory"):
            require_source(load_agency(written(tmp_path)))


class TestKeys:
    def test_what_is_made_can_be_loaded_and_is_its_owners_alone(self, tmp_path: Path) -> None:
        settings = an_agency(tmp_path)
        made = initialise(settings)
        keys = load_keys(settings, NOW)
        assert keys.signer.public_jwk.curve == "P-256"
        assert keys.ldp.public_jwk.curve == "Ed25519"
        for name in made:
            mode = stat.S_IMODE((settings.state / name).stat().st_mode)
            assert mode == (0o644 if name in ("ca.pem", "signer-chain.pem") else 0o600)

    def test_what_exists_is_left_alone(self, tmp_path: Path) -> None:
        settings = an_agency(tmp_path)
        initialise(settings)
        before = load_keys(settings, NOW)
        assert initialise(settings) == []
        assert load_keys(settings, NOW).signer.public_jwk == before.signer.public_jwk

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
            load_keys(settings, NOW)

    @pytest.mark.parametrize("name", ["token.key", "signer.pem", "api-token"])
    def test_what_others_may_read_does_not_start(self, tmp_path: Path, name: str) -> None:
        settings = an_agency(tmp_path)
        initialise(settings)
        (settings.state / name).chmod(0o644)
        with pytest.raises(ConfigurationError, match="others may read"):
            load_keys(settings, NOW)

    def test_a_certificate_of_another_key_does_not_start(self, tmp_path: Path) -> None:
        settings = an_agency(tmp_path)
        initialise(settings)
        (settings.state / "signer.pem").unlink()
        SoftwareSigner.generate().write(settings.state / "signer.pem")
        with pytest.raises(ConfigurationError, match="not of the key beside it"):
            load_keys(settings, NOW)

    def test_an_expired_certificate_does_not_sign(self, tmp_path: Path) -> None:
        settings = an_agency(tmp_path)
        initialise(settings)
        with pytest.raises(ConfigurationError):
            load_keys(settings, NOW + timedelta(days=400))

    def test_nothing_made_is_said_plainly(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigurationError, match="issuer init"):
            load_keys(an_agency(tmp_path), NOW)

    def test_a_shared_secret_is_made_where_it_is_wanted(self, tmp_path: Path) -> None:
        settings = an_agency(tmp_path, **{'"private_key_jwt"': '"client_secret_basic"'})
        assert "digid-secret" in initialise(settings)
        keys = load_keys(settings, NOW)
        assert keys.digid is None
        assert keys.digid_secret is not None


class TestDescribe:
    def test_it_is_an_entry_of_the_trust_list(self, tmp_path: Path) -> None:
        settings = an_agency(tmp_path)
        initialise(settings)
        participant = Participant.parse(json.loads(describe(settings)))
        assert participant.roles == {Role.ISSUER}
        assert participant.identifier == "http://localhost:8207"
        assert participant.did == "did:web:localhost%3A8207"
        assert participant.may_issue("urn:nl:blauweknop:overzicht:1")
        keys = load_keys(settings, NOW)
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
