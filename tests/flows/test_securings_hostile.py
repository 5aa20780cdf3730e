"""Thieves, forgers, flipped bits and answers to another: refused in every securing of a card."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from credentials.errors import BlauweKnopError
from credentials.formats import (
    Expectation,
)
from credentials.formats.ldp_vc.safety import UnsafeDocument
from credentials.keys import SoftwareSigner
from credentials.verification import CheckName, CheckOutcome, Outcome, Report
from issuer.domain.configurations import Securing
from tests.flows.securings_kit import (
    AUDIENCE,
    CHANNEL,
    FORM,
    NONCE,
    SECURINGS,
    Bench,
    Shown,
    a_shown_card,
    as_own,
    flipped,
    key_of,
    make_bench,
    statements,
)

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    made = make_bench(tmp_path_factory.mktemp("agency"))
    yield made
    made.agency.database.close()


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
    if securing is Securing.MDOC:
        # One signature over the whole session: what of it is another's cannot be told, and it has no time of its own.
        if "now" in changed:
            assert report.proven
            return
        code = "wrong_session"
    assert (report.outcome, report.check(CheckName.HOLDER).code) == (Outcome.NOT_PROVEN, code)
    # Whose card it is does not matter: it is genuine, and not meant for us.
    assert report.check(CheckName.SIGNATURE).outcome is CheckOutcome.PASSED
    assert report.claims is None


@pytest.mark.parametrize("securing", SECURINGS)
def test_a_card_by_itself_is_no_answer(bench: Bench, securing: Securing) -> None:
    report = bench.examine(a_shown_card(bench, securing).credential, securing)
    assert (report.outcome, report.check(CheckName.HOLDER).code) == (Outcome.NOT_PROVEN, "holder_binding_missing")


def refused(report: Report) -> bool:
    """Whether nothing was believed; an mdoc's certificates are not signed, so a wrong one is found a step later."""
    stranger = report.check(CheckName.ISSUER).outcome is CheckOutcome.FAILED
    return report.outcome is Outcome.NOT_PROVEN and (report.claims is None or stranger)


@pytest.mark.parametrize("securing", SECURINGS)
def test_a_flipped_bit_anywhere_is_refused(bench: Bench, securing: Securing) -> None:
    for place, presented in flipped(a_shown_card(bench, securing).presented):
        report = bench.examine(presented, securing)
        assert refused(report), place


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
        assert refused(report), place


@pytest.mark.parametrize("securing", SECURINGS)
def test_no_format_takes_what_is_another_s(bench: Bench, securing: Securing) -> None:
    presented = a_shown_card(bench, securing).presented
    for other in {each for each in FORM.values() if each is not FORM[securing]}:
        expected = Expectation(bench.clock.now(), nonce=NONCE, audience=AUDIENCE, channel=CHANNEL)
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
