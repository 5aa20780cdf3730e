"""What an FCID document says of its person at a moment."""

from datetime import datetime

from credentials.debts.agency import Agency
from credentials.debts.fcid import FcidDocument
from issuer.ports import Known


def known_from(document: FcidDocument, agency: Agency, as_of: datetime) -> Known:
    """Return the person's cases, and until when all of them are complete."""
    until = min((case.balance_at for case in document.cases), default=document.created_at)
    return Known(document.cases_at(agency, as_of), min(as_of, until))
