"""The tables of the documentation that follow from the code. `python -m tests.docs_tables` writes them anew.

A table stands between `<!-- table: name -->` and `<!-- end -->`; `tests/architecture/test_docs.py` demands that each is
what the code says now.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from credentials.debts.claim_table import CASE_TYPE, LEAVES, OVERVIEW_TYPE, Leaf
from credentials.debts.fcid import names
from credentials.debts.fcid.fields import Field, Mark
from credentials.encoding import json_compact
from credentials.openid.dcql import parse_query
from credentials.openid.vp_formats import VP_FORMATS
from issuer.domain.configurations import CONFIGURATIONS
from issuer.usecases.sign import TYPES
from tests.requirements import Requirement, requirements, shown
from verifier.domain.query import fitted, query_of
from verifier.domain.templates import TEMPLATES, ClaimPath, Template
from verifier.exports.changed import CHANGED_COLUMNS
from verifier.exports.knooppunt import COLUMNS as KNOOPPUNT_COLUMNS
from verifier.exports.sheets import (
    BODY_COLUMNS,
    CONTRADICTION_COLUMNS,
    DEBT_COLUMNS,
    SAID_COLUMNS,
    UNCOUNTED_COLUMNS,
    Kind,
)

DOCS: Final = Path(__file__).parents[1] / "docs"
_BLOCK: Final = re.compile(r"(<!-- table: ([a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)

_KINDS: Final = {
    "TEXT": "text",
    "LINK": "URL",
    "AMOUNT": "cents",
    "COUNT": "number",
    "FLAG": "true or false",
    "DAY": "date",
    "MOMENT": "date and time",
}
_DISCLOSED: Final = {
    "never": "always seen",
    "always": "apart",
    "whole": "with its event",
}

# Dutch claim name: the Python name of the same thing.
PYTHON_NAMES: Final[Mapping[str, str]] = {
    "aantal_gebeurtenissen": "events",
    "aantal_open_zaken": "open_cases",
    "achterstand": "arrears",
    "achterstand_totaal": "arrears",
    "administratiekosten": "administration_costs",
    "afkorting": "abbreviation",
    "bedrag": "amount",
    "beschikkingsnummer": "decision_number",
    "betaling": "payment",
    "bron": "source",
    "bronorganisatie": "source",
    "bsn": "bsn",
    "datumtijd": "registered_at",
    "dekking": "coverage",
    "digest": "digest",
    "eerst_vervalt": "next_due_date",
    "eerst_vervalt_bedrag": "next_due_amount",
    "eerst_vervalt_datum": "next_due_date",
    "einddatum": "end_date",
    "fase": "phase",
    "fcid_versie": "fcid_version",
    "gebeurtenissen": "events",
    "grondslag": "ground",
    "hersteld_op": "expected_end",
    "hoogste_aanmaanfase": "highest_phase",
    "iban": "iban",
    "instantie": "body",
    "juridische_grondslag": "legal_ground",
    "kenmerk": "reference",
    "kosten_overig": "other_costs",
    "laatste_gebeurtenis_datum": "last_event_date",
    "meer_dan_20": "more_than_detailed",
    "naam": "name",
    "meldingen": "notices",
    "nagekomen": "kept",
    "oin": "oin",
    "omschrijving": "description",
    "ontstaansdatum": "origin_date",
    "opgelegd_door": "imposed_by",
    "peildatum": "as_of",
    "preferentie": "preference",
    "primair_bedrag": "principal",
    "rechtsmiddel": "remedy",
    "regeling": "plan",
    "rente": "interest",
    "saldo": "balance",
    "saldo_datumtijd": "balance_at",
    "saldo_totaal": "balance",
    "saneerbaar": "dischargeable",
    "schema_versie": "SCHEMA_VERSION",
    "soort": "kind",
    "soorten": "kinds",
    "start": "start",
    "subject": "subject",
    "termijnbedrag": "instalment",
    "termijnen": "instalments",
    "tnv": "iban_holder",
    "tot_en_met": "last_day",
    "type": "type",
    "uitgevoerd_door": "executed_by",
    "url": "url",
    "van": "first_day",
    "vereffend": "settled",
    "vereffend_totaal": "settled",
    "verhogingen": "increases",
    "verplicht": "owed",
    "verplicht_totaal": "owed",
    "waarde": "value",
    "zaak_digest": "digest",
    "zaakkenmerk": "reference",
    "zaken": "cases",
}

# What the groups are, which have no label of their own.
_GROUPS: Final = {
    "betaling": "How to pay",
    "bronorganisatie": "The organisation that states this",
    "gebeurtenissen": "What happened, one slot per event",
    "meldingen": "What the organisation says of its own data while they are deficient, one slot per notice",
    "juridische_grondslag": "Legal ground",
    "opgelegd_door": "Who imposed the debt",
    "preferentie": "Place among creditors",
    "rechtsmiddel": "Remedy",
    "regeling": "Payment plan",
    "subject": "The citizen",
    "uitgevoerd_door": "Who collects the debt",
    "zaken": "The open cases, one slot per case",
}


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = ["| " + " | ".join(cells) + " |" for cells in (header, ["---"] * len(header), *rows)]
    return "\n".join(lines) + "\n"


def configurations() -> str:
    """Return the credential configurations that an agency can offer."""
    return table(
        ["Id and scope", "Format", "Securing", "Type", "Valid for"],
        (
            [f"`{each.id}`", f"`{each.form}`", f"`{each.securing}`", f"`{TYPES[each.kind]}`", _days(each.lifetime.days)]
            for each in CONFIGURATIONS
        ),
    )


def claims(type_: str) -> str:
    """Return every claim of a type, with its labels."""
    rows = (
        [f"`{_path(leaf)}`", leaf.nl, leaf.en, _KINDS[leaf.kind.name], _DISCLOSED[leaf.sd]] for leaf in LEAVES[type_]
    )
    return table(["Claim", "Label (nl)", "Label (en)", "Kind", "Disclosed"], rows)


def glossary() -> str:
    """Return each Dutch name in a claim path, its Python name and its meaning."""
    meanings: dict[str, list[str]] = {}
    for leaves in LEAVES.values():
        for leaf in leaves:
            *groups, name = [member for member in leaf.path if member != "*"]
            for group in groups:
                meanings.setdefault(group, [_GROUPS[group]])
            meaning = leaf.en[:1].upper() + leaf.en[1:]
            if meaning not in meanings.setdefault(name, []):
                meanings[name].append(meaning)
    return table(
        ["Claim", "In the code", "Meaning"],
        ([f"`{name}`", f"`{PYTHON_NAMES[name]}`", "; ".join(meanings[name])] for name in sorted(meanings)),
    )


def templates() -> str:
    """Return what each template of the counsellor asks, and why."""
    rows: list[tuple[str, Callable[[Template], str]]] = [
        ("Key in the API", lambda each: f"`{each.key}`"),
        ("For", lambda each: each.purpose),
        ("Ground", lambda each: each.legal_ground),
        ("Kept for", lambda each: f"{each.retention_text} (counted: {_days(each.retention.days)})"),
        ("Facts not older than", lambda each: _days(each.max_age.days)),
        ("Of each overview", lambda each: _paths(each.overview_claims)),
        ("At least, of each overview", lambda each: _paths(each.overview_minimum)),
        ("Of each case", lambda each: _paths(each.case_claims) or "nothing: no cases are asked"),
        (
            "Also, where a case has it",
            lambda each: _paths([path for group in each.case_optional for path in group]) or "–",
        ),
        ("At least, of each case", lambda each: _paths(each.case_minimum) or "–"),
    ]
    found = list(TEMPLATES.values())
    return table(["", *(each.name for each in found)], ([name, *(cell(each) for each in found)] for name, cell in rows))


def questions() -> str:
    """Return how many bytes each template's question takes, by what a wallet says it takes."""
    forms: list[tuple[str, Sequence[str]]] = [
        ("nothing, or `dc+sd-jwt`", ["dc+sd-jwt"]),
        *((f"`{each}`", [each]) for each in VP_FORMATS if each != "dc+sd-jwt"),
        ("all of these", list(VP_FORMATS)),
    ]

    def size(template: Template, formats: Sequence[str]) -> str:
        return str(len(json_compact(fitted(parse_query(query_of(template)), formats).to_json())))

    found = list(TEMPLATES.values())
    return table(
        ["A wallet names", *(each.name for each in found)],
        ([name, *(size(each, formats) for each in found)] for name, formats in forms),
    )


def columns() -> str:
    """Return the columns of the counsellor's tables."""
    marks = {Kind.TEXT: "", Kind.AMOUNT: " (amount)", Kind.COUNT: " (number)", Kind.DAY: " (day)"}
    sheets = {
        "`Schulden`": DEBT_COLUMNS,
        "`Organisaties`": BODY_COLUMNS,
        "`Niet geteld`": UNCOUNTED_COLUMNS,
        "`Tegenspraken`": CONTRADICTION_COLUMNS,
        "`Veranderd`": CHANGED_COLUMNS,
        "`Zonder bewijs`": SAID_COLUMNS,
    }
    rows = [[sheet, ", ".join(f"`{name}`{marks[kind]}" for name, kind in each)] for sheet, each in sheets.items()]
    return table(["Sheet", "Columns"], rows)


def knooppunt_columns() -> str:
    """Return the columns of the Schuldenknooppunt's CSV, and which of their names we could not confirm."""
    marks = {Kind.TEXT: "", Kind.AMOUNT: " (amount)", Kind.COUNT: " (number)", Kind.DAY: " (day)"}
    rows = [
        [f"`{each.name}`{marks[each.kind]}", "confirmed" if each.confirmed else "**not confirmed**", each.holds]
        for each in KNOOPPUNT_COLUMNS
    ]
    return table(["Column", "Its name", "What stands in it"], rows)


def fcid_fields() -> str:
    """Return the fields of each kind of event, as a CSV file may map them."""
    rows = []
    for entry in names.EVENT_TABLE:
        own = [each for each in entry.fields if each.name not in _EVERY_EVENT]
        required = [f"`{each.name}`" for each in own if each.required]
        optional = [f"`{each.name}`" for each in own if not each.required]
        rows.append([f"`{entry.name}`", ", ".join(required), ", ".join(optional)])
    return table(["Event (`gebeurtenis_type`)", "Must be there", "May be there"], rows)


def unconfirmed() -> str:
    """Return the FCID names that the standard's public pages do not spell out, and those that are our own."""
    marked: dict[str, dict[str, list[str]]] = {mark: {} for mark in _MARKS}

    def note(mark: Mark, name: str, place: str) -> None:
        if mark in marked:
            marked[mark].setdefault(name, []).append(place)

    tables: dict[str, Sequence[Field]] = {
        "the document": names.DOCUMENT,
        "a case": names.CASE,
        "phase and dischargeability": names.STATEMENT_FIELDS,
        f"`{names.PLAN}`": names.PLAN_FIELDS,
        f"`{names.REMEDY}`": names.REMEDY_FIELDS,
        f"`{names.PREFERENCE}`": names.PREFERENCE_FIELDS,
        f"`{names.ORGANISATIONS}`": names.ORGANISATION_FIELDS,
    }
    for each in names.STRUCTURE:
        note(each.mark, each.name, each.place)
    for entry in names.EVENT_TABLE:
        note(entry.mark, entry.name, "kinds of event")
        for field in entry.fields:
            every = field.name in _EVERY_EVENT
            place = "every event" if every else f"`{entry.name}`"
            if not every or entry is names.EVENT_TABLE[0]:
                note(field.mark, field.name, place)
    for place, fields in tables.items():
        for field in fields:
            note(field.mark, field.name, place)
    rows = [
        [words, f"`{name}`", ", ".join(places), names.REMARKS.get(name, "")]
        for mark, words in _MARKS.items()
        for name, places in marked[mark].items()
    ]
    return table(["Mark", "Name", "Where", "Remark"], rows)


def required() -> str:
    """Return what each specification requires, where it is done, and which tests show it."""
    by_id = shown()
    groups: dict[tuple[str, str], list[Requirement]] = {}
    for each in requirements():
        groups.setdefault((each.specification, each.party), []).append(each)
    return "\n".join(
        f"### {specification}: {party.lower()}\n\n"
        + table(
            ["Section", "Required", "Where", "Shown by"],
            ([each.section, each.says, *_done(each, by_id.get(each.id, ()))] for each in found),
        )
        for (specification, party), found in groups.items()
    )


TABLES: Final[Mapping[str, Callable[[], str]]] = {
    "configurations": configurations,
    "overview-claims": lambda: claims(OVERVIEW_TYPE),
    "case-claims": lambda: claims(CASE_TYPE),
    "glossary": glossary,
    "templates": templates,
    "csv-columns": columns,
    "knooppunt-columns": knooppunt_columns,
    "question-sizes": questions,
    "fcid-fields": fcid_fields,
    "fcid-unconfirmed": unconfirmed,
    "requirements": required,
}

_MARKS: Final[Mapping[Mark, str]] = {
    "L": "a label only",
    "S": "by others only",
    "M": "plausible",
    "I": "our own",
}
_EVERY_EVENT: Final = frozenset({names.EVENT_ID, "datumtijd_gebeurtenis"})


def renewed(text: str) -> str:
    """Return a page with its tables as they should be."""
    return _BLOCK.sub(lambda found: f"{found[1]}\n{TABLES[found[2]]()}\n{found[3]}", text)


def tables_in(text: str) -> list[str]:
    """Return the names of the tables in a page."""
    return [found[2] for found in _BLOCK.finditer(text)]


def _path(leaf: Leaf) -> str:
    return ".".join(leaf.path)


def _paths(paths: Sequence[ClaimPath]) -> str:
    return ", ".join(f"`{'.'.join(path)}`" for path in paths)


def _done(requirement: Requirement, tests: Sequence[str]) -> tuple[str, str]:
    if requirement.lacks:
        return "–", requirement.lacks
    return _links(requirement.where), _links(tests)


def _links(places: Sequence[str]) -> str:
    links = []
    for place in places:
        path, _, name = place.partition("::")
        words = name.removeprefix("test_").replace("_", " ") or f"`{path.removeprefix('tests/')}`"
        links.append(f"[{words}](../{path})")
    return "; ".join(links)


def _days(count: int) -> str:
    return f"{count} days"


if __name__ == "__main__":
    for page in sorted(DOCS.rglob("*.md")):
        page.write_text(renewed(page.read_text("utf-8")), "utf-8")
