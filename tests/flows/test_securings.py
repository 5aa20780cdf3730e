"""The same debt facts in every securing: alike to the last member, issued, collected, shown and proven.

The first part issues each statement from one draft in all securings and verifies what its holder shows. The second
takes seven agencies, each with a securing of its own, through one press of the button and one answer to a counsellor.
"""

import base64
import json
import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from credentials.clock import FixedClock
from credentials.debts.case import Case
from credentials.debts.claims import (
    ALWAYS_DISCLOSED,
    CASE_TYPE,
    OVERVIEW_TYPE,
    SLOTS,
    WHOLE,
    case_claims,
    case_digest,
    overview_claims,
)
from credentials.debts.document_paths import document_path
from credentials.debts.overview import overview_of
from credentials.dids import Resolver
from credentials.encoding import JsonObject
from credentials.errors import BlauweKnopError
from credentials.formats import ClaimsPath, Credential, CredentialDraft, Expectation, HolderKey, IssuerKey
from credentials.formats.ldp_vc import sign_document
from credentials.formats.ldp_vc.safety import UnsafeDocument
from credentials.formats.selective_disclosure import key_binding
from credentials.jose import UnverifiedToken
from credentials.jose.jws import sign_compact
from credentials.keys import SoftwareSigner
from credentials.status import StatusChecker
from credentials.trust import Participant, TrustList
from credentials.verification import CheckName, CheckOutcome, Outcome, Report, Verifier
from issuer.app.compose import Agency
from issuer.app.run import describe
from issuer.domain.configurations import CONFIGURATIONS, Securing, rounded_times
from issuer.domain.issuance import Place
from service.commands.formats import all_formats
from tests.debt_builders import CJIB, SAMIRA, agency, demo_document
from tests.flows.issuance_kit import URL, a_person_file, an_agency, several_cases
from tests.verifier_world import make_settings
from tests.wallet_world import SCHEME, Citizen, Page, WalletWorld, make_world
from verifier.app import VerifierService, create, initialise
from verifier.app import describe as describe_verifier
from verifier.domain.result import Result
from verifier.usecases.examine import kept

# The last tests withdraw what the first have shown: one worker, in this order.
pytestmark = pytest.mark.xdist_group("securings")

NONCE = "n" * 22
AUDIENCE = "x509_hash:" + "a" * 43
FORMATS = all_formats()
LDP: Any = FORMATS["ldp_vc"]
SELECTIVE = (Securing.SD_JWT, Securing.VC_SD_JWT, Securing.ECDSA_SD)
PERSONAS = ("samira", "noor", "johan", "ineke", "wim")
FORM = {each.securing: each.form for each in CONFIGURATIONS}
ALL = tuple(Securing)
SECURINGS = [pytest.param(each, id=each.value) for each in ALL]


@dataclass
class Bench:
    """One agency that secures in every way, and a verifier that trusts it."""

    agency: Agency
    verifier: Verifier
    clock: FixedClock
    places: Iterator[int]

    def draft(self, type: str, claims: JsonObject, holder: SoftwareSigner | None) -> CredentialDraft:
        issued, expires = rounded_times(self.clock.now(), CONFIGURATIONS[0].lifetime)
        return CredentialDraft(
            type=type,
            issuer="",
            issuer_name=CJIB.name,
            claims=claims,
            always_disclosed=ALWAYS_DISCLOSED[type],
            holder=HolderKey(holder.public_jwk) if holder else None,
            issued_at=issued,
            expires_at=expires,
            status=(),
            id=f"urn:uuid:{secrets.token_hex(4)}-0000-4000-8000-000000000000",
            whole=WHOLE[type],
            slots=SLOTS[type],
        )

    def issue(self, draft: CredentialDraft, securing: Securing) -> Credential:
        """Secure a draft as the agency would: only who signs, and where its status stands, depend on how."""
        signing = self.agency.desk.issue.signing
        status = signing.addresses.entries(FORM[securing], Place(1, next(self.places)))
        named = replace(draft, issuer=signing.identity.issuer_for(securing), status=status)
        return signing.formats[FORM[securing].value].issue(named, signing.identity.keys[securing])

    def show(
        self,
        credential: Credential,
        securing: Securing,
        holder: SoftwareSigner,
        paths: Sequence[ClaimsPath] | None = None,
    ) -> Credential:
        return FORMATS[FORM[securing].value].present(
            credential, paths, holder, audience=AUDIENCE, nonce=NONCE, now=self.clock.now()
        )

    def examine(self, presented: Credential, securing: Securing, **changed: Any) -> Report:
        expected = Expectation(**{"now": self.clock.now(), "nonce": NONCE, "audience": AUDIENCE, **changed})
        return self.verifier.examine(presented, expected, FORM[securing].value)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    clock = FixedClock(datetime.now(UTC).replace(microsecond=0))
    agency = an_agency(tmp_path_factory.mktemp("agency"), clock, securings=ALL)
    client = TestClient(agency.app, base_url=URL)
    participant = Participant.parse(json.loads(describe(agency.settings)))
    now = clock.now()
    listed = TrustList("https://stelsel.example", now, now + timedelta(days=1), 1, (participant,))

    def fetch(url: str, _accept: str) -> bytes:
        assert url.startswith(f"{URL}/status/")
        return client.get(url).content

    verifier = Verifier(FORMATS, lambda: listed, Resolver(), StatusChecker(fetch, clock), clock)
    yield Bench(agency, verifier, clock, iter(range(100, 10_000)))
    agency.database.close()


def statements(who: str) -> Iterator[tuple[str, JsonObject]]:
    """Give what the agency states about somebody: the overview, and each case."""
    cases: Sequence[Case] = demo_document("cjib", who).cases_at(CJIB)
    overview = overview_of(CJIB, cases, max(case.as_of for case in cases))
    digests = [case_digest(secrets.token_bytes(16), case) for case in overview.open_cases]
    yield OVERVIEW_TYPE, overview_claims(overview, digests)
    for case, digest in zip(overview.open_cases, digests, strict=True):
        yield CASE_TYPE, case_claims(case, digest)


@pytest.mark.parametrize("who", PERSONAS)
def test_every_securing_of_one_draft_states_the_same_facts(bench: Bench, who: str) -> None:
    for type_, claims in statements(who):
        holder = SoftwareSigner.generate()
        draft = bench.draft(type_, claims, holder)
        for securing in ALL:
            report = bench.examine(bench.show(bench.issue(draft, securing), securing, holder), securing)
            assert report.proven, (securing, report.decisive)
            assert (report.type, report.format) == (type_, FORM[securing].value)
            assert shown(report) == stated(claims), securing
            assert report.valid_until == draft.expires_at


@pytest.mark.parametrize("securing", SECURINGS)
def test_a_holder_shows_what_is_asked_and_where_the_securing_allows_no_more(bench: Bench, securing: Securing) -> None:
    holder = SoftwareSigner.generate()
    asked: dict[str, list[tuple[str, ...]]] = {
        OVERVIEW_TYPE: [("saldo_totaal",), ("zaken",)],
        CASE_TYPE: [("saldo",), ("betaling", "iban"), ("type",)],
    }
    for type_, claims in list(statements("samira"))[:2]:
        credential = bench.issue(bench.draft(type_, claims, holder), securing)
        held = FORMATS[FORM[securing].value].inspect(credential)
        assert held.claims == claims
        assert bool(held.paths) is (securing in SELECTIVE)
        paths: list[ClaimsPath] = [*asked[type_]]
        if held.document is not None:
            paths = [document_path(type_, path) for path in asked[type_]]
        report = bench.examine(bench.show(credential, securing, holder, paths), securing)
        assert report.proven, report.decisive
        wanted = kept(claims, asked[type_], ALWAYS_DISCLOSED[type_])
        assert shown(report) == (wanted if securing in SELECTIVE else claims)
        if securing in SELECTIVE:
            nothing_more = bench.examine(bench.show(credential, securing, holder, []), securing)
            assert nothing_more.proven
            always = {name: value for name, value in claims.items() if name in ALWAYS_DISCLOSED[type_]}
            assert shown(nothing_more) == stated(held.always_disclosed) == always


def shown(report: Report) -> JsonObject:
    """Return the claims that a verifier has seen."""
    assert report.claims is not None
    return stated(report.claims)


def stated(claims: JsonObject) -> JsonObject:
    """Return claims without objects of none: `zaken` of somebody without cases states nothing, there or not."""
    return {name: value for name, value in claims.items() if value != {}}


@dataclass
class Shown:
    """A statement about Samira that its holder shows in one securing."""

    securing: Securing
    credential: Credential
    presented: Credential
    holder: SoftwareSigner


def a_shown_card(bench: Bench, securing: Securing) -> Shown:
    type_, claims = next(statements("samira"))
    holder = SoftwareSigner.generate()
    credential = bench.issue(bench.draft(type_, claims, holder), securing)
    return Shown(securing, credential, bench.show(credential, securing, holder), holder)


def as_own(bench: Bench, stolen: Shown, thief: Shown) -> Credential:
    """Put somebody's credential into the thief's presentation, and sign that anew with the thief's key."""
    now = bench.clock.now()
    if isinstance(thief.presented, dict):
        assert isinstance(stolen.presented, dict)
        inside = {**thief.presented, "verifiableCredential": stolen.presented["verifiableCredential"]}
        proof: Any = inside.pop("proof")
        return sign_document(
            inside,
            thief.holder,
            proof["verificationMethod"],
            canonicaliser=LDP.canonicaliser,
            created=now,
            purpose="authentication",
            challenge=NONCE,
            domain=AUDIENCE,
        )
    assert isinstance(stolen.credential, str)
    assert isinstance(thief.credential, str)
    if "~" in thief.presented:
        return stolen.credential + key_binding.make(
            stolen.credential, thief.holder, audience=AUDIENCE, nonce=NONCE, now=now, hash_name="sha-256"
        )
    token = UnverifiedToken.parse(thief.presented)
    changed = json.dumps(token.payload).replace(thief.credential, stolen.credential)
    assert stolen.credential in changed
    return sign_compact(token.header, json.loads(changed), thief.holder)


@pytest.mark.parametrize("securing", SECURINGS)
def test_who_stole_a_card_cannot_show_it(bench: Bench, securing: Securing) -> None:
    stolen, thief = a_shown_card(bench, securing), a_shown_card(bench, securing)
    report = bench.examine(as_own(bench, stolen, thief), securing)
    assert (report.outcome, report.check(CheckName.HOLDER).outcome) == (Outcome.NOT_PROVEN, CheckOutcome.FAILED)
    assert report.claims is None
    # The same, made of one's own card, is proven: nothing else is wrong with it.
    assert bench.examine(as_own(bench, thief, thief), securing).proven
    with pytest.raises(BlauweKnopError):
        bench.show(stolen.credential, securing, thief.holder)


@pytest.mark.parametrize("securing", SECURINGS)
@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"nonce": "m" * 22}, "wrong_nonce"),
        ({"audience": "x509_hash:" + "b" * 43}, "wrong_audience"),
        ({"now": timedelta(minutes=10)}, "stale_holder_proof"),
        ({"now": -timedelta(minutes=10)}, "stale_holder_proof"),
    ],
    ids=["nonce", "audience", "late", "early"],
)
def test_what_was_shown_to_another_is_refused(
    bench: Bench, securing: Securing, changed: dict[str, Any], code: str
) -> None:
    shown_card = a_shown_card(bench, securing)
    assert bench.examine(shown_card.presented, securing).proven
    if "now" in changed:
        changed = {"now": bench.clock.now() + changed["now"]}
    report = bench.examine(shown_card.presented, securing, **changed)
    assert (report.outcome, report.check(CheckName.HOLDER).code) == (Outcome.NOT_PROVEN, code)
    # Whose card it is does not matter: it is genuine, and not meant for us.
    assert report.check(CheckName.SIGNATURE).outcome is CheckOutcome.PASSED
    assert report.claims is None


@pytest.mark.parametrize("securing", SECURINGS)
def test_a_card_by_itself_is_no_answer(bench: Bench, securing: Securing) -> None:
    report = bench.examine(a_shown_card(bench, securing).credential, securing)
    assert (report.outcome, report.check(CheckName.HOLDER).code) == (Outcome.NOT_PROVEN, "holder_binding_missing")


@pytest.mark.parametrize("securing", SECURINGS)
def test_a_flipped_bit_anywhere_is_refused(bench: Bench, securing: Securing) -> None:
    for place, presented in flipped(a_shown_card(bench, securing).presented):
        report = bench.examine(presented, securing)
        assert report.outcome is Outcome.NOT_PROVEN, place
        assert report.claims is None, place


@pytest.mark.parametrize("securing", SECURINGS)
def test_a_holder_cannot_change_what_the_agency_signed(bench: Bench, securing: Securing) -> None:
    own = a_shown_card(bench, securing)
    inside: Any = own.credential if isinstance(own.presented, str) else own.presented["verifiableCredential"]
    changed = list(flipped(inside if isinstance(inside, str) else inside[0]))
    assert len(changed) >= 9
    for place, credential in changed:
        tampered = Shown(securing, credential, {"verifiableCredential": [credential]}, own.holder)
        try:
            presented = as_own(bench, tampered, own)
        except UnsafeDocument:
            # Not even a holder can sign what no context gives a meaning.
            continue
        report = bench.examine(presented, securing)
        assert report.outcome is Outcome.NOT_PROVEN, place
        assert report.claims is None, place


def flipped(presented: Credential) -> Iterator[tuple[str, Credential]]:
    """Give copies with one character changed: in each part of a token, in each value of an object."""
    if isinstance(presented, str):
        for part in re.finditer(r"[^.~]+", presented):
            for at in {part.start(), (part.start() + part.end()) // 2, part.end() - 2}:
                other = "A" if presented[at] != "A" else "B"
                yield str(at), f"{presented[:at]}{other}{presented[at + 1 :]}"
        return
    text = json.dumps(presented)
    for value in re.finditer(r': "([^"]+)"', text):
        at = (value.start(1) + value.end(1)) // 2
        other = "A" if text[at] != "A" else "B"
        yield text[value.start() - 20 : at], json.loads(f"{text[:at]}{other}{text[at + 1 :]}")


@pytest.mark.parametrize("securing", SECURINGS)
def test_no_format_takes_what_is_another_s(bench: Bench, securing: Securing) -> None:
    presented = a_shown_card(bench, securing).presented
    for other in {each for each in FORM.values() if each is not FORM[securing]}:
        expected = Expectation(bench.clock.now(), nonce=NONCE, audience=AUDIENCE)
        assert bench.verifier.examine(presented, expected, other.value).outcome is Outcome.NOT_PROVEN


@pytest.mark.parametrize("securing", SECURINGS)
def test_a_key_that_the_scheme_does_not_know_signs_for_nobody(bench: Bench, securing: Securing) -> None:
    type_, claims = next(statements("samira"))
    holder, forger = SoftwareSigner.generate(), SoftwareSigner.generate(key_of(bench, securing).signer.algorithm)
    signing = bench.agency.desk.issue.signing
    draft = replace(bench.draft(type_, claims, holder), issuer=signing.identity.issuer_for(securing))
    # With the agency's own name and key reference, and another key.
    forged = signing.formats[FORM[securing].value].issue(draft, replace(key_of(bench, securing), signer=forger))
    report = bench.examine(bench.show(forged, securing, holder), securing)
    assert (report.outcome, report.check(CheckName.SIGNATURE).outcome) == (Outcome.NOT_PROVEN, CheckOutcome.FAILED)


def key_of(bench: Bench, securing: Securing) -> IssuerKey:
    return bench.agency.desk.issue.signing.identity.keys[securing]


@dataclass
class Town:
    """Agencies that each secure in another way, Samira's wallet, and a counsellor who asked and was answered."""

    world: WalletWorld
    citizen: Citizen
    counsellor: VerifierService
    collected: Page
    asked: dict[str, Any]
    page: Page
    request: str

    def world_verifier(self) -> Verifier:
        """A verifier with the scheme's list and the agencies' status lists, and no other way out."""
        net, clock = self.world.net, self.world.clock
        now = clock.now()
        listed = TrustList(SCHEME, now, now + timedelta(days=1), 1, tuple(self.world.participants))
        return Verifier(FORMATS, lambda: listed, Resolver(), StatusChecker(net.fetch, clock), clock)

    @property
    def result(self) -> Result:
        return self.counsellor.results.of(OWNER, self.request).result


OWNER = "anna"
AGENCIES = dict(zip(ALL, ("cjib", "duo", "cak", "belastingdienst", "tilburg", "toeslagen", "svb"), strict=True))


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("town")
    world = make_world(
        folder, *AGENCIES.values(), copies=2, securings={key: (securing,) for securing, key in AGENCIES.items()}
    )
    # The SVB knows of no debt of Samira's, and every securing shall have debts to show.
    svb = replace(several_cases(), source_oin=agency("svb").oin)
    a_person_file(folder / "svb" / "debts", svb)
    counsellor = a_counsellor(world, folder)
    citizen = world.citizen()
    citizen.make_wallet()
    collected = citizen.collect()
    intake = counsellor.desk.open(OWNER, "intake", "intake")
    request = counsellor.desk.ask(OWNER, intake.id)
    asked = citizen.api("verzoeken", {"verzoek": counsellor.asking.link(request)}).json()
    page = citizen.get(f"/verzoek/{asked['id']}")
    assert citizen.api(f"verzoeken/{asked['id']}/besluit", {"besluit": "delen"}).json()["status"] == "gedeeld"
    yield Town(world, citizen, counsellor, collected, asked, page, request.id)
    world.close()
    counsellor.database.close()


def a_counsellor(world: WalletWorld, folder: Path) -> VerifierService:
    settings = make_settings(folder, world.root.public_jwk)
    for name in ("api-token", "other-token"):
        settings.state.mkdir(exist_ok=True)
        (settings.state / name).write_text(secrets.token_urlsafe(32))
        (settings.state / name).chmod(0o600)
    initialise(settings)
    world.trust(Participant.parse(json.loads(describe_verifier(settings))))
    service = create(settings, clock=world.clock, http=world.net)  # type: ignore[arg-type]
    world.net.apps["localhost:8120"] = TestClient(service.app, base_url="http://localhost:8120")
    return service


def disclosed_text(presented: Credential) -> str:
    """Return everything that can be read in a presentation."""
    if not isinstance(presented, str):
        return json.dumps(presented)
    parts = presented.replace("~", ".").split(".")
    return " ".join(
        base64.urlsafe_b64decode(each + "=" * (-len(each) % 4)).decode("utf-8", "replace") for each in parts
    )


def test_one_press_of_the_button_collects_from_every_agency(town: Town) -> None:
    assert f"{len(AGENCIES)} van {len(AGENCIES)} organisaties hebben geantwoord" in town.collected.words
    cards = town.citizen.api("kaarten").json()["kaarten"]
    found = {(each["uitgever"]["identifier"], each["formaat"]) for each in cards}
    assert found == {(town.world.url(key), FORM[securing].value) for securing, key in AGENCIES.items()}
    assert {each["status"] for each in cards} == {"geldig"}


@pytest.mark.parametrize("securing", SECURINGS)
def test_what_one_agency_issued_reaches_the_counsellor_proven_and_complete(town: Town, securing: Securing) -> None:
    name = agency(AGENCIES[securing]).name
    (line,) = (each for each in town.result.lines if each.body.name == name)
    assert (line.outcome, line.complete, line.standing) == ("bewezen", True, "goed")
    assert line.shown == line.stated == len(line.cases) > 0
    assert line.totals.balance == sum(case.amounts.balance for case in line.cases) > 0
    assert not line.unproven


def test_together_they_make_one_complete_answer(town: Town) -> None:
    result = town.result
    assert result.complete
    assert not result.missing
    assert result.standing == "goed"
    overview = town.citizen.api("overzicht").json()
    assert (result.totals.balance, result.totals.open_cases) == (overview["saldo"], overview["openZaken"])


@pytest.mark.parametrize("securing", SECURINGS)
def test_the_citizen_reads_what_goes_along(town: Town, securing: Securing) -> None:
    url = town.world.url(AGENCIES[securing])
    cards = [each for each in town.asked["kaarten"] if each["uitgever"]["identifier"] == url]
    assert len({each["soort"] for each in cards}) == 2
    assert all(each["nodig"] for each in cards)
    assert {each["geheel"] for each in cards} == {securing not in SELECTIVE}
    # An intake asks no reference of a debt; where a card cannot hide it the citizen sees that it goes along.
    shown_paths = {fact["pad"] for each in cards for fact in each["gegevens"]}
    assert ("zaakkenmerk" in shown_paths) is (securing not in SELECTIVE)


def test_the_consent_page_says_of_which_cards_all_goes_along(town: Town) -> None:
    whole = [each for each in town.asked["kaarten"] if each["geheel"]]
    assert town.page.words.count("Alles wat erop staat, gaat mee.") == len(whole)


@pytest.mark.parametrize("securing", SECURINGS)
def test_the_counsellor_keeps_no_more_than_was_asked(town: Town, securing: Securing) -> None:
    answer = town.counsellor.results.of(OWNER, town.request).answer
    kept_here = [each for each in answer.evidence if each.issuer.identifier == town.world.url(AGENCIES[securing])]
    assert {each.type for each in kept_here} == {OVERVIEW_TYPE, CASE_TYPE}
    assert {each.format for each in kept_here} == {FORM[securing].value}
    assert not any(each.claims.keys() & {"zaakkenmerk", "gebeurtenissen", "betaling"} for each in kept_here)
    if securing in SELECTIVE:
        assert not any("zaakkenmerk" in disclosed_text(each.presented) for each in kept_here)


@pytest.mark.parametrize("securing", SECURINGS)
def test_a_second_look_finds_the_same(town: Town, securing: Securing) -> None:
    before = town.result
    again = town.counsellor.results.check_again(OWNER, town.request).result
    assert again.totals == before.totals
    assert again.complete


def test_the_download_proves_every_line(town: Town) -> None:
    file = town.citizen.api("overzicht/download").json()
    verifier = town.world_verifier()
    assert len(file["bewijzen"]) == len(town.citizen.api("kaarten").json()["kaarten"])
    for proof in file["bewijzen"]:
        expected = Expectation(town.world.clock.now(), holder_binding=False)
        assert verifier.examine(proof["credential"], expected, proof["format"]).proven, proof["format"]
        assert verifier.examine(proof["credential"], expected).proven, proof["format"]


@pytest.mark.parametrize("securing", SECURINGS)
def test_what_is_withdrawn_is_no_longer_proven_in_any_securing(town: Town, securing: Securing) -> None:
    made = town.world.agencies[AGENCIES[securing]]
    made.desk.withdraw.of_person(SAMIRA, None, "besluit vernietigd")
    again = town.counsellor.results.check_again(OWNER, town.request).result
    (line,) = (each for each in again.lines if each.body.name == made.settings.agency.name)
    assert {each.evidence.outcome for each in line.unproven} == {"ingetrokken"}
    assert not line.cases
