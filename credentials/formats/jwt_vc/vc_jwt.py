"""`vc+jwt`: VCDM 2.0 credentials in a JWS, presented in a `vp+jwt` (VC-JOSE-COSE section 3.1).

Everything in such a credential is disclosed to whoever receives it. The holder proves its key by signing the
presentation around it, and its DID must be the subject of the credential.
"""

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
    HolderBindingFailed,
    HolderBindingMissing,
    IssuerKey,
    KeyResolver,
    MalformedCredential,
    VerifiedClaims,
    Vocabulary,
)
from credentials.formats.issuer_key import PublishedKeys, certificates
from credentials.formats.jwt_vc.answers import held_view, verified_claims
from credentials.formats.jwt_vc.cards import CREDENTIAL, Cards, IssuerName
from credentials.formats.jwt_vc.document import envelope_of
from credentials.formats.jwt_vc.key_sources import ByIdentifier
from credentials.formats.jwt_vc.media import Kind, Securing, media_type, token_type
from credentials.formats.jwt_vc.presentation import check_answer, check_bound, named_holder, refuse_audience
from credentials.formats.jwt_vc.secured import SecuredDocument, open_token, secure
from credentials.formats.jwt_vc.signature_claims import NAMES, SignatureClaims
from credentials.formats.vcdm import (
    CREDENTIALS_V2,
    ENVELOPED_CREDENTIAL,
    Envelope,
    PresentationDocument,
)
from credentials.formats.vcdm import (
    holder as holders,
)
from credentials.jose import InvalidToken, UnverifiedToken
from credentials.keys import Algorithm, InvalidSignature, Signer

NAME: Final = "vc+jwt"
_MEDIA_TYPE: Final = media_type(Kind.CREDENTIAL, Securing.JWT)


@final
class VcJwt:
    """Issue, present and verify credentials as `vc+jwt`.

    `vocabularies` say how claim trees are written as subjects. `published` finds keys of https issuers on their web
    sites, for those for which that is allowed; without it they need certificates.
    """

    __slots__ = ("_cards", "_published")

    name = NAME

    def __init__(self, vocabularies: Iterable[Vocabulary] = (), *, published: PublishedKeys | None = None) -> None:
        self._cards = Cards(vocabularies)
        self._published = published

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
            "cryptographic_binding_methods_supported": ["did:jwk", "did:key", "jwk"],
            "credential_signing_alg_values_supported": list(configuration.algorithms) or [Algorithm.ES256.value],
        }
        return described | configuration.credential_metadata()

    def issue(self, draft: CredentialDraft, key: IssuerKey) -> str:
        """Sign a VCDM 2.0 credential.

        Raises UnknownFormat for a type without a vocabulary, ValueError for a draft that this format cannot state.
        """
        name = IssuerName.of(draft, key)
        token = secure(
            self._cards.write(draft, name.issuer),
            key.signer,
            kid=name.kid,
            x5c=name.x5c,
            claims=name.claims(draft),
        )
        return str(token)

    def inspect(self, credential: Credential) -> HeldView:
        """Read a held credential, not verified. Everything in it is always disclosed. Raises MalformedCredential."""
        token = _token(credential, Kind.CREDENTIAL)
        claims = SignatureClaims.read(token.header, token.payload)
        card = self._cards.read({name: value for name, value in token.payload.items() if name not in NAMES})
        return held_view(NAME, card, claims, named_holder(card.subject), certificates(token.header))

    def disclose(self, credential: Credential, paths: Collection[ClaimsPath] | None) -> Credential:
        """Return the credential as it is, whatever `paths` says: a JWS has no selective disclosure.

        Raises MalformedCredential.
        """
        del paths
        _token(credential, Kind.CREDENTIAL)
        return credential

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
        """Make a `vp+jwt` around one enveloped credential, for one audience.

        The whole credential is disclosed whatever `paths` says: a JWS has no selective disclosure. Raises
        HolderBindingFailed when the credential is bound to another key.
        """
        del paths, channel
        token = _token(credential, Kind.CREDENTIAL)
        card = self._cards.read({name: value for name, value in token.payload.items() if name not in NAMES})
        did = card.subject.get("id")
        if not isinstance(did, str):
            raise HolderBindingFailed("the credential is bound to nobody")
        presentation: JsonObject = {
            "@context": [CREDENTIALS_V2],
            "type": ["VerifiablePresentation"],
            "holder": did,
            "verifiableCredential": [Envelope(ENVELOPED_CREDENTIAL, _MEDIA_TYPE, str(credential)).to_dict()],
        }
        return str(
            secure(
                presentation,
                holder,
                kind=Kind.PRESENTATION,
                kid=holders.signing_method(did, holder.public_jwk),
                claims=SignatureClaims(issuer=did, audience=audience, nonce=nonce, issued_at=now),
            )
        )

    def verify(self, presented: Credential, expected: Expectation, keys: KeyResolver) -> VerifiedClaims:
        """Check signatures, structure and holder binding.

        Raises MalformedCredential and its kin, InvalidToken, InvalidSignature, LimitExceeded, HolderBindingFailed and
        its kin, or what the resolver raises. Whether the credential or its signature has expired is for the caller: the
        claims say when.
        """
        if not isinstance(presented, str):
            raise MalformedCredential("a token is text")
        token, presentation = UnverifiedToken.parse(presented), None
        if token.header.get("typ") == token_type(Kind.PRESENTATION, Securing.JWT):
            presentation = _presentation(token, expected, keys)
            token = UnverifiedToken.parse(_only_credential(presentation))
        elif expected.holder_binding:
            raise HolderBindingMissing("a credential came without a presentation around it")
        source = ByIdentifier(keys, self._published)
        opened = open_token(token, token.payload, source, Kind.CREDENTIAL, Securing.JWT)
        refuse_audience(opened.claims)
        card = self._cards.read(opened.document, read=opened.credential)
        if presentation is None:
            holder = named_holder(card.subject, keys)
        else:
            holder = check_bound(card.subject, opened.claims.confirmation, presentation.signed_by)
        return verified_claims(NAME, card, opened.claims, opened.signed_by, holder, raw=presented)


def _token(credential: Credential, kind: Kind) -> UnverifiedToken:
    if not isinstance(credential, str):
        raise MalformedCredential("a token is text")
    try:
        token = UnverifiedToken.parse(credential)
        token.require_type(token_type(kind, Securing.JWT))
    except InvalidToken as error:
        raise MalformedCredential(error.detail) from error
    return token


def _only_credential(presentation: SecuredDocument) -> str:
    read = presentation.read
    if not isinstance(read, PresentationDocument) or len(read.credentials) != 1:
        raise MalformedCredential("a presentation holds one credential")
    envelope = envelope_of(read.credentials[0])
    if envelope.media_type != _MEDIA_TYPE:
        raise MalformedCredential("the presentation holds a credential of another format")
    return envelope.data


def _presentation(token: UnverifiedToken, expected: Expectation, keys: KeyResolver) -> SecuredDocument:
    if not expected.holder_binding:
        raise HolderBindingMissing("a holder's proof came that was not asked for")
    try:
        # A holder is a DID: only its own key, not a web site, speaks for it.
        opened = open_token(token, token.payload, ByIdentifier(keys), Kind.PRESENTATION, Securing.JWT)
    except InvalidSignature as error:
        raise HolderBindingFailed("the presentation is not signed by the holder's key") from error
    check_answer(opened.claims, expected)
    return opened
