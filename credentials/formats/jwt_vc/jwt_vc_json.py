"""`jwt_vc_json`: VCDM 1.1 credentials in the older JWT encoding, presented in a `vp` claim (OpenID4VCI 1.0 A.1.1).

For wallets that know nothing newer. Everything in such a credential is disclosed to whoever receives it.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final, final

from credentials.claims_path import ClaimsPath
from credentials.clock import epoch
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
from credentials.formats.jwt_vc.key_sources import ByIdentifier
from credentials.formats.jwt_vc.media import Kind
from credentials.formats.jwt_vc.older_encoding import (
    TYPE,
    OlderDocument,
    UnprovenDocument,
    encode,
    open_older,
    parse,
    read_older,
)
from credentials.formats.jwt_vc.presentation import check_answer, check_bound, named_holder, refuse_audience
from credentials.formats.jwt_vc.secured import named_key
from credentials.formats.vcdm import CREDENTIALS_V1, Version
from credentials.formats.vcdm import holder as holders
from credentials.jose import UnverifiedToken, sign_compact
from credentials.keys import Algorithm, InvalidSignature, Signer

NAME: Final = "jwt_vc_json"
_VERSIONS: Final = (Version.V1_1,)


@final
class JwtVcJson:
    """Issue, present and verify credentials as `jwt_vc_json`.

    `vocabularies` say how claim trees are written as subjects. `published` finds keys of https issuers on their web
    sites, for those for which that is allowed; without it they need certificates.
    """

    __slots__ = ("_cards", "_published")

    name = NAME

    def __init__(self, vocabularies: Iterable[Vocabulary] = (), *, published: PublishedKeys | None = None) -> None:
        self._cards = Cards(vocabularies)
        self._published = published

    def describe(self, configuration: Configuration) -> JsonObject:
        """Return the metadata members of OpenID4VCI 1.0 appendix A.1.1.2. Raises UnknownFormat for an unknown type."""
        vocabulary = self._cards.vocabulary(configuration.type)
        described: JsonObject = {
            "format": NAME,
            "credential_definition": {"type": [CREDENTIAL, vocabulary.term]},
            "cryptographic_binding_methods_supported": ["did:jwk", "did:key", "jwk"],
            "credential_signing_alg_values_supported": list(configuration.algorithms) or [Algorithm.ES256.value],
        }
        return described | configuration.credential_metadata()

    def issue(self, draft: CredentialDraft, key: IssuerKey) -> str:
        """Sign a VCDM 1.1 credential.

        Raises UnknownFormat for a type without a vocabulary, ValueError for a draft that this format cannot state.
        """
        name = IssuerName.of(draft, key)
        claims = encode(self._cards.write(draft, name.issuer, Version.V1_1))
        # What the encoding makes of the document comes last, so that no claim says another thing.
        return sign_compact(
            {"typ": TYPE, **named_key(name.kid, name.x5c)}, name.claims(draft).to_jwt() | claims, key.signer
        )

    def inspect(self, credential: Credential) -> HeldView:
        """Read a held credential, not verified. Everything in it is always disclosed. Raises MalformedCredential."""
        token, held = _held(credential)
        card = self._cards.read(held.document, Version.V1_1)
        return held_view(NAME, card, held.claims, named_holder(card.subject), certificates(token.header))

    def disclose(self, credential: Credential, paths: Collection[ClaimsPath] | None) -> Credential:
        """Return the credential as it is, whatever `paths` says: a JWS has no selective disclosure.

        Raises MalformedCredential.
        """
        del paths
        _held(credential)
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
        """Make a `jwt_vp_json` of one credential, for one audience (OpenID4VP 1.0 appendix B.1.3.1).

        The whole credential is disclosed whatever `paths` says. Raises HolderBindingFailed when the credential is bound
        to another key.
        """
        del paths, channel
        card = self._cards.read(_held(credential)[1].document, Version.V1_1)
        did = card.subject.get("id")
        if not isinstance(did, str):
            raise HolderBindingFailed("the credential is bound to nobody")
        method = holders.signing_method(did, holder.public_jwk)
        claims: JsonObject = {
            "iss": did,
            "aud": audience,
            "nonce": nonce,
            "iat": epoch(now),
            "nbf": epoch(now),
            "vp": {
                "@context": [CREDENTIALS_V1],
                "type": ["VerifiablePresentation"],
                "holder": did,
                "verifiableCredential": [str(credential)],
            },
        }
        return sign_compact({"typ": TYPE, "kid": method}, claims, holder)

    def verify(self, presented: Credential, expected: Expectation, keys: KeyResolver) -> VerifiedClaims:
        """Check signatures, structure and holder binding.

        Raises MalformedCredential and its kin, InvalidToken, InvalidSignature, LimitExceeded, HolderBindingFailed and
        its kin, or what the resolver raises. Whether the credential has expired is for the caller: the claims say when.
        """
        token = parse(presented)
        credential: object = token
        presentation: OlderDocument | None = None
        if Kind.PRESENTATION.value in token.payload:
            presentation = _presentation(token, expected, keys)
            credential = _only_credential(presentation)
        elif expected.holder_binding:
            raise HolderBindingMissing("a credential came without a presentation around it")
        opened = open_older(credential, ByIdentifier(keys, self._published), Kind.CREDENTIAL, _VERSIONS)
        refuse_audience(opened.claims)
        card = self._cards.read(opened.document, Version.V1_1)
        if presentation is None:
            holder = named_holder(card.subject, keys)
        else:
            holder = check_bound(card.subject, opened.claims.confirmation, presentation.signed_by)
        return verified_claims(NAME, card, opened.claims, opened.signed_by, holder, raw=presented)


def _held(credential: Credential) -> tuple[UnverifiedToken, UnprovenDocument]:
    token = parse(credential)
    return token, read_older(token, Kind.CREDENTIAL, _VERSIONS)


def _presentation(token: UnverifiedToken, expected: Expectation, keys: KeyResolver) -> OlderDocument:
    if not expected.holder_binding:
        raise HolderBindingMissing("a holder's proof came that was not asked for")
    try:
        opened = open_older(token, ByIdentifier(keys), Kind.PRESENTATION, _VERSIONS)
    except InvalidSignature as error:
        raise HolderBindingFailed("the presentation is not signed by the holder's key") from error
    check_answer(opened.claims, expected)
    return opened


def _only_credential(presentation: OlderDocument) -> str:
    match presentation.credentials:
        case (str(credential),):
            return credential
        case _:
            raise MalformedCredential("a presentation holds one credential, as a token")
