"""The documents of DIDs that are their own document: `did:key` and `did:jwk`.

Written by the algorithms of the methods: did:key (W3C CCG, 2024), "Document Creation Algorithm"; did:jwk, "Read".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self, final

from credentials.dids.did import Did
from credentials.dids.problems import DidProblem, Unresolved
from credentials.dids.public_key import DocumentKey
from credentials.encoding import JsonObject, JsonValue, b64url_decode, json_object
from credentials.errors import MalformedInput

DID_CONTEXT: Final = "https://www.w3.org/ns/did/v1"
_CONTEXTS: Final = {
    "Multikey": "https://w3id.org/security/multikey/v1",
    "JsonWebKey": "https://w3id.org/security/jwk/v1",
    "JsonWebKey2020": "https://w3id.org/security/suites/jws-2020/v1",
    "Ed25519VerificationKey2020": "https://w3id.org/security/suites/ed25519-2020/v1",
    "X25519KeyAgreementKey2020": "https://w3id.org/security/suites/x25519-2020/v1",
}
# Known by name, and experimental by the method's own reckoning: never served.
_EXPERIMENTAL: Final = frozenset(
    {"Ed25519VerificationKey2018", "X25519KeyAgreementKey2019", "EcdsaSecp256k1VerificationKey2019", "JsonWebKey2018"}
)
_OF_ONE_CURVE: Final = {"Ed25519VerificationKey2020": "Ed25519", "X25519KeyAgreementKey2020": "X25519"}
_JWK_TYPES: Final = frozenset({"JsonWebKey", "JsonWebKey2020"})
_SIGNING: Final = ("authentication", "assertionMethod", "capabilityInvocation", "capabilityDelegation")


@final
@dataclass(frozen=True, slots=True)
class ResolutionOptions:
    """How a document is to be written (did:key, "Document Creation Algorithm").

    `public_key_format` is the type of the verification methods; None is the method's own: Multikey for did:key,
    JsonWebKey2020 for did:jwk. `derive_encryption_key` adds the X25519 key of an Ed25519 one. There is no way to switch
    experimental types on.
    """

    public_key_format: str | None = None
    derive_encryption_key: bool = False

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Self:
        """Read the options `publicKeyFormat` and `enableEncryptionKeyDerivation`; others change nothing."""
        return cls(query.get("publicKeyFormat"), query.get("enableEncryptionKeyDerivation") == "true")


def key_document(did: Did, options: ResolutionOptions) -> JsonObject:
    """Return the document of a did:key. Raises Unresolved."""
    version, _, value = did.identifier.rpartition(":")
    # The version is optional and must be a positive whole number.
    if ":" in version or not value.startswith("z") or (":" in did.identifier and not _positive(version)):
        raise Unresolved(DidProblem.INVALID_DID, "not a did:key")
    key = DocumentKey.from_multikey(value)
    kind = _type(options.public_key_format or "Multikey", key)
    methods: list[tuple[DocumentKey, JsonObject]] = [(key, _method(did, value, kind, key))]
    if options.derive_encryption_key and key.curve == "Ed25519":
        agreement = key.for_agreement()
        agreement_kind = "X25519KeyAgreementKey2020" if kind == "Ed25519VerificationKey2020" else kind
        methods.append((agreement, _method(did, agreement.multikey, agreement_kind, agreement)))
    return _document(did, methods)


def jwk_document(did: Did, options: ResolutionOptions) -> JsonObject:
    """Return the document of a did:jwk. Raises Unresolved."""
    try:
        jwk = json_object(b64url_decode(did.identifier, "did:jwk"), "did:jwk")
    except MalformedInput as error:
        raise Unresolved(DidProblem.INVALID_DID, error.detail) from error
    key = DocumentKey.from_jwk(jwk)
    return _document(did, [(key, _method(did, "0", _type(options.public_key_format or "JsonWebKey2020", key), key))])


def _positive(version: str) -> bool:
    return version.isascii() and version.isdigit() and version.strip("0") != ""


def _type(wanted: str, key: DocumentKey) -> str:
    if wanted in _EXPERIMENTAL:
        raise Unresolved(DidProblem.INVALID_PUBLIC_KEY_TYPE, "the format is experimental")
    if wanted not in _CONTEXTS:
        raise Unresolved(DidProblem.UNSUPPORTED_PUBLIC_KEY_TYPE, "the format is not known")
    if _OF_ONE_CURVE.get(wanted, key.curve) != key.curve:
        raise Unresolved(DidProblem.INVALID_PUBLIC_KEY_TYPE, "the format is not for a key of this kind")
    return wanted


def _method(did: Did, fragment: str, kind: str, key: DocumentKey) -> JsonObject:
    method: JsonObject = {"id": f"{did.text}#{fragment}", "type": kind, "controller": did.text}
    if kind in _JWK_TYPES:
        method["publicKeyJwk"] = dict(key.jwk)
    else:
        method["publicKeyMultibase"] = key.multikey
    return method


def _document(did: Did, methods: list[tuple[DocumentKey, JsonObject]]) -> JsonObject:
    contexts: list[JsonValue] = list(dict.fromkeys(_CONTEXTS[str(method["type"])] for _, method in methods))
    document: JsonObject = {"@context": [DID_CONTEXT, *contexts], "id": did.text}
    document["verificationMethod"] = [method for _, method in methods]
    signing: list[JsonValue] = [method["id"] for key, method in methods if key.signs]
    agreeing: list[JsonValue] = [method["id"] for key, method in methods if key.agrees]
    if signing:
        document |= {name: list(signing) for name in _SIGNING}
    if agreeing:
        document["keyAgreement"] = agreeing
    return document
