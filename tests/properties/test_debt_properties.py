"""What must hold for every history of a debt, whatever happened and in whatever order it arrives."""

from contextlib import suppress
from datetime import date, timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from credentials.debts.claim_table import NOTICE_SLOTS
from credentials.debts.claims import (
    CASE_TYPE,
    OVERVIEW_TYPE,
    case_claims,
    from_jsonld,
    labels,
    overview_claims,
    to_jsonld,
)
from credentials.debts.disclosed import read_case, read_overview
from credentials.debts.errors import MalformedClaims, SourceError
from credentials.debts.events import (
    Category,
    DemandWithdrawn,
    Event,
    ObligationCorrected,
    ObligationRemitted,
    PaidOut,
    PaymentReversed,
    SetOff,
    Stage,
)
from credentials.debts.fcid import DocumentCase, FcidDocument, parse_document, write_document
from credentials.debts.notice import Notice
from credentials.debts.overview import overview_of
from credentials.debts.spreadsheets import spreadsheet_fault
from credentials.encoding import JsonValue
from credentials.plain_text import text_fault
from tests.debt_builders import AS_OF, CJIB, SAMIRA, START, a_case, demanded, imposed, on, paid, withdrawn

NODE = "urn:uuid:00000000-0000-4000-8000-000000000000"
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=30).filter(
    lambda text: text_fault(text) is None and spreadsheet_fault(text) is None
)


KINDS = st.sampled_from(("cjib_wahv", "cjib_ontneming", "duo_ov_boete", "x_y", "gem_leges"))


@st.composite
def notices(draw: st.DrawFn) -> Notice:
    """Draw a notice that keeps to its rules."""
    first = draw(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
    later = st.none() | st.dates(first, date(2200, 1, 1))
    what = draw(TEXTS.filter(lambda text: text == text.strip()))
    kinds = tuple(draw(st.lists(KINDS, unique=True)))
    return Notice(first_day=first, last_day=draw(later), expected_end=draw(later), kinds=kinds, what=what)


@given(st.lists(notices(), max_size=NOTICE_SLOTS))
@settings(max_examples=15)
def test_an_overview_says_the_notices_that_it_was_given_in_json_and_json_ld(stated: list[Notice]) -> None:
    tree = overview_claims(overview_of(CJIB, [], AS_OF, notices=stated), [])
    assert read_overview(tree).notices == tuple(stated)
    assert from_jsonld(OVERVIEW_TYPE, to_jsonld(OVERVIEW_TYPE, tree, NODE)) == tree
    assert not read_overview(tree).notices_hidden


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12) | st.sampled_from(("alle", "2026-11-23")),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(("m01", "van", "soorten", "omschrijving", "tot_en_met")), inner, max_size=5)
    ),
    max_leaves=12,
)


@given(ANYTHING)
@settings(max_examples=100)
def test_whatever_stands_for_notices_is_read_or_refused_and_never_as_if_there_were_none(stated: JsonValue) -> None:
    tree = overview_claims(overview_of(CJIB, [], AS_OF), []) | {"schema_versie": "1.1", "meldingen": stated}
    with suppress(MalformedClaims):
        read = read_overview(tree)
        assert read.notices or read.notices_hidden


@st.composite
def histories(draw: st.DrawFn) -> tuple[Event, ...]:
    """Draw a sound history: every reference is to an earlier event, no demand withdrawn twice."""
    events: list[Event] = [imposed("f1", draw(st.integers(1, 10**6)), description=draw(st.none() | TEXTS))]
    obligations, demands, payments = ["f1"], [], []
    for number in range(draw(st.integers(0, 14))):
        id, day, amount = f"e{number:02d}", draw(st.integers(0, 40)), draw(st.integers(1, 10**6))
        at = max([day, *(float((event.registered_at - START).days) for event in events)])
        match draw(st.integers(0, 8)):
            case 0:
                events.append(imposed(id, amount, at, category=draw(st.none() | st.sampled_from(Category))))
                obligations.append(id)
            case 1 | 2:
                due = draw(st.none() | st.integers(0, 90))
                stage = draw(st.sampled_from(Stage))
                events.append(demanded(id, amount, at, due=due, stage=stage, description=draw(st.none() | TEXTS)))
                demands.append(id)
            case 3 if demands:
                events.append(withdrawn(id, demands.pop(draw(st.integers(0, len(demands) - 1))), at))
            case 4:
                events.append(paid(id, amount, at))
                payments.append((id, amount))
            case 5:
                events.append(SetOff(id=id, registered_at=on(at), amount=amount))
            case 6:
                events.append(ObligationRemitted(id=id, registered_at=on(at), amount=amount))
            case 7 if payments:
                payment, most = payments.pop()
                back = draw(st.integers(1, most))
                events.append(PaymentReversed(id=id, registered_at=on(at), amount=back, payment=payment))
            case 8:
                signed = amount * draw(st.sampled_from((1, -1)))
                target = draw(st.sampled_from(obligations))
                events.append(ObligationCorrected(id=id, registered_at=on(at), amount=signed, corrects=target))
            case _:
                events.append(PaidOut(id=id, registered_at=on(at), amount=amount))
    return tuple(events)


@given(histories(), st.integers(0, 60), st.randoms(use_true_random=False))
def test_the_order_of_arrival_never_changes_the_result(events: tuple[Event, ...], day: int, random: Random) -> None:
    shuffled = list(events)
    random.shuffle(shuffled)
    repeated = [*shuffled, *random.choices(shuffled, k=3)]
    assert a_case(*events, as_of=on(day)) == a_case(*shuffled, as_of=on(day)) == a_case(*repeated, as_of=on(day))


@given(histories(), st.integers(0, 60))
def test_a_withdrawal_never_changes_a_total(events: tuple[Event, ...], day: int) -> None:
    kept = tuple(event for event in events if not isinstance(event, DemandWithdrawn))
    one, other = a_case(*events, as_of=on(day)), a_case(*kept, as_of=on(day))
    assert (one.owed, one.settled, one.balance) == (other.owed, other.settled, other.balance)


@given(histories(), st.integers(0, 60))
def test_a_withdrawal_takes_its_demand_and_no_other(events: tuple[Event, ...], day: int) -> None:
    case = a_case(*events, as_of=on(day))
    asked = {event.id for event in case.events if type(event).__name__ == "PaymentDemanded"}
    gone = {event.demand for event in case.events if isinstance(event, DemandWithdrawn)}
    assert {demand.event.id for demand in case.demands} == asked - gone


@given(histories(), st.integers(0, 60))
def test_figures_keep_their_bounds(events: tuple[Event, ...], day: int) -> None:
    case = a_case(*events, as_of=on(day))
    assert 0 <= case.arrears <= max(case.balance, 0)
    assert all(0 <= demand.covered <= demand.event.amount for demand in case.demands)
    assert case.next_due_amount is None or 0 < case.next_due_amount <= case.balance
    parts = case.principal + case.increases + case.administration_costs + case.interest + case.other_costs
    assert parts == case.owed
    money = sum(event.amount for event in case.events if type(event).__name__ in ("PaymentProcessed", "SetOff"))
    assert sum(demand.covered for demand in case.demands) <= money


@given(histories(), st.integers(0, 60))
def test_claims_have_labels_and_come_back_from_json_ld(events: tuple[Event, ...], day: int) -> None:
    case = a_case(*events, as_of=on(day))
    overview = overview_of(CJIB, [case], on(day))
    digests = ["digest"] * len(overview.open_cases)
    for type, tree in ((CASE_TYPE, case_claims(case, "digest")), (OVERVIEW_TYPE, overview_claims(overview, digests))):
        assert from_jsonld(type, to_jsonld(type, tree, NODE)) == tree
        labelled = {label.path for label in labels(type)}
        stack = [((), tree)]
        while stack:
            path, node = stack.pop()
            for name, value in node.items():
                if isinstance(value, dict):
                    stack.append(((*path, name), value))
                else:
                    assert (*path, name) in labelled
    assert read_case(case_claims(case, "digest")).balance == case.balance
    assert read_overview(overview_claims(overview, digests)).balance == case.balance


@settings(max_examples=50)
@given(histories())
def test_a_document_comes_back_as_it_was_written(events: tuple[Event, ...]) -> None:
    case = DocumentCase(reference="ZAAK-1", balance_at=AS_OF, events=events)
    document = FcidDocument(
        version="4.1.0", source_oin=CJIB.oin, created_at=AS_OF + timedelta(days=1), person=SAMIRA, cases=(case,)
    )
    once = parse_document(write_document(document), file="x")
    assert parse_document(write_document(once), file="x") == once
    assert once.cases_at(CJIB)[0].events == a_case(*events).events


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_input_brings_the_parser_down(data: bytes) -> None:

    with suppress(SourceError):
        parse_document(data, file="x")
