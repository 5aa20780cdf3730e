"""`ldp_vc`: VCDM 2.0 credentials with Data Integrity proofs.

Everything in such a credential is disclosed to whoever receives it, unless its proof is one that the holder derives
others from (`ecdsa-sd-2023`; see `selective`). The holder proves its key by signing the presentation around it, and the
holder's DID must be the subject of the credential.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final, final

from credentials.claims_path import ClaimsPath
from credentials.dids import Resolver
from credentials.encoding import JsonObject
from credentials.errors import ConfigurationError
from credentials.formats.base import (
    Channel,
    Configuration,
    Credential,
    CredentialDraft,
    Expectation,
    HeldView,
    HolderBindingFailed,
    HolderBindingMissing,
    HolderKey,
    IssuerKey,
    KeyResolver,
    MalformedCredential,
    SignedBy,
    StaleHolderProof,
    UnknownFormat,
    VerifiedClaims,
    Vocabulary,
    WrongAudience,
    WrongNonce,
)
from credentials.formats.ldp_vc import selective
from credentials.formats.ldp_vc.canonical import Canonicaliser
from credentials.formats.ldp_vc.contexts import CREDENTIALS_V2, ContextBundle
from credentials.formats.ldp_vc.limits import DocumentLimits
from credentials.formats.ldp_vc.proof_errors import InvalidProof
from credentials.formats.ldp_vc.proofs import (
    AUTHENTICATION,
    VerifiedProof,
    derive_document,
    sign_document,
    timestamp,
    verify_document,
)
from credentials.formats.ldp_vc.suites import ALL_SUITES, EDDSA_RDFC_2022, Cryptosuite
from credentials.formats.ldp_vc.suites.ecdsa_sd_2023 import EcdsaSd2023
from credentials.formats.vcdm import CredentialDocument, read_credential, read_presentation, status_entries
from credentials.formats.vcdm import holder as holders
from credentials.keys import Signer

NAME: Final = "ldp_vc"
SKEW: Final = timedelta(seconds=60)
_ANY_TIME: Final = timedelta(days=36_500)
# Over canonical RDF only: what a JCS suite signs need not be what the statements say.
_SUITES: Final[Mapping[str, Cryptosuite]] = {
    name: suite for name, suite in ALL_SUITES.items() if name in ("eddsa-rdfc-2022", "ecdsa-rdfc-2019", "ecdsa-sd-2023")
}
_SUITES_OF_HOLDERS: Final[Mapping[str, Cryptosuite]] = {**_SUITES, selective.NAME: EcdsaSd2023(accepts_base=True)}
_CREDENTIAL: Final = "VerifiableCredential"
_PRESENTATION: Final = "VerifiablePresentation"


@final
class LdpVc:
    """Issue, present and verify credentials with proofs over canonical RDF: EdDSA, ECDSA and selective disclosure.

    `bundle` holds the contexts that are known; `vocabularies` say how claim trees are written in them. A credential of
    a type without a vocabulary can be verified, and its claims are then the subject as it stands.
    """

    def __init__(
        self,
        bundle: ContextBundle,
        vocabularies: Iterable[Vocabulary] = (),
        *,
        limits: DocumentLimits | None = None,
    ) -> None:
        self.canonicaliser = Canonicaliser(bundle, limits)
        self._bundle = bundle
        self._by_type = {each.type: each for each in vocabularies}
        for each in self._by_type.values():
            if any(bundle.type_iri(each.term, (context,)) != each.type for context in each.contexts):
                raise ConfigurationError("a vocabulary's term is not what its context says")

    @property
    def name(self) -> str:
        """`ldp_vc`."""
        return NAME

    def describe(self, configuration: Configuration) -> JsonObject:
        """Return the metadata members of OpenID4VCI 1.0 appendix A.1.2. Raises UnknownFormat for an unknown type."""
        vocabulary = self._vocabulary(configuration.type)
        described: JsonObject = {
            "format": NAME,
            "credential_definition": {
                "@context": [CREDENTIALS_V2, vocabulary.context],
                "type": [_CREDENTIAL, vocabulary.term],
            },
            "cryptographic_binding_methods_supported": ["did:jwk", "did:key", "jwk"],
            "credential_signing_alg_values_supported": list(configuration.algorithms) or [EDDSA_RDFC_2022.name],
        }
        return described | configuration.credential_metadata()

    def issue(self, draft: CredentialDraft, key: IssuerKey) -> JsonObject:
        """Sign a VCDM 2.0 credential.

        Raises UnknownFormat for a type without a vocabulary, ValueError for a draft that this format cannot state.
        """
        vocabulary = self._vocabulary(draft.type)
        method = key.verification_method
        if method is None:
            raise ValueError("a Data Integrity proof needs a verification method")
        issuer = method.partition("#")[0]
        if draft.issuer.startswith("did:") and draft.issuer != issuer:
            raise ValueError("the issuer is not the controller of the verification method")
        document: JsonObject = {
            "@context": [CREDENTIALS_V2, vocabulary.context_for(draft.claims)],
            "id": draft.id,
            "type": [_CREDENTIAL, vocabulary.term],
            "issuer": {"id": issuer, "name": draft.issuer_name},
            "validFrom": timestamp(draft.issued_at),
        }
        if draft.expires_at is not None:
            document["validUntil"] = timestamp(draft.expires_at)
        if draft.status:
            document["credentialStatus"] = status_entries.write(draft.status)
        subject: JsonObject = {} if draft.holder is None else {"id": holders.subject_id(draft.holder)}
        document["credentialSubject"] = {**subject, **vocabulary.to_subject(draft.claims, draft.id)}
        pointers: tuple[str, ...] = ()
        if key.cryptosuite == selective.NAME:
            always = {name: value for name, value in draft.claims.items() if name in draft.always_disclosed}
            pointers = selective.mandatory_pointers(document, vocabulary.to_subject(always, draft.id))
        return sign_document(
            document,
            key.signer,
            method,
            canonicaliser=self.canonicaliser,
            created=draft.issued_at,
            cryptosuite=key.cryptosuite,
            mandatory_pointers=pointers,
            suites=_SUITES,
        )

    def inspect(self, credential: Credential) -> HeldView:
        """Read a held credential, not verified. Without a base proof everything in it is always disclosed."""
        document, node = _document(credential)
        types = self._types(node, document)
        claims = always = self._claims(types, _only_subject(document))
        paths: tuple[tuple[str | int, ...], ...] = ()
        if selective.has_base_proof(node):
            shown = selective.always_shown(node)
            seen, paths = shown.get("credentialSubject"), selective.hidden_paths(node, shown)
            always = self._claims(types, seen if isinstance(seen, dict) else {})
        issued_at = document.valid_from
        return HeldView(
            format=NAME,
            type=_own_type(types),
            types=types,
            claims=claims,
            always_disclosed=always,
            paths=paths,
            issuer=document.issuer,
            x5c=(),
            holder=_unverified_holder(document),
            issued_at=issued_at,
            valid_from=document.valid_from,
            valid_until=document.valid_until,
            status=tuple(status_entries.read(each) for each in document.status),
            document=selective.without_proof(node),
        )

    def disclose(self, credential: Credential, paths: Collection[ClaimsPath] | None) -> JsonObject:
        """Return what is derived from a base proof for no more than `paths`; any other credential as it is, whole.

        Raises UndisclosablePath, MalformedCredential.
        """
        _, node = _document(credential)
        if not selective.has_base_proof(node):
            return node
        pointers = selective.pointers_to(node, paths)
        return derive_document(node, pointers, canonicaliser=self.canonicaliser, suites=_SUITES)

    def present(
        self,
        credential: Credential,
        paths: Collection[ClaimsPath] | None,
        holder: Signer,
        *,
        audience: str,
        nonce: str,
        now: datetime,
        channel: Channel | None = None,
    ) -> JsonObject:
        """Make a VerifiablePresentation of one credential, signed for one audience.

        Of a credential with a base proof no more than `paths` is disclosed, by a proof derived from it. Any other is
        disclosed whole, whatever `paths` says. Raises HolderBindingFailed when it is bound to another key,
        UndisclosablePath.
        """
        del channel
        document, _ = _document(credential)
        node = self.disclose(credential, paths)
        did = _only_subject(document).get("id")
        if not isinstance(did, str):
            raise HolderBindingFailed("the credential is bound to nobody")
        presentation: JsonObject = {
            "@context": [CREDENTIALS_V2],
            "type": [_PRESENTATION],
            "holder": did,
            "verifiableCredential": [node],
        }
        return sign_document(
            presentation,
            holder,
            holders.signing_method(did, holder.public_jwk),
            canonicaliser=self.canonicaliser,
            created=now,
            purpose=AUTHENTICATION,
            challenge=nonce,
            domain=audience,
            suites=_SUITES,
        )

    def verify(self, presented: Credential, expected: Expectation, keys: KeyResolver) -> VerifiedClaims:
        """Check proofs, structure and holder binding.

        Raises MalformedCredential and its kin, InvalidSignature, LimitExceeded, HolderBindingFailed and its kin, or
        what the resolver raises. Whether `validUntil` has passed is for the caller: the claims say when.
        """
        if not isinstance(presented, dict):
            raise MalformedCredential("a Data Integrity credential is an object")
        proven: VerifiedProof | None = None
        credential = presented
        if _is_presentation(presented):
            proven, credential = self._presentation(presented, expected, keys)
        elif expected.holder_binding:
            raise HolderBindingMissing("a credential came without a presentation around it")
        document, node = _document(credential)
        # A base proof is the holder's own: by itself it is checked as on receipt, and in a presentation refused.
        on_receipt = proven is None and selective.has_base_proof(node)
        suites = _SUITES_OF_HOLDERS if on_receipt else _SUITES
        signed_by = self._issuer(node, document, expected, keys, suites)
        subject = _only_subject(document)
        did = subject.get("id")
        if proven is not None and did != proven.controller:
            raise HolderBindingFailed("the presenter is not the subject of the credential")
        types = self._types(node, document)
        return VerifiedClaims(
            format=NAME,
            type=_own_type(types),
            types=types,
            claims=self._claims(types, subject),
            signed_by=signed_by,
            holder=_holder(proven, did, keys),
            issued_at=document.valid_from,
            valid_from=document.valid_from,
            valid_until=document.valid_until,
            status=tuple(status_entries.read(each) for each in document.status),
            raw=presented,
            document=selective.without_proof(node),
        )

    def _presentation(
        self, presented: JsonObject, expected: Expectation, keys: KeyResolver
    ) -> tuple[VerifiedProof, JsonObject]:
        if not expected.holder_binding:
            raise HolderBindingMissing("a holder's proof came that was not asked for")
        presentation = read_presentation(presented)
        if len(presentation.credentials) != 1:
            raise MalformedCredential("a presentation holds one credential")
        if "proof" not in presented:
            raise HolderBindingMissing("the presentation has no proof")
        proofs = verify_document(
            presented,
            keys,
            canonicaliser=self.canonicaliser,
            now=expected.now,
            purpose=AUTHENTICATION,
            suites=_SUITES,
            # `_check_freshness` is stricter, and says what is wrong.
            skew=_ANY_TIME,
        )
        if len(proofs) != 1:
            raise InvalidProof("a presentation has one proof")
        proof = proofs[0]
        _check_freshness(proof, expected)
        if presentation.holder not in (None, proof.controller):
            raise HolderBindingFailed("the presentation is not signed by its holder")
        return proof, presentation.credentials[0]

    def _issuer(
        self,
        node: JsonObject,
        document: CredentialDocument,
        expected: Expectation,
        keys: KeyResolver,
        suites: Mapping[str, Cryptosuite],
    ) -> SignedBy:
        proofs = verify_document(
            node, keys, canonicaliser=self.canonicaliser, now=expected.now, suites=suites, skew=_ANY_TIME
        )
        for proof in proofs:
            # A credential that begins later may be signed later, and is then not valid yet: that is for the caller.
            latest = max(expected.now + SKEW, document.valid_from or expected.now)
            if proof.created is not None and proof.created > latest:
                raise InvalidProof("the proof was made in the future")
            # VCDM 2.0 section 7.1: whoever holds some key could otherwise sign in the name of another issuer.
            if proof.controller != document.issuer:
                raise InvalidProof("the proof is not by the issuer")
        return SignedBy(document.issuer, proofs[0].key, verification_method=proofs[0].verification_method)

    def _vocabulary(self, type: str) -> Vocabulary:
        vocabulary = self._by_type.get(type)
        if vocabulary is None:
            raise UnknownFormat("there is no JSON-LD vocabulary for this type")
        return vocabulary

    def _types(self, node: JsonObject, document: CredentialDocument) -> tuple[str, ...]:
        contexts = node["@context"]
        urls = [url for url in contexts if isinstance(url, str)] if isinstance(contexts, list) else []
        return tuple(self._bundle.type_iri(each, urls) for each in document.types)

    def _claims(self, types: tuple[str, ...], subject: JsonObject) -> JsonObject:
        vocabulary = self._by_type.get(_own_type(types))
        if vocabulary is None:
            return {name: value for name, value in subject.items() if name != "id"}
        return vocabulary.from_subject(subject)


def _is_presentation(presented: JsonObject) -> bool:
    kinds = presented.get("type")
    return _PRESENTATION in (kinds if isinstance(kinds, list) else [kinds])


def _document(credential: object) -> tuple[CredentialDocument, JsonObject]:
    document = read_credential(credential)
    if not isinstance(credential, dict):
        raise MalformedCredential("a credential is an object")
    return document, credential


def _only_subject(document: CredentialDocument) -> JsonObject:
    if len(document.subjects) != 1:
        raise MalformedCredential("a credential is about one subject")
    return document.subjects[0]


def _own_type(types: tuple[str, ...]) -> str:
    """Return the one type beside VerifiableCredential, or the first of several."""
    own = [each for each in types if each != f"https://www.w3.org/2018/credentials#{_CREDENTIAL}"]
    return own[0] if own else types[0]


def _check_freshness(proof: VerifiedProof, expected: Expectation) -> None:
    # Data Integrity 1.0 section 4.4: challenge and domain are compared when they are expected, as sets.
    if expected.nonce is not None and proof.challenge != expected.nonce:
        raise WrongNonce("challenge is not the expected one")
    if expected.audience is not None and proof.domains != {expected.audience}:
        raise WrongAudience("domain is not the expected one")
    if expected.on_file:
        return
    if proof.created is None:
        raise HolderBindingFailed("the proof does not say when it was made")
    if not expected.now - expected.max_age - SKEW <= proof.created <= expected.now + SKEW:
        raise StaleHolderProof("created is outside the accepted window")


def _holder(proven: VerifiedProof | None, did: object, keys: KeyResolver) -> HolderKey | None:
    if proven is not None:
        return HolderKey(proven.key, proven.verification_method)
    return holders.key_of(did, keys) if isinstance(did, str) else None


def _unverified_holder(document: CredentialDocument) -> HolderKey | None:
    did = _only_subject(document).get("id")
    return holders.key_of(did, Resolver()) if isinstance(did, str) else None
