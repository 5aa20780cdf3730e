"""Whether a card is sound: the four steps of `credentials.verification`, and that it is ours and from whom we asked.

Of a stranger's card no more can be said than that it is whole, in time and ours.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias, final

from credentials.clock import Clock
from credentials.consulted import consulting
from credentials.formats import Credential, Expectation, KeyResolver, VerifiedClaims
from credentials.keys import PublicJwk
from credentials.status import StatusChecker
from credentials.verification import Outcome, Report, VerificationFailed, Verifier
from wallet_api.domain.card import Agency, Card, Standing
from wallet_api.domain.errors import CardRefused
from wallet_api.domain.issuance import Kind
from wallet_api.ports import Proven

# A token, or a credential of this type; what else is consulted are keys and the trust list.
_TOKEN_BEGINS: Final = b"ey"
_LIST_CREDENTIAL: Final = b'"BitstringStatusListCredential"'

KeysOf: TypeAlias = Callable[[Agency], KeyResolver]


@final
class ProveCards:
    """The port `Proof`, with a verifier of our own and the same status lists that a counsellor reads.

    `keys_of` gives the keys of a stranger, as far as they can be had without asking anybody else.
    """

    def __init__(self, verifier: Verifier, status: StatusChecker, clock: Clock, keys_of: KeysOf) -> None:
        self._verifier = verifier
        self._status = status
        self._clock = clock
        self._keys_of = keys_of

    def prove(self, credential: Credential, kind: Kind, agency: Agency, holder: PublicJwk) -> Proven:
        """Demand that this agency issued it, now valid, for this key. Raises CardRefused."""
        try:
            claims = self._claims(credential, kind, agency)
        except VerificationFailed as error:
            decisive = error.report.decisive
            raise CardRefused(decisive.code if decisive is not None else error.report.outcome.value) from error
        if kind.type not in (claims.type, *claims.types):
            raise CardRefused("other_type")
        # OpenID4VCI 1.0 section 8: a card bound to a key that is not ours could never be shown, or is another's.
        if claims.holder is None or claims.holder.jwk.thumbprint != holder.thumbprint:
            raise CardRefused("other_holder")
        return Proven(claims.type, claims.claims, claims.issued_at, claims.valid_until)

    def report(self, card: Card) -> Report:
        """Check a card anew and say per step what was found."""
        return self._verifier.examine(card.copies[0].credential, self._bare(), card.format)

    def standing(self, card: Card) -> Standing:
        """Look up the status of a card that was proven when it came in; UNKNOWN when its list cannot be had.

        A stranger's list says nothing: that it is the stranger's, nobody can tell.
        """
        if not card.agency.listed:
            return Standing.UNKNOWN
        report = self.report(card)
        match report.outcome:
            case Outcome.PROVEN:
                return Standing.VALID
            case Outcome.SUPERSEDED:
                return Standing.SUPERSEDED
            case Outcome.REVOKED:
                return Standing.WITHDRAWN
            case Outcome.UNKNOWN:
                return Standing.UNKNOWN
            case Outcome.NOT_PROVEN:
                # That its time has passed is seen from the card itself, and is no word of the agency's.
                expired = report.decisive is not None and report.decisive.code == "expired"
                return Standing.VALID if expired else Standing.WITHDRAWN

    def status_lists(self, cards: Sequence[Card]) -> Mapping[str, str]:
        """Return the status lists by which these cards are judged now, as they were published, by address."""
        with consulting() as noted, self._status.batch():
            for card in cards:
                self.report(card)
        return {address: _text(body) for address, body in noted.items() if _is_status_list(address, body)}

    def _claims(self, credential: Credential, kind: Kind, agency: Agency) -> VerifiedClaims:
        if not agency.listed:
            return self._verifier.verify_unlisted(credential, self._bare(), self._keys_of(agency), kind.format)
        verified = self._verifier.verify(credential, self._bare(), kind.format)
        if verified.issuer.identifier != agency.identifier:
            raise CardRefused("other_issuer")
        return verified.claims

    def forget_status(self) -> None:
        """Drop cached status lists, so that the next look-up is fresh."""
        self._status.forget()

    def _bare(self) -> Expectation:
        return Expectation(self._clock.now(), holder_binding=False)


def _is_status_list(address: str, body: bytes) -> bool:
    return address.startswith(("https://", "http://")) and (body.startswith(_TOKEN_BEGINS) or _LIST_CREDENTIAL in body)


def _text(body: bytes) -> str:
    return body.decode("utf-8", "replace")
