"""An agency whose signing keys a hardware module keeps: made there, moved there, used, lost for a while, destroyed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from credentials.clock import FixedClock
from credentials.errors import ConfigurationError
from credentials.keys import Algorithm, Pkcs11Signer, SoftwareSigner, verify_signature
from issuer.app.key_files import PIN as PIN_FILE
from issuer.app.key_files import Keeper
from issuer.app.keys import initialise, load_keys
from issuer.app.rotation import Rotation
from issuer.app.signing_keys import longest_life
from issuer.domain.errors import KeyStepRefused
from issuer.domain.key_purpose import Purpose
from issuer.settings import AgencySettings, KeysSection, Pkcs11Section
from service.whole_files import PRIVATE, write_whole
from tests.flows.issuance_kit import Scene, an_agency, settings_for
from tests.hsm import PIN, Hsm

pytestmark = pytest.mark.long

DAY = timedelta(days=1)
BOTH = (Purpose.SIGNER, Purpose.LDP)


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def keys_in(hsm: Hsm, folder: Path, purposes: tuple[Purpose, ...] = BOTH) -> KeysSection:
    """Say that keys are kept in a fresh token, and write its PIN down."""
    (folder / "state").mkdir(exist_ok=True, mode=0o700)
    write_whole(folder / "state" / PIN_FILE, f"{PIN}\n".encode(), PRIVATE)
    section = Pkcs11Section(module=hsm.module, token=hsm.new_token(), purposes=purposes)
    return KeysSection(pkcs11=section)


@pytest.fixture
def settings(tmp_path: Path, softhsm: Hsm) -> AgencySettings:
    return settings_for(tmp_path, keys=keys_in(softhsm, tmp_path))


def rotation(settings: AgencySettings, clock: FixedClock) -> Rotation:
    return Rotation(settings, Keeper.of(settings), clock, lambda _event: None, None)


def test_first_keys_are_made_in_the_token_and_no_private_half_is_a_file(settings: AgencySettings) -> None:
    assert {"cjib-signer", "cjib-ldp"} < set(initialise(settings))
    assert initialise(settings) == []
    assert not {"signer.pem", "ldp.pem"} & {each.name for each in settings.state.iterdir()}
    keys = load_keys(settings, now())
    for signer in (keys.signer, keys.ldp):
        assert isinstance(signer, Pkcs11Signer)
        verify_signature(signer.public_jwk, b"m", signer.sign(b"m"))


def test_keys_that_were_made_before_a_kill_are_taken(settings: AgencySettings) -> None:
    initialise(settings)
    made = load_keys(settings, now()).signing.published
    (settings.state / "keys.json").unlink()
    initialise(settings)
    assert load_keys(settings, now()).signing.published == made


def test_an_agency_moves_from_files_to_a_token_by_a_rotation(tmp_path: Path, softhsm: Hsm) -> None:
    settings, clock = settings_for(tmp_path), FixedClock(now())
    initialise(settings)
    settings = replace_keys(settings, keys_in(softhsm, tmp_path, (Purpose.SIGNER,)))
    rotation(settings, clock).prepare()
    keys = load_keys(settings, now())
    assert isinstance(keys.signer, SoftwareSigner)
    clock.advance(2 * DAY)
    rotation(settings, clock).activate()
    keys = load_keys(settings, now())
    assert isinstance(keys.signer, Pkcs11Signer)
    assert isinstance(keys.ldp, SoftwareSigner)
    clock.advance(longest_life(settings))
    rotation(settings, clock).retire()
    assert not (settings.state / "signer.pem").exists()


def replace_keys(settings: AgencySettings, keys: KeysSection) -> AgencySettings:
    return settings.model_copy(update={"keys": keys})


def test_a_retired_key_is_destroyed_in_the_token(settings: AgencySettings) -> None:
    initialise(settings)
    clock = FixedClock(now())
    rotation(settings, clock).prepare()
    rotation(settings, clock).activate(at_once=True)
    rotation(settings, clock).retire(["signer", "ldp"], at_once=True)
    token = Keeper.of(settings).token
    assert token is not None
    assert token.public_jwk("cjib-signer", Algorithm.ES256) is None
    assert token.public_jwk("cjib-ldp", Algorithm.EDDSA) is None
    assert token.public_jwk("cjib-signer-2", Algorithm.ES256) is not None


def test_an_authority_elsewhere_certifies_a_key_in_a_token(settings: AgencySettings) -> None:
    initialise(settings)
    (settings.state / "ca-key.pem").unlink()
    rotation(settings, FixedClock(now())).prepare([Purpose.SIGNER])
    request = x509.load_pem_x509_csr((settings.state / "signer-2-request.pem").read_bytes())
    assert request.is_signature_valid
    (other,) = load_keys(settings, now()).signing.others
    assert request.public_key() == other.key.public_jwk.key


@pytest.mark.parametrize("fault", ["readable", "missing", "empty"])
def test_a_pin_is_a_secret_of_its_owner(settings: AgencySettings, fault: str) -> None:
    path = settings.state / PIN_FILE
    match fault:
        case "readable":
            path.chmod(0o644)
        case "missing":
            path.unlink()
        case _:
            write_whole(path, b"\n", PRIVATE)
    with pytest.raises(ConfigurationError, match=PIN_FILE):
        initialise(settings)


def test_a_module_that_is_no_file_is_refused_at_the_start(settings: AgencySettings, tmp_path: Path) -> None:
    assert settings.keys.pkcs11 is not None
    section = settings.keys.pkcs11.model_copy(update={"module": tmp_path / "nothing.so"})
    with pytest.raises(ConfigurationError, match=r"keys\.pkcs11\.module"):
        initialise(replace_keys(settings, KeysSection(pkcs11=section)))


def test_without_the_section_a_key_in_a_token_does_not_sign(settings: AgencySettings) -> None:
    initialise(settings)
    with pytest.raises(ConfigurationError, match=r"keys\.pkcs11 names none"):
        load_keys(replace_keys(settings, KeysSection()), now())


class TestServing:
    @pytest.fixture
    def scene(self, tmp_path: Path, softhsm: Hsm) -> Iterator[Scene]:
        clock = FixedClock(now())
        scene = Scene(an_agency(tmp_path, clock, keys=keys_in(softhsm, tmp_path)), clock, tmp_path)
        yield scene
        scene.agency.database.close()

    def test_cards_and_lists_are_signed_in_the_token(self, scene: Scene) -> None:
        wallet = scene.wallet_with_token("overzicht_sdjwt", "overzicht_ldp")
        assert wallet.credentials("overzicht_sdjwt", 2)
        assert wallet.credentials("overzicht_ldp")
        assert scene.http().get("/status/token/1").status_code == 200
        ready = scene.http().get("/health/ready").json()
        assert ready["checks"]["keys"] == "ok"

    def test_while_it_is_away_nothing_is_issued_and_nobody_waits(self, scene: Scene, softhsm: Hsm) -> None:
        wallet = scene.wallet_with_token("overzicht_sdjwt")
        body = {"credential_configuration_id": "overzicht_sdjwt"}
        with softhsm.taken_away():
            refused = wallet.ask({**body, "proofs": {"jwt": wallet.proofs()}})
            assert refused.status_code == 503
            assert refused.headers["retry-after"]
            ready = scene.http().get("/health/ready")
            assert (ready.status_code, ready.json()["checks"]["keys"]) == (200, "the token does not sign")
            # What is published stands: verifiers need no key of ours.
            assert scene.http().get("/status/token/1").status_code == 200
            assert scene.http().get("/.well-known/did.json").status_code == 200
            metadata = "/.well-known/openid-credential-issuer"
            assert scene.http().get(metadata).status_code == 200
            assert scene.http().get(metadata, headers={"accept": "application/jwt"}).status_code == 503
        assert wallet.credentials("overzicht_sdjwt")
        assert scene.http().get("/health/ready").json()["checks"]["keys"] == "ok"

    def test_a_next_key_that_the_token_does_not_have_is_not_activated(self, scene: Scene) -> None:
        settings = scene.agency.settings
        rotation(settings, scene.clock).prepare([Purpose.LDP])
        keeper = Keeper.of(settings)
        assert keeper.token is not None
        keeper.token.destroy("cjib-ldp-2")
        with pytest.raises(KeyStepRefused, match="no key of this label"):
            rotation(settings, scene.clock).activate(at_once=True)
