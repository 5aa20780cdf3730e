"""Every name that a document of ours bears says how well it is known."""

import json
from pathlib import Path

import pytest

from credentials.debts.events import Category
from credentials.debts.fcid import names
from credentials.encoding import JsonValue
from tests.debt_builders import DEMO, ROOT

DOCUMENTS = [*sorted((DEMO).rglob("*.json")), ROOT / "tests" / "vectors" / "fcid" / "s02-3.0.0.json"]
TABLES = (
    names.DOCUMENT,
    names.CASE,
    names.STATEMENT_FIELDS,
    names.PLAN_FIELDS,
    names.REMEDY_FIELDS,
    names.PREFERENCE_FIELDS,
    names.ORGANISATION_FIELDS,
    *(entry.fields for entry in names.EVENT_TABLE),
)
MARKED = {field.name for table in TABLES for field in table} | {each.name for each in names.STRUCTURE}
# What holds a part of our own is named where the part's fields are.
GROUPS = {names.PLAN, names.REMEDY, names.PREFERENCE}


def members(value: JsonValue) -> set[str]:
    if isinstance(value, dict):
        return set(value).union(*map(members, value.values()))
    return set().union(*map(members, value)) if isinstance(value, list) else set()


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_member_of_a_document_has_a_mark(path: Path) -> None:
    assert members(json.loads(path.read_bytes())) - GROUPS <= MARKED


def test_every_value_of_the_category_is_called_our_own() -> None:
    own = {each.name for each in names.STRUCTURE if each.mark == "I"}
    assert {value.value for value in Category} <= own


def test_what_only_others_say_does_not_pass_for_read() -> None:
    marks = {field.name: field.mark for entry in names.EVENT_TABLE for field in entry.fields}
    kinds = {entry.name: entry.mark for entry in names.EVENT_TABLE}
    assert marks["gebeurtenis_kenmerk"] == marks["juridische_grondslag_bron"] == "S"
    assert marks["datumtijd_gebeurtenis"] == marks["primaire_verplichting"] == "L"
    assert kinds["BetalingVerwerkt"] == "S"
    assert kinds["FinancieleVerplichtingOpgelegd"] == "V"
