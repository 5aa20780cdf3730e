"""Sealed documents: a PDF that people read, whose attachments machines prove, under one seal over the whole file.

A document is PDF/UA-1 and PDF/A-3a at once. `layout` makes it of pages and attachments and leaves a place for the seal,
`sealing` fills that in, `reader` has a stranger's read. The one that a citizen takes along of all agencies together has
no seal: nobody states all of it. What the attachments are worth, and who may seal, is
`credentials.verification`'s to say.
"""

from credentials.sealed_pdf.errors import AddedAfterSeal, MalformedPdf, SealBroken, SealMissing
from credentials.sealed_pdf.parts import (
    MAX_BYTES,
    OPEN_PROOFS,
    PROOFS,
    STATUS_LISTS,
    Attachment,
    Description,
    Relationship,
    SealedPdf,
)
from credentials.sealed_pdf.place import has_place
from credentials.sealed_pdf.reader import BEGINS, read_open, read_sealed
from credentials.sealed_pdf.sealing import AskForStamp, StampRefused, seal

__all__ = [
    "BEGINS",
    "MAX_BYTES",
    "OPEN_PROOFS",
    "PROOFS",
    "STATUS_LISTS",
    "AddedAfterSeal",
    "AskForStamp",
    "Attachment",
    "Description",
    "MalformedPdf",
    "Relationship",
    "SealBroken",
    "SealMissing",
    "SealedPdf",
    "StampRefused",
    "has_place",
    "read_open",
    "read_sealed",
    "seal",
]
