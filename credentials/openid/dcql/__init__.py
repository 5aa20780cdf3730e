"""The Digital Credentials Query Language, whole (OpenID4VP 1.0 section 6).

`query` is the language: model, parser, writer. `matching` is the one place that decides whether a credential answers a
credential query. `evaluation` is the wallet's side: what could be shown, and whether a choice of it may be sent.
`checking` is the verifier's side: whether what came answers what was asked; `asked` is what of it may be kept.
"""

from credentials.openid.dcql.asked import AskedClaim, asked_claims, only_asked
from credentials.openid.dcql.checking import Answered, check_presentation, check_response
from credentials.openid.dcql.evaluation import Candidate, Evaluation, InvalidChoice, Match, SetMatch, evaluate
from credentials.openid.dcql.query import (
    MDOC,
    W3C_FORMATS,
    ClaimsQuery,
    CredentialQuery,
    CredentialSetQuery,
    DcqlQuery,
    TrustedAuthorities,
    parse_query,
)

__all__ = [
    "MDOC",
    "W3C_FORMATS",
    "Answered",
    "AskedClaim",
    "Candidate",
    "ClaimsQuery",
    "CredentialQuery",
    "CredentialSetQuery",
    "DcqlQuery",
    "Evaluation",
    "InvalidChoice",
    "Match",
    "SetMatch",
    "TrustedAuthorities",
    "asked_claims",
    "check_presentation",
    "check_response",
    "evaluate",
    "only_asked",
    "parse_query",
]
