"""The credential endpoint's request and response (OpenID4VCI 1.0 sections 8 and 9)."""

from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeAlias

from credentials import limits
from credentials.encoding import JsonObject, JsonValue
from credentials.openid.credential_encryption import ResponseEncryption
from credentials.openid.errors import InvalidCredentialRequest, InvalidProof, MalformedMessage
from credentials.openid.members import Members

MAX_REQUEST_BYTES: Final = 1_000_000
MAX_RESPONSE_BYTES: Final = limits.CREDENTIAL_RESPONSE_BYTES
MAX_PROOFS: Final = 1_000
MAX_CREDENTIALS: Final = 1_000
MAX_INTERVAL: Final = 31_536_000

RESPONSE_ENCRYPTION: Final = "credential_response_encryption"

_MAX_JWT_CHARACTERS: Final = 64_000


@dataclass(frozen=True, slots=True)
class CredentialRequest:
    """A request for one credential, in as many copies as there are keys proven.

    That is one by each of `jwt_proofs` or `presentation_proofs`, or all that `attestation_proof` attests. Exactly one
    of `configuration_id` and `identifier` is set.
    """

    configuration_id: str | None = None
    identifier: str | None = None
    jwt_proofs: tuple[str, ...] = ()
    attestation_proof: str | None = None
    presentation_proofs: tuple[JsonObject, ...] = ()
    response_encryption: ResponseEncryption | None = None

    def __post_init__(self) -> None:
        # Section 8.2: exactly one of the two identifiers.
        if (self.configuration_id is None) == (self.identifier is None):
            raise InvalidCredentialRequest("not exactly one of credential_configuration_id and credential_identifier")

    def to_json(self) -> JsonObject:
        """Return the body."""
        members: JsonObject = {}
        if self.identifier is not None:
            members["credential_identifier"] = self.identifier
        if self.configuration_id is not None:
            members["credential_configuration_id"] = self.configuration_id
        if self.jwt_proofs:
            members["proofs"] = {"jwt": list(self.jwt_proofs)}
        if self.attestation_proof is not None:
            members["proofs"] = {"attestation": [self.attestation_proof]}
        if self.presentation_proofs:
            members["proofs"] = {"di_vp": list[JsonValue](self.presentation_proofs)}
        if self.response_encryption is not None:
            members[RESPONSE_ENCRYPTION] = self.response_encryption.to_json()
        return members


def parse_credential_request(data: bytes) -> CredentialRequest:
    """Read a credential request. Members that 1.0 does not know, such as the drafts' `format`, are ignored.

    Raises InvalidCredentialRequest, InvalidProof, InvalidEncryptionParameters.
    """
    body = _parse_request(data, "credential request")
    proofs = _parse_proofs(body)
    return CredentialRequest(
        configuration_id=body.optional_text("credential_configuration_id"),
        identifier=body.optional_text("credential_identifier"),
        jwt_proofs=proofs.jwts,
        attestation_proof=proofs.attestation,
        presentation_proofs=proofs.presentations,
        response_encryption=_parse_encryption(body),
    )


def _parse_request(data: bytes, what: str) -> Members:
    sent = Members.parse(data, what, InvalidCredentialRequest, max_bytes=MAX_REQUEST_BYTES)
    # Some wallets write null for what they leave out; here it can mean nothing else.
    given: JsonObject = {name: value for name, value in sent.raw.items() if value is not None}
    return Members(given, sent.what, InvalidCredentialRequest)


def _parse_encryption(body: Members) -> ResponseEncryption | None:
    # Section 8.3.1.2: whatever is wrong with it is a matter of encryption parameters.
    return ResponseEncryption.parse(body.raw[RESPONSE_ENCRYPTION]) if RESPONSE_ENCRYPTION in body else None


class _Proofs(NamedTuple):
    """The member `proofs`, in which one kind alone stands."""

    jwts: tuple[str, ...] = ()
    attestation: str | None = None
    presentations: tuple[JsonObject, ...] = ()


def _parse_proofs(body: Members) -> _Proofs:
    if "proofs" not in body:
        return _Proofs()
    # Section 8.3.1.2: whatever is wrong with `proofs` is an invalid proof.
    proofs = Members(body.raw["proofs"], "proofs", InvalidProof)
    if len(proofs.raw) != 1:
        raise proofs.refuse("not exactly one proof type")
    if "attestation" in proofs:
        # Appendix F.3: an array of exactly one.
        return _Proofs(attestation=proofs.texts("attestation", max_items=1, max_length=_MAX_JWT_CHARACTERS)[0])
    if "di_vp" in proofs:
        return _Proofs(presentations=tuple(each.raw for each in proofs.objects("di_vp", max_items=MAX_PROOFS)))
    if "jwt" not in proofs:
        raise proofs.refuse("a proof type that is not known here")
    return _Proofs(proofs.texts("jwt", max_items=MAX_PROOFS, max_length=_MAX_JWT_CHARACTERS))


@dataclass(frozen=True, slots=True)
class CredentialResponse:
    """Credentials, issued at once (section 8.3), sent with status 200 and `Cache-Control: no-store`."""

    credentials: tuple[str | JsonObject, ...] = field(repr=False)
    notification_id: str | None = None

    def to_json(self) -> JsonObject:
        """Return the body."""
        members: JsonObject = {"credentials": [{"credential": credential} for credential in self.credentials]}
        if self.notification_id is not None:
            members["notification_id"] = self.notification_id
        return members


@dataclass(frozen=True, slots=True)
class DeferredResponse:
    """Not yet: ask again with `transaction_id` after `interval` seconds (section 8.3), sent with status 202."""

    transaction_id: str = field(repr=False)
    interval: int

    def to_json(self) -> JsonObject:
        """Return the body."""
        return {"transaction_id": self.transaction_id, "interval": self.interval}


Answer: TypeAlias = CredentialResponse | DeferredResponse


def parse_credential_response(status: int, data: bytes) -> Answer:
    """Read the answer of a credential or deferred credential endpoint that is no error. Raises MalformedMessage."""
    body = Members.parse(data, "credential response", MalformedMessage, max_bytes=MAX_RESPONSE_BYTES)
    deferred, immediate = "transaction_id" in body, "credentials" in body
    # Sections 8.3 and 9.2: never both, and the status says which.
    if deferred == immediate:
        raise body.refuse("not exactly one of credentials and transaction_id")
    if deferred:
        if status != 202:
            raise body.refuse("a deferred response has status 202")
        return DeferredResponse(body.text("transaction_id"), body.integer("interval", minimum=1, maximum=MAX_INTERVAL))
    if status == 202:
        raise body.refuse("status 202 without transaction_id")
    return CredentialResponse(
        tuple(_parse_credential(entry) for entry in body.objects("credentials", max_items=MAX_CREDENTIALS)),
        body.optional_text("notification_id"),
    )


def _parse_credential(entry: Members) -> str | JsonObject:
    credential = entry.value("credential")
    if not isinstance(credential, str | dict) or not credential:
        raise entry.refuse("credential is neither a string nor an object")
    return credential


@dataclass(frozen=True, slots=True)
class DeferredRequest:
    """A request for credentials that were not ready before (section 9.1)."""

    transaction_id: str = field(repr=False)
    response_encryption: ResponseEncryption | None = None

    def to_json(self) -> JsonObject:
        """Return the body."""
        members: JsonObject = {"transaction_id": self.transaction_id}
        if self.response_encryption is not None:
            members[RESPONSE_ENCRYPTION] = self.response_encryption.to_json()
        return members


def parse_deferred_request(data: bytes) -> DeferredRequest:
    """Read a deferred credential request. Raises InvalidCredentialRequest, InvalidEncryptionParameters."""
    body = _parse_request(data, "deferred credential request")
    return DeferredRequest(body.text("transaction_id"), _parse_encryption(body))
