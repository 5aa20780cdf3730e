"""W3C Verifiable Credentials Data Model 2.0 and 1.1: what a document must look like, whatever secures it.

Structure only: what the JSON-LD contexts make of a document is the part of `ldp_vc`.
"""

from credentials.formats.vcdm.binding import IssuerBinding
from credentials.formats.vcdm.credential import CredentialDocument, read_credential
from credentials.formats.vcdm.envelopes import ENVELOPED_CREDENTIAL, ENVELOPED_PRESENTATION, Envelope, is_envelope
from credentials.formats.vcdm.presentation import PresentationDocument, read_presentation
from credentials.formats.vcdm.problems import InvalidDocument, Problem
from credentials.formats.vcdm.related import Digest, RelatedResource, UnknownResource, check_resources
from credentials.formats.vcdm.version import ANY_VERSION, CREDENTIALS_V1, CREDENTIALS_V2, ONLY_V2, Version

__all__ = [
    "ANY_VERSION",
    "CREDENTIALS_V1",
    "CREDENTIALS_V2",
    "ENVELOPED_CREDENTIAL",
    "ENVELOPED_PRESENTATION",
    "ONLY_V2",
    "CredentialDocument",
    "Digest",
    "Envelope",
    "InvalidDocument",
    "IssuerBinding",
    "PresentationDocument",
    "Problem",
    "RelatedResource",
    "UnknownResource",
    "Version",
    "check_resources",
    "is_envelope",
    "read_credential",
    "read_presentation",
]
