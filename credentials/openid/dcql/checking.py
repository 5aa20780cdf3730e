"""The verifier's side of DCQL: whether what came answers what was asked (OpenID4VP 1.0 section 8.6).

A wallet's matching is its own affair: `values` and `trusted_authorities` are requests, not controls (section 14.11), so
everything is checked again here, in what was proven and disclosed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from credentials.encoding import JsonObject
from credentials.openid.dcql.evaluation import check_sets
from credentials.openid.dcql.matching import lacking_claims, meets_demands, satisfied_claims
from credentials.openid.dcql.query import CredentialQuery, DcqlQuery
from credentials.openid.errors import Unmet, UnsatisfiedQuery


@dataclass(frozen=True, slots=True)
class Answered:
    """A presentation that has been verified: what it is, and what it discloses.

    `claims` is the processed payload of an SD-JWT VC, or the whole W3C credential; `holder_binding` whether its holder
    was proven.
    """

    format: str
    types: frozenset[str]
    claims: JsonObject = field(repr=False)
    authority_keys: frozenset[str] = frozenset()
    trusted_lists: frozenset[str] = frozenset()
    holder_binding: bool = True


def check_presentation(query: CredentialQuery, answered: Answered) -> None:
    """Check one presentation against its credential query, claims and values included. Raises UnsatisfiedQuery."""
    if not meets_demands(query, answered):
        raise UnsatisfiedQuery(
            "a presentation is not of the format, type, holder binding or authority that was asked", unmet=Unmet.KIND
        )
    if satisfied_claims(query, answered.claims, presented=True) is None:
        raise UnsatisfiedQuery(
            "a presentation lacks a claim, or a value, that was asked",
            unmet=Unmet.CLAIMS,
            lacking=lacking_claims(query, answered.claims),
        )


def check_response(query: DcqlQuery, answered: Mapping[str, Sequence[Answered]]) -> None:
    """Check a whole answer, per credential query id: each presentation, their number, and the credential sets.

    Raises UnsatisfiedQuery.
    """
    check_counts(query, {id: len(presentations) for id, presentations in answered.items()})
    for id, presentations in answered.items():
        for presentation in presentations:
            check_presentation(query.by_id[id], presentation)


def check_counts(query: DcqlQuery, counts: Mapping[str, int]) -> None:
    """Check which credential queries are answered, and by how many presentations, before any of them is verified.

    Raises UnsatisfiedQuery.
    """
    check_sets(query, counts.keys(), _cards)
    for id, count in counts.items():
        # Section 8.1: one or more, and exactly one unless several were asked.
        if count < 1 or (count > 1 and not query.by_id[id].multiple):
            raise _cards("the number of presentations is not the one that was asked")


def _cards(detail: str) -> UnsatisfiedQuery:
    return UnsatisfiedQuery(detail, unmet=Unmet.CARDS)
