"""The same debt facts in every securing: alike to the last member, issued, collected, shown and proven.

The first part issues each statement from one draft in all securings and verifies what its holder shows. The second
takes seven agencies, each with a securing of its own, through one press of the button and one answer to a counsellor.
"""

import base64
import json
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from credentials.clock import FixedClock
from credentials.debts.claims import (
    ALWAYS_DISCLOSED,
    CASE_TYPE,
    OVERVIEW_TYPE,
    overview_claims,
)
from credentials.debts.disclosed import read_overview
from credentials.debts.document_paths import document_path
from credentials.debts.elements import element_path
from credentials.debts.overview import overview_of
from credentials.dids import Resolver
from credentials.encoding import JsonObject, JsonValue, b64url_decode, b64url_encode
from credentials.formats import (
    BitstringStatus,
    ClaimsPath,
    Credential,
    Expectation,
    HeldView,
    TokenStatus,
)
from credentials.jose.cbor import CborValue, Tagged, cbor_parse
from credentials.keys import SoftwareSigner
from credentials.openid.dcql import (
    Answered,
    AskedClaim,
    Candidate,
    ClaimsQuery,
    CredentialQuery,
    DcqlQuery,
    check_presentation,
    evaluate,
    only_asked,
)
from credentials.openid.dcql.matching import same_value
from credentials.openid.errors import UnsatisfiedQuery
from credentials.status import StatusChecker
from credentials.trust import Participant, PinnedKeys, TrustList
from credentials.verification import Report, Verifier
from credentials.verification.second_opinions import Verdict
from credentials.verification.second_opinions.checkers import opinions_on
from issuer.domain.configurations import CONFIGURATIONS, Form, Kind, Securing
from service.commands.formats import context_bundle
from tests.debt_builders import A_NOTICE, AS_OF, CJIB, SAMIRA, agency, demo_document
from tests.flows.issuance_kit import NOBODY, Scene, a_person_file, an_agency, csrf_of, log_in, several_cases
from tests.flows.securings_kit import (
    ALL,
    FORM,
    FORMATS,
    SECURINGS,
    SELECTIVE,
    Bench,
    key_of,
    make_bench,
    statements,
)
from tests.verifier_world import make_settings
from tests.wallet_world import SCHEME, Citizen, Page, WalletWorld, make_world
from verifier.app import VerifierService, create, initialise
from verifier.app import describe as describe_verifier
from verifier.domain.result import Result

# The last tests withdraw what the first have shown: one worker, in this order.
pytestmark = [pytest.mark.long, pytest.mark.xdist_group("securings")]

PERSONAS = ("samira", "noor", "johan", "ineke", "wim")


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    made = make_bench(tmp_path_factory.mktemp("agency"))
    yield made
    made.agency.database.close()


@pytest.mark.requirement("vci-formats")
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
        assert stated(held.claims) == stated(claims)
        assert bool(held.paths) is (securing in SELECTIVE)
        paths = [place_of(securing, type_, path) for path in asked[type_]]
        report = bench.examine(bench.show(credential, securing, holder, paths), securing)
        assert report.proven, report.decisive
        seen = wanted(securing, type_, claims, asked[type_]) if securing in SELECTIVE else claims
        assert shown(report) == stated(seen)
        if securing in SELECTIVE:
            nothing_more = bench.examine(bench.show(credential, securing, holder, []), securing)
            assert nothing_more.proven
            always = {} if securing is Securing.MDOC else seen_by_all(claims, type_)
            assert shown(nothing_more) == stated(held.always_disclosed) == stated(always)


@pytest.mark.parametrize("securing", [each for each in ALL if each not in (Securing.SD_JWT, Securing.MDOC)])
def test_other_software_confirms_each_w3c_proof_that_is_accepted(bench: Bench, securing: Securing) -> None:
    holder, keys = SoftwareSigner.generate(), PinnedKeys(lambda: bench.listed, Resolver())
    for type_, claims in list(statements("samira"))[:2]:
        credential = bench.issue(bench.draft(type_, claims, holder), securing)
        for paths in (None, []):
            shown_ = bench.show(credential, securing, holder, paths)
            said = opinions_on(shown_, keys, context_bundle())
            assert {each.verdict for each in said if each.by != "didkit"} == {Verdict.AGREES}, said


@pytest.mark.parametrize("securing", SECURINGS)
def test_a_notice_goes_along_with_the_count_that_it_is_about_and_who_hides_it_is_found_out(
    bench: Bench, securing: Securing
) -> None:
    holder = SoftwareSigner.generate()
    overview = overview_of(CJIB, demo_document("cjib", "samira").cases_at(CJIB), AS_OF, notices=[A_NOTICE])
    claims = overview_claims(overview, ["digest"] * len(overview.open_cases))
    credential = bench.issue(bench.draft(OVERVIEW_TYPE, claims, holder), securing)
    whole = bench.examine(bench.show(credential, securing, holder), securing)
    assert whole.proven, whole.decisive
    assert read_overview(whole.claims or {}).notices == (A_NOTICE,)
    asked: list[tuple[str, ...]] = [("aantal_open_zaken",)]
    if securing is Securing.MDOC:
        asked += [("schema_versie",)]
    paths = [place_of(securing, OVERVIEW_TYPE, path) for path in asked]
    part = bench.examine(bench.show(credential, securing, holder, paths), securing)
    assert part.proven, part.decisive
    seen = read_overview(part.claims or {})
    assert seen.open_cases == len(overview.open_cases)
    if securing is Securing.MDOC:
        assert (seen.notices, seen.notices_hidden) == ((), True)
    else:
        assert (seen.notices, seen.notices_hidden) == ((A_NOTICE,), False)


def place_of(securing: Securing, type_: str, path: tuple[str, ...]) -> ClaimsPath:
    """Return where a claim stands in a credential that is secured so."""
    match FORM[securing]:
        case Form.SD_JWT:
            return path
        case Form.MDOC:
            return element_path(type_, path)
        case _:
            return document_path(type_, path)


def wanted(securing: Securing, type_: str, claims: JsonObject, paths: list[tuple[str, ...]]) -> JsonObject:
    """Return what a verifier sees that asked for these: with what everybody sees, and of an mdoc whole elements."""
    if securing is Securing.MDOC:
        return kept(claims, [path[:1] for path in paths])
    return {**kept(claims, paths), **seen_by_all(claims, type_)}


OF_THE_CREDENTIAL: dict[Form | None, list[ClaimsPath]] = {
    # OpenID4VP 1.0 section 7: "starting from the root of the Credential", whatever secures it.
    Form.SD_JWT: [("vct",), ("iss",), ("iat",), ("exp",), ("cnf", "jwk", "kty"), ("status", "status_list", "idx")],
    # Section 7.2: of an mdoc the data elements alone.
    Form.MDOC: [(OVERVIEW_TYPE, "bronorganisatie"), (OVERVIEW_TYPE, "peildatum")],
    None: [("@context", 0), ("type", None), ("issuer", "id"), ("credentialSubject", "id"), ("credentialStatus",)],
}


@pytest.mark.requirement("vp-claims-path")
@pytest.mark.parametrize("securing", ALL)
def test_a_claims_path_starts_at_the_root_of_the_credential(bench: Bench, securing: Securing) -> None:
    holder = SoftwareSigner.generate()
    type_, claims = next(iter(statements("samira")))
    credential = bench.issue(bench.draft(type_, claims, holder), securing)
    held = FORMATS[FORM[securing].value].inspect(credential)
    kind = FORM[securing] if FORM[securing] in OF_THE_CREDENTIAL else None
    paths = OF_THE_CREDENTIAL[kind]
    report = bench.examine(bench.show(credential, securing, holder, paths), securing)
    assert report.document is not None
    for path in paths:
        query = asking(securing, path)
        (match,) = evaluate(query, [a_candidate(securing, held)]).matches["q"]
        assert match.paths == (path,)
        check_presentation(query.credentials[0], an_answer(securing, type_, report))
    # Nothing of the citizen went along with what the credential says of itself.
    if securing in SELECTIVE:
        seen = kept(claims, [("bronorganisatie",), ("peildatum",)])
        assert shown(report) == stated(seen if securing is Securing.MDOC else seen_by_all(claims, type_))
    for nowhere in [
        ("proof",),
        ("_sd_alg",),
        ("_sd",),
        ("jti",),
        *(path for form, others in OF_THE_CREDENTIAL.items() if form is not kind for path in others),
    ]:
        query = asking(securing, nowhere)
        assert not evaluate(query, [a_candidate(securing, held)]).matches["q"]
        with pytest.raises(UnsatisfiedQuery):
            check_presentation(query.credentials[0], an_answer(securing, type_, report))


def asking(securing: Securing, path: ClaimsPath) -> DcqlQuery:
    # No demands on the type: the path is what is looked at.
    return DcqlQuery((CredentialQuery("q", FORM[securing].value, claims=(ClaimsQuery(path),)),))


def a_candidate(securing: Securing, held: HeldView) -> Candidate:
    return Candidate("k", FORM[securing].value, frozenset(held.types), held.document)


def an_answer(securing: Securing, type_: str, report: Report) -> Answered:
    assert report.document is not None
    return Answered(FORM[securing].value, frozenset({type_}), report.document)


def kept(claims: JsonObject, paths: list[tuple[str, ...]]) -> JsonObject:
    """Return what these paths select."""
    return only_asked(claims, [AskedClaim(path) for path in paths], same_value)


def seen_by_all(claims: JsonObject, type_: str) -> JsonObject:
    """Return what every verifier sees."""
    return {name: value for name, value in claims.items() if name in ALWAYS_DISCLOSED[type_]}


def shown(report: Report) -> JsonObject:
    """Return the claims that a verifier has seen."""
    assert report.claims is not None
    return stated(report.claims)


def stated(claims: JsonObject) -> JsonObject:
    """Return claims without objects of none: `zaken` of somebody without cases states nothing, there or not.

    A moment is the same moment on any clock: an mdoc writes each in UTC.
    """
    return {name: in_utc(value) for name, value in claims.items() if value != {}}


def in_utc(value: JsonValue) -> JsonValue:
    if isinstance(value, dict):
        return {name: in_utc(item) for name, item in value.items()}
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT.*", value):
        return datetime.fromisoformat(value).astimezone(UTC).isoformat()
    return value


IDS = {(each.securing, each.kind): each.id for each in CONFIGURATIONS}


@pytest.mark.requirement("vci-formats")
@pytest.mark.parametrize("securing", SECURINGS)
def test_an_agency_offers_and_issues_it_by_its_configuration(bench: Bench, securing: Securing, tmp_path: Path) -> None:
    scene = Scene(bench.agency, bench.clock, tmp_path)
    overview, case = IDS[securing, Kind.OVERVIEW], IDS[securing, Kind.CASE]
    wallet = scene.wallet_with_token(overview, case)
    copies = wallet.credentials(overview, 2)
    details: Any = wallet.granted["authorization_details"]
    (named,) = (each for each in details if each["credential_configuration_id"] == case)
    copies += [each for name in named["credential_identifiers"] for each in wallet.by_identifier(name)]
    assert len(copies) == 4
    format = FORMATS[FORM[securing].value]
    views = [format.inspect(each) for each in copies]
    assert {type(each) for each in copies} == ({dict} if FORM[securing] is Form.LDP else {str})
    assert [view.type for view in views] == [OVERVIEW_TYPE] * 2 + [CASE_TYPE] * 2
    kinds = {type(entry) for view in views for entry in view.status}
    assert kinds == ({TokenStatus} if securing in (Securing.SD_JWT, Securing.MDOC) else {BitstringStatus})
    # One place per copy, in each list alike; so no two copies share one.
    assert len({entry.index for view in views for entry in view.status}) == len(copies)
    for credential, view in zip(copies, views, strict=True):
        assert view.holder is not None
        bare = bench.examine(credential, securing, nonce=None, audience=None, holder_binding=False)
        assert bare.proven, bare.decisive


@pytest.mark.requirement("vci-copies-share-nothing")
@pytest.mark.parametrize("securing", SECURINGS)
def test_two_copies_have_in_common_only_what_everybody_has(bench: Bench, securing: Securing, tmp_path: Path) -> None:
    scene, overview = Scene(bench.agency, bench.clock, tmp_path), IDS[securing, Kind.OVERVIEW]
    first, second = scene.wallet_with_token(overview).credentials(overview, 2)
    (of_another,) = scene.wallet_with_token(overview, bsn=NOBODY).credentials(overview)
    common = random_looking(disclosed_text(first)) & random_looking(disclosed_text(second))
    assert common <= random_looking(disclosed_text(of_another))
    assert len(random_looking(disclosed_text(first)) - common) >= 3


def random_looking(text: str) -> set[str]:
    """Return what may be an identifier, a digest, a key or a signature."""
    return set(re.findall(r"(?=[A-Za-z0-9_+-]*[0-9])[A-Za-z0-9_+-]{16,}", text))


@pytest.mark.requirement("vci-metadata-configurations")
@pytest.mark.parametrize("securing", SECURINGS)
def test_the_metadata_says_how_it_is_secured(bench: Bench, securing: Securing, tmp_path: Path) -> None:
    http = Scene(bench.agency, bench.clock, tmp_path).http()
    metadata = http.get("/.well-known/openid-credential-issuer").json()
    scopes = http.get("/.well-known/oauth-authorization-server").json()["scopes_supported"]
    for kind in Kind:
        id = IDS[securing, kind]
        entry = metadata["credential_configurations_supported"][id]
        assert id in scopes
        assert (entry["scope"], entry["format"]) == (id, FORM[securing].value)
        algorithms: dict[Form, list[Any]] = {Form.LDP: [securing.value], Form.MDOC: [-7, -9]}
        assert entry["credential_signing_alg_values_supported"] == algorithms.get(FORM[securing], ["ES256"])
        assert "ES256" in entry["proof_types_supported"]["jwt"]["proof_signing_alg_values_supported"]
        paths = [claim["path"] for claim in entry["credential_metadata"]["claims"]]
        assert len({tuple(path) for path in paths}) == len(paths)
        of_w3c = securing not in (Securing.SD_JWT, Securing.MDOC)
        assert {path[0] == "credentialSubject" for path in paths} == {of_w3c}
        assert ("vct" in entry) is (securing is Securing.SD_JWT)
        assert ("doctype" in entry) is (securing is Securing.MDOC)
        if securing is Securing.MDOC:
            assert {len(path) for path in paths} == {2}
            assert {path[0] for path in paths} == {entry["doctype"]}
            assert entry["cryptographic_binding_methods_supported"] == ["cose_key"]


def test_the_did_document_lists_every_key_that_signs(bench: Bench, tmp_path: Path) -> None:
    document = Scene(bench.agency, bench.clock, tmp_path).http().get("/.well-known/did.json").json()
    methods = {key_of(bench, each).verification_method for each in Securing} - {None}
    assert methods == set(document["assertionMethod"])
    kinds = {each["id"]: each["type"] for each in document["verificationMethod"]}
    assert kinds[key_of(bench, Securing.VC_JWT).verification_method] == "JsonWebKey"
    assert kinds[key_of(bench, Securing.ECDSA_SD).verification_method] == "Multikey"


def test_a_securing_that_an_agency_does_not_offer_cannot_be_had(tmp_path: Path) -> None:
    clock = FixedClock(datetime.now(UTC).replace(microsecond=0))
    scene = Scene(an_agency(tmp_path, clock, securings=(Securing.VC_JWT,)), clock, tmp_path)
    try:
        refused = scene.api("aanbiedingen", {"bsn": SAMIRA.reveal(), "configuraties": ["overzicht_sdjwt"]})
        assert refused.status_code == 400
        assert scene.wallet().push(scope="overzicht_sdjwt").json()["error"] == "invalid_scope"
        assert scene.wallet().push(scope="overzicht_vc_jwt").status_code == 201
        wallet = scene.wallet_with_token("overzicht_vc_jwt")
        body: JsonObject = {"credential_configuration_id": "overzicht_sdjwt", "proofs": {"jwt": wallet.proofs()}}
        assert wallet.ask(body).json()["error"] == "unknown_credential_configuration"
        offered = (
            scene.http().get("/.well-known/openid-credential-issuer").json()["credential_configurations_supported"]
        )
        assert list(offered) == ["overzicht_vc_jwt", "zaak_vc_jwt"]
        browser = scene.http()
        log_in(browser)
        form = {"csrf_token": csrf_of(browser.get("/schulden").text)}
        file = browser.post("/schulden/bewijs", data=form).json()
        assert {each["format"] for each in file["bewijzen"]} == {"dc+sd-jwt"}
    finally:
        scene.agency.database.close()


def test_the_citizens_page_offers_one_securing_the_first(bench: Bench, tmp_path: Path) -> None:
    scene = Scene(bench.agency, bench.clock, tmp_path)
    browser = scene.http()
    log_in(browser)
    page = browser.get("/schulden").text
    made = browser.post("/wallet", data={"csrf_token": csrf_of(page)})
    shown_page = browser.get(made.headers["location"]).text
    link = re.search(r"openid-credential-offer://[^\"]+", shown_page)
    assert link is not None
    offer = scene.wallet().take_offer(unescape(link[0]))
    assert offer["credential_configuration_ids"] == ["overzicht_sdjwt", "zaak_sdjwt"]


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
AGENCIES = dict(zip(ALL, ("cjib", "duo", "cak", "belastingdienst", "tilburg", "toeslagen", "svb", "uwv"), strict=True))


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("town")
    world = make_world(
        folder, *AGENCIES.values(), copies=2, securings={key: (securing,) for securing, key in AGENCIES.items()}
    )
    # These know of no debt of Samira's, and every securing shall have debts to show.
    for key in ("svb", "uwv"):
        a_person_file(folder / key / "debts", replace(several_cases(), source_oin=agency(key).oin))
    counsellor = a_counsellor(world, folder)
    citizen = world.citizen()
    citizen.make_wallet()
    collected = citizen.collect()
    intake = counsellor.desk.open(OWNER, "intake", "intake")
    request = counsellor.desk.ask(OWNER, intake.id)
    asked = citizen.api("verzoeken", {"verzoek": counsellor.asking.link(request)}).json()
    page = citizen.get(f"/verzoek/{asked['id']}")
    assert (
        citizen.api(f"verzoeken/{asked['id']}/besluit", {"besluit": "delen", "getoond": asked["getoond"]}).json()[
            "status"
        ]
        == "gedeeld"
    )
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
    if "." not in presented:
        return in_words(cbor_parse(b64url_decode(presented)))
    parts = presented.replace("~", ".").split(".")
    return " ".join(
        base64.urlsafe_b64decode(each + "=" * (-len(each) % 4)).decode("utf-8", "replace") for each in parts
    )


def in_words(value: CborValue) -> str:
    """Write everything that CBOR holds, what is embedded in it too."""
    match value:
        case Tagged(tag=24, value=bytes(inside)):
            return in_words(cbor_parse(inside))
        case Tagged():
            return in_words(value.value)
        case dict():
            return " ".join(f"{name}: {in_words(item)}" for name, item in value.items())
        case list():
            return " ".join(map(in_words, value))
        case bytes():
            return b64url_encode(value)
        case _:
            return str(value)


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
    # What a card cannot hide was not asked for: nothing here is more than the counsellor registered.
    assert not any(each["ongebruikelijk"] for each in cards)
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
