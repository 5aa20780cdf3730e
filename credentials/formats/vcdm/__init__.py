"""W3C Verifiable Credentials Data Model 2.0: what a document must look like, whatever secures it."""

from credentials.formats.vcdm.document import (
    CREDENTIALS_V2,
    CredentialDocument,
    PresentationDocument,
    read_credential,
    read_presentation,
)
from credentials.formats.vcdm.problems import InvalidDocument, Problem

__all__ = [
    "CREDENTIALS_V2",
    "CredentialDocument",
    "InvalidDocument",
    "PresentationDocument",
    "Problem",
    "read_credential",
    "read_presentation",
]
