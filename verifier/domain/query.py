"""A template as a DCQL query (OpenID4VP 1.0 section 6).

Overviews are required, in either securing; where the template needs cases they are asked with them first, and without
them last, because a citizen without debts has none. A selectively disclosable credential is asked claim by claim. Not
every case has a payment plan or a remedy, and a wallet answers a claim set wholly or not at all: so the sets run from
everything, by way of every combination of what may be lacking, to the few claims that still help. A Data Integrity
credential with `eddsa-rdfc-2022` cannot disclose in part; it is asked without claims, and only the template's claims of
it are kept.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Final

from credentials.encoding import JsonObject, JsonValue
from verifier.domain.evidence import CASE, OVERVIEW
from verifier.domain.templates import ClaimPath, Template

_VC: Final = "https://www.w3.org/2018/credentials#VerifiableCredential"
_TERMS: Final = {OVERVIEW: "BetaalverplichtingenOverzicht", CASE: "FinancieleZaak"}


def query_of(template: Template) -> JsonObject:
    """Return the query that a template stands for."""
    if template.own_query is not None:
        return template.own_query
    credentials: list[JsonValue] = [
        _sd_jwt("overzicht", OVERVIEW, template.overview_claims, (), template.overview_minimum),
        _ldp("overzicht_ldp", OVERVIEW),
    ]
    overviews: list[JsonValue] = [["overzicht"], ["overzicht_ldp"]]
    both: list[JsonValue] = []
    if template.asks_cases:
        credentials += [
            _sd_jwt("zaak", CASE, template.case_claims, template.case_optional, template.case_minimum),
            _ldp("zaak_ldp", CASE),
        ]
        # The most wanted first (section 6.2): wallets offer the citizen the first option that they can answer.
        both = [
            ["overzicht", "zaak"],
            ["overzicht_ldp", "zaak_ldp"],
            ["overzicht", "zaak_ldp"],
            ["overzicht_ldp", "zaak"],
        ]
    return {"credentials": credentials, "credential_sets": [{"options": [*both, *overviews]}]}


def claims_to_keep(template: Template, type_: str) -> tuple[ClaimPath, ...]:
    """Return the claims of one type that may be kept; empty means: everything that was disclosed."""
    if template.own_query is not None:
        return ()
    return template.every_case_claim if type_ == CASE else template.overview_claims


def _sd_jwt(
    query_id: str,
    vct: str,
    claims: Sequence[ClaimPath],
    optional: Sequence[Sequence[ClaimPath]],
    minimum: Sequence[ClaimPath],
) -> JsonObject:
    every = [*claims, *(path for group in optional for path in group)]
    ids = {path: f"c{number}" for number, path in enumerate(every, start=1)}
    query: JsonObject = {
        "id": query_id,
        "format": "dc+sd-jwt",
        "multiple": True,
        "meta": {"vct_values": [vct]},
        "claims": [{"id": ids[path], "path": list(path)} for path in every],
    }
    sets: list[JsonValue] = [[ids[path] for path in wanted] for wanted in _sets(claims, optional, minimum)]
    return {**query, "claim_sets": sets} if len(sets) > 1 else query


def _sets(
    claims: Sequence[ClaimPath], optional: Sequence[Sequence[ClaimPath]], minimum: Sequence[ClaimPath]
) -> Iterator[Sequence[ClaimPath]]:
    for count in range(len(optional), -1, -1):
        for groups in combinations(optional, count):
            yield [*claims, *(path for group in groups for path in group)]
    if set(minimum) != set(claims):
        yield minimum


def _ldp(query_id: str, type_: str) -> JsonObject:
    # Wallets compare expanded IRIs or the names in the document: both ways of saying the same are offered.
    values: list[JsonValue] = [[_VC, type_], ["VerifiableCredential", _TERMS[type_]]]
    return {"id": query_id, "format": "ldp_vc", "multiple": True, "meta": {"type_values": values}}
