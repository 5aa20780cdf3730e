"""Printed pages."""

from collections.abc import Sequence
from typing import Protocol

from credentials.sealed_pdf import Attachment, Description


class DocumentPrinter(Protocol):
    """Sets pages and lays out the document around them (`credentials.sealed_pdf.layout`)."""

    def __call__(self, html: str, description: Description, attachments: Sequence[Attachment]) -> bytes:
        """Return the document. Raises PrintingFailed, TooCostly or Unavailable."""
        ...
