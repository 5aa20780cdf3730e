"""An FCID document that came as one signed response, in the terms in which credentials are proven.

It is judged by the first three steps of the verifier. Its signer must be allowed both types of credential that state
what such a document states, and be the organisation that it names. A response has no end and no status: it proves what
the organisation said on its date, and not that it is still so.
"""

from datetime import UTC, datetime

from credentials.debts.case import totals
from credentials.debts.claim_table import CASE_TYPE, OVERVIEW_TYPE
from credentials.debts.dates import write_moment
from credentials.debts.fcid import DocumentCase, FcidDocument, SignedResponse
from credentials.debts.fcid.signed import TOKEN_TYPE
from credentials.encoding import JsonObject
from credentials.formats.base import SignedBy, VerifiedClaims
from credentials.trust.x509 import public_jwk


def verified_response(compact: str) -> VerifiedClaims:
    """Check the signature under the key of the first certificate, and that the document agrees with itself.

    The claims are whose document it is, of when, and what is left to pay of each case: never the citizen's number.
    Raises InvalidToken, InvalidChain, InvalidSignature, LimitExceeded, or a SourceError.
    """
    response = SignedResponse.parse(compact)
    key = public_jwk(response.x5c[0])
    response.verify(key)
    document = response.document()
    return VerifiedClaims(
        format=TOKEN_TYPE,
        type=OVERVIEW_TYPE,
        types=(OVERVIEW_TYPE, CASE_TYPE),
        claims=_claims(document),
        signed_by=SignedBy(None, key, response.x5c),
        holder=None,
        issued_at=document.created_at.astimezone(UTC),
        valid_from=None,
        valid_until=None,
        status=(),
        raw=compact,
        document={},
    )


def _claims(document: FcidDocument) -> JsonObject:
    balances = {case.reference: _balance(case) for case in document.cases}
    cases: JsonObject = {
        case.reference: {"saldo": balances[case.reference], "saldo_datumtijd": write_moment(case.balance_at)}
        for case in document.cases
    }
    return {
        "bronorganisatie": {"oin": document.source_oin},
        "peildatum": write_moment(_known_until(document)),
        "fcid_versie": document.version,
        "saldo_totaal": sum(balances.values()),
        "zaken": cases,
    }


def _balance(case: DocumentCase) -> int:
    owed, settled = totals(case.events)
    return owed - settled


def _known_until(document: FcidDocument) -> datetime:
    return min((case.balance_at for case in document.cases), default=document.created_at)
