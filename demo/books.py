"""The agencies' own systems, played by folders of FCID documents: time passes in them, and payments are booked."""

from datetime import datetime
from pathlib import Path

from credentials.debts.events import PaymentProcessed
from credentials.debts.fcid import FcidDocument, parse_document, write_document


def state_as_of(folder: Path, at: datetime) -> None:
    """Let every document below a folder be true as of now: the files in the checkout are of an earlier day."""
    for path in sorted(folder.glob("*/*.json")):
        _write(path, parse_document(path.read_bytes(), file=path.name).restated(at))


def book_payment(path: Path, cents: int, at: datetime) -> None:
    """Book a payment on the first case of a document: one more event, and the totals follow."""
    document = parse_document(path.read_bytes(), file=path.name)
    reference = document.cases[0].reference
    payment = PaymentProcessed(
        id=f"{reference}-betaling-{at:%Y%m%d%H%M%S%f}",
        registered_at=at,
        amount=cents,
        received_at=at,
        description="U betaalde een deel",
    )
    _write(path, document.with_event(reference, payment))


def _write(path: Path, document: FcidDocument) -> None:
    temporary = path.with_suffix(".new")
    temporary.write_bytes(write_document(document))
    temporary.replace(path)
