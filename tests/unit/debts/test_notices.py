"""Known deficient data: what a notice may say, how an overview bears it, and what a reader makes of it."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from credentials.debts.claim_table import NOTICE_SLOTS
from credentials.debts.claims import ALWAYS_DISCLOSED, OVERVIEW_TYPE, overview_claims
from credentials.debts.disclosed import read_overview
from credentials.debts.elements import to_elements
from credentials.debts.errors import InvalidNotice, MalformedClaims
from credentials.debts.notice import MOST_CHARACTERS, MOST_KINDS, Notice
from credentials.debts.overview import overview_of
from credentials.jose.cbor import Tagged
from tests.debt_builders import A_NOTICE, ANOTHER_NOTICE, AS_OF, CJIB, many_cases

DAY = date(2026, 10, 26)


def tree(*notices: Notice) -> dict[str, Any]:
    return overview_claims(overview_of(CJIB, many_cases(1), AS_OF, notices=notices), ["digest"])


def test_an_overview_says_from_when_to_when_what_and_until_when() -> None:
    claims = tree(A_NOTICE, ANOTHER_NOTICE)
    assert claims["schema_versie"] == "1.1"
    assert claims["meldingen"] == {
        "m01": {
            "van": "2026-10-26",
            "tot_en_met": "2026-10-30",
            "hersteld_op": "2026-11-06",
            "soorten": "cjib_wahv",
            "omschrijving": A_NOTICE.what,
        },
        "m02": {"van": "2026-10-31", "soorten": "alle", "omschrijving": ANOTHER_NOTICE.what},
    }
    assert read_overview(claims).notices == (A_NOTICE, ANOTHER_NOTICE)
    assert not read_overview(claims).notices_hidden


def test_an_overview_without_notices_is_what_it_was() -> None:
    claims = tree()
    assert claims["schema_versie"] == "1.0"
    assert "meldingen" not in claims
    assert read_overview(claims).notices == ()
    assert not read_overview(claims).notices_hidden


def test_every_verifier_sees_the_notices_with_the_count_that_they_are_about() -> None:
    assert {"meldingen", "schema_versie"} <= ALWAYS_DISCLOSED[OVERVIEW_TYPE]


@pytest.mark.parametrize("hidden", [{"meldingen"}, {"meldingen", "schema_versie"}])
def test_who_hides_the_notices_of_an_mdoc_is_found_out(hidden: set[str]) -> None:
    shown = {name: value for name, value in tree(A_NOTICE).items() if name not in hidden}
    assert read_overview(shown).notices_hidden


def test_a_version_that_is_not_known_here_does_not_say_that_there_are_none() -> None:
    assert read_overview(tree() | {"schema_versie": "1.2"}).notices_hidden
    # What other issuers write for 1.0.
    assert not read_overview(tree() | {"schema_versie": "1"}).notices_hidden


def test_the_days_of_a_notice_are_days_in_an_mdoc() -> None:
    element: Any = to_elements(OVERVIEW_TYPE, tree(A_NOTICE))["meldingen"]
    assert element["m01"]["van"] == Tagged(1004, "2026-10-26")
    assert element["m01"]["soorten"] == "cjib_wahv"


@pytest.mark.parametrize(
    "changed",
    [
        {"last_day": date(2026, 10, 25)},
        {"expected_end": date(2026, 10, 25)},
        {"what": ""},
        {"what": "  "},
        {"what": " Er ontbreekt iets."},
        {"what": "x" * (MOST_CHARACTERS + 1)},
        {"what": "Twee\nregels."},
        {"what": "Om\u202egekeerd."},
        {"what": "Ver\u200bstopt."},
        {"what": "CafÃ©."},
        {"kinds": ("boetes",)},
        {"kinds": ("cjib_wahv", "cjib_wahv")},
        {"kinds": tuple(f"cjib_{number}" for number in range(MOST_KINDS + 1))},
    ],
)
def test_a_notice_that_breaks_a_rule_is_refused_without_quoting_it(changed: dict[str, Any]) -> None:
    with pytest.raises(InvalidNotice) as refused:
        Notice(**({"first_day": DAY, "what": "Er ontbreekt iets."} | changed))
    assert str(changed.get("what") or "boetes") not in refused.value.detail


@pytest.mark.parametrize(
    "changed",
    [
        {"last_day": DAY},
        {"expected_end": DAY},
        {"what": "x" * MOST_CHARACTERS},
        {"what": "Betalingen van € 5 of meer ontbreken – wij zoeken het uit."},
        {"kinds": tuple(f"cjib_{number}" for number in range(MOST_KINDS))},
    ],
)
def test_a_notice_at_the_edge_of_a_rule_is_taken(changed: dict[str, Any]) -> None:
    assert Notice(**({"first_day": DAY, "what": "Er ontbreekt iets."} | changed)).first_day == DAY


def one(change: dict[str, Any]) -> Any:
    return {"m01": {name: value for name, value in (tree(A_NOTICE)["meldingen"]["m01"] | change).items() if value}}


@pytest.mark.parametrize(
    "stated",
    [
        "er is niets aan de hand",
        ["m01"],
        {"m01": "niets"},
        one({"van": ""}),
        one({"omschrijving": ""}),
        one({"soorten": ""}),
        one({"van": "gisteren"}),
        one({"van": 20261026}),
        one({"tot_en_met": "2026-10-25"}),
        one({"hersteld_op": "2026-10-25"}),
        one({"omschrijving": "x" * (MOST_CHARACTERS + 1)}),
        one({"omschrijving": "Twee\nregels."}),
        one({"soorten": "boetes"}),
        one({"soorten": "cjib_wahv,"}),
        {f"m{number:02d}": one({})["m01"] for number in range(1, NOTICE_SLOTS + 2)},
    ],
)
def test_a_card_with_a_notice_that_is_none_is_not_taken_whoever_signed_it(stated: Any) -> None:
    with pytest.raises(MalformedClaims):
        read_overview(tree(A_NOTICE) | {"meldingen": stated})


def test_a_strangers_notice_is_shown_without_what_misleads() -> None:
    text = "Er ontbreekt \u202eiets."
    assert read_overview(tree(A_NOTICE) | {"meldingen": one({"omschrijving": text})}).notices[0].what == (
        "Er ontbreekt iets."
    )


@pytest.mark.parametrize(
    ("ask", "expected"),
    [
        (lambda: A_NOTICE.about(["cjib_wahv"]), True),
        (lambda: A_NOTICE.about(["cjib_ontneming"]), False),
        (lambda: ANOTHER_NOTICE.about(["cjib_ontneming"]), True),
        (lambda: A_NOTICE.overdue(date(2026, 11, 6)), False),
        (lambda: A_NOTICE.overdue(date(2026, 11, 7)), True),
        (lambda: ANOTHER_NOTICE.overdue(date(2036, 1, 1)), False),
    ],
)
def test_of_which_kinds_a_notice_is_and_whether_its_day_has_passed(ask: Callable[[], bool], expected: bool) -> None:
    assert ask() is expected
