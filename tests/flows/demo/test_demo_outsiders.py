"""Issuers of other makers: on the trust list they count, for what it lets them issue, and nobody else does."""

from datetime import timedelta
from typing import Any

import pytest

from credentials.debts.agency import Agency
from credentials.debts.claims import ALWAYS_DISCLOSED, CASE_TYPE, OVERVIEW_TYPE, overview_claims
from credentials.debts.overview import overview_of
from credentials.dids import did_jwk
from credentials.formats import BitstringStatus, CredentialDraft, HolderKey, IssuerKey, StatusEntry, TokenStatus
from credentials.keys import SoftwareSigner
from tests.flows.demo.conftest import Outsiders
from tests.flows.demo.outsiders import DEBT, CertifiedIssuer
from tests.flows.demo.people import CLOCK, FORMATS, NOTHING_KNOWN, Card, CaseSystem, check, nothing_counts
from tests.flows.demo.running import Demo

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("demo"), pytest.mark.timeout(240)]

ELSEWHERE = Agency("00000000900000099000", "Derde", "derde", ())
TOTALS = {
    "aantal_open_zaken": 2,
    "saldo_totaal": 12_345,
    "achterstand_totaal": 0,
    "verplicht_totaal": 20_000,
    "vereffend_totaal": 7_655,
    "hoogste_aanmaanfase": "geen",
}
OPEN = {
    "bronorganisatie": {"oin": ELSEWHERE.oin, "naam": ELSEWHERE.name, "afkorting": ELSEWHERE.abbreviation},
    "schema_versie": "1",
    "fcid_versie": "4.1.0",
    "dekking": "alles",
}
# Whatever another maker may think of; none of it is ours.
UNKNOWN = {
    "schuldeiser": "Garage Ergens",
    "bedrag": 123.45,
    "saldo": "veel",
    "saldo_totaal": [1, 2],
    "aantal_open_zaken": {"n": None},
    "peildatum": 5,
    "zaken": "geen",
    "termijnen": [{"op": "2026-12-01", "bedrag": 10}],
    "niets": None,
    "waar": True,
    "bronorganisatie": "een tekst",
    "<b>vet</b>": "<script>alert(1)</script>",
    "=1+1": "=cmd()",
}
OWN_TYPE = {
    "credentials": [
        {"id": "schuld", "format": "dc+sd-jwt", "multiple": True, "meta": {"vct_values": [DEBT]}},
    ]
}


def every_claim(**changes: Any) -> dict[str, Any]:
    query: dict[str, Any] = {**OWN_TYPE["credentials"][0], "claims": [{"path": [name]} for name in UNKNOWN], **changes}
    return {"credentials": [query]}


def an_overview(issuer: CertifiedIssuer, **more: Any) -> Card:
    holder = SoftwareSigner.generate()
    as_of = CLOCK.now().replace(minute=0, second=0, microsecond=0).isoformat().replace("+00:00", "Z")
    return Card(issuer.issue(OVERVIEW_TYPE, holder, {**OPEN, "peildatum": as_of}, TOTALS, **more), holder, "dc+sd-jwt")


def a_debt(issuer: CertifiedIssuer) -> Card:
    holder = SoftwareSigner.generate()
    return Card(issuer.issue(DEBT, holder, {}, UNKNOWN), holder, "dc+sd-jwt")


def by_did(signer: SoftwareSigner, format_name: str, *status: StatusEntry) -> Card:
    did, method = did_jwk(signer.public_jwk)
    holder, now = SoftwareSigner.generate(), CLOCK.now().replace(microsecond=0)
    draft = CredentialDraft(
        type=OVERVIEW_TYPE,
        issuer=did,
        issuer_name="Alleen een DID",
        claims=overview_claims(overview_of(ELSEWHERE, [], now), []),
        always_disclosed=ALWAYS_DISCLOSED[OVERVIEW_TYPE],
        holder=HolderKey(holder.public_jwk),
        issued_at=now,
        expires_at=now + timedelta(days=1),
        status=status,
        id="urn:uuid:5b0b1e1e-0000-4000-8000-000000000001",
    )
    return Card(FORMATS[format_name].issue(draft, IssuerKey(signer, verification_method=method)), holder, format_name)


@pytest.mark.parametrize("name", ["by_uri", "by_dns"])
def test_an_outsiders_overview_counts(desk: CaseSystem, outsiders: Outsiders, name: str) -> None:
    issuer: CertifiedIssuer = getattr(outsiders, name)
    found = desk.judge([an_overview(issuer)])
    (proof,) = found["bewijzen"]
    assert proof["bewezen"]
    assert proof["uitgever"] == {"identifier": issuer.identifier, "naam": issuer.name}
    assert found["totalen"]["saldo"] == TOTALS["saldo_totaal"]
    # Without a status list nobody can take it back: allowed, and said.
    assert check(proof, "status") == ("waarschuwing", "status_missing")


@pytest.mark.parametrize("format_name", ["ldp_vc", "dc+sd-jwt"])
@pytest.mark.parametrize("name", ["did_signer", "p256_did_signer"])
def test_an_outsider_with_a_did_alone_counts(
    desk: CaseSystem, outsiders: Outsiders, name: str, format_name: str
) -> None:
    signer: SoftwareSigner = getattr(outsiders, name)
    found = desk.judge([by_did(signer, format_name)], sjabloon="snelscan")
    (proof,) = found["bewijzen"]
    assert proof["bewezen"]
    assert proof["uitgever"]["identifier"] == did_jwk(signer.public_jwk)[0]
    assert found["totalen"]["saldo"] == 0


def test_a_did_that_is_not_on_the_list_is_nobody(desk: CaseSystem) -> None:
    for format_name in ("ldp_vc", "dc+sd-jwt"):
        found = desk.judge([by_did(SoftwareSigner.generate(), format_name)], sjabloon="snelscan")
        nothing_counts(found)
        assert check(found["bewijzen"][0], "uitgever") == ("mislukt", "unknown_issuer")


def test_a_foreign_issuer_is_nobody(desk: CaseSystem, outsiders: Outsiders) -> None:
    found = desk.judge([an_overview(outsiders.unlisted)])
    nothing_counts(found)
    assert found["bewijzen"][0]["uitgever"]["naam"] == "Onbekende uitgever"
    assert check(found["bewijzen"][0], "uitgever") == ("mislukt", "unknown_issuer")


def test_a_foreign_issuer_that_takes_an_agencys_name_is_nobody(
    demo: Demo, desk: CaseSystem, outsiders: Outsiders
) -> None:
    found = desk.judge([an_overview(outsiders.unlisted, iss=demo.agency("cjib")["url"])])
    nothing_counts(found)
    assert found["bewijzen"][0]["uitgever"]["naam"] == "Onbekende uitgever"


def test_an_outsider_that_takes_an_agencys_name_is_not_believed(
    demo: Demo, desk: CaseSystem, outsiders: Outsiders
) -> None:
    nothing_counts(desk.judge([an_overview(outsiders.by_uri, iss=demo.agency("cjib")["url"])]))
    cjib = {"oin": "00000000900000007000", "naam": "Centraal Justitieel Incassobureau (CJIB)", "afkorting": "cjib"}
    found = desk.judge([an_overview(outsiders.by_uri, bronorganisatie=cjib)])
    nothing_counts(found)
    assert check(found["bewijzen"][0], "uitgever") == ("mislukt", "other_source_organisation")


def test_an_issuer_that_may_not_issue_the_type_is_shown_for_that(desk: CaseSystem, outsiders: Outsiders) -> None:
    found = desk.judge([an_overview(outsiders.narrow)])
    nothing_counts(found)
    assert check(found["bewijzen"][0], "uitgever") == ("mislukt", "issuer_not_allowed")
    # For what it may issue it counts.
    allowed = desk.judge([a_debt(outsiders.narrow)], dcqlQuery=every_claim())
    assert allowed["bewijzen"][0]["bewezen"]


@pytest.mark.parametrize("port", [191, 1])
def test_a_status_that_cannot_be_read_is_unknown_and_not_proven(
    desk: CaseSystem, outsiders: Outsiders, first_port: int, port: int
) -> None:
    nowhere = f"http://localhost:{first_port + port}/status/1"
    listed = {"status": {"status_list": {"idx": 3, "uri": nowhere}}}
    bits = [BitstringStatus(f"{nowhere}/{purpose}", 3, purpose) for purpose in ("revocation", "refresh")]
    for card in (
        an_overview(outsiders.by_uri, **listed),
        by_did(outsiders.did_signer, "ldp_vc", *bits),
        by_did(outsiders.p256_did_signer, "dc+sd-jwt", TokenStatus(nowhere, 3)),
    ):
        found = desk.judge([card], sjabloon="snelscan")
        nothing_counts(found)
        assert found["bewijzen"][0]["uitkomst"] == "onbekend"
        assert check(found["bewijzen"][0], "status")[0] == "niet_uitgevoerd"
        assert check(found["bewijzen"][0], "geldigheid")[0] == "geslaagd"


def test_an_agencys_status_list_does_not_speak_for_an_outsider(
    demo: Demo, desk: CaseSystem, outsiders: Outsiders
) -> None:
    listed = {"status": {"status_list": {"idx": 3, "uri": f"{demo.agency('cjib')['url']}/status/token/1"}}}
    found = desk.judge([an_overview(outsiders.by_uri, **listed)])
    nothing_counts(found)
    assert found["bewijzen"][0]["uitkomst"] == "onbekend"


def test_what_has_expired_or_has_not_begun_is_shown_for_that(desk: CaseSystem, outsiders: Outsiders) -> None:
    now = int(CLOCK.now().timestamp())
    for changed, code in (
        ({"iat": now - 7200, "exp": now - 3600}, "expired"),
        ({"nbf": now + 3600}, "not_yet_valid"),
        ({"iat": now + 3600}, "not_yet_valid"),
    ):
        found = desk.judge([an_overview(outsiders.by_uri, **changed)])
        nothing_counts(found)
        assert check(found["bewijzen"][0], "geldigheid") == ("mislukt", code)


def test_a_type_of_an_outsiders_own_shows_what_was_disclosed_and_adds_nothing_up(
    desk: CaseSystem, outsiders: Outsiders
) -> None:
    found = desk.judge([a_debt(outsiders.by_uri)], dcqlQuery=every_claim())
    (proof,) = found["bewijzen"]
    assert proof["bewezen"]
    assert proof["type"] == DEBT
    assert proof["gegevens"] == UNKNOWN
    assert found["totalen"] == NOTHING_KNOWN
    assert found["volledig"] is False


def test_a_query_without_claims_asks_for_nothing_that_can_be_hidden(desk: CaseSystem, outsiders: Outsiders) -> None:
    found = desk.judge([a_debt(outsiders.by_dns)], dcqlQuery=OWN_TYPE)
    assert found["bewijzen"][0]["bewezen"]
    assert found["bewijzen"][0]["gegevens"] == {}


def test_an_own_query_that_wants_a_value_refuses_another(desk: CaseSystem, outsiders: Outsiders) -> None:
    for value, status in (("Garage Ergens", 200), ("Garage Elders", 400)):
        query = every_claim(claims=[{"path": ["schuldeiser"], "values": [value]}])
        made = desk.make(dcqlQuery=query)
        request = desk.read(made)
        answer = desk.send(request, desk.present(request, [a_debt(outsiders.by_uri)]))
        assert answer.status_code == status
        assert desk.look(made)["status"] == ("beantwoord" if status == 200 else "open")


def test_the_wallet_shows_unreachable_agencies_and_the_story_goes_on(demo: Demo) -> None:
    # The outsiders on this list answer at no address, and still every figure of the story held.
    assert demo.report["story"]["overview"]["issuers"] == 13


def test_cards_that_our_own_reader_cannot_read_prove_nothing(desk: CaseSystem, outsiders: Outsiders) -> None:
    """Our types bind a participant too: words where amounts belong are no debt facts."""
    holder = SoftwareSigner.generate()
    wrong = {**TOTALS, "saldo_totaal": "veel"}
    card = Card(outsiders.by_uri.issue(OVERVIEW_TYPE, holder, OPEN, wrong), holder, "dc+sd-jwt")
    found = desk.judge([card])
    nothing_counts(found)
    assert check(found["bewijzen"][0], "inhoud") == ("mislukt", "malformed_claims")
    assert CASE_TYPE != OVERVIEW_TYPE
