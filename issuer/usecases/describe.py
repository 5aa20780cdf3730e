"""What the agency publishes about itself: metadata of issuer and authorization server, keys, DID document."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final

from credentials.clock import Clock
from credentials.debts.claims import ClaimLabel, every_label, labels
from credentials.debts.document_paths import Path, document_path
from credentials.debts.elements import element_path
from credentials.dids import did_web_document
from credentials.encoding import JsonObject, b64_encode
from credentials.formats.base import Configuration, IssuerKey
from credentials.formats.registry import FormatRegistry
from credentials.keys import PublicJwk
from credentials.openid.authorization_server import AuthorizationServerMetadata
from credentials.openid.client_attestation import ALGORITHMS, METHOD
from credentials.openid.display import ClaimDescription, Display
from credentials.openid.issuer_metadata import Attestations, CredentialConfiguration, IssuerMetadata
from credentials.openid.offer import AUTHORIZATION_CODE, PRE_AUTHORIZED_CODE
from credentials.openid.signed_metadata import sign_metadata
from credentials.openid.token import REFRESH_TOKEN
from issuer.domain.clients import Attestation
from issuer.domain.configurations import Form, IssuedConfiguration, Kind, Offered
from issuer.domain.places import StatusAddresses
from issuer.usecases.dpop import ALGORITHMS as DPOP_ALGORITHMS
from issuer.usecases.encrypt import MessageEncryption
from issuer.usecases.sign import TYPES, Identity

PATHS: Final = {Kind.OVERVIEW: "overzicht", Kind.CASE: "zaak"}
"""How the addresses of the types' descriptions end."""

_NAMES: Final = {
    Kind.OVERVIEW: ("Betaaloverzicht", "Payment overview"),
    Kind.CASE: ("Betalingszaak", "Payment case"),
}
_DESCRIPTIONS: Final = {
    Kind.OVERVIEW: (
        "Wat u bij deze organisatie moet betalen, in totaal en per zaak.",
        "What you must pay to this organisation, in total and per case.",
    ),
    Kind.CASE: (
        "Eén zaak: bedragen, termijnen, en wat u kunt doen.",
        "One case: amounts, due dates, and what you can do.",
    ),
}
# JOSE names; for ldp_vc some wallets look for names of Data Integrity suites, so both are listed.
_PROOF_ALGORITHMS: Final = ("ES256", "EdDSA", "Ed25519")
_PROOF_SUITES: Final = ("Ed25519Signature2018", "Ed25519Signature2020", "JsonWebSignature2020")


# A reader keeps the document for minutes; whoever kept it longer sees by `exp` that it is old.
_SIGNED_ANEW: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class SignMetadata:
    """Signed issuer metadata (OpenID4VCI 1.0 section 12.2.3), made anew each hour, and when another key signs."""

    key: Callable[[], IssuerKey]
    clock: Clock
    _made: dict[str, tuple[datetime, IssuerKey, str]] = field(default_factory=dict)

    def __call__(self, name: str, document: JsonObject) -> str:
        """Return a document signed; `name` tells the documents of one agency apart."""
        now, key = self.clock.now(), self.key()
        made = self._made.get(name)
        if made is None or made[1] is not key or not now - _SIGNED_ANEW < made[0] <= now:
            made = self._made[name] = now, key, sign_metadata(document, key.signer, key.x5c, now=now)
        return made[2]


@dataclass(frozen=True)
class Describe:
    """Builds the published documents. Those that hold keys are made anew each time; the others are made once."""

    identity: Identity
    offered: Offered
    formats: FormatRegistry
    addresses: StatusAddresses
    batch_size: int
    encryption: MessageEncryption
    defers: bool = False
    refreshes: bool = False
    attestation: Attestation = Attestation.OFF
    key_attestations: Attestations = Attestations.NONE
    proof_suites: tuple[str, ...] = ()
    type_documents: bool = False

    @cached_property
    def issuer(self) -> JsonObject:
        """The credential issuer metadata (OpenID4VCI 1.0 section 12.2.4)."""
        url = self.identity.url
        return IssuerMetadata(
            credential_issuer=url,
            credential_endpoint=f"{url}/credential",
            nonce_endpoint=f"{url}/nonce",
            deferred_credential_endpoint=f"{url}/deferred" if self.defers else None,
            notification_endpoint=f"{url}/notification",
            batch_size=self.batch_size,
            request_encryption=self.encryption.of_requests,
            response_encryption=self.encryption.of_responses,
            display=(Display(self.identity.name, "nl"), Display(self.identity.name, "en")),
            configurations={each.id: self._configuration(each) for each in self.offered.configurations},
        ).to_json()

    @cached_property
    def authorization_server(self) -> JsonObject:
        """The authorization server metadata (RFC 8414, OpenID4VCI 1.0 section 12.3)."""
        url, attests = self.identity.url, self.attestation is not Attestation.OFF
        metadata = AuthorizationServerMetadata(
            issuer=url,
            token_endpoint=f"{url}/oauth/token",
            authorization_endpoint=f"{url}/oauth/authorize",
            pushed_authorization_request_endpoint=f"{url}/oauth/par",
            require_pushed_authorization_requests=True,
            grant_types=(AUTHORIZATION_CODE, PRE_AUTHORIZED_CODE, *((REFRESH_TOKEN,) if self.refreshes else ())),
            scopes=tuple(each.id for each in self.offered.configurations),
            token_endpoint_auth_methods={
                Attestation.OFF: ("none",),
                Attestation.ACCEPTED: ("none", METHOD),
                Attestation.REQUIRED: (METHOD,),
            }[self.attestation],
            attestation_algorithms=tuple(each.value for each in ALGORITHMS) if attests else (),
            challenge_endpoint=f"{url}/oauth/challenge" if attests else None,
            revocation_endpoint=f"{url}/oauth/revoke",
            anonymous_pre_authorized=self.attestation is not Attestation.REQUIRED,
            dpop_algorithms=tuple(algorithm.value for algorithm in DPOP_ALGORITHMS),
        ).to_json()
        return {**metadata, "status_list_aggregation_endpoint": self.addresses.aggregation}

    @property
    def jwt_vc_issuer(self) -> JsonObject:
        """The JWT VC issuer metadata: the keys behind the certificates. Raises KeysUnavailable."""
        return {
            "issuer": self.identity.url,
            "jwks": {"keys": [_jwk(key, chain) for key, chain in self.identity.key_set().certified]},
        }

    @property
    def did_document(self) -> JsonObject:
        """The DID document of the agency's did:web. Raises KeysUnavailable."""
        keys = self.identity.key_set().in_did
        return did_web_document(self.identity.did, keys, also_known_as=[self.identity.url])

    def _configuration(self, issued: IssuedConfiguration) -> CredentialConfiguration:
        key = self.identity.key_for(issued.securing)
        described = self.formats[issued.form.value].describe(
            Configuration(
                issued.id,
                TYPES[issued.kind],
                display=tuple(display.to_json() for display in _displays(issued.kind, self.identity.name)),
                claims=tuple(claim.to_json() for claim in _claims(issued)),
                algorithms=(key.cryptosuite or key.signer.algorithm.value,),
            )
        )
        if self.type_documents and issued.form is Form.SD_JWT:
            described["type_metadata_uri"] = f"{self.identity.url}/types/{PATHS[issued.kind]}/documents"
        suites = _PROOF_SUITES if issued.form is Form.LDP else ()
        return CredentialConfiguration.build(
            issued.id,
            described,
            scope=issued.id,
            proof_algorithms=(*_PROOF_ALGORITHMS, *suites),
            attestations=self.key_attestations,
            # Such a proof names its key by a DID, so it is for what can be bound to one.
            proof_suites=self.proof_suites if _takes_dids(described) else (),
        )


def _jwk(public: PublicJwk, x5c: Sequence[bytes]) -> JsonObject:
    chain: JsonObject = {"x5c": [b64_encode(der) for der in x5c]} if x5c else {}
    return {**public.members, "kid": public.thumbprint, "use": "sig", "alg": public.algorithm.value, **chain}


def _takes_dids(described: JsonObject) -> bool:
    methods = described.get("cryptographic_binding_methods_supported")
    return isinstance(methods, list) and any(str(each).startswith("did:") for each in methods)


def _displays(kind: Kind, agency: str) -> Iterable[Display]:
    for locale, name, description in zip(("nl", "en"), _NAMES[kind], _DESCRIPTIONS[kind], strict=True):
        yield Display(f"{name} {agency}", locale, description, background_color="#154273", text_color="#ffffff")


def _claims(issued: IssuedConfiguration) -> Iterable[ClaimDescription]:
    seen: set[Path] = set()
    for label, path in _places(issued.form, TYPES[issued.kind]):
        # The slots of one member are nodes of one set, so they come to one path.
        if path not in seen:
            seen.add(path)
            names = [_of_any_slot(name) if None in path else name for name in (label.nl, label.en)]
            displays = tuple(Display(name, locale) for name, locale in zip(names, ("nl", "en"), strict=True))
            yield ClaimDescription(path, label.mandatory, displays)


def _places(form: Form, type: str) -> Iterable[tuple[ClaimLabel, Path]]:
    match form:
        case Form.SD_JWT:
            return ((label, label.path) for label in labels(type))
        case Form.MDOC:
            # OpenID4VCI 1.0 appendix A.2.2: namespace and element; objects of claims are one element each.
            top = (label for label in every_label(type) if len(label.path) == 1)
            return ((label, element_path(type, label.path)) for label in top)
        case _:
            # Appendix A.1: in a W3C credential a path begins at the credential itself.
            return ((label, document_path(type, label.path)) for label in labels(type))


def _of_any_slot(name: str) -> str:
    """Turn "Zaak 1: saldo" into "Zaak: saldo"."""
    slot, _, claim = name.partition(": ")
    return f"{slot.rpartition(' ')[0]}: {claim}"
