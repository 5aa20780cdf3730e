"""Write a document, by the table that reads it: for downloads, for exchange between sources, and for the demo."""

import json

from credentials.debts.case import Statements, totals
from credentials.debts.errors import UnsupportedVersion
from credentials.debts.events import Event
from credentials.debts.fcid import names
from credentials.debts.fcid.adapter import Adapter
from credentials.debts.fcid.document import DocumentCase, FcidDocument
from credentials.debts.fcid.fields import write_fields
from credentials.debts.fcid.reading import ADAPTERS
from credentials.debts.person import Numbering
from credentials.encoding import JsonObject, JsonValue


def write_document(document: FcidDocument) -> bytes:
    """Write a document in its own version, totals recomputed, two spaces of indentation.

    Raises UnsupportedVersion for a version that is not known, or that cannot express one of the events.
    """
    return (json.dumps(document_object(document), ensure_ascii=False, indent=2) + "\n").encode()


def document_object(document: FcidDocument) -> JsonObject:
    """Return a document as a JSON object, as `write_document`."""
    adapter = ADAPTERS.get(document.version)
    if adapter is None:
        raise UnsupportedVersion(field=names.VERSION, reason="this version is not known")
    person: JsonObject = {Numbering.of(document.person).value: document.person.reveal()}
    body: JsonObject = {
        **write_fields(document, names.DOCUMENT),
        **person,
        names.ORGANISATIONS: [{"oin": oin, "naam": name} for oin, name in document.organisations.items()],
        names.CASES: [_case(case, person, adapter) for case in document.cases],
    }
    if not document.organisations:
        del body[names.ORGANISATIONS]
    return {names.TYPE: names.DOCUMENT_TYPE, names.VERSION: adapter.version, names.BODY: body}


def _case(case: DocumentCase, person: JsonObject, adapter: Adapter) -> JsonObject:
    owed, settled = totals(case.events)
    source: JsonObject = {
        names.REFERENCE: case.reference,
        **person,
        adapter.owed: owed,
        adapter.settled: settled,
        names.BALANCE: owed - settled,
        **write_fields(case, names.CASE[1:]),
        names.ARREARS: list[JsonValue](sorted(case.statements.arrears)),
        names.STATEMENTS: _statements(case.statements),
        names.EVENTS: [_event(event, case.reference, person, adapter) for event in case.events],
    }
    return {name: value for name, value in source.items() if value != {}}


def _statements(statements: Statements) -> JsonObject:
    written = write_fields(statements, names.STATEMENT_FIELDS)
    for name, value, fields in (
        (names.PLAN, statements.plan, names.PLAN_FIELDS),
        (names.REMEDY, statements.remedy, names.REMEDY_FIELDS),
        (names.PREFERENCE, statements.preference, names.PREFERENCE_FIELDS),
    ):
        if value is not None:
            written[name] = write_fields(value, fields)
    return written


def _event(event: Event, reference: str, person: JsonObject, adapter: Adapter) -> JsonObject:
    entry = adapter.by_event.get(type(event))
    if entry is None:
        raise UnsupportedVersion(field=names.EVENT_TYPE, reason=f"version {adapter.version} has no event of this type")
    return {
        names.EVENT_TYPE: entry.name,
        **write_fields(event, entry.fields),
        names.REFERENCE: reference,
        **person,
    }
