"""SD-JWT VC type metadata (SD-JWT VC sections 5 and 6): what a type's publisher says of its credentials.

Reading (`TypeMetadata.parse`), retrieving with integrity and through `extends` (`TypeMetadataSource`), and holding a
credential to it (`check_credential`).
"""

from credentials.formats.sd_jwt.type_metadata.checking import TypeMetadataViolated, check_credential, check_payload
from credentials.formats.sd_jwt.type_metadata.document import (
    ClaimDisplay,
    ClaimMetadata,
    SelectiveDisclosure,
    TypeDisplay,
    TypeMetadata,
    best,
)
from credentials.formats.sd_jwt.type_metadata.extending import EffectiveType, extended
from credentials.formats.sd_jwt.type_metadata.integrity import IntegrityMismatch, check_integrity, integrity_of
from credentials.formats.sd_jwt.type_metadata.members import MalformedTypeMetadata
from credentials.formats.sd_jwt.type_metadata.rendering import Rendering, Resource, SvgTemplate
from credentials.formats.sd_jwt.type_metadata.retrieval import TypeMetadataSource, TypeMetadataUnavailable

__all__ = [
    "ClaimDisplay",
    "ClaimMetadata",
    "EffectiveType",
    "IntegrityMismatch",
    "MalformedTypeMetadata",
    "Rendering",
    "Resource",
    "SelectiveDisclosure",
    "SvgTemplate",
    "TypeDisplay",
    "TypeMetadata",
    "TypeMetadataSource",
    "TypeMetadataUnavailable",
    "TypeMetadataViolated",
    "best",
    "check_credential",
    "check_integrity",
    "check_payload",
    "extended",
    "integrity_of",
]
