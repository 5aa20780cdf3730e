"""The steps in the life of an agency's keys, on its state folder: what each leaves and refuses, and after a kill."""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from pydantic import ValidationError
from typer.testing import CliRunner

from credentials.clock import FixedClock
from credentials.errors import ConfigurationError, Unavailable
from credentials.keys import SoftwareSigner, verify_signature
from credentials.trust import CertificateAuthority, Participant, TrustList
from credentials.trust.x509 import public_jwk, to_der, to_pem
from issuer.app.key_files import Keeper
from issuer.app.key_report import Step
from issuer.app.keys import initialise, load_keys, renew_leaf
from issuer.app.keys_in_use import KeysInUse
from issuer.app.lasting_keys import LastingKeys
from issuer.app.rotation import LISTED_WITHIN, Rotation
from issuer.app.run import describe
from issuer.app.signing_keys import longest_life
from issuer.domain.errors import KeyStepRefused, KeysUnavailable
from issuer.domain.key_purpose import Purpose
from issuer.ports import Event
from issuer.settings import AgencySettings, KeysSection, TrustListSection
from service.logging import configure
from tests.flows.issuance_kit import settings_for
from tests.unit.service.test_keys_after_a_kill import Killed, kill_at

DAY = timedelta(days=1)
BOTH = (Purpose.SIGNER, Purpose.LDP)


@dataclass
class Desk:
    """An agency's state folder, and whoever rotates its keys."""

    settings: AgencySettings
    clock: FixedClock
    events: list[Event] = field(default_factory=list)
    listed: TrustList | None = None

    @property
    def state(self) -> Path:
        return self.settings.state

    @property
    def rotation(self) -> Rotation:
        return Rotation(self.settings, Keeper.of(self.settings), self.clock, self.events.append, None)

    def by_list(self) -> Rotation:
        """Rotate as an agency does whose settings name the scheme's trust list."""

        def current() -> TrustList:
            if self.listed is None:
                raise Unavailable("no list")
            return self.listed

        return replace(self.rotation, trust_list=current)

    def list_as_described(self) -> None:
        now = self.clock.now()
        entry = Participant.parse(json.loads(describe(self.settings)))
        self.listed = TrustList("https://stelsel.example", now, now + DAY, 1, (entry,))

    def names(self) -> list[tuple[str, str]]:
        return [(each.stage.value, each.key.name) for each in self.rotation.conditions()]

    def files(self) -> set[str]:
        return {each.name for each in self.state.iterdir() if each.name.startswith(("signer", "ldp"))}


def a_desk(folder: Path, **keys: Any) -> Desk:
    # Looked at by nobody here: who rotates is handed the list.
    listed = TrustListSection(source=str(folder / "trust.jwt"), key=folder / "scheme.jwk")
    settings = settings_for(folder, keys=KeysSection(**keys), trust_list=listed if "rotate_days" in keys else None)
    initialise(settings)
    return Desk(settings, FixedClock(datetime.now(UTC).replace(microsecond=0)))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return a_desk(tmp_path)


def rotated(desk: Desk) -> None:
    desk.rotation.prepare()
    desk.clock.advance(2 * DAY)
    desk.rotation.activate()


class TestSteps:
    def test_a_folder_of_before_has_its_first_keys_as_the_active_ones(self, desk: Desk) -> None:
        assert desk.names() == [("active", "signer"), ("active", "ldp")]
        assert not (desk.state / "keys.json").exists()

    def test_next_keys_are_published_and_sign_nothing(self, desk: Desk) -> None:
        before = load_keys(desk.settings, desk.clock.now())
        desk.rotation.prepare()
        after = load_keys(desk.settings, desk.clock.now())
        assert (after.signer.public_jwk, after.ldp.public_jwk) == (before.signer.public_jwk, before.ldp.public_jwk)
        assert [each.key.name for each in after.signing.others] == ["signer-2", "ldp-2"]
        assert len(after.signing.others[0].chain) == 1
        entry = Participant.parse(json.loads(describe(desk.settings)))
        assert entry.keys == (
            before.ldp.public_jwk,
            before.signer.public_jwk,
            *(each.key.public_jwk for each in after.signing.others),
        )

    def test_what_was_next_signs_and_what_signed_is_still_published(self, desk: Desk) -> None:
        old = load_keys(desk.settings, desk.clock.now())
        rotated(desk)
        new = load_keys(desk.settings, desk.clock.now())
        assert desk.names() == [
            ("active", "signer-2"),
            ("verify-only", "signer"),
            ("active", "ldp-2"),
            ("verify-only", "ldp"),
        ]
        assert public_jwk(new.signer_chain[0]) == new.signer.public_jwk != old.signer.public_jwk
        verify_signature(new.ldp.public_jwk, b"m", new.ldp.sign(b"m"))
        assert {old.signer.public_jwk, old.ldp.public_jwk} < set(new.signing.published)

    def test_a_retired_key_is_published_no_more_and_its_private_half_is_gone(self, desk: Desk) -> None:
        rotated(desk)
        desk.clock.advance(longest_life(desk.settings))
        assert {each.key for each in desk.rotation.retire()} == {"signer", "ldp"}
        assert desk.files() == {"signer-2.pem", "signer-2-chain.pem", "ldp-2.pem"}
        assert len(load_keys(desk.settings, desk.clock.now()).signing.published) == 2
        assert desk.names()[1] == ("retired", "signer")
        # `init` makes no first key anew beside those there are.
        assert initialise(desk.settings) == []

    def test_each_step_is_a_line_of_the_audit_log(self, desk: Desk) -> None:
        rotated(desk)
        desk.clock.advance(longest_life(desk.settings))
        desk.rotation.retire()
        assert [(each.action, each.object) for each in desk.events] == [
            (f"key.{done}", name)
            for done, names in (
                ("prepared", ("signer-2", "ldp-2")),
                ("activated", ("signer-2", "ldp-2")),
                ("retired", ("signer", "ldp")),
            )
            for name in names
        ]

    def test_one_purpose_can_go_alone(self, desk: Desk) -> None:
        desk.rotation.prepare([Purpose.LDP])
        desk.clock.advance(2 * DAY)
        desk.rotation.activate()
        assert desk.names() == [("active", "signer"), ("active", "ldp-2"), ("verify-only", "ldp")]

    def test_a_dry_run_changes_nothing(self, desk: Desk) -> None:
        def same(steps: Any) -> None:
            before = {each: each.read_bytes() for each in desk.state.iterdir()}
            assert [each.key for each in steps()] != []
            assert {each: each.read_bytes() for each in desk.state.iterdir()} == before

        same(lambda: desk.rotation.prepare(dry_run=True))
        desk.rotation.prepare()
        same(lambda: desk.rotation.activate(at_once=True, dry_run=True))
        desk.rotation.activate(at_once=True)
        same(lambda: desk.rotation.retire(["signer"], at_once=True, dry_run=True))


class TestRefusals:
    def test_a_key_that_not_all_can_know_yet_does_not_sign(self, desk: Desk) -> None:
        desk.rotation.prepare()
        desk.clock.advance(2 * DAY - timedelta(seconds=1))
        with pytest.raises(KeyStepRefused, match="known to all from"):
            desk.rotation.activate()
        assert desk.names()[0] == ("active", "signer")
        desk.clock.advance(timedelta(seconds=1))
        desk.rotation.activate()

    def test_unless_it_must_be_at_once(self, desk: Desk) -> None:
        desk.rotation.prepare()
        desk.rotation.activate(at_once=True)
        assert desk.names()[0] == ("active", "signer-2")

    @pytest.mark.parametrize("purpose", BOTH)
    def test_with_a_trust_list_it_counts_from_when_the_key_was_on_it(self, desk: Desk, purpose: Purpose) -> None:
        desk.list_as_described()
        desk.by_list().prepare([purpose])
        desk.clock.advance(10 * DAY)
        with pytest.raises(KeyStepRefused, match="trust list does not have it"):
            desk.by_list().activate()
        desk.list_as_described()
        with pytest.raises(KeyStepRefused, match="known to all from"):
            desk.by_list().activate()
        desk.clock.advance(2 * DAY)
        # That the list cannot be had now does not undo what was seen.
        desk.listed = None
        desk.by_list().activate()

    def test_a_list_with_another_authority_does_not_have_a_certified_key(self, desk: Desk, tmp_path: Path) -> None:
        desk.by_list().prepare([Purpose.SIGNER])
        desk.list_as_described()
        assert desk.listed is not None
        other = a_desk(tmp_path / "other")
        (entry,) = desk.listed.participants
        anchor = to_der((other.state / "ca.pem").read_text())
        now = desk.clock.now()
        desk.listed = TrustList("https://stelsel.example", now, now + DAY, 2, (replace(entry, anchors=(anchor,)),))
        with pytest.raises(KeyStepRefused, match="trust list does not have it"):
            desk.by_list().activate()

    def test_a_key_by_which_people_verify_stays(self, desk: Desk) -> None:
        rotated(desk)
        desk.clock.advance(longest_life(desk.settings) - timedelta(seconds=1))
        assert desk.rotation.retire() == []
        with pytest.raises(KeyStepRefused, match="may live until"):
            desk.rotation.retire(["signer"])
        assert "signer.pem" in desk.files()

    def test_unless_it_leaked(self, desk: Desk) -> None:
        rotated(desk)
        desk.rotation.retire(["signer"], at_once=True)
        assert "signer.pem" not in desk.files()
        assert "ldp.pem" in desk.files()

    def test_a_lost_index_is_not_taken_for_one_that_never_was(self, desk: Desk) -> None:
        rotated(desk)
        (desk.state / "keys.json").unlink()
        with pytest.raises(ConfigurationError, match=r"keys\.json is missing, and ldp-2\.pem is there"):
            load_keys(desk.settings, desk.clock.now())
        with pytest.raises(ConfigurationError, match=r"keys\.json is missing"):
            initialise(desk.settings)

    def test_all_are_activated_or_none(self, desk: Desk) -> None:
        desk.rotation.prepare()
        desk.clock.advance(2 * DAY)
        (desk.state / "ldp-2.pem").chmod(0o644)
        with pytest.raises(KeyStepRefused, match=r"ldp-2\.pem: others may read"):
            desk.rotation.activate()
        assert desk.names()[0] == ("active", "signer")

    @pytest.mark.parametrize(
        ("step", "why"),
        [
            (lambda rotation: rotation.activate(), "no next key"),
            (lambda rotation: rotation.retire(["signer"]), "active key"),
            (lambda rotation: rotation.retire(["../signer"]), "no key of this name"),
        ],
    )
    def test_what_is_no_step_changes_nothing(self, desk: Desk, step: Any, why: str) -> None:
        before = desk.files()
        with pytest.raises(KeyStepRefused, match=why):
            step(desk.rotation)
        assert desk.files() == before
        assert desk.events == []

    def test_another_users_folder_is_left_alone(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("os.geteuid", lambda: 4711)
        with pytest.raises(ConfigurationError, match="another user's"):
            desk.rotation.prepare()


class TestAuthorityElsewhere:
    """The authority's key is not here: a request is written, and the certificate waited for."""

    @pytest.fixture
    def offline(self, desk: Desk) -> CertificateAuthority:
        key = desk.state / "ca-key.pem"
        authority = CertificateAuthority.load((desk.state / "ca.pem").read_bytes(), SoftwareSigner.from_file(key))
        key.unlink()
        (step,) = desk.rotation.prepare([Purpose.SIGNER])
        assert "signer-2-request.pem" in step.note
        desk.clock.advance(2 * DAY)
        return authority

    def certify(self, desk: Desk, authority: CertificateAuthority, days: int = 397) -> None:
        request = x509.load_pem_x509_csr((desk.state / "signer-2-request.pem").read_bytes())
        assert request.is_signature_valid
        names = request.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        (uri,) = names.get_values_for_type(x509.UniformResourceIdentifier)
        assert uri == desk.settings.base_url
        leaf = authority.issue_leaf(
            load_keys(desk.settings, desk.clock.now()).signing.others[0].key.public_jwk,
            uri=uri,
            dns="localhost",
            common_name="x",
            organisation="x",
            oin=desk.settings.agency.oin,
            not_before=desk.clock.now() - 3 * DAY,
            not_after=desk.clock.now() + days * DAY,
        )
        (desk.state / "signer-2-chain.pem").write_text(to_pem(leaf))

    def test_it_is_activated_with_its_certificate(self, desk: Desk, offline: CertificateAuthority) -> None:
        with pytest.raises(KeyStepRefused, match="no certificate yet"):
            desk.rotation.activate()
        with pytest.raises(KeyStepRefused, match="no certificate yet"):
            desk.rotation.activate(at_once=True)
        self.certify(desk, offline)
        desk.rotation.activate()
        assert desk.names()[0] == ("active", "signer-2")
        assert public_jwk(load_keys(desk.settings, desk.clock.now()).signer_chain[0])

    def test_one_that_ends_before_its_cards_would_is_refused(self, desk: Desk, offline: CertificateAuthority) -> None:
        self.certify(desk, offline, days=119)
        with pytest.raises(KeyStepRefused, match="ends within 120 days"):
            desk.rotation.activate()

    def test_one_of_another_key_is_refused(self, desk: Desk, offline: CertificateAuthority) -> None:
        (desk.state / "signer-2-chain.pem").write_bytes((desk.state / "signer-chain.pem").read_bytes())
        with pytest.raises(KeyStepRefused, match="not of the key beside it"):
            desk.rotation.activate()
        (desk.state / "signer-2-chain.pem").write_text("nonsense")
        with pytest.raises(KeyStepRefused, match="signer-2-chain"):
            desk.rotation.activate()
        # What is wrong with the next key does not stop the one that signs.
        assert load_keys(desk.settings, desk.clock.now()).signing.others[0].chain == ()


@pytest.mark.long
class TestKilled:
    @pytest.mark.parametrize("step", ["prepare", "activate", "retire"])
    def test_a_kill_between_any_two_writes_leaves_an_agency_that_works(
        self, tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for number in count():
            desk = a_desk(tmp_path / str(number))
            before = {"prepare": [], "activate": ["prepare"], "retire": ["prepare", "activate"]}[step]
            for name in before:
                getattr(desk.rotation, name)()
                desk.clock.advance(longest_life(desk.settings))
            with monkeypatch.context() as patch:
                kill_at(patch, number)
                try:
                    getattr(desk.rotation, step)()
                except Killed:
                    pass
                else:
                    break
            keys = load_keys(desk.settings, desk.clock.now())
            verify_signature(keys.signer.public_jwk, b"m", keys.signer.sign(b"m"))
            # The same again, for who does not know how far it came: it goes on, or there is nothing left to do.
            try:
                getattr(desk.rotation, step)()
            except KeyStepRefused:
                desk.rotation.turn()
            desk.rotation.turn()
            stages = sorted(stage for stage, _ in desk.names())
            assert (
                stages
                == {
                    "prepare": ["active", "active", "next", "next"],
                    "activate": ["active", "active", "verify-only", "verify-only"],
                    "retire": ["active", "active", "retired", "retired"],
                }[step]
            )
            assert not [name for name in desk.files() if "-3" in name]
            if step == "retire":
                assert not {"signer.pem", "ldp.pem"} & desk.files()
        assert number > 1


@pytest.mark.long
class TestSchedule:
    def test_keys_are_made_activated_and_retired_in_time(self, tmp_path: Path) -> None:
        desk = a_desk(tmp_path, rotate_days=90)
        began = desk.clock.now()
        seen: dict[str, int] = {}
        for day in range(185):
            desk.clock.at = began + day * DAY + timedelta(hours=1)
            desk.rotation.turn()
            for stage, name in desk.names():
                seen.setdefault(f"{name} {stage}", day)
            assert not desk.rotation.overdue()
        assert {name: day for name, day in seen.items() if name.startswith("ldp")} == {
            "ldp active": 0,
            "ldp-2 next": 90 - 2 - LISTED_WITHIN.days,
            "ldp-2 active": 90,
            "ldp verify-only": 90,
            "ldp-3 next": 150,
            "ldp-3 active": 180,
            "ldp-2 verify-only": 180,
            "ldp retired": 181,
        }

    def test_it_is_refused_where_nobody_could_see_the_next_key(self, tmp_path: Path) -> None:
        with pytest.raises(ValidationError, match="rotate_days needs a trust_list"):
            settings_for(tmp_path, keys=KeysSection(rotate_days=90))

    def test_without_a_schedule_nothing_is_rotated(self, desk: Desk) -> None:
        desk.clock.advance(1_000 * DAY)
        desk.rotation.turn()
        assert desk.names() == [("active", "signer"), ("active", "ldp")]
        assert not desk.rotation.overdue()

    def test_one_that_waits_for_the_scheme_is_foretold_and_then_overdue(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        desk = a_desk(tmp_path, rotate_days=90)
        desk.list_as_described()
        configure()
        try:
            for _ in range(92):
                desk.clock.advance(DAY)
                desk.by_list().turn()
        finally:
            configure(level="critical", strict=True)
        said = capsys.readouterr().err
        assert "key_prepared" in said
        assert "key_rotation_waits" in said
        assert desk.names()[0] == ("active", "signer")
        assert desk.by_list().overdue()
        desk.list_as_described()
        desk.by_list().turn()
        desk.clock.advance(2 * DAY)
        desk.by_list().turn()
        assert desk.names()[0] == ("active", "signer-2")
        assert not desk.by_list().overdue()


class TestInUse:
    def in_use(self, desk: Desk) -> KeysInUse:
        return KeysInUse(desk.settings, load_keys(desk.settings, desk.clock.now()).signing, desk.clock)

    def test_each_process_that_runs_goes_by_the_new_keys_at_once(self, desk: Desk) -> None:
        one, two = self.in_use(desk), self.in_use(desk)
        assert one.signing() is one.signing()
        rotated(desk)
        for each in (one, two):
            keys = each.signing()
            assert keys.rings[Purpose.SIGNER].active.key.name == "signer-2"
            assert len(each().in_did) == 4
            assert each.signing() is keys

    def test_where_they_cannot_be_had_no_other_key_signs(self, desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
        in_use = self.in_use(desk)
        rotated(desk)
        (desk.state / "signer-2.pem").chmod(0o644)
        configure()
        try:
            for _ in range(3):
                with pytest.raises(KeysUnavailable):
                    in_use()
        finally:
            configure(level="critical", strict=True)
        assert capsys.readouterr().err.count("keys_not_taken_up") == 1
        (desk.state / "signer-2.pem").chmod(0o600)
        assert in_use.signing().rings[Purpose.SIGNER].active.key.name == "signer-2"

    def test_a_private_half_that_is_not_what_the_index_says_does_not_sign(self, desk: Desk) -> None:
        desk.rotation.prepare()
        desk.rotation.activate(at_once=True)
        (desk.state / "ldp-2.pem").unlink()
        (desk.state / "ldp.pem").rename(desk.state / "ldp-2.pem")
        with pytest.raises(ConfigurationError, match=r"not the key that keys\.json says"):
            load_keys(desk.settings, desk.clock.now())


class TestCertificates:
    def lasting(self, desk: Desk) -> LastingKeys:
        keys = load_keys(desk.settings, desk.clock.now())
        return LastingKeys(desk.settings, KeysInUse(desk.settings, keys.signing, desk.clock), (), desk.clock)

    def test_the_end_of_a_next_keys_certificate_is_foretold(self, desk: Desk) -> None:
        desk.rotation.prepare()
        assert [each.file for each in self.lasting(desk)()] == ["signer-chain.pem", "signer-2-chain.pem"]

    def test_that_of_a_verify_only_key_where_it_ends_before_its_cards(self, desk: Desk) -> None:
        rotated(desk)
        assert [each.file for each in self.lasting(desk)()] == ["signer-2-chain.pem"]
        authority = CertificateAuthority.load(
            (desk.state / "ca.pem").read_bytes(), SoftwareSigner.from_file(desk.state / "ca-key.pem")
        )
        leaf = authority.issue_leaf(
            SoftwareSigner.from_file(desk.state / "signer.pem").public_jwk,
            uri=desk.settings.base_url,
            dns="localhost",
            common_name="x",
            organisation="x",
            oin=None,
            not_before=desk.clock.now() - 3 * DAY,
            not_after=desk.clock.now() + 30 * DAY,
        )
        (desk.state / "signer-chain.pem").write_text(to_pem(leaf))
        assert [each.file for each in self.lasting(desk)()] == ["signer-2-chain.pem", "signer-chain.pem"]

    def test_what_signs_is_demanded_by_the_name_that_it_has_now(self, desk: Desk) -> None:
        rotated(desk)
        lasting = self.lasting(desk)
        lasting.demand()
        desk.clock.advance(400 * DAY)
        with pytest.raises(ConfigurationError, match="signer-2-chain"):
            lasting.demand()

    def test_a_next_keys_certificate_is_made_anew_too(self, desk: Desk) -> None:
        desk.rotation.prepare([Purpose.SIGNER])
        before = (desk.state / "signer-2-chain.pem").read_text()
        assert renew_leaf(desk.settings, desk.clock.now() + 300 * DAY)
        assert (desk.state / "signer-2-chain.pem").read_text() != before


class TestCommands:
    def run(self, desk: Desk, tmp_path: Path, *arguments: str) -> Any:
        from issuer.cli import app

        file = tmp_path / "agency.toml"
        settings = desk.settings
        file.write_text(
            f'base_url = "{settings.base_url}"\nport = 8207\nstate = "{settings.state}"\ninsecure_localhost = true\n'
            f'[agency]\noin = "{settings.agency.oin}"\nname = "CJIB"\nabbreviation = "cjib"\n'
            f'[source]\nkind = "fcid"\ndirectory = "debts"\n'
            f'[digid]\nissuer = "https://digid.example"\nclient_id = "cjib"\n'
        )
        return CliRunner().invoke(app, ["keys", arguments[0], str(file), *arguments[1:]])

    def test_they_tell_people_and_programs(self, desk: Desk, tmp_path: Path) -> None:
        assert "signer: active since" in self.run(desk, tmp_path, "list").stdout
        assert "signer-2: would be prepared" in self.run(desk, tmp_path, "prepare", "--dry-run").stdout
        made = json.loads(self.run(desk, tmp_path, "prepare", "--purpose", "ldp", "--json").stdout)
        assert made["steps"][0]["key"] == "ldp-2"
        refused = self.run(desk, tmp_path, "activate")
        assert isinstance(refused.exception, KeyStepRefused)
        assert "ldp-2: activated" in self.run(desk, tmp_path, "activate", "--at-once").stdout
        assert self.run(desk, tmp_path, "retire").stdout == "nothing to do\n"
        assert "ldp: retired" in self.run(desk, tmp_path, "retire", "ldp", "--at-once").stdout
        found = json.loads(self.run(desk, tmp_path, "list", "--json").stdout)
        assert [(each["name"], each["stage"]) for each in found] == [
            ("signer", "active"),
            ("ldp-2", "active"),
            ("ldp", "retired"),
        ]


def test_a_step_says_what_is_to_be_done_next() -> None:
    assert Step("signer-2", "prepared", "x").to_dict() == {"key": "signer-2", "done": "prepared", "note": "x"}
