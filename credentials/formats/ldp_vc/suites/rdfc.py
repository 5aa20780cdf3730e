"""Hashing over RDF Dataset Canonicalization (DI-EdDSA and DI-ECDSA sections 3.2.3 to 3.2.5)."""

from credentials.encoding import JsonObject
from credentials.formats.ldp_vc.canonical import Canonicaliser


def rdfc_hashing(document: JsonObject, options: JsonObject, hash_name: str, canonicaliser: Canonicaliser) -> bytes:
    """Return the hash of the canonical options and that of the canonical document, 32 or 48 bytes each.

    Raises what the canonicaliser raises: a term that the contexts do not define is refused in the options as well.
    """
    # Section 3.2.5: the options stand under the document's contexts, whatever they name themselves.
    configuration = {**options, "@context": document.get("@context")}
    return canonicaliser.digest_of_options(configuration, hash_name) + canonicaliser.digest(document, hash_name)
