"""An answer compared with its question: what each presentation shows, and what the holder agreed to."""

from collections.abc import Mapping, Sequence
from typing import Final

from credentials.encoding import b64_decode
from credentials.errors import BlauweKnopError
from credentials.formats.mdoc import certificates_inside
from credentials.jose import UnverifiedToken
from credentials.openid.dcql import MDOC, Answered, DcqlQuery, check_presentation
from credentials.openid.transaction_data import is_agreed
from credentials.openid.vp_response import Presentation
from credentials.trust import TrustedLists
from credentials.trust.x509 import aki
from verifier.domain.errors import RefusedAnswer
from verifier.domain.request import VerificationRequest
from verifier.ports import Examined, Presented
from verifier.usecases.asking import transaction_data_of

_NOT_AGREED: Final = (
    "De cliënt heeft niet ondertekend wat u vroeg. Laat de cliënt het opnieuw delen. Blijft het zo, dan kan deze "
    "wallet het niet."
)


def check_shown(query: DcqlQuery, presented: Presented, examined: Examined, lists: TrustedLists) -> None:
    """Demand that a presentation shows what its credential query asks, by whom that asks. Raises UnsatisfiedQuery."""
    if examined.disclosed is None:
        # The issuer's key could not be found, so nothing is known of what it says; nothing of it will be counted.
        return
    asked = query.by_id[presented.query_id]
    chain = _chain(presented) if asked.trusted_authorities else []
    answered = Answered(
        format=presented.format,
        types=frozenset({examined.evidence.type}),
        claims=examined.disclosed,
        authority_keys=_authority_keys(chain),
        trusted_lists=lists.of(chain, query.trusted_lists),
    )
    check_presentation(asked, answered)


def check_agreed(request: VerificationRequest, query: DcqlQuery, proven: Mapping[str, Sequence[Presentation]]) -> None:
    """Demand that the holder agreed to all that was to be agreed to (OpenID4VP 1.0 sections 8.4 and B.3.3.1).

    By a credential that is proven: anybody can make one of their own and agree with that. Raises RefusedAnswer.
    """
    for entry in transaction_data_of(request.binding.transaction_data, query):
        presentations = (each for id in entry.credential_ids for each in proven.get(id, ()))
        if not any(is_agreed(entry, each) for each in presentations):
            raise RefusedAnswer("transaction_not_agreed", _NOT_AGREED)


def _chain(presented: Presented) -> list[bytes]:
    """Return the certificates that came along, leaf first; who they truly are, the examination has decided."""
    if not isinstance(presented.presentation, str):
        return []
    try:
        if presented.format == MDOC:
            return list(certificates_inside(presented.presentation))
        chain = UnverifiedToken.parse(presented.presentation.partition("~")[0]).header.get("x5c")
        return [b64_decode(each) for each in chain if isinstance(each, str)] if isinstance(chain, list) else []
    except BlauweKnopError:
        return []


def _authority_keys(chain: Sequence[bytes]) -> frozenset[str]:
    try:
        return frozenset(filter(None, map(aki, chain)))
    except BlauweKnopError:
        return frozenset()
