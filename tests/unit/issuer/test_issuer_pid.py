"""Whose PID counts, the settings for it, the key of requests, and what `check-pid` says."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from typer.testing import CliRunner

from credentials.clock import FixedClock
from credentials.dids import Resolver
from credentials.errors import ConfigurationError
from credentials.formats import Channel
from credentials.keys import SoftwareSigner
from credentials.status import StatusChecker
from credentials.trust import CertificateAuthority, KeyPurpose, Participant, Role, TrustList, TrustListExpired, make_ca
from credentials.trust.trust_list import issue
from credentials.trust.x509 import check_alone, load_pem, to_pem
from credentials.verification import Verifier
from issuer.app.keys import ACCESS_CHAIN, initialise, load_keys, renew_leaf
from issuer.app.run import describe
from issuer.app.wallet_login import own_providers, question_of
from issuer.cli import app as command
from issuer.domain.errors import PidRefused
from issuer.domain.wallet_login import Fault
from issuer.identity import PidProviders, PresentedPid, may_give_pid
from issuer.ports import Shown
from issuer.settings import AgencySettings, PidSection, TrustListSection, load_agency
from tests.debt_builders import SAMIRA
from tests.flows.issuance_kit import settings_for
from tests.pid_kit import FORMATS, PROVIDER, VCT, PidProvider, StatusNet, pid_section
from tests.unit.issuer.test_issuer_settings import written

SHOWN = Shown("n" * 43, "x509_hash:" + "a" * 43, Channel("https://a.example/vp", None))


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime.now(UTC).replace(microsecond=0))


@pytest.fixture
def provider(clock: FixedClock) -> PidProvider:
    return PidProvider(clock, StatusNet())


def a_list(clock: FixedClock, *participants: Participant, hours: int = 24) -> TrustList:
    root = SoftwareSigner.generate()
    jwt = issue(
        participants, root, issuer="s", sequence=1, now=clock.now(), lifetime=timedelta(hours=hours)
    )  # fmt: skip
    return TrustList.verify(jwt, root.public_jwk, clock.now())


def reader(tmp_path: Path, clock: FixedClock, providers: PidProviders, net: StatusNet, **pid: Any) -> PresentedPid:
    section = PidSection(**pid)
    question = question_of(settings_for(tmp_path), section)
    verifier = Verifier(FORMATS, providers, Resolver(), StatusChecker(net.fetch_wherever, clock), clock)
    return PresentedPid(verifier, question, providers, clock)


def presented(pid: Any, clock: FixedClock) -> Any:
    paths = [("bsn",)] if pid.format == "dc+sd-jwt" else [(VCT, "bsn")]
    return FORMATS[pid.format].present(
        pid.credential, paths, pid.holder, audience=SHOWN.audience, nonce=SHOWN.nonce, now=clock.now(),
        channel=SHOWN.channel,
    )  # fmt: skip


class TestProviders:
    """Of the settings, of the trust list, or of both."""

    def read(self, tmp_path: Path, clock: FixedClock, provider: PidProvider, providers: PidProviders) -> Any:
        found = reader(tmp_path, clock, providers, provider.net)
        return found.person_of("dc+sd-jwt", presented(provider.pid(), clock), SHOWN)

    def test_one_of_the_settings_counts(self, tmp_path: Path, clock: FixedClock, provider: PidProvider) -> None:
        own = own_providers(pid_section(tmp_path, provider))
        assert self.read(tmp_path, clock, provider, PidProviders(own, None, clock)) == SAMIRA

    def test_one_of_the_trust_list_counts(self, tmp_path: Path, clock: FixedClock, provider: PidProvider) -> None:
        listed = a_list(clock, provider.participant())
        assert self.read(tmp_path, clock, provider, PidProviders([], lambda: listed, clock)) == SAMIRA

    @pytest.mark.parametrize(
        "changed",
        [{"bsn": False}, {"types": frozenset({"urn:eudi:pid:de:1"})}, {"roles": frozenset({Role.VERIFIER})}],
        ids=["without bsn", "of another type", "no issuer"],
    )
    def test_one_of_the_trust_list_that_may_not_does_not(
        self, tmp_path: Path, clock: FixedClock, provider: PidProvider, changed: dict[str, Any]
    ) -> None:
        participant = provider.participant(**changed)
        listed = a_list(clock, participant)
        providers = PidProviders([], lambda: listed, clock)
        with pytest.raises(PidRefused) as refused:
            self.read(tmp_path, clock, provider, providers)
        assert refused.value.fault is Fault.ISSUER
        assert not (may_give_pid(participant, {VCT}, bsn=True) and Role.ISSUER in participant.roles)
        assert not reader(tmp_path, clock, providers, provider.net).is_usable()

    def test_a_withdrawn_one_does_not(self, tmp_path: Path, clock: FixedClock, provider: PidProvider) -> None:
        withdrawn = provider.participant(withdrawn_at=clock.now() - timedelta(days=3))
        listed = a_list(clock, withdrawn)
        with pytest.raises(PidRefused) as refused:
            self.read(tmp_path, clock, provider, PidProviders([], lambda: listed, clock))
        assert refused.value.fault is Fault.ISSUER

    def test_own_ones_stand_for_listed_ones_of_the_same_name(
        self, tmp_path: Path, clock: FixedClock, provider: PidProvider
    ) -> None:
        namesake = PidProvider(clock, StatusNet())
        listed = a_list(clock, namesake.participant())
        providers = PidProviders(own_providers(pid_section(tmp_path, provider)), lambda: listed, clock)
        assert [each.identifier for each in providers().participants] == [PROVIDER]
        assert self.read(tmp_path, clock, provider, providers) == SAMIRA
        assert providers() is providers()

    def test_one_whose_authority_has_ended_makes_nothing_usable(
        self, tmp_path: Path, clock: FixedClock, provider: PidProvider
    ) -> None:
        providers = PidProviders(own_providers(pid_section(tmp_path, provider)), None, clock)
        found = reader(tmp_path, clock, providers, provider.net)
        assert found.is_usable()
        clock.advance(timedelta(days=400))
        assert not found.is_usable()

    def test_own_ones_count_also_while_there_is_no_list(
        self, tmp_path: Path, clock: FixedClock, provider: PidProvider
    ) -> None:
        def none() -> TrustList:
            raise TrustListExpired

        own = own_providers(pid_section(tmp_path, provider))
        assert self.read(tmp_path, clock, provider, PidProviders(own, none, clock)) == SAMIRA

    def test_without_a_list_and_own_ones_nothing_can_be_checked(
        self, tmp_path: Path, clock: FixedClock, provider: PidProvider
    ) -> None:
        def none() -> TrustList:
            raise TrustListExpired

        providers = PidProviders([], none, clock)
        with pytest.raises(PidRefused) as refused:
            self.read(tmp_path, clock, provider, providers)
        assert refused.value.fault is Fault.NOT_CHECKED
        assert not reader(tmp_path, clock, providers, provider.net).is_usable()

    def test_a_certificate_that_names_nobody_counts_by_its_fingerprint(
        self, tmp_path: Path, clock: FixedClock, provider: PidProvider
    ) -> None:
        elsewhere = {"identifier": "https://elders.example"}
        unnamed = PidSection(providers=(provider.section(tmp_path, **elsewhere),))
        with pytest.raises(PidRefused) as refused:
            self.read(tmp_path, clock, provider, PidProviders(own_providers(unnamed), None, clock))
        assert refused.value.fault is Fault.ISSUER
        pinned = (hashlib.sha256(provider.leaf).hexdigest(),)
        named = PidSection(providers=(provider.section(tmp_path, fingerprints=pinned, **elsewhere),))
        pid = provider.pid(issuer="https://elders.example")
        found = reader(tmp_path, clock, PidProviders(own_providers(named), None, clock), provider.net)
        assert found.person_of("dc+sd-jwt", presented(pid, clock), SHOWN) == SAMIRA

    def test_type_and_claim_are_what_the_settings_say(
        self, tmp_path: Path, clock: FixedClock, provider: PidProvider
    ) -> None:
        claim = "personal_administrative_number"
        pid: dict[str, Any] = {"vct": "urn:eudi:pid:1", "bsn_claim": (claim,)}
        section = pid_section(tmp_path, provider, **pid)
        card = provider.pid(type="urn:eudi:pid:1", claims={claim: SAMIRA.reveal()})
        shown = FORMATS["dc+sd-jwt"].present(
            card.credential, [(claim,)], card.holder, audience=SHOWN.audience, nonce=SHOWN.nonce, now=clock.now()
        )
        found = reader(tmp_path, clock, PidProviders(own_providers(section), None, clock), provider.net, **pid)
        assert found.person_of("dc+sd-jwt", shown, SHOWN) == SAMIRA


class TestSettings:
    def test_it_is_off_unless_the_settings_say_so(self, tmp_path: Path) -> None:
        assert load_agency(written(tmp_path)).pid is None

    def test_the_dutch_pid_is_what_is_asked_unless_they_say_otherwise(self, tmp_path: Path) -> None:
        pid = load_agency(written(tmp_path, **{"[digid] ": "[pid]\n\n[digid] "})).pid
        assert pid is not None
        assert (pid.vct, pid.bsn_claim) == (VCT, ("bsn",))
        assert (pid.doctype, pid.bsn_element) == (VCT, (VCT, "bsn"))
        assert pid.formats == ("dc+sd-jwt", "mso_mdoc")

    @pytest.mark.parametrize(
        "section",
        [
            "[pid]\nformats = []\n",
            '[pid]\nformats = ["dc+sd-jwt", "dc+sd-jwt"]\n',
            '[pid]\nformats = ["ldp_vc"]\n',
            "[pid]\nbsn_claim = []\n",
            '[pid]\nbsn_element = ["bsn"]\n',
            "[pid]\nlisted = false\n",
            "[pid]\nnope = 1\n",
            '[[pid.providers]]\nname = "X"\nidentifier = "https://x.example"\nauthorities = "missing.pem"\n',
            '[[pid.providers]]\nname = "X"\nidentifier = "http://x.example"\nauthorities = "agency.toml"\n',
        ],
    )  # fmt: skip
    def test_what_cannot_be_meant_stops_the_start(self, tmp_path: Path, section: str) -> None:
        with pytest.raises(ConfigurationError) as refused:
            load_agency(written(tmp_path, **{"[digid] ": f"{section}\n[digid] "}))
        assert "pid" in str(refused.value)

    def test_a_leaf_is_no_authority(self, tmp_path: Path, provider: PidProvider) -> None:
        (tmp_path / "leaf.pem").write_text(to_pem(provider.leaf))
        text = '[[pid.providers]]\nname = "X"\nidentifier = "https://x.example"\nauthorities = "leaf.pem"\n'
        with pytest.raises(ConfigurationError, match="authority"):
            load_agency(written(tmp_path, **{"[digid] ": f"{text}\n[digid] "}))

    def test_a_fingerprint_is_one(self, tmp_path: Path, provider: PidProvider) -> None:
        section = PidSection(providers=(provider.section(tmp_path, fingerprints=("abc",)),))
        with pytest.raises(ConfigurationError, match="fingerprint"):
            own_providers(section)


class TestKey:
    """Requests are signed with a key of their own."""

    def settings(self, folder: Path, provider: PidProvider) -> AgencySettings:
        return settings_for(folder, pid=pid_section(folder, provider))

    def test_init_makes_it_and_it_signs_requests_alone(
        self, tmp_path: Path, clock: FixedClock, provider: PidProvider
    ) -> None:
        settings = self.settings(tmp_path, provider)
        assert {"access.pem", "access-chain.pem"} <= set(initialise(settings))
        assert initialise(settings) == []
        keys = load_keys(settings, clock.now())
        assert keys.access is not None
        assert keys.access.public_jwk != keys.signer.public_jwk
        check_alone(keys.access_chain[0], KeyPurpose.REQUESTS, clock.now())
        with pytest.raises(Exception, match="not for this use"):
            check_alone(keys.access_chain[0], KeyPurpose.CREDENTIALS, clock.now())

    def test_an_agency_that_asks_nothing_has_none(self, tmp_path: Path, clock: FixedClock) -> None:
        settings = settings_for(tmp_path)
        assert not [name for name in initialise(settings) if name.startswith("access")]
        assert load_keys(settings, clock.now()).access is None

    def test_an_agency_that_begins_to_ask_must_run_init_again(
        self, tmp_path: Path, clock: FixedClock, provider: PidProvider
    ) -> None:
        initialise(settings_for(tmp_path))
        settings = self.settings(tmp_path, provider)
        with pytest.raises(ConfigurationError, match="access"):
            load_keys(settings, clock.now())
        assert set(initialise(settings)) == {"access.pem", "access-chain.pem"}
        load_keys(settings, clock.now())

    def test_a_certificate_of_another_authority_will_do(
        self, tmp_path: Path, clock: FixedClock, provider: PidProvider
    ) -> None:
        settings = self.settings(tmp_path, provider)
        initialise(settings)
        keys = load_keys(settings, clock.now())
        assert keys.access is not None
        elsewhere = make_ca(
            "Toegang CA", not_before=clock.now() - timedelta(days=1), not_after=clock.now() + timedelta(days=400)
        )
        leaf = elsewhere.issue_leaf(
            keys.access.public_jwk, uri=settings.base_url, dns="localhost", common_name="x", organisation="x",
            oin=None, not_before=clock.now() - timedelta(hours=1), not_after=clock.now() + timedelta(days=9),
            eku=KeyPurpose.REQUESTS,
        )  # fmt: skip
        (settings.state / ACCESS_CHAIN).write_text(to_pem(leaf))
        renew_leaf(settings, clock.now())
        assert load_keys(settings, clock.now()).access_chain == (leaf,)
        with pytest.raises(ConfigurationError, match=ACCESS_CHAIN):
            load_keys(settings, clock.now() + timedelta(days=10))

    def test_a_certificate_of_another_key_will_not(
        self, tmp_path: Path, clock: FixedClock, provider: PidProvider
    ) -> None:
        settings = self.settings(tmp_path, provider)
        initialise(settings)
        (settings.state / ACCESS_CHAIN).write_text((settings.state / "signer-chain.pem").read_text())
        with pytest.raises(ConfigurationError, match="not of the key beside it"):
            load_keys(settings, clock.now())

    def test_its_certificate_is_made_anew_when_its_time_is_over(
        self, tmp_path: Path, clock: FixedClock, provider: PidProvider
    ) -> None:
        settings = self.settings(tmp_path, provider)
        initialise(settings)
        chain = settings.state / ACCESS_CHAIN
        begun = load_keys(settings, clock.now())
        assert begun.access is not None
        authority = (settings.state / "ca.pem").read_bytes()
        ours = CertificateAuthority.load(authority, SoftwareSigner.from_file(settings.state / "ca-key.pem"))
        ended = ours.issue_leaf(
            begun.access.public_jwk, uri=settings.base_url, dns="localhost", common_name="x", organisation="x",
            oin=None, not_before=clock.now() - timedelta(minutes=4), not_after=clock.now() - timedelta(minutes=3),
            eku=KeyPurpose.REQUESTS,
        )  # fmt: skip
        chain.write_text(to_pem(ended))
        renew_leaf(settings, clock.now())
        (fresh,) = load_pem(chain.read_bytes())
        assert fresh.public_bytes(Encoding.DER) != ended
        assert load_keys(settings, clock.now()).access is not None

    def test_its_entry_on_the_trust_list_lets_wallets_be_asked(self, tmp_path: Path, provider: PidProvider) -> None:
        settings = self.settings(tmp_path, provider)
        initialise(settings)
        entry = Participant.parse(json.loads(describe(settings)))
        assert entry.roles == {Role.ISSUER, Role.VERIFIER}
        assert entry.bsn
        assert entry.claims == ("bsn",)
        assert entry.client_ids[0].startswith("x509_hash:")
        plain = settings_for(tmp_path)
        entry = Participant.parse(json.loads(describe(plain)))
        assert entry.roles == {Role.ISSUER}
        assert not entry.bsn


class TestCheck:
    def run(self, file: Path) -> Any:
        return CliRunner().invoke(command, ["check-pid", str(file)])

    def file(self, folder: Path, section: str) -> Path:
        return written(folder, **{"[digid] ": f"{section}\n[digid] "})

    def own(self, folder: Path, provider: PidProvider) -> str:
        authorities = provider.section(folder).authorities
        return (
            f'[pid]\nlisted = false\n[[pid.providers]]\nname = "P"\nidentifier = "{PROVIDER}"\n'
            f'authorities = "{authorities.name}"\n'
        )

    def test_it_names_whose_pid_counts(self, tmp_path: Path, provider: PidProvider) -> None:
        file = self.file(tmp_path, self.own(tmp_path, provider))
        initialise(load_agency(file))
        found = self.run(file)
        assert (found.exit_code, found.output) == (0, f"{PROVIDER} (P)\nnothing wrong\n")

    def test_it_says_what_lacks(self, tmp_path: Path, clock: FixedClock) -> None:
        clock.advance(timedelta(days=-1000))
        ended = PidProvider(clock, StatusNet())
        found = self.run(self.file(tmp_path, self.own(tmp_path, ended)))
        assert found.exit_code == 1
        assert "no state yet" in found.output
        assert "is not valid now" in found.output

    @pytest.mark.parametrize("bsn", [True, False])
    def test_it_looks_at_the_trust_list(
        self, tmp_path: Path, clock: FixedClock, provider: PidProvider, *, bsn: bool
    ) -> None:
        root = SoftwareSigner.generate()
        (tmp_path / "scheme.jwk").write_text(json.dumps(root.public_jwk.to_dict()))
        jwt = issue([provider.participant(bsn=bsn)], root, issuer="s", sequence=1, now=clock.now())
        (tmp_path / "list.jwt").write_text(jwt)
        text = written(tmp_path, **{"[digid] ": "[pid]\n\n[digid] "}).read_text()
        file = tmp_path / "agency.toml"
        file.write_text(text.replace('"https://stelsel.example/trust-list.jwt"', '"list.jwt"'))
        initialise(load_agency(file))
        found = self.run(file)
        assert found.exit_code == (0 if bsn else 1), found.output
        assert (PROVIDER if bsn else f"nobody gives a PID of type {VCT} with a BSN") in found.output

    def test_without_the_section_there_is_nothing_to_check(self, tmp_path: Path) -> None:
        found = self.run(written(tmp_path))
        assert found.exit_code == 1
        assert isinstance(found.exception, ConfigurationError)


def test_the_trust_list_alone_may_name_them(tmp_path: Path) -> None:
    listed = TrustListSection(source="https://s.example/l", key=tmp_path / "k")
    assert settings_for(tmp_path, pid=PidSection(), trust_list=listed).pid is not None
    with pytest.raises(ValueError, match="providers"):
        settings_for(tmp_path, pid=PidSection())
