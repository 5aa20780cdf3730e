"""From an agency's cases to the document that states them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from credentials.debts.agency import Agency
from credentials.debts.case import Case
from credentials.debts.fcid.document import DocumentCase, FcidDocument
from credentials.debts.fcid.fields import V4
from credentials.debts.fcid.unique_ids import with_unique_ids
from credentials.debts.person import Person

NEWEST: Final = V4
"""The version of a document that states no cases."""


def document_of(agency: Agency, person: Person, cases: Iterable[Case], *, created_at: datetime) -> FcidDocument:
    """Write down what an agency knows of one citizen: each case as it stood at its own moment."""
    told = tuple(cases)
    named = (organisation for case in told for organisation in (case.imposed_by, case.executed_by))
    stated = (
        DocumentCase(reference=case.reference, balance_at=case.as_of, events=case.events, statements=case.statements)
        for case in told
    )
    return FcidDocument(
        version=max((case.fcid_version for case in told), default=NEWEST),
        source_oin=agency.oin,
        created_at=created_at,
        person=person,
        cases=with_unique_ids(stated),
        organisations={each.oin: each.name for each in named if each.name is not None and each.oin != agency.oin},
    )
