"""Read a document: shape, then events, then whether the document agrees with itself.

1. Strict JSON; a known kind and version.
2. Every field by the table; every event a known type of this version; every amount in euros.
3. One citizen, by the kind of number that the agency has; one id, one event, in the whole document; no event after the
   balance date; references resolve.
4. The totals of each case recomputed from its events.

Whatever fails, the whole document is refused with one fault that names file, line and field, and never the value.
"""

import json
from collections.abc import Mapping
from typing import Final

from credentials.debts.agency import Agency, check_claim_type
from credentials.debts.case import totals
from credentials.debts.consistency import checked_events
from credentials.debts.errors import (
    DuplicateMember,
    EventAfterBalanceDate,
    EventCollision,
    InconsistentCase,
    InvalidField,
    InvalidPerson,
    MalformedSource,
    MissingField,
    SourceError,
    TotalsMismatch,
    UnknownEventType,
    UnsupportedVersion,
)
from credentials.debts.events import Event, EventIds, ObligationImposed
from credentials.debts.fcid import names, v3_0, v4_1
from credentials.debts.fcid.adapter import Adapter
from credentials.debts.fcid.document import DocumentCase, FcidDocument
from credentials.debts.fcid.fields import read_fields
from credentials.debts.fcid.positions import Path, dotted, line_of, members
from credentials.debts.fcid.shape import Fault, check_euros, fields_of, list_of, object_of
from credentials.debts.fcid.statements import arrears_of, organisations_of, statements_of
from credentials.debts.payment_reference import checked_reference
from credentials.debts.person import Numbering, Person
from credentials.encoding import JsonObject, json_object
from credentials.errors import LimitExceeded, MalformedInput

MAX_DOCUMENT_BYTES: Final = 16 << 20

ADAPTERS: Final[Mapping[str, Adapter]] = {adapter.version: adapter for adapter in (v3_0.ADAPTER, v4_1.ADAPTER)}


def parse_document(
    data: bytes,
    *,
    file: str,
    agency: Agency | None = None,
    checked_references: bool = False,
    max_bytes: int = MAX_DOCUMENT_BYTES,
) -> FcidDocument:
    """Read a document. Raises a SourceError that names `file`, line and field; then nothing of the file is taken in.

    With `agency`, a document that another organisation handed over is refused too, one about people by the number that
    it does not know them by, and one with claims that are not its to state; with `checked_references` one whose
    payment references do not have the right check digits (`payment_reference`).
    """
    try:
        root = json_object(data, "the document", max_bytes=max_bytes)
    except MalformedInput as error:
        raise _malformed(data, file, error) from None
    try:
        return _Reading(root, checked_references=checked_references).document(agency)
    except Fault as fault:
        text = data.decode("utf-8")
        raise fault.error.located(file, line_of(text, fault.path), dotted(fault.path)) from None


class _Reading:
    """One document being read; knows what must be the same throughout it."""

    def __init__(self, root: JsonObject, *, checked_references: bool) -> None:
        self._root = root
        self._checked_references = checked_references
        self._numbering = Numbering.BSN
        self._number = ""
        self._seen: dict[str, str] = {}

    def document(self, agency: Agency | None) -> FcidDocument:
        adapter = _adapter(self._root)
        path: Path = (names.BODY,)
        body = object_of(self._root.get(names.BODY), path)
        check_euros(body, path)
        values = fields_of(body, names.DOCUMENT, path)
        if agency is not None and values["source_oin"] != agency.oin:
            raise Fault(path, InvalidField(field="aangeleverd_door", reason="not the organisation expected here"))
        self._numbering = _numbering(body) if agency is None else agency.numbering
        person = _person(body, self._numbering, path)
        self._number = person.reveal()
        cases = [
            self._case(object_of(item, (*path, names.CASES, index)), adapter, (*path, names.CASES, index))
            for index, item in enumerate(list_of(body, names.CASES, path))
        ]
        references: set[str] = set()
        for index, case in enumerate(cases):
            if case.reference in references:
                error = InconsistentCase(field=names.REFERENCE, reason="another case has this reference")
                raise Fault((*path, names.CASES, index), error)
            references.add(case.reference)
        return FcidDocument(
            version=adapter.version,
            person=person,
            cases=tuple(cases),
            organisations=organisations_of(body, path),
            **values,
        )

    def _case(self, source: JsonObject, adapter: Adapter, path: Path) -> DocumentCase:
        self._same_citizen(source, path)
        check_euros(source, path)
        values = fields_of(source, names.CASE, path)
        reference, balance_at = values["reference"], values["balance_at"]
        at: Path = (*path, names.EVENTS)
        ids = EventIds()
        found = [
            self._event(object_of(item, (*at, index)), adapter, reference, ids, (*at, index))
            for index, item in enumerate(list_of(source, names.EVENTS, path))
        ]
        for index, event in enumerate(found):
            if event.registered_at > balance_at:
                reason = "registered after the moment of the balance"
                raise Fault((*at, index), EventAfterBalanceDate(field="datumtijd_gebeurtenis", reason=reason))
        try:
            events = checked_events(found)
        except SourceError as error:
            raise _in_event(error, found, path) from None
        if not any(isinstance(event, ObligationImposed) and event.primary for event in events):
            raise Fault((*path, names.EVENTS), InconsistentCase(reason="no event is the primary obligation"))
        _check_totals(source, events, adapter, path)
        arrears = arrears_of(source, events, path)
        return DocumentCase(
            reference=reference,
            balance_at=balance_at,
            events=events,
            statements=statements_of(source, path, stated_at=balance_at, arrears=arrears),
        )

    def _event(self, source: JsonObject, adapter: Adapter, reference: str, ids: EventIds, path: Path) -> Event:
        name = source.get(names.EVENT_TYPE)
        if name is None:
            raise Fault(path, MissingField(field=names.EVENT_TYPE, reason="this field is missing"))
        entry = adapter.by_name.get(name) if isinstance(name, str) else None
        if entry is None:
            reason = f"version {adapter.version} has no event of this type"
            raise Fault(path, UnknownEventType(field=names.EVENT_TYPE, reason=reason))
        self._same_citizen(source, path)
        check_euros(source, path)
        if source.get(names.REFERENCE, reference) != reference:
            raise Fault(path, InvalidField(field=names.REFERENCE, reason="not the case in which it stands"))
        try:
            if source.get(names.EVENT_ID) is None:
                source = _with_id(source, reference, ids)
            values = read_fields(source, entry.fields)
            if self._checked_references and "payment_reference" in values:
                values["payment_reference"] = _checked_reference(values["payment_reference"])
            event = entry.event(**values)
            if isinstance(event, ObligationImposed):
                check_claim_type(event.type, self._numbering)
        except SourceError as error:
            raise Fault(path, error) from None
        if self._seen.setdefault(event.id, reference) != reference:
            reason = "an event of another case has this id"
            raise Fault(path, EventCollision(field=names.EVENT_ID, reason=reason))
        return event

    def _same_citizen(self, source: JsonObject, path: Path) -> None:
        name = self._numbering.value
        if source.get(name, self._number) != self._number:
            raise Fault(path, InvalidField(field=name, reason="not the citizen of this document"))
        _check_no_bsn(source, self._numbering, path)


def _with_id(source: JsonObject, reference: str, ids: EventIds) -> JsonObject:
    content = {name: value for name, value in source.items() if value is not None}
    content[names.REFERENCE] = reference
    try:
        return {**content, names.EVENT_ID: ids.next_for(content)}
    except MalformedInput:
        reason = "neither an id nor content of which to make one"
        raise InvalidField(field=names.EVENT_ID, reason=reason) from None


def _checked_reference(text: str) -> str:
    try:
        return checked_reference(text)
    except InvalidField as error:
        raise InvalidField(field=names.PAYMENT_REFERENCE, reason=error.reason) from None


def _adapter(root: JsonObject) -> Adapter:
    if root.get(names.TYPE, names.DOCUMENT_TYPE) != names.DOCUMENT_TYPE:
        raise Fault((), UnsupportedVersion(field=names.TYPE, reason="not a financial claims information document"))
    version = root.get(names.VERSION)
    adapter = ADAPTERS.get(version) if isinstance(version, str) else None
    if adapter is None:
        known = " and ".join(ADAPTERS)
        raise Fault((), UnsupportedVersion(field=names.VERSION, reason=f"only versions {known} are known"))
    return adapter


def _numbering(body: JsonObject) -> Numbering:
    """Return by which number a document of somebody unknown says whom it is about."""
    known_by_bsn = names.BSN in body or names.CUSTOMER_NUMBER not in body
    return Numbering.BSN if known_by_bsn else Numbering.CUSTOMER_NUMBER


def _person(body: JsonObject, numbering: Numbering, path: Path) -> Person:
    _check_no_bsn(body, numbering, path)
    number = body.get(numbering.value)
    if number is None:
        raise Fault(path, MissingField(field=numbering.value, reason="this field is missing"))
    try:
        return numbering.read(number if isinstance(number, str) else "")
    except InvalidPerson:
        raise Fault(path, InvalidField(field=numbering.value, reason=numbering.fault)) from None


def _check_no_bsn(source: JsonObject, numbering: Numbering, path: Path) -> None:
    if numbering is not Numbering.BSN and names.BSN in source:
        reason = "a private creditor has no ground to process a citizen service number"
        raise Fault(path, InvalidField(field=names.BSN, reason=reason))


def _check_totals(source: JsonObject, events: tuple[Event, ...], adapter: Adapter, path: Path) -> None:
    owed, settled = totals(events)
    for name, total in ((adapter.owed, owed), (adapter.settled, settled), (names.BALANCE, owed - settled)):
        stated = source.get(name)
        if stated is None:
            raise Fault(path, MissingField(field=name, reason="this field is missing"))
        if not isinstance(stated, int) or isinstance(stated, bool):
            raise Fault(path, InvalidField(field=name, reason="not a whole number of cents"))
        if stated != total:
            raise Fault(path, TotalsMismatch(field=name, reason="the events come to another amount"))


def _in_event(error: SourceError, found: list[Event], path: Path) -> Fault:
    place = error.event
    if place is None:
        return Fault(path, error)
    if error.other is not None:
        error = error.beside(f"event [{error.other}]")
    field = error.field or names.REFERRING.get(type(found[place]), "")
    return Fault((*path, names.EVENTS, place), type(error)(field=field, reason=error.reason, event=place))


def _malformed(data: bytes, file: str, error: MalformedInput) -> SourceError:
    if isinstance(error, LimitExceeded):
        return MalformedSource(file, 0, "", error.detail)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as place:
        return MalformedSource(file, data.count(b"\n", 0, place.start) + 1, "", "not UTF-8 text")
    if isinstance(error.__cause__, json.JSONDecodeError):
        return MalformedSource(file, error.__cause__.lineno, "", "not valid JSON")
    for member in members(text):
        if member.repeated:
            line = text.count("\n", 0, member.offset) + 1
            return DuplicateMember(file, line, dotted(member.path), "another member of this object has this name")
    return MalformedSource(file, 0, "", error.detail or "not valid JSON")
