"""A reader that knows a type by its published metadata alone knows every path of every card of that type."""

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credentials.clock import FixedClock
from credentials.debts.case import Case, PaymentDetails, Plan, PlanTerms
from credentials.debts.catalogue import Dischargeable, LegalGround, Preference, Rank, Remedy
from credentials.debts.claim_table import CASE_SLOTS
from credentials.debts.claims import (
    ALWAYS_DISCLOSED,
    CASE_TYPE,
    OVERVIEW_TYPE,
    SLOTS,
    WHOLE,
    ClaimTree,
    case_claims,
    overview_claims,
)
from credentials.debts.overview import overview_of
from credentials.debts.types import type_metadata
from credentials.debts.types.build import REGISTERED
from credentials.encoding import JsonObject
from credentials.formats.sd_jwt import SdJwtVc
from credentials.formats.sd_jwt.type_metadata import TypeMetadataSource, check_credential
from credentials.formats.selective_disclosure import Limits, UnverifiedSdJwt, process
from tests.debt_builders import CJIB, SAMIRA, a_case, imposed, many_cases, on
from tests.properties.test_debt_properties import histories
from tests.unit.formats.format_samples import NOW, draft, issuer_key

pytestmark = [pytest.mark.long, pytest.mark.requirement("vci-metadata-claims")]

FORMAT = SdJwtVc()
TYPES = TypeMetadataSource(
    FixedClock(NOW), bundled={type_: type_metadata(type_) for type_ in (OVERVIEW_TYPE, CASE_TYPE)}
)


@cache
def known_paths(type_: str) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(claim["path"]) for claim in json.loads(type_metadata(type_))["claims"])


def issued(type_: str, claims: ClaimTree) -> str:
    made = draft(
        type=type_,
        claims=claims,
        always_disclosed=ALWAYS_DISCLOSED[type_],
        whole=WHOLE[type_],
        slots=SLOTS[type_],
    )
    return FORMAT.issue(made, issuer_key())


def paths_of(node: JsonObject, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, value in node.items():
        yield (*above, name)
        # What stands in a registered claim is that claim's own specification's.
        if isinstance(value, dict) and (above or name not in REGISTERED):
            yield from paths_of(value, (*above, name))


def unknown(compact: str, type_: str) -> set[tuple[str, ...]]:
    """The paths of a card, empty slots included, that a reader of a closed world would refuse."""
    parsed = UnverifiedSdJwt.parse(compact, Limits(), "dc+sd-jwt")
    opened = process(parsed.token.payload, parsed.disclosures, Limits(), frozenset(), keep_emptied=True)
    return set(paths_of(opened.payload)) - known_paths(type_)


def hold(type_: str, claims: ClaimTree) -> None:
    compact = issued(type_, claims)
    assert unknown(compact, type_) == set()
    # And each can be disclosed by itself, or not, as its entry says.
    check_credential(compact, TYPES, complete=True)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    case = a_case(*draw(histories()), as_of=on(draw(st.integers(0, 60))))
    ground = draw(st.none() | st.just(LegalGround("Wahv", "https://wetten.example/1")) | st.just(LegalGround("Wahv")))
    remedy = draw(st.none() | st.just(Remedy("beroep", "de officier", None, "https://om.example")))
    return replace(
        case,
        legal_ground=ground,
        remedy=remedy,
        preference=Preference(draw(st.sampled_from(Rank)), draw(st.none() | st.just("geen"))),
        dischargeable=draw(st.sampled_from(Dischargeable)),
        decision_number=draw(st.none() | st.just("B-1")),
        payment=draw(st.none() | st.just(PaymentDetails("NL12BANK0123456789", "CJIB", "123"))),
        plan=draw(st.none() | st.just(Plan(PlanTerms(1000, 12, NOW.date()), kept=True))),
    )


@settings(max_examples=60)
@given(cases())
def test_every_path_of_a_case_is_in_the_metadata_of_its_type(case: Case) -> None:
    hold(CASE_TYPE, case_claims(case, "digest"))


@settings(max_examples=60)
@given(st.lists(cases(), max_size=3), st.booleans())
def test_every_path_of_an_overview_is_in_the_metadata_of_its_type(found: list[Case], with_bsn: bool) -> None:
    numbered = [replace(case, reference=f"ZAAK-{number}") for number, case in enumerate(found)]
    overview = overview_of(CJIB, numbered, NOW)
    overview = replace(overview, bsn=SAMIRA if with_bsn else None)
    hold(OVERVIEW_TYPE, overview_claims(overview, ["digest"] * len(overview.open_cases)))


@pytest.mark.parametrize("count", [0, 1, 20, 21, CASE_SLOTS, CASE_SLOTS + 1])
def test_every_path_of_a_large_overview_is_in_the_metadata_of_its_type(count: int) -> None:
    overview = overview_of(CJIB, many_cases(count), on(40))
    assert len(overview.open_cases) == count
    hold(OVERVIEW_TYPE, overview_claims(overview, ["digest"] * count))


@pytest.mark.parametrize(
    "more", [{"verzonnen": "1"}, {"betaling": {"verzonnen": "1"}}, {"gebeurtenissen": {"g999999": {"type": "x"}}}]
)
def test_a_path_that_is_not_in_the_metadata_is_noticed(more: JsonObject) -> None:
    claims = case_claims(a_case(imposed("f1", 1000)), "digest")
    assert unknown(issued(CASE_TYPE, {**claims, **more}), CASE_TYPE) != set()
