"""An agency whose database was put back from a backup: no place is given twice, and nothing unknown stays valid."""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from credentials.clock import FixedClock
from credentials.encoding import json_object
from credentials.errors import ConfigurationError
from credentials.status import bitstring
from credentials.status.values import Status
from issuer.app import load_keys, restored
from issuer.app.compose import build
from issuer.storage.witness import WITNESS, WitnessFile
from issuer.usecases.restored import WatchRecords
from tests.flows.issuance_kit import NOW, FakeLogin, Scene, an_agency
from tests.flows.test_issuance_status import place_of, status_of

pytestmark = pytest.mark.long


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


class Site:
    """One agency whose database can be copied, put back and lost."""

    def __init__(self, folder: Path, clock: FixedClock) -> None:
        self.folder = folder
        self.clock = clock
        self.scene = Scene(an_agency(folder, clock, refresh_days=30), clock, folder)
        self.database = Path(self.scene.agency.settings.database_url.removeprefix("sqlite:///"))
        self.copy = folder / "copy.db"

    def issue(self, form: str = "overzicht_sdjwt") -> str:
        (credential,) = self.scene.wallet_with_token(form).credentials(form)
        return str(credential)

    def back_up(self) -> None:
        with sqlite3.connect(self.database) as connection:
            connection.execute("VACUUM INTO ?", (str(self.copy),))
        connection.close()

    def watch(self) -> WatchRecords:
        return WatchRecords(self.scene.agency.store, WitnessFile(self.scene.agency.settings.state))

    def stop(self) -> None:
        """What the job does every ten seconds, and an end."""
        self.watch().remember()
        self.scene.agency.database.close()

    def put_back(self) -> None:
        for left in self.database.parent.glob(f"{self.database.name}*"):
            left.unlink()
        if self.copy.exists():
            shutil.copy(self.copy, self.database)

    def start(self) -> None:
        settings = self.scene.agency.settings
        keys = load_keys(settings, datetime.now(UTC))
        agency = build(settings, keys, clock=self.clock, login_provider=FakeLogin(), with_jobs=False)
        self.scene = Scene(agency, self.clock, self.folder)

    def restore(self) -> None:
        self.stop()
        self.put_back()
        self.start()


@pytest.fixture
def site(tmp_path: Path, clock: FixedClock) -> Iterator[Site]:
    site = Site(tmp_path, clock)
    yield site
    site.scene.agency.database.close()


def listed_status(site: Site, entry: Any) -> Status:
    document = json_object(site.scene.http().get(entry["statusListCredential"]).content)
    claims = bitstring.read_list_credential(
        document, entry["statusListCredential"], site.clock.now(), max_age=timedelta(days=7)
    )
    return claims.status(int(entry["statusListIndex"]), entry["statusPurpose"])


def test_what_was_issued_after_the_backup_is_superseded_and_its_places_are_never_given_again(site: Site) -> None:
    before = site.issue()
    site.back_up()
    after = site.issue()
    site.restore()
    assert status_of(site.scene, before) == Status.VALID.value
    assert status_of(site.scene, after) == Status.SUPERSEDED.value
    fresh = site.issue()
    assert place_of(before).uri == place_of(after).uri == f"{site.scene.url}/status/token/1"
    assert place_of(fresh).uri == f"{site.scene.url}/status/token/10001"
    assert status_of(site.scene, fresh) == Status.VALID.value


def test_a_database_that_goes_on_is_left_as_it_is(site: Site) -> None:
    first = site.issue()
    site.stop()
    site.start()
    second = site.issue()
    # Killed: what came after the witness was last written is there, and is not in the witness.
    site.scene.agency.database.close()
    site.start()
    assert place_of(first).uri == place_of(second).uri == place_of(site.issue()).uri
    assert (status_of(site.scene, first), status_of(site.scene, second)) == (0, 0)


def test_a_lost_database_leaves_nothing_valid_and_no_list_is_filled_again(site: Site) -> None:
    lost = site.issue()
    in_json = site.scene.wallet_with_token("overzicht_ldp").credentials("overzicht_ldp")[0]
    site.restore()
    assert status_of(site.scene, lost) == Status.SUPERSEDED.value
    found = {entry["statusPurpose"]: listed_status(site, entry) for entry in in_json["credentialStatus"]}
    assert found == {"revocation": Status.VALID, "refresh": Status.SUPERSEDED}
    assert place_of(site.issue()).uri.endswith("/10001")


def test_what_opened_something_before_opens_nothing_after(site: Site) -> None:
    code = site.scene.offered_code("overzicht_sdjwt")
    offered = site.scene.offered_code("overzicht_sdjwt")
    wallet = site.scene.wallet_with_token("overzicht_sdjwt")
    site.back_up()
    assert site.scene.wallet().redeem(code).status_code == 200
    site.restore()
    for used_or_not in (code, offered):
        answer = site.scene.wallet().redeem(used_or_not)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    wallet.http = site.scene.http()
    asked = wallet.ask({"credential_configuration_id": "overzicht_sdjwt", "proofs": {"jwt": wallet.proofs()}})
    assert asked.status_code == 401


def test_the_command_withdraws_as_a_whole_what_the_records_do_not_know(tmp_path: Path) -> None:
    # The command has the machine's clock.
    site = Site(tmp_path, FixedClock(datetime.now(UTC).replace(microsecond=0)))
    known = site.issue()
    site.back_up()
    unknown = site.issue()
    # To just before the end: nothing was remembered of what is gone.
    site.scene.agency.database.close()
    site.put_back()
    site.start()
    assert status_of(site.scene, unknown) == Status.VALID.value
    settings = site.scene.agency.settings
    assert restored(settings, withdraw=True) == 10_001
    assert (status_of(site.scene, known), status_of(site.scene, unknown)) == (0, Status.INVALID.value)
    # Said once more, and milder: what was withdrawn stays so.
    assert restored(settings, withdraw=False) == 20_001
    assert (status_of(site.scene, known), status_of(site.scene, unknown)) == (0, Status.INVALID.value)
    assert place_of(site.issue()).uri.endswith("/20001")
    site.scene.agency.database.close()


def test_a_kill_before_it_is_remembered_is_mended_at_the_next_start(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.back_up()
    after = site.issue()
    site.stop()
    site.put_back()

    def killed(self: WitnessFile, mark: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(WitnessFile, "remember", killed)
        with pytest.raises(KeyboardInterrupt):
            site.start()
    site.start()
    assert status_of(site.scene, after) == Status.SUPERSEDED.value
    assert place_of(site.issue()).uri.endswith("/20001")
    site.stop()
    site.start()
    assert place_of(site.issue()).uri.endswith("/20001")


def test_a_database_that_is_put_back_beneath_a_running_service_is_found_at_the_next_start(site: Site) -> None:
    site.back_up()
    after = site.issue()
    site.stop()
    file = site.scene.agency.settings.state / WITNESS
    left = file.read_bytes()
    site.put_back()
    with pytest.raises(ConfigurationError):
        site.watch().remember()
    site.scene.agency.database.close()
    assert file.read_bytes() == left
    site.start()
    assert status_of(site.scene, after) == Status.SUPERSEDED.value
    site.watch().remember()


@pytest.mark.parametrize(
    "said",
    [
        "",
        "{}",
        "[]",
        '{"audited":-1,"hash":"","lists":[]}',
        '{"audited":true,"hash":"","lists":[]}',
        '{"audited":1,"hash":"x","lists":[]}',
        '{"audited":1,"hash":"","lists":["1"]}',
        '{"audited":9999999999999999999,"hash":"","lists":[]}',
        '{"audited":1,"hash":"","lists":[9999999999]}',
    ],
)
def test_a_witness_that_cannot_be_read_is_not_taken_for_none(site: Site, said: str) -> None:
    site.stop()
    (site.scene.agency.settings.state / WITNESS).write_text(said)
    with pytest.raises(ConfigurationError, match="restored"):
        site.start()


def test_what_is_remembered_names_nobody_and_others_cannot_read_it(site: Site) -> None:
    site.issue()
    site.watch().remember()
    file = site.scene.agency.settings.state / WITNESS
    assert set(json.loads(file.read_text())) == {"audited", "hash", "lists"}
    assert file.stat().st_mode & 0o777 == 0o600
    assert not list(file.parent.glob(f".{WITNESS}*"))
