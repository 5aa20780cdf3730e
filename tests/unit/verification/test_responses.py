"""A signed FCID document is proven when its signature, its signer and its date hold; it proves its date only."""

from dataclasses import replace
from datetime import timedelta

import pytest

from credentials.debts.agency import Agency
from credentials.debts.fcid import document_of, sign_response
from credentials.encoding import b64url_decode, b64url_encode
from credentials.verification import CheckName, CheckOutcome, Outcome, Report
from tests.debt_builders import SAMIRA, a_document, imposed, paid
from tests.spoilt import spoilt_signature
from tests.unit.verification.scheme import CASE, NOW, OVERVIEW, Issuer, Scheme


@pytest.fixture
def scheme() -> Scheme:
    scheme = Scheme()
    allow(scheme, OVERVIEW, CASE)
    return scheme


def allow(scheme: Scheme, *types: str) -> None:
    scheme.participants = [replace(each, types=frozenset(types)) for each in scheme.participants]


def a_response(by: Issuer, *, oin: str | None = None, days: float = 0, leaf: bytes | None = None) -> str:
    named = Agency(oin or by.oin, by.name, "cjib")
    at = NOW + timedelta(days=days)
    events = (imposed("f1", 10_000, primary=True), paid("p1", 2_500, 2))
    cases = a_document(*events).cases_at(named)
    return sign_response(document_of(named, SAMIRA, cases, created_at=at), by.signer, (leaf or by.leaf,))


def code(report: Report, name: CheckName) -> str:
    return report.check(name).code


def test_a_response_of_a_participant_is_proven(scheme: Scheme) -> None:
    report = scheme.verifier().examine_response(a_response(scheme.cjib))
    assert (report.outcome, report.format) == (Outcome.PROVEN, "fcid+jws")
    assert report.issuer is not None
    assert report.issuer.name == "CJIB"
    assert report.claims is not None
    assert report.claims["saldo_totaal"] == 7_500
    assert SAMIRA.reveal() not in str(report.to_dict())


def test_it_is_said_that_it_proves_its_date_only(scheme: Scheme) -> None:
    report = scheme.verifier().examine_response(a_response(scheme.cjib, days=-40))
    status = report.check(CheckName.STATUS)
    assert (report.outcome, status.outcome) == (Outcome.PROVEN, CheckOutcome.WARNING)
    assert "sindsdien" in status.explanation
    assert report.issued_at == NOW - timedelta(days=40)
    assert code(report, CheckName.HOLDER) == "not_asked"


def test_a_response_that_was_changed_is_not_proven(scheme: Scheme) -> None:
    header, payload, signature = a_response(scheme.cjib).split(".")
    changed = b64url_encode(b64url_decode(payload).replace(b"10000", b"10001"))
    for wrong in (f"{header}.{changed}.{signature}", spoilt_signature(f"{header}.{payload}.{signature}"), "", "a.b.c"):
        report = scheme.verifier().examine_response(wrong)
        assert report.outcome is Outcome.NOT_PROVEN
        assert report.check(CheckName.SIGNATURE).outcome is CheckOutcome.FAILED
        assert report.claims is None


def test_whoever_is_not_on_the_list_proves_nothing(scheme: Scheme) -> None:
    report = scheme.verifier().examine_response(a_response(scheme.stranger))
    assert (report.outcome, code(report, CheckName.ISSUER)) == (Outcome.NOT_PROVEN, "unknown_issuer")


def test_a_participant_speaks_for_itself_only(scheme: Scheme) -> None:
    report = scheme.verifier().examine_response(a_response(scheme.duo, oin=scheme.cjib.oin))
    assert (report.outcome, code(report, CheckName.ISSUER)) == (Outcome.NOT_PROVEN, "other_source_organisation")
    assert report.issuer is None


@pytest.mark.parametrize("types", [(), (OVERVIEW,), (CASE,)])
def test_who_may_not_issue_both_types_states_no_document(scheme: Scheme, types: tuple[str, ...]) -> None:
    allow(scheme, *types)
    report = scheme.verifier().examine_response(a_response(scheme.cjib))
    assert (report.outcome, code(report, CheckName.ISSUER)) == (Outcome.NOT_PROVEN, "issuer_not_allowed")


def test_a_response_from_later_is_not_proven(scheme: Scheme) -> None:
    report = scheme.verifier().examine_response(a_response(scheme.cjib, days=1))
    assert (report.outcome, code(report, CheckName.VALIDITY)) == (Outcome.NOT_PROVEN, "not_yet_valid")


def test_what_a_withdrawn_participant_signed_afterwards_is_not_proven(scheme: Scheme) -> None:
    gone = NOW - timedelta(days=10)
    scheme.participants = [replace(each, withdrawn_at=gone) for each in scheme.participants]
    assert scheme.verifier().examine_response(a_response(scheme.cjib, days=-20)).proven
    report = scheme.verifier().examine_response(a_response(scheme.cjib))
    assert (report.outcome, code(report, CheckName.ISSUER)) == (Outcome.NOT_PROVEN, "issuer_withdrawn")


def test_another_s_certificate_lends_nobody_its_name(scheme: Scheme) -> None:
    report = scheme.verifier().examine_response(a_response(scheme.stranger, oin=scheme.cjib.oin, leaf=scheme.cjib.leaf))
    assert (report.outcome, code(report, CheckName.SIGNATURE)) == (Outcome.NOT_PROVEN, "invalid_signature")


def test_a_credential_is_no_response_and_a_response_no_credential(scheme: Scheme) -> None:
    credential = str(scheme.a_credential("dc+sd-jwt")).partition("~")[0]
    assert scheme.verifier().examine_response(credential).outcome is Outcome.NOT_PROVEN
    assert not scheme.examine(a_response(scheme.cjib)).proven
