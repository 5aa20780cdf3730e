"""JSON-LD 1.1 expansion and deserialisation to RDF, with a safe mode, for documents that are signed."""

from credentials.formats.ldp_vc.jsonld.errors import JsonLdError
from credentials.formats.ldp_vc.jsonld.limits import JsonLdLimits
from credentials.formats.ldp_vc.jsonld.processor import Mode, Processor
from credentials.formats.ldp_vc.jsonld.to_rdf import RdfDirection

__all__ = ["JsonLdError", "JsonLdLimits", "Mode", "Processor", "RdfDirection"]
