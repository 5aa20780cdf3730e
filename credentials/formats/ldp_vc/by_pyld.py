"""Data Integrity proofs checked with software of others: PyLD canonicalises, `cryptography` checks the signature.

Written from the specifications anew, so that a fault of our own way (`jsonld`, `rdf`, `template`, `suites`) is not
repeated here: of ours it shares the contexts, the decoders of multibase and CBOR, and nothing that reads JSON-LD. PyLD
has no bounds: call this in a process that is killed (`credentials.verification.second_opinions`).
"""

import hashlib
import re
from collections.abc import Mapping
from typing import Final

from pyld import jsonld

from credentials.encoding import JsonObject, JsonValue, base58_decode, json_object
from credentials.errors import BlauweKnopError
from credentials.formats.ldp_vc.contexts import (
    CREDENTIALS_V2,
    DATA_INTEGRITY_V2,
    ED25519_SIGNATURE_2020_V1,
    ContextBundle,
)
from credentials.formats.ldp_vc.suites.ecdsa_sd_2023.proof_value import DerivedProofValue, is_base, multikey
from credentials.keys import PublicJwk, verify_signature

_DATA_INTEGRITY: Final = "DataIntegrityProof"
_OLDER: Final = "Ed25519Signature2020"
_CURVES: Final = {"eddsa-rdfc-2022": "Ed25519", "ecdsa-rdfc-2019": "P-256", _OLDER: "Ed25519"}
_SELECTIVE: Final = "ecdsa-sd-2023"
# A blank node's label, or a literal, in which something like a label is only text.
_LABELS: Final = re.compile(r'"(?:[^"\\]|\\.)*"|_:c14n(\d+)')


def checks(proof: Mapping[str, JsonValue]) -> bool:
    """Tell whether something can be said here of a proof of this kind."""
    suite = _suite(proof)
    return suite in _CURVES or (suite == _SELECTIVE and not is_base(proof.get("proofValue")))


def proof_holds(document: JsonObject, proof: JsonObject, key: PublicJwk, bundle: ContextBundle) -> bool | None:
    """Tell whether a proof on a document holds under this key: its signature, over what PyLD says that it signs.

    None for a proof of a kind, or with a key of a curve, that is not checked here.
    """
    suite = _suite(proof)
    # PyLD hashes with SHA-256 only, also within RDFC-1.0; P-384 wants SHA-384 (DI-ECDSA section 3.2.3).
    if not checks(proof) or key.curve != _CURVES.get(suite, "P-256"):
        return None
    unsecured = _signed(document, proof, suite)
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    # DI-EdDSA and DI-ECDSA section 3.2.5: the options stand under the document's contexts.
    options["@context"] = unsecured["@context"]
    try:
        options_hash = _digest(_canonical(options, bundle))
        statements = _canonical(unsecured, bundle)
        if suite == _SELECTIVE:
            return _derived_holds(statements, options_hash, proof, key)
        signature = base58_decode(str(proof["proofValue"])[1:], "proofValue")
        verify_signature(key, options_hash + _digest(statements), signature)
    except (jsonld.JsonLdError, BlauweKnopError, LookupError, ValueError, TypeError, AttributeError, RecursionError):
        # What PyLD trips over, it does not confirm.
        return False
    return True


def _suite(proof: Mapping[str, JsonValue]) -> str:
    """Return the name of a proof's suite; nothing where one kind of proof bears the name of another."""
    kind = proof.get("type")
    name = proof.get("cryptosuite") if kind == _DATA_INTEGRITY else kind
    return str(name) if (name == _OLDER) == (kind == _OLDER) else ""


def _signed(document: JsonObject, proof: JsonObject, suite: str) -> JsonObject:
    unsecured = {name: value for name, value in document.items() if name != "proof"}
    previous = proof.get("previousProof")
    if previous is not None:
        # Data Integrity 1.0 section 4.3, step 6: a proof of a chain signs those before it.
        named, proofs = previous if isinstance(previous, list) else [previous], document["proof"]
        held = proofs if isinstance(proofs, list) else [proofs]
        unsecured["proof"] = [each for each in held if isinstance(each, dict) and each.get("id") in named]
    contexts = unsecured.get("@context")
    listed = contexts if isinstance(contexts, list) else [contexts]
    own = ED25519_SIGNATURE_2020_V1 if suite == _OLDER else DATA_INTEGRITY_V2
    # Section 2.4.2: the terms of the proof are defined by the credentials' context of version 2, or by the suite's own.
    if own not in listed and (suite == _OLDER or CREDENTIALS_V2 not in listed):
        unsecured["@context"] = [*listed, own]
    return unsecured


def _canonical(document: JsonObject, bundle: ContextBundle) -> str:
    def load(url: str, _options: object) -> Mapping[str, object]:
        held = json_object(bundle.document(url), "context")
        return {"contextUrl": None, "documentUrl": url, "document": held, "contentType": "application/ld+json"}

    # URDNA2015 is what RDFC-1.0 was called before; PyLD knows it by that name.
    options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": load}
    return str(jsonld.normalize(document, options))


def _derived_holds(statements: str, options_hash: bytes, proof: JsonObject, key: PublicJwk) -> bool:
    """Check a derived proof (DI-ECDSA section 3.5.8, 3.6.6 and 3.6.7)."""
    value = DerivedProofValue.parse(proof.get("proofValue"))

    def named(match: re.Match[str]) -> str:
        return match[0] if match[1] is None else f"_:{value.labels[int(match[1])]}"

    lines = sorted(f"{_LABELS.sub(named, line)}\n" for line in statements.splitlines())
    mandatory = [line for place, line in enumerate(lines) if place in value.mandatory_indexes]
    others = [line for place, line in enumerate(lines) if place not in value.mandatory_indexes]
    if len(others) != len(value.signatures) or len(mandatory) != len(value.mandatory_indexes):
        return False
    signed = options_hash + multikey(value.public_key) + _digest("".join(mandatory))
    verify_signature(key, signed, value.base_signature)
    for line, signature in zip(others, value.signatures, strict=True):
        verify_signature(value.public_key, line.encode(), signature)
    return True


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
