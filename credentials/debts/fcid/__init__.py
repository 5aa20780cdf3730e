"""Financial claims information documents (FCID) of versions 3.0.0 and 4.1.0, in and out, through one event model.

    document = parse_document(data, file="samira.json", agency=agency)
    overview = document.overview(agency)

One document holds what one organisation knows of one citizen. Both versions share one table of names (`names`), in
which every name that is not confirmed is marked.
"""

from credentials.debts.fcid.document import DocumentCase, FcidDocument
from credentials.debts.fcid.reading import MAX_DOCUMENT_BYTES, parse_document
from credentials.debts.fcid.signed import SignedResponse, sign_response
from credentials.debts.fcid.stating import document_of
from credentials.debts.fcid.writing import write_document

__all__ = [
    "MAX_DOCUMENT_BYTES",
    "DocumentCase",
    "FcidDocument",
    "SignedResponse",
    "document_of",
    "parse_document",
    "sign_response",
    "write_document",
]
