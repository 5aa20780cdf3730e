"""Credential issuer metadata: what can be had here, and how (OpenID4VCI 1.0 section 12.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

from credentials.encoding import JsonObject
from credentials.openid.credential_encryption import RequestEncryption, ResponseEncryptionOffer
from credentials.openid.display import (
    MAX_CLAIM_DESCRIPTIONS,
    MAX_DISPLAYS,
    ClaimDescription,
    Display,
    parse_claims,
    parse_displays,
)
from credentials.openid.errors import MalformedMessage
from credentials.openid.members import Members
from credentials.openid.urls import check_url

MAX_METADATA_BYTES: Final = 1_000_000
MAX_CONFIGURATIONS: Final = 500
ATTESTATION_ALGORITHMS: Final = ("ES256",)


class Attestations(StrEnum):
    """Whether a wallet provider's word on keys is asked for: not at all, taken, or needed (appendix D)."""

    NONE = "none"
    TAKEN = "taken"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True)
class CredentialConfiguration:
    """One entry of `credential_configurations_supported`.

    `described` holds the members that the credential's format states (`CredentialFormat.describe`): `format`, `vct` or
    `credential_definition`, algorithms, binding methods, `credential_metadata`. `proof_algorithms` are the JOSE names
    of the `jwt` proof type; empty when the credential is bound to no key. `proof_suites` are the cryptosuites of the
    proof type `di_vp`; empty where it is not taken. `attestations` says what is asked of the wallet provider beside.
    """

    id: str
    described: JsonObject
    scope: str | None = None
    proof_algorithms: tuple[str, ...] = ()
    attestations: Attestations = Attestations.NONE
    proof_suites: tuple[str, ...] = ()
    display: tuple[Display, ...] = ()
    claims: tuple[ClaimDescription, ...] = ()

    @classmethod
    def build(
        cls,
        id: str,
        described: JsonObject,
        *,
        scope: str,
        proof_algorithms: tuple[str, ...],
        attestations: Attestations = Attestations.NONE,
        proof_suites: tuple[str, ...] = (),
    ) -> Self:
        """Take what a format describes, and add how an issuer offers it."""
        read = _parse_configuration(id, {**described, "scope": scope})
        return cls(id, described, scope, proof_algorithms, attestations, proof_suites, read.display, read.claims)

    @property
    def format(self) -> str:
        """The format identifier."""
        return str(self.described["format"])

    @property
    def types(self) -> tuple[str, ...]:
        """The `vct` of an SD-JWT VC, the `doctype` of an mdoc, or the `type` names of a W3C credential."""
        name = self.described.get("vct", self.described.get("doctype"))
        if isinstance(name, str):
            return (name,)
        definition = self.described.get("credential_definition")
        types = definition.get("type") if isinstance(definition, dict) else None
        return tuple(name for name in types if isinstance(name, str)) if isinstance(types, list) else ()

    @property
    def algorithms(self) -> tuple[str, ...]:
        """What the issuer may sign it with: JOSE names, for `ldp_vc` cryptosuites; none of an mdoc's COSE numbers."""
        names = self.described.get("credential_signing_alg_values_supported")
        return tuple(name for name in names if isinstance(name, str)) if isinstance(names, list) else ()

    @property
    def binding_methods(self) -> tuple[str, ...]:
        """How a holder's key may be named: `jwk`, `did:key`, …; empty when the credential is bound to no key."""
        methods = self.described.get("cryptographic_binding_methods_supported")
        return tuple(name for name in methods if isinstance(name, str)) if isinstance(methods, list) else ()

    def to_json(self) -> JsonObject:
        """Return the entry."""
        members = dict(self.described)
        if self.scope is not None:
            members["scope"] = self.scope
        types = self._proof_types()
        if types:
            members["proof_types_supported"] = types
        return members

    def _proof_types(self) -> JsonObject:
        types: JsonObject = {}
        if self.proof_algorithms:
            jwt: JsonObject = {"proof_signing_alg_values_supported": list(self.proof_algorithms)}
            types["jwt"] = jwt
            if self.attestations is Attestations.REQUIRED:
                # Section 12.2.4: an empty object demands an attestation, and no level of any kind.
                jwt["key_attestations_required"] = {}
            if self.attestations is not Attestations.NONE:
                types["attestation"] = {
                    "proof_signing_alg_values_supported": list(ATTESTATION_ALGORITHMS),
                    "key_attestations_required": {},
                }
        if self.proof_suites:
            types["di_vp"] = {"proof_signing_alg_values_supported": list(self.proof_suites)}
        return types


@dataclass(frozen=True, slots=True)
class IssuerMetadata:
    """The document at `/.well-known/openid-credential-issuer`."""

    credential_issuer: str
    credential_endpoint: str
    configurations: Mapping[str, CredentialConfiguration]
    authorization_servers: tuple[str, ...] = ()
    nonce_endpoint: str | None = None
    deferred_credential_endpoint: str | None = None
    notification_endpoint: str | None = None
    batch_size: int | None = None
    display: tuple[Display, ...] = ()
    request_encryption: RequestEncryption | None = None
    response_encryption: ResponseEncryptionOffer | None = None

    def to_json(self) -> JsonObject:
        """Return the document, without any null: peers refuse it whole for one."""
        members: JsonObject = {
            "credential_issuer": self.credential_issuer,
            "authorization_servers": list(self.authorization_servers) or None,
            "credential_endpoint": self.credential_endpoint,
            "nonce_endpoint": self.nonce_endpoint,
            "deferred_credential_endpoint": self.deferred_credential_endpoint,
            "notification_endpoint": self.notification_endpoint,
            "credential_request_encryption": _json_of(self.request_encryption),
            "credential_response_encryption": _json_of(self.response_encryption),
            # Section 12.2.4: a batch size is 2 or more, or there is none.
            "batch_credential_issuance": {"batch_size": self.batch_size} if (self.batch_size or 0) > 1 else None,
            "display": [display.to_json() for display in self.display] or None,
            "credential_configurations_supported": {
                id: configuration.to_json() for id, configuration in self.configurations.items()
            },
        }
        return {name: value for name, value in members.items() if value is not None}


def parse_issuer_metadata(data: bytes, *, credential_issuer: str, insecure_localhost: bool = False) -> IssuerMetadata:
    """Read the metadata that was fetched for an issuer identifier. Raises MalformedMessage."""
    document = Members.parse(data, "issuer metadata", MalformedMessage, max_bytes=MAX_METADATA_BYTES)
    # Section 12.2.4: simple string comparison, no normalisation.
    if document.text("credential_issuer") != credential_issuer:
        raise document.refuse("credential_issuer is not the issuer that was asked")

    def endpoint(name: str) -> str | None:
        url = document.optional_text(name)
        return check_url(url, name, insecure_localhost=insecure_localhost) if url is not None else None

    batch = document.optional_object("batch_credential_issuance")
    supported = document.object("credential_configurations_supported")
    if len(supported.raw) > MAX_CONFIGURATIONS:
        raise document.refuse(f"more than {MAX_CONFIGURATIONS} configurations")
    requests = document.optional_object("credential_request_encryption")
    responses = document.optional_object("credential_response_encryption")
    servers = document.optional_texts("authorization_servers")
    for server in servers:
        check_url(server, "authorization_servers", insecure_localhost=insecure_localhost, query=False)
    return IssuerMetadata(
        credential_issuer=credential_issuer,
        credential_endpoint=check_url(
            document.text("credential_endpoint"), "credential_endpoint", insecure_localhost=insecure_localhost
        ),
        configurations={id: _parse_configuration(id, entry) for id, entry in supported.raw.items()},
        authorization_servers=servers,
        nonce_endpoint=endpoint("nonce_endpoint"),
        deferred_credential_endpoint=endpoint("deferred_credential_endpoint"),
        notification_endpoint=endpoint("notification_endpoint"),
        batch_size=batch.integer("batch_size", minimum=2, maximum=10_000) if batch else None,
        display=parse_displays(document.optional_objects("display", max_items=MAX_DISPLAYS)),
        request_encryption=RequestEncryption.parse(requests) if requests else None,
        response_encryption=ResponseEncryptionOffer.parse(responses) if responses else None,
    )


def _json_of(encryption: RequestEncryption | ResponseEncryptionOffer | None) -> JsonObject | None:
    return encryption.to_json() if encryption is not None else None


def _parse_configuration(id: str, entry: object) -> CredentialConfiguration:
    members = Members(entry, "credential configuration", MalformedMessage)
    members.text("format", max_length=100)
    metadata = members.optional_object("credential_metadata")
    proof_types = members.optional_object("proof_types_supported")
    jwt = proof_types.optional_object("jwt") if proof_types else None
    presentation = proof_types.optional_object("di_vp") if proof_types else None
    return CredentialConfiguration(
        id=id,
        described={
            name: value for name, value in members.raw.items() if name not in ("scope", "proof_types_supported")
        },
        scope=members.optional_text("scope"),
        proof_algorithms=jwt.texts("proof_signing_alg_values_supported") if jwt else (),
        attestations=_attestations(proof_types, jwt),
        proof_suites=presentation.texts("proof_signing_alg_values_supported") if presentation else (),
        display=parse_displays(metadata.optional_objects("display", max_items=MAX_DISPLAYS)) if metadata else (),
        claims=parse_claims(metadata.optional_objects("claims", max_items=MAX_CLAIM_DESCRIPTIONS)) if metadata else (),
    )


def _attestations(proof_types: Members | None, jwt: Members | None) -> Attestations:
    if jwt is not None and "key_attestations_required" in jwt:
        return Attestations.REQUIRED
    return Attestations.TAKEN if proof_types is not None and "attestation" in proof_types else Attestations.NONE
