"""How what the agency states is secured: the formats, and its key in each."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from credentials.debts.claims import from_jsonld, to_jsonld
from credentials.debts.elements import ELEMENTS
from credentials.debts.types import (
    CASE_TYPE,
    CONTEXT_URL,
    CONTEXT_V2_URL,
    OVERVIEW_TYPE,
    TYPE_TERMS,
    context_documents,
    needs_v2,
)
from credentials.dids import json_web_key, verification_method
from credentials.encoding import JsonObject
from credentials.formats.base import IssuerKey, LaterContext, Vocabulary
from credentials.formats.jwt_vc import JwtVcJson, VcJwt, VcSdJwt
from credentials.formats.ldp_vc import ContextBundle, LdpVc, sign_document
from credentials.formats.mdoc import MsoMdoc
from credentials.formats.registry import FormatRegistry
from credentials.formats.sd_jwt import SdJwtVc
from credentials.jose import EncryptionKey
from credentials.keys import Signer
from issuer.app.keys import AgencyKeys
from issuer.app.signing_keys import SigningKeys
from issuer.domain.configurations import Securing
from issuer.domain.key_purpose import Purpose
from issuer.settings import AgencySettings
from issuer.usecases.sign import Identity, KeySet
from service.sealing import derive


@dataclass(frozen=True, slots=True)
class Secured:
    """The formats, listed once; and one of them to sign whole documents with."""

    identity: Identity
    formats: FormatRegistry
    ldp: LdpVc

    def document(self, document: JsonObject, key: IssuerKey, now: datetime) -> JsonObject:
        """Sign a document of our own, such as a status list credential."""
        method = key.verification_method or ""
        return sign_document(document, key.signer, method, canonicaliser=self.ldp.canonicaliser, created=now)


def secured(settings: AgencySettings, key_set: Callable[[], KeySet]) -> Secured:
    """Return all formats, and the agency's identity in them; `key_set` gives the keys of now."""
    vocabularies = _vocabularies()
    ldp = LdpVc(ContextBundle(context_documents()), vocabularies)
    formats = FormatRegistry(
        [SdJwtVc(), ldp, VcSdJwt(vocabularies), VcJwt(vocabularies), JwtVcJson(vocabularies), MsoMdoc(ELEMENTS)],
    )
    identity = Identity(
        url=settings.base_url,
        did=settings.did,
        name=settings.agency.name,
        abbreviation=settings.agency.abbreviation,
        key_set=key_set,
        qualification=settings.attestation_qualification,
    )
    return Secured(identity, formats, ldp)


def key_set_of(did: str, keys: SigningKeys) -> KeySet:
    """Return how an agency's keys serve in each securing, and which of them are published."""

    def data_integrity(signer: Signer, suite: Securing) -> IssuerKey:
        return IssuerKey(signer, (), verification_method(did, signer.public_jwk), suite.value)

    # A JOSE header names the key's JsonWebKey, a Data Integrity proof its Multikey; the document lists both.
    token = IssuerKey(keys.signer, (), json_web_key(did, keys.signer.public_jwk))
    certified = IssuerKey(keys.signer, keys.signer_chain)
    others = [(each.key.public_jwk, each.chain) for each in keys.others if each.key.purpose is Purpose.SIGNER]
    return KeySet(
        by_securing={
            Securing.SD_JWT: certified,
            Securing.EDDSA_RDFC: data_integrity(keys.ldp, Securing.EDDSA_RDFC),
            Securing.ECDSA_RDFC: data_integrity(keys.signer, Securing.ECDSA_RDFC),
            Securing.ECDSA_SD: data_integrity(keys.signer, Securing.ECDSA_SD),
            Securing.VC_JWT: token,
            Securing.VC_SD_JWT: token,
            Securing.JWT_VC_JSON: token,
            Securing.MDOC: certified,
        },
        certified=((keys.signer.public_jwk, keys.signer_chain), *others),
        in_did=keys.published,
        certified_until=keys.certified_until,
    )


def encryption_key(keys: AgencyKeys) -> EncryptionKey:
    """Return the key to which wallets encrypt."""
    # Two parts, as one that is twice as long as the key favours none. With another token.key it is another key.
    return EncryptionKey.from_seed(b"".join(derive(keys.token_key, f"issuer encryption {part}") for part in (1, 2)))


def _vocabularies() -> list[Vocabulary]:
    def vocabulary(type_urn: str) -> Vocabulary:
        return Vocabulary(
            type=type_urn,
            term=TYPE_TERMS[type_urn],
            context=CONTEXT_URL,
            to_subject=lambda claims, node: to_jsonld(type_urn, claims, node),
            from_subject=lambda subject: from_jsonld(type_urn, subject),
            later=LaterContext(CONTEXT_V2_URL, needs_v2),
        )

    return [vocabulary(type_urn) for type_urn in (OVERVIEW_TYPE, CASE_TYPE)]
