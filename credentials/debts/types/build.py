"""Write the published type descriptions from the table of claims.

    python -m credentials.debts.types.build

A test fails when the committed files are not what this writes.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Final

from credentials.debts.claim_table import CASE_TYPE, LEAVES, OVERVIEW_TYPE, SLOT_MEMBERS, Kind, Leaf
from credentials.debts.claims import NOTICES, every_label
from credentials.debts.jsonld import TYPE_TERMS
from credentials.debts.types import CONTEXT_URL, CONTEXT_V2_URL
from credentials.encoding import JsonObject, JsonValue

VOCABULARY: Final = "urn:nl:blauweknop:begrip:"
_XSD: Final = "http://www.w3.org/2001/XMLSchema#"

_DATATYPES: Final = {
    Kind.TEXT: "string",
    Kind.LINK: "anyURI",
    Kind.AMOUNT: "integer",
    Kind.COUNT: "integer",
    Kind.FLAG: "boolean",
    Kind.DAY: "date",
    Kind.MOMENT: "dateTime",
}

_LATER: Final[Mapping[str, Collection[str]]] = {CONTEXT_URL: (NOTICES,), CONTEXT_V2_URL: ()}
"""Per context the claims that came after it was published."""

REGISTERED: Final = ("vct", "iss", "iat", "exp", "cnf", "status")
"""What a card says of itself. It has no label: it is nothing to show to a citizen."""

_DISPLAY: Final = {
    OVERVIEW_TYPE: (
        ("Overzicht van uw schulden", "Wat u bij deze organisatie nog moet betalen, op één datum."),
        ("Overview of your debts", "What you still have to pay to this organisation, on one date."),
    ),
    CASE_TYPE: (
        ("Schuld", "Eén schuld bij deze organisatie: bedragen, stap van de inning en wat u kunt doen."),
        ("Debt", "One debt to this organisation: amounts, stage of collection and what you can do."),
    ),
}


def metadata_document(vct: str) -> bytes:
    """Build the type metadata (SD-JWT VC, Type Metadata: display, claims with path, display, mandatory, sd).

    Every path that a card can have is listed, objects and registered claims too: some readers refuse a card that holds
    a path which its type does not know.
    """
    (name, description), (name_en, description_en) = _DISPLAY[vct]
    claims: list[JsonValue] = [
        {
            "path": list(label.path),
            "display": [{"locale": "nl-NL", "label": label.nl}, {"locale": "en-US", "label": label.en}],
            **({"mandatory": True} if label.mandatory else {}),
            "sd": label.sd,
        }
        for label in every_label(vct)
    ]
    claims += [{"path": [name], "sd": "never"} for name in REGISTERED]
    look: JsonObject = {"simple": {"background_color": "#154273", "text_color": "#ffffff"}}
    return _lines(
        {
            "vct": vct,
            "name": name,
            "description": description,
            "display": [
                {"locale": "nl-NL", "name": name, "description": description, "rendering": look},
                {"locale": "en-US", "name": name_en, "description": description_en, "rendering": look},
            ],
            "claims": claims,
        },
        opened="claims",
    )


def context_file(url: str) -> bytes:
    """Build a JSON-LD context: every term by name, none by `@vocab`, all protected."""
    terms: JsonObject = {"@version": 1.1, "@protected": True}
    for type, term in TYPE_TERMS.items():
        terms[term] = {"@id": type}
    later = _LATER[url]
    for name, definition in sorted(_definitions(later)):
        terms[name] = definition
    return _lines({"@context": terms}, opened="@context")


def _definitions(later: Collection[str]) -> Iterator[tuple[str, JsonObject]]:
    found: dict[str, JsonObject] = {}
    for leaves in LEAVES.values():
        for leaf in leaves:
            if leaf.path[0] in later:
                continue
            for name, definition in _terms(leaf):
                if found.setdefault(name, definition) != definition:
                    raise ValueError(f"the term {name} has two meanings")
    yield from found.items()


def _terms(leaf: Leaf) -> Iterator[tuple[str, JsonObject]]:
    member = leaf.path[0]
    if len(leaf.path) > 1 and member != "subject":
        definition: JsonObject = {"@id": VOCABULARY + member}
        if member in SLOT_MEMBERS:
            definition["@container"] = "@set"
        yield member, definition
    yield leaf.term, {"@id": VOCABULARY + leaf.term, "@type": _XSD + _DATATYPES[leaf.kind]}


def _lines(document: JsonObject, *, opened: str) -> bytes:
    # One claim or term per line: small enough to send, and a change of one shows as one line.
    def compact(value: JsonValue) -> str:
        return json.dumps(value, ensure_ascii=False)

    lines = []
    for name, value in document.items():
        if name != opened:
            lines.append(f"  {compact(name)}: {compact(value)}")
        elif isinstance(value, list):
            inner = ",\n".join(f"    {compact(item)}" for item in value)
            lines.append(f"  {compact(name)}: [\n{inner}\n  ]")
        elif isinstance(value, dict):
            inner = ",\n".join(f"    {compact(key)}: {compact(item)}" for key, item in value.items())
            lines.append(f"  {compact(name)}: {{\n{inner}\n  }}")
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def main() -> None:
    """Write the four files beside this module."""
    here = Path(__file__).parent
    (here / "overzicht.json").write_bytes(metadata_document(OVERVIEW_TYPE))
    (here / "zaak.json").write_bytes(metadata_document(CASE_TYPE))
    (here / "schulden-v1.jsonld").write_bytes(context_file(CONTEXT_URL))
    (here / "schulden-v2.jsonld").write_bytes(context_file(CONTEXT_V2_URL))


if __name__ == "__main__":
    main()
