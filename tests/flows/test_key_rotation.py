"""An agency's keys are replaced while it serves: nothing that was issued stops being proven, and nobody restarts.

Two workers serve from one state folder; a verifier goes by the trust list as the scheme publishes it at each moment,
which is the agency's own `describe`.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from credentials.clock import FixedClock
from credentials.dids import Resolver
from credentials.formats import Expectation
from credentials.jose import UnverifiedToken
from credentials.status import StatusChecker
from credentials.trust import Participant, TrustList
from credentials.verification import Report, Verifier
from issuer.app.compose import Agency, build
from issuer.app.key_files import Keeper
from issuer.app.keys import load_keys
from issuer.app.rotation import Rotation
from issuer.app.run import describe
from issuer.app.signing_keys import longest_life
from issuer.domain.configurations import Form, Securing
from issuer.domain.key_purpose import Purpose
from issuer.ports import Event
from tests.flows.issuance_kit import FakeLogin, Scene, an_agency, several_cases
from tests.flows.securings_kit import ALL, AUDIENCE, CHANNEL, FORM, FORMATS, NONCE, Shown, a_shown_card, make_bench

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("rotation")]

DAY = timedelta(days=1)
# These carry their certificate; the others name a key that the trust list must have.
CERTIFIED = (Securing.SD_JWT, Securing.MDOC)


@dataclass
class Stage:
    """The agency with two workers, the scheme's list of now, and whoever verifies by it."""

    bench: Any
    other: Agency
    events: list[Event] = field(default_factory=list)
    listed: TrustList | None = None

    @property
    def clock(self) -> FixedClock:
        clock: FixedClock = self.bench.clock
        return clock

    @property
    def rotation(self) -> Rotation:
        return Rotation(
            self.bench.agency.settings,
            Keeper.of(self.bench.agency.settings),
            self.clock,
            self.events.append,
            self.current,
        )

    def current(self) -> TrustList:
        assert self.listed is not None
        return self.listed

    def publish_list(self) -> TrustList:
        now = self.clock.now()
        entry = Participant.parse(json.loads(describe(self.bench.agency.settings)))
        self.listed = TrustList("https://stelsel.example", now, now + DAY, 1, (entry,))
        return self.listed

    def verify(self, shown: Shown, listed: TrustList | None = None) -> Report:
        url = self.bench.agency.settings.base_url
        # Each by another worker.
        clients = [TestClient(each.app, base_url=url) for each in (self.bench.agency, self.other)]

        def fetch(address: str, _accept: str) -> bytes:
            clients.reverse()
            return clients[0].get(address).content

        checker = StatusChecker(fetch, self.clock)
        verifier = Verifier(FORMATS, lambda: listed or self.current(), Resolver(), checker, self.clock)
        expected = Expectation(now=self.clock.now(), nonce=NONCE, audience=AUDIENCE, channel=CHANNEL)
        return verifier.examine(shown.presented, expected, FORM[shown.securing].value)

    def wait(self, how_long: timedelta) -> None:
        """Let time go by, in which the status lists are signed anew."""
        self.clock.advance(how_long)
        self.bench.agency.desk.publish()

    def cards(self) -> dict[Securing, Shown]:
        return {each: a_shown_card(self.bench, each) for each in ALL}

    def shown_again(self, cards: dict[Securing, Shown]) -> Iterator[Shown]:
        """Show each card anew: an answer is of its moment."""
        for securing, card in cards.items():
            presented = self.bench.show(card.credential, securing, card.holder)
            yield Shown(securing, card.credential, presented, card.holder)

    def all_hold(self, *of: dict[Securing, Shown]) -> None:
        for cards in of:
            for card in self.shown_again(cards):
                report = self.verify(card)
                assert report.proven, (card.securing, report.decisive)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    bench = make_bench(tmp_path)
    settings = bench.agency.settings
    keys = load_keys(settings, datetime.now(UTC))
    other = build(settings, keys, clock=bench.clock, with_jobs=False, login_provider=FakeLogin())
    made = Stage(bench, other)
    made.publish_list()
    yield made
    for each in (bench.agency, other):
        each.database.close()


def test_what_was_issued_before_during_and_after_a_rotation_is_proven(stage: Stage) -> None:
    before = stage.cards()
    list_before = stage.current()
    stage.all_hold(before)

    stage.rotation.prepare()
    during = stage.cards()
    stage.all_hold(before, during)
    stage.publish_list()
    stage.rotation.turn()
    stage.wait(2 * DAY)
    stage.all_hold(before, during)

    list_at_change = stage.publish_list()
    stage.rotation.activate()
    after = stage.cards()
    # Between the change and the next look at the lists, those by the old key stand; then both workers have the new.
    stage.all_hold(before)
    assert [each.desk.publish() for each in (stage.other, stage.bench.agency)] == [3, 0]
    # By the list of before the activation, which is what verifiers still have, and by that of now.
    for card in stage.shown_again(after):
        assert stage.verify(card, list_at_change).proven
    stage.publish_list()
    stage.all_hold(before, during, after)
    # Whoever has a list of before the next key could not take what it signs: that is what was waited for.
    for card in stage.shown_again(after):
        assert stage.verify(card, list_before).proven == (card.securing in CERTIFIED), card.securing

    keys = {securing: key_used(card) for securing, card in after.items() if FORM[securing] is Form.SD_JWT}
    assert keys != {securing: key_used(card) for securing, card in before.items() if FORM[securing] is Form.SD_JWT}

    # The last days of what the old keys signed: still by the published list, then no more, whatever the list says.
    stage.wait(timedelta(days=30))
    stage.publish_list()
    stage.all_hold(before, during, after)
    stage.wait(longest_life(stage.bench.agency.settings) - timedelta(days=30))
    assert {each.key for each in stage.rotation.retire()} == {"signer", "ldp"}
    stage.publish_list()
    for card in stage.shown_again(before):
        assert not stage.verify(card).proven
    fresh = stage.cards()
    stage.all_hold(fresh)


def key_used(card: Shown) -> str:
    header: Any = UnverifiedToken.parse(str(card.credential).partition("~")[0]).header
    return str(header["x5c"][0])


def test_what_a_retired_key_signs_anew_is_refused_but_under_a_certificate_that_has_not_ended(stage: Stage) -> None:
    stage.rotation.prepare()
    stage.publish_list()
    stage.rotation.turn()
    # A thief has the old keys: what they sign later bears the dates of then.
    thief = load_keys(stage.bench.agency.settings, stage.clock.now()).signing
    forgeries = stage.cards()
    stage.clock.advance(2 * DAY)
    stage.rotation.activate()
    assert thief.rings[Purpose.SIGNER].active.key.name == "signer"
    stage.rotation.retire(["signer", "ldp"], at_once=True)
    stage.publish_list()
    stage.bench.agency.desk.publish()
    for card in stage.shown_again(forgeries):
        report = stage.verify(card)
        # A certificate speaks until it ends or its authority is withdrawn: seals of years ago rest on that too.
        assert report.proven == (card.securing in CERTIFIED), card.securing


def test_what_a_next_key_signs_counts_as_soon_as_it_is_known(stage: Stage) -> None:
    """Nobody tells verifiers which key signs: so the private half of a next key is kept like that of an active one."""
    unknown = stage.current()
    stage.rotation.prepare()
    stage.publish_list()
    known = stage.current()
    # As if a thief had it: the same state folder, in which it signs.
    stage.rotation.activate(at_once=True)
    cards = stage.cards()
    for card in cards.values():
        assert stage.verify(card, known).proven
        assert stage.verify(card, unknown).proven == (card.securing in CERTIFIED)


def test_what_is_published_follows_each_step_in_every_worker(stage: Stage) -> None:
    settings = stage.bench.agency.settings
    clients = [TestClient(each.app, base_url=settings.base_url) for each in (stage.bench.agency, stage.other)]

    def published() -> tuple[list[str], list[str]]:
        seen = []
        for client in clients:
            did = client.get("/.well-known/did.json").json()
            jwks = client.get("/.well-known/jwt-vc-issuer").json()["jwks"]["keys"]
            multikeys = [
                each["publicKeyMultibase"] for each in did["verificationMethod"] if "publicKeyMultibase" in each
            ]
            seen.append((multikeys, [each["kid"] for each in jwks]))
        assert seen[0] == seen[1]
        return seen[0]

    def expected() -> tuple[list[str], list[str]]:
        keys = load_keys(settings, datetime.now(UTC)).signing
        entry = Participant.parse(json.loads(describe(settings)))
        assert entry.keys == keys.published
        certified = [each for each in keys.published if each.curve == "P-256"]
        return [each.multikey for each in keys.published], [each.thumbprint for each in certified]

    assert published() == expected()
    assert [len(each) for each in published()] == [2, 1]
    stage.rotation.prepare()
    assert published() == expected()
    assert [len(each) for each in published()] == [4, 2]
    stage.rotation.activate(at_once=True)
    assert published() == expected()
    stage.rotation.retire(["signer", "ldp"], at_once=True)
    assert published() == expected()
    assert [len(each) for each in published()] == [2, 1]


def test_all_that_an_agency_signs_is_by_the_key_of_now(stage: Stage) -> None:
    settings = stage.bench.agency.settings
    clients = [TestClient(each.app, base_url=settings.base_url) for each in (stage.bench.agency, stage.other)]

    def signed_by() -> set[str]:
        found = set()
        for client, agency in zip(clients, (stage.bench.agency, stage.other), strict=True):
            agency.desk.publish()
            metadata = client.get("/.well-known/openid-credential-issuer", headers={"accept": "application/jwt"}).text
            lists = client.get("/status/token/1").text
            for token in (metadata, lists):
                header: Any = UnverifiedToken.parse(token, max_characters=1 << 22).header
                found.add(str(header["x5c"][0]))
            revocation = client.get("/status/revocation/1").json()
            found.add(str(revocation["proof"]["verificationMethod"]))
            if agency.desk.document is not None:
                found.add(agency.desk.document.key().signer.public_jwk.thumbprint)
            found.add(agency.desk.sign_response.key().signer.public_jwk.thumbprint)
        return found

    before = signed_by()
    assert len(before) == 3
    stage.rotation.prepare()
    assert signed_by() == before
    stage.rotation.activate(at_once=True)
    assert len(signed_by()) == 3
    assert not signed_by() & before


class TestShortCertificate:
    @pytest.fixture
    def scene(self, tmp_path: Path) -> Iterator[Scene]:
        clock = FixedClock(datetime.now(UTC).replace(microsecond=0))
        scene = Scene(an_agency(tmp_path, clock, several_cases(1), securings=ALL), clock, tmp_path)
        yield scene
        scene.agency.database.close()

    def test_a_card_that_would_outlive_it_is_refused_and_nothing_is_used_up(self, scene: Scene) -> None:
        end = load_keys(scene.agency.settings, datetime.now(UTC)).signing.certified_until
        scene.clock.at = end - timedelta(days=60)
        wallet = scene.wallet_with_token("overzicht_sdjwt", "zaak_mdoc", "overzicht_ldp")
        proofs = wallet.proofs()
        body = {"credential_configuration_id": "zaak_mdoc", "proofs": {"jwt": proofs}}
        refused = wallet.ask(body)
        assert (refused.status_code, refused.json()["error"]) == (503, "temporarily_unavailable")
        # A shorter one ends before it, and what bears no certificate does not end with one: the nonce is still good.
        assert wallet.credentials("overzicht_sdjwt", proofs=proofs)
        assert wallet.credentials("overzicht_ldp")

    def test_under_one_that_has_ended_nothing_is_signed_that_bears_it(self, scene: Scene) -> None:
        end = load_keys(scene.agency.settings, datetime.now(UTC)).signing.certified_until
        scene.clock.at = end + timedelta(seconds=1)
        wallet = scene.wallet_with_token("overzicht_sdjwt")
        refused = wallet.ask({"credential_configuration_id": "overzicht_sdjwt", "proofs": {"jwt": wallet.proofs()}})
        assert refused.status_code == 503
        assert scene.http().get("/health/ready").status_code == 503
        metadata = "/.well-known/openid-credential-issuer"
        assert scene.http().get(metadata, headers={"accept": "application/jwt"}).status_code == 503
        assert scene.http().get(metadata).status_code == 200
