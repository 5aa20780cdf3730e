"""What whole documents are made with: signatures over JSON-LD, and printed pages."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol, TypeAlias

from credentials.encoding import JsonObject
from credentials.formats.base import IssuerKey
from credentials.sealed_pdf import Attachment, Description

SignDocument: TypeAlias = Callable[[JsonObject, IssuerKey, datetime], JsonObject]
"""Secure a JSON-LD document of our own with a Data Integrity proof by this key, made at this moment."""


class DocumentPrinter(Protocol):
    """Sets pages and lays out the document around them (`credentials.sealed_pdf.layout`)."""

    def __call__(self, html: str, description: Description, attachments: Sequence[Attachment]) -> bytes:
        """Return the document, with a free place for its seal. Raises PrintingFailed, TooCostly or Unavailable."""
        ...
