"""What a document states beside its events: arrears, and the facts for which the standard has no field."""

from datetime import datetime
from typing import Any

from credentials.debts.case import PlanTerms, Statements
from credentials.debts.catalogue import Preference, Remedy
from credentials.debts.errors import UnresolvedReference
from credentials.debts.events import Event, PaymentDemanded
from credentials.debts.fcid import names
from credentials.debts.fcid.fields import Field
from credentials.debts.fcid.positions import Path
from credentials.debts.fcid.shape import Fault, fields_of, list_of, object_of
from credentials.encoding import JsonObject


def arrears_of(source: JsonObject, events: tuple[Event, ...], path: Path) -> frozenset[str]:
    """Return the ids of the demands that the agency itself calls overdue. Each must be a demand of this case."""
    if source.get(names.ARREARS) is None:
        return frozenset()
    demands = {event.id for event in events if isinstance(event, PaymentDemanded)}
    stated: set[str] = set()
    for index, item in enumerate(list_of(source, names.ARREARS, path)):
        if not isinstance(item, str) or item not in demands:
            reason = "refers to a payment demand that is not in this case"
            raise Fault((*path, names.ARREARS, index), UnresolvedReference(reason=reason))
        stated.add(item)
    return frozenset(stated)


def statements_of(source: JsonObject, path: Path, *, stated_at: datetime, arrears: frozenset[str]) -> Statements:
    """Return what the agency states of this case, with the arrears that were read already."""
    found = source.get(names.STATEMENTS)
    if found is None:
        return Statements(stated_at=stated_at, arrears=arrears)
    at: Path = (*path, names.STATEMENTS)
    ours = object_of(found, at)

    def part(name: str, fields: tuple[Field, ...]) -> dict[str, Any] | None:
        value = ours.get(name)
        return None if value is None else fields_of(object_of(value, (*at, name)), fields, (*at, name))

    plan = part(names.PLAN, names.PLAN_FIELDS)
    remedy = part(names.REMEDY, names.REMEDY_FIELDS)
    preference = part(names.PREFERENCE, names.PREFERENCE_FIELDS)
    return Statements(
        stated_at=stated_at,
        arrears=arrears,
        plan=None if plan is None else PlanTerms(**plan),
        remedy=None if remedy is None else Remedy(**remedy),
        preference=None if preference is None else Preference(**preference),
        **fields_of(ours, names.STATEMENT_FIELDS, at),
    )


def organisations_of(body: JsonObject, path: Path) -> dict[str, str]:
    """Return the names of the organisations that the document's cases name, by OIN."""
    if body.get(names.ORGANISATIONS) is None:
        return {}
    found: dict[str, str] = {}
    for index, item in enumerate(list_of(body, names.ORGANISATIONS, path)):
        at: Path = (*path, names.ORGANISATIONS, index)
        values = fields_of(object_of(item, at), names.ORGANISATION_FIELDS, at)
        found[values["oin"]] = values["name"]
    return found
