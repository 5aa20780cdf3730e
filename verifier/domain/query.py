"""A template as a DCQL query (OpenID4VP 1.0 section 6).

Overviews are required, in any securing; where the template needs cases they are asked with them first, and without
them last, because a citizen without debts has none. Every credential is asked claim by claim. Not every case has a
payment plan or a remedy, and a wallet answers a claim set wholly or not at all: so the sets run from everything, by way
of every combination of what may be lacking, to the few claims that still help.

`query_of` is the whole question, in every format; it is stored, and decides what is kept of an answer. `fitted` is what
one wallet is asked of it: in the formats that it takes. A credential that cannot be disclosed in part comes whole (of
`ldp_vc` the cryptosuite decides), so that two of its claim sets will do to tell a citizen what was asked.
"""

import string
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Final

from credentials.debts.claims import ALWAYS_DISCLOSED, NOTICES
from credentials.debts.document_paths import document_path
from credentials.debts.elements import element_path
from credentials.encoding import JsonObject, JsonValue
from credentials.openid.dcql import CredentialQuery, DcqlQuery, parse_query
from credentials.openid.vp_formats import JWT_VC_JSON, LDP, MDOC, SD_JWT, VC_JWT, VC_SD_JWT
from verifier.domain.evidence import CASE, OVERVIEW
from verifier.domain.templates import ClaimPath, Template

_VC: Final = "https://www.w3.org/2018/credentials#VerifiableCredential"
_TERMS: Final = {OVERVIEW: "BetaalverplichtingenOverzicht", CASE: "FinancieleZaak"}

# How the ids of one format's queries end, the most wanted format first: those that show no more than is asked.
_ENDINGS: Final = {
    SD_JWT: "",
    VC_SD_JWT: "_vc_sd_jwt",
    MDOC: "_mdoc",
    LDP: "_ldp",
    VC_JWT: "_vc_jwt",
    JWT_VC_JSON: "_jwt_vc_json",
}
_IN_PART: Final = frozenset({SD_JWT, VC_SD_JWT, MDOC, LDP})

# Ids of claims stand in every claim set: in one letter each, the question stays small.
_IDS: Final = string.ascii_lowercase + string.ascii_uppercase + string.digits

_NUMBER: Final[ClaimPath] = ("bronorganisatie", "oin")
_NUMBER_ID: Final = "oin"


def query_of(template: Template) -> JsonObject:
    """Return the query that a template stands for, in every format."""
    if template.own_query is not None:
        return template.own_query
    credentials: list[JsonValue] = []
    both: list[JsonValue] = []
    overviews: list[JsonValue] = []
    for format, ending in _ENDINGS.items():
        overview, case = f"overzicht{ending}", f"zaak{ending}"
        credentials.append(
            _query(
                overview,
                format,
                OVERVIEW,
                _claims(format, OVERVIEW, template.overview_claims, (), template.overview_minimum),
            )
        )
        overviews.append([overview])
        if template.asks_cases:
            credentials.append(
                _query(
                    case,
                    format,
                    CASE,
                    _claims(format, CASE, template.case_claims, template.case_optional, template.case_minimum),
                )
            )
            both.append([overview, case])
    if template.asks_cases:
        # Agencies that give overviews in one of the first two securings ever issued and cases in the other.
        both += [["overzicht", "zaak_ldp"], ["overzicht_ldp", "zaak"]]
    # The most wanted first (section 6.2): wallets offer the citizen the first option that they can answer.
    return {"credentials": credentials, "credential_sets": [{"options": [*both, *overviews]}]}


def only_of(query: JsonObject, oins: Collection[str]) -> JsonObject:
    """Return a template's query of these organisations alone, by the number that every card of theirs shows.

    OpenID4VP 1.0 section 6.3: the claim must have one of the `values`. In an mdoc the number stands inside an element,
    where no value can be asked: there the organisations are not narrowed.
    """
    numbers: JsonValue = [*sorted(oins)]
    credentials: list[JsonValue] = []
    for each in parse_query(query).credentials:
        narrowed = each.to_json()
        if each.format != MDOC:
            (type_,) = (name for name in (OVERVIEW, CASE) if any(name in types for types in each.types))
            path: JsonValue = [*_place(each.format, type_, _NUMBER)]
            narrowed["claims"] = [*list_of(narrowed["claims"]), {"id": _NUMBER_ID, "path": path, "values": numbers}]
            if "claim_sets" in narrowed:
                narrowed["claim_sets"] = [[*list_of(ids), _NUMBER_ID] for ids in list_of(narrowed["claim_sets"])]
        credentials.append(narrowed)
    return {**query, "credentials": credentials}


def asked_of(query: JsonObject) -> int | None:
    """Say of how many organisations alone a query asks; None: of all."""
    found = {
        len(claim.values) for each in parse_query(query).credentials for claim in each.claims if claim.id == _NUMBER_ID
    }
    return max(found, default=None)


def list_of(value: JsonValue) -> list[JsonValue]:
    """Return a member of a query that is a list."""
    if not isinstance(value, list):
        raise TypeError("not a list")
    return value


def fitted(query: DcqlQuery, formats: Collection[str]) -> DcqlQuery:
    """Return what a wallet that takes these formats is asked of a template's query; at least one must be asked.

    Whatever answers the narrower query answers the whole one.
    """
    credentials = tuple(
        each if each.format in _IN_PART or len(each.claim_sets) < 2 else _in_two(each)
        for each in query.credentials
        if each.format in formats
    )
    known = {each.id for each in credentials}
    sets = tuple(
        replace(each, options=tuple(option for option in each.options if known.issuperset(option)))
        for each in query.credential_sets
    )
    if not credentials or not all(each.options for each in sets if each.required):
        raise ValueError("no format is left to ask for")
    return DcqlQuery(credentials, tuple(each for each in sets if each.options))


def of_later_part(query: JsonObject) -> JsonObject:
    """Return what is asked for a further part of an answer: the same credentials, none of which must come any more.

    OpenID4VP 1.0 section 6.4.2: without credential sets all would have to, so that each is optional by its own.
    """
    ids = [each.id for each in parse_query(query).credentials]
    return {**query, "credential_sets": [{"options": [[id]], "required": False} for id in ids]}


def _in_two(query: CredentialQuery) -> CredentialQuery:
    return replace(query, claim_sets=(query.claim_sets[0], query.claim_sets[-1]))


def _query(query_id: str, format: str, type_: str, claims: JsonObject) -> JsonObject:
    meta: JsonObject = {"vct_values": [type_]}
    if format == MDOC:
        meta = {"doctype_value": type_}
    elif format != SD_JWT:
        # Wallets compare expanded IRIs or the names in the document: both ways of saying the same are offered.
        meta = {"type_values": [[_VC, type_], ["VerifiableCredential", _TERMS[type_]]]}
    return {"id": query_id, "format": format, "multiple": True, "meta": meta, **claims}


def _claims(
    format: str,
    type_: str,
    claims: Sequence[ClaimPath],
    optional: Sequence[Sequence[ClaimPath]],
    minimum: Sequence[ClaimPath],
) -> JsonObject:
    if format == MDOC:
        # What every card of ours shows to everybody, an mdoc shows to who asks: without it no amount has a meaning.
        shown = [(name,) for name in sorted(ALWAYS_DISCLOSED[type_] - {NOTICES})]
        claims, minimum = [*shown, *claims], [*shown, *minimum]
        if NOTICES in ALWAYS_DISCLOSED[type_]:
            # Few overviews have notices; who leaves out those of one that has is found out by its version.
            optional = [*optional, ((NOTICES,),)]
    every = [*claims, *(path for group in optional for path in group)]
    ids = dict(zip(every, _IDS, strict=False))
    # Appendix B.2.4: whatever is answered is kept as long as the template says.
    kept: JsonObject = {"intent_to_retain": True} if format == MDOC else {}
    asked: JsonObject = {
        "claims": [{"id": ids[path], "path": list(_place(format, type_, path)), **kept} for path in every]
    }
    sets: list[JsonValue] = [[ids[path] for path in each] for each in _sets(claims, optional, minimum)]
    return {**asked, "claim_sets": sets} if len(sets) > 1 else asked


def _place(format: str, type_: str, path: ClaimPath) -> Sequence[str | int | None]:
    match format:
        case "dc+sd-jwt":
            return path
        case "mso_mdoc":
            return element_path(type_, path)
        case _:
            # Appendix B.1.2: in a W3C credential a path begins at the credential itself.
            return document_path(type_, path)


def _sets(
    claims: Sequence[ClaimPath], optional: Sequence[Sequence[ClaimPath]], minimum: Sequence[ClaimPath]
) -> Iterator[Sequence[ClaimPath]]:
    for count in range(len(optional), -1, -1):
        for groups in combinations(optional, count):
            yield [*claims, *(path for group in groups for path in group)]
    if set(minimum) != set(claims):
        yield minimum
