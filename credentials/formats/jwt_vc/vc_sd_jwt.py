"""`vc+sd-jwt`: VCDM 2.0 credentials in an SD-JWT, presented with a KB-JWT (VC-JOSE-COSE section 3.2, RFC 9901).

Every leaf of the subject is disclosed by itself. Claims paths point into the document: `["credentialSubject", "saldo"]`
(OpenID4VP 1.0 appendix B.1.2).
"""

import secrets
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final, final

from credentials.claims_path import ClaimsPath
from credentials.encoding import JsonObject
from credentials.formats.base import (
    Channel,
    Configuration,
    Credential,
    CredentialDraft,
    Expectation,
    HeldView,
    HolderKey,
    IssuerKey,
    KeyResolver,
    MalformedCredential,
    VerifiedClaims,
    Vocabulary,
)
from credentials.formats.issuer_key import PublishedKeys, certificates
from credentials.formats.jwt_vc.answers import held_view, verified_claims
from credentials.formats.jwt_vc.cards import CREDENTIAL, Card, Cards, IssuerName
from credentials.formats.jwt_vc.disclosable import conceal, opened
from credentials.formats.jwt_vc.document import check_agreement, check_unsecured
from credentials.formats.jwt_vc.key_sources import ByIdentifier
from credentials.formats.jwt_vc.leaves import DECOY_MULTIPLE, SUBJECT, fill_sets, places
from credentials.formats.jwt_vc.media import Kind, Securing, token_type
from credentials.formats.jwt_vc.presentation import named_holder, refuse_audience
from credentials.formats.jwt_vc.secured import named_key, open_token
from credentials.formats.jwt_vc.signature_claims import NAMES, SignatureClaims
from credentials.formats.selective_disclosure import Limits, RandomBytes, UnverifiedSdJwt, key_binding
from credentials.formats.selective_disclosure.confirmation import holder_of
from credentials.formats.selective_disclosure.paths import needed
from credentials.formats.selective_disclosure.processing import Opened, Path
from credentials.formats.vcdm import CREDENTIALS_V2
from credentials.jose import sign_compact
from credentials.keys import Algorithm, Signer

NAME: Final = "vc+sd-jwt"


@final
class VcSdJwt:
    """Issue, present and verify credentials as `vc+sd-jwt`.

    `vocabularies` say how claim trees are written as subjects. `published` finds keys of https issuers on their web
    sites, for those for which that is allowed; without it they need certificates. `random` gives salts and decoys.
    """

    __slots__ = ("_cards", "_limits", "_published", "_random")

    name = NAME

    def __init__(
        self,
        vocabularies: Iterable[Vocabulary] = (),
        *,
        published: PublishedKeys | None = None,
        limits: Limits | None = None,
        random: RandomBytes = secrets.token_bytes,
    ) -> None:
        self._cards = Cards(vocabularies)
        self._published = published
        self._limits = limits or Limits()
        self._random = random

    def describe(self, configuration: Configuration) -> JsonObject:
        """Return the metadata members, laid out as OpenID4VCI 1.0 appendix A.1.2 does for W3C credentials.

        Raises UnknownFormat for an unknown type.
        """
        vocabulary = self._cards.vocabulary(configuration.type)
        described: JsonObject = {
            "format": NAME,
            "credential_definition": {
                "@context": [CREDENTIALS_V2, vocabulary.context],
                "type": [CREDENTIAL, vocabulary.term],
            },
            "cryptographic_binding_methods_supported": ["jwk", "did:jwk", "did:key"],
            "credential_signing_alg_values_supported": list(configuration.algorithms) or [Algorithm.ES256.value],
        }
        return described | configuration.credential_metadata()

    def issue(self, draft: CredentialDraft, key: IssuerKey) -> str:
        """Sign a VCDM 2.0 credential that ends with `~`.

        The paths of `draft.disclosable`, where there are any, point into the document. Raises UnknownFormat for a type
        without a vocabulary, ValueError for a draft that this format cannot state.
        """
        name = IssuerName.of(draft, key)
        document = self._cards.write(draft, name.issuer)
        claims = name.claims(draft)
        check_unsecured(document, Kind.CREDENTIAL)
        check_agreement(document, Kind.CREDENTIAL, name.issuer, claims)
        header: JsonObject = {
            "typ": token_type(Kind.CREDENTIAL, Securing.SD_JWT),
            "cty": Kind.CREDENTIAL.value,
            **named_key(name.kid, name.x5c),
        }
        payload, disclosures = self._concealed({**claims.to_jwt(), **document}, draft)
        return "~".join([sign_compact(header, payload, key.signer), *disclosures, ""])

    def inspect(self, credential: Credential) -> HeldView:
        """Read a held credential with every disclosure open, not verified. Raises MalformedCredential."""
        parsed, whole = self._held(credential)
        claims = SignatureClaims.read(parsed.token.header, whole.payload)
        card = self._card(whole)
        in_sight = self._card(opened(parsed, Kind.CREDENTIAL, {}, self._limits))
        return held_view(
            NAME,
            card,
            claims,
            _holder(claims.confirmation, card, None),
            certificates(parsed.token.header),
            always_disclosed=in_sight.claims,
            paths=_leaves(whole.places.values()),
        )

    def disclose(self, credential: Credential, paths: Collection[ClaimsPath] | None) -> str:
        """Return the SD-JWT with the disclosures that the places at `paths` in the document need, and no others.

        Raises UndisclosablePath, MalformedCredential.
        """
        parsed, whole = self._held(credential)
        return _showing(parsed, whole, paths)

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
    ) -> str:
        """Make an SD-JWT+KB that discloses what stands at `paths` in the document, and nothing else.

        Raises UndisclosablePath, MalformedCredential, or HolderBindingFailed when the credential is bound to another
        key than the holder's.
        """
        del channel
        parsed, whole = self._held(credential)
        claims = SignatureClaims.read(parsed.token.header, whole.payload)
        bound_to = _holder(claims.confirmation, self._card(whole), None)
        if bound_to is not None:
            bound_to.demand(holder)
        signed_part = _showing(parsed, whole, paths)
        return signed_part + key_binding.make(
            signed_part, holder, audience=audience, nonce=nonce, now=now, hash_name=parsed.hash_name
        )

    def verify(self, presented: Credential, expected: Expectation, keys: KeyResolver) -> VerifiedClaims:
        """Check the issuer's signature, the disclosures, the structure and the holder's proof.

        Raises MalformedCredential and its kin, InvalidToken, InvalidSignature, LimitExceeded, HolderBindingFailed and
        its kin, or what the resolver raises. Whether the credential or its signature has expired is for the caller: the
        claims say when.
        """
        parsed = UnverifiedSdJwt.parse(presented, self._limits, token_type(Kind.CREDENTIAL, Securing.SD_JWT))
        disclosed = opened(parsed, Kind.CREDENTIAL, limits=self._limits)
        source = ByIdentifier(keys, self._published)
        proven = open_token(parsed.token, disclosed.payload, source, Kind.CREDENTIAL, Securing.SD_JWT)
        refuse_audience(proven.claims)
        card = self._cards.read(proven.document, read=proven.credential)
        holder = _holder(proven.claims.confirmation, card, keys)
        bound_to = holder.jwk if holder else None
        key_binding.check(parsed.key_binding, parsed.signed_part, bound_to, expected, parsed.hash_name)
        return verified_claims(NAME, card, proven.claims, proven.signed_by, holder, raw=presented)

    def _concealed(self, payload: JsonObject, draft: CredentialDraft) -> tuple[JsonObject, list[str]]:
        if draft.disclosable is not None:
            return conceal(payload, Kind.CREDENTIAL, draft.disclosable, self._random, decoy_multiple=DECOY_MULTIPLE)
        subject = payload[SUBJECT]
        if not isinstance(subject, dict):
            raise MalformedCredential("a credential is about one subject")
        shown = {name: value for name, value in draft.claims.items() if name in draft.always_disclosed}
        in_sight = self._cards.vocabulary(draft.type).to_subject(shown, draft.id).keys()
        hide = list(places(subject, in_sight, draft.whole))
        hidden, disclosures = conceal(payload, Kind.CREDENTIAL, hide, self._random, decoy_multiple=DECOY_MULTIPLE)
        concealed = hidden[SUBJECT]
        if isinstance(concealed, dict):
            fill_sets(concealed, subject, draft.slots, self._random)
        return hidden, disclosures

    def _held(self, credential: Credential) -> tuple[UnverifiedSdJwt, Opened]:
        parsed = UnverifiedSdJwt.parse(credential, self._limits, token_type(Kind.CREDENTIAL, Securing.SD_JWT))
        if parsed.key_binding is not None:
            raise MalformedCredential("a held credential has no key binding")
        return parsed, opened(parsed, Kind.CREDENTIAL, limits=self._limits)

    def _card(self, whole: Opened) -> Card:
        return self._cards.read({name: value for name, value in whole.payload.items() if name not in NAMES})


def _showing(parsed: UnverifiedSdJwt, whole: Opened, paths: Collection[ClaimsPath] | None) -> str:
    return parsed.showing(parsed.disclosures.keys() if paths is None else needed(whole.payload, whole.places, paths))


def _holder(confirmed: JsonObject | None, card: Card, keys: KeyResolver | None) -> HolderKey | None:
    """Return the key by `cnf`, or that of the subject's DID."""
    return named_holder(card.subject, keys) if confirmed is None else holder_of(confirmed, keys)


def _leaves(opened_places: Iterable[Path]) -> tuple[Path, ...]:
    """Leave out what only leads to other places."""
    found = tuple(opened_places)
    above = {path[:length] for path in found for length in range(len(path))}
    return tuple(path for path in found if path not in above)
