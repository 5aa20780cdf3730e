"""Hashing over the JSON Canonicalization Scheme (DI-EdDSA and DI-ECDSA section 3.3).

Every byte of the document is signed, whatever its contexts say. That is no reason to sign, or to act on, terms that
they do not define (VCDM 2.0 section 6.3): a document with contexts must be safe JSON-LD here as well.
"""

import hashlib

from credentials.encoding import JsonObject, JsonValue, jcs
from credentials.formats.ldp_vc.canonical import Canonicaliser
from credentials.formats.ldp_vc.contexts import UnknownContext
from credentials.formats.ldp_vc.proof_errors import InvalidProof


def jcs_hashing(document: JsonObject, options: JsonObject, hash_name: str, canonicaliser: Canonicaliser) -> bytes:
    """Return the hash of the canonical options and that of the canonical document, 32 or 48 bytes each.

    The document's contexts must begin with those of the options, and it is under the latter that it was signed: what
    is appended after signing, for another proof, is allowed (section 3.3.2, step 4) if it is in the bundle. Raises
    InvalidProof for other contexts, MalformedInput for what is no I-JSON, and what the canonicaliser raises.
    """
    if "@context" in options:
        own, signed = _listed(document.get("@context")), _listed(options["@context"])
        if own[: len(signed)] != signed:
            raise InvalidProof("the document's contexts do not begin with those of the proof")
        if any(not isinstance(each, str) or each not in canonicaliser.bundle for each in own[len(signed) :]):
            # Nobody signed these; whoever appends one that is not ours to know could give names another meaning.
            raise UnknownContext("a context was appended that is not in the bundle")
        document = {**document, "@context": options["@context"]}
    if "@context" in document:
        canonicaliser.canonical(document)
    return hashlib.new(hash_name, jcs(options)).digest() + hashlib.new(hash_name, jcs(document)).digest()


def _listed(contexts: JsonValue) -> list[JsonValue]:
    return contexts if isinstance(contexts, list) else [contexts]
