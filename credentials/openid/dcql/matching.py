"""Does this credential answer this credential query? Decided here for both sides (OpenID4VP 1.0 section 6.4.1)."""

from typing import Final, Protocol

from credentials.encoding import JsonObject, JsonValue
from credentials.openid.claims_path import ClaimsPath, PathNotFound, select
from credentials.openid.dcql.query import W3C_FORMATS, ClaimsQuery, ClaimValue, CredentialQuery, TrustedAuthorities

# Appendix B.1.1 wants expanded IRIs; peers also write the short name, which every W3C credential has.
_BASE_TYPES: Final = frozenset({"https://www.w3.org/2018/credentials#VerifiableCredential", "VerifiableCredential"})


class Facts(Protocol):
    """What a query looks at in a credential, held or presented."""

    @property
    def format(self) -> str:
        """The format identifier."""
        ...

    @property
    def types(self) -> frozenset[str]:
        """The `vct`, or the expanded type IRIs."""
        ...

    @property
    def claims(self) -> JsonObject:
        """The document that claims paths point into: the processed payload, or the whole W3C credential."""
        ...

    @property
    def authority_keys(self) -> frozenset[str]:
        """The authority key identifiers of the certificates in the credential's chain, base64url."""
        ...

    @property
    def trusted_lists(self) -> frozenset[str]:
        """The addresses of the ETSI trusted lists, of those asked, that the credential's chain comes from."""
        ...

    @property
    def holder_binding(self) -> bool:
        """Whether it can be, or was, presented with a proof of its holder."""
        ...


def meets_demands(query: CredentialQuery, facts: Facts) -> bool:
    """Tell whether all but the claims is as asked: format, types, holder binding, authority."""
    if facts.format != query.format:
        return False
    types = facts.types | _BASE_TYPES if query.format in W3C_FORMATS else facts.types
    if query.types and not any(alternative <= types for alternative in query.types):
        return False
    if query.holder_binding and not facts.holder_binding:
        return False
    return _under_authority(query, facts)


def has_claim(claim: ClaimsQuery, document: JsonObject, *, presented: bool) -> bool:
    """Tell whether the document has the claim, with one of the wanted values if there are any."""
    return matching_path(claim, document, presented=presented) is not None


def matching_path(claim: ClaimsQuery, document: JsonObject, *, presented: bool) -> ClaimsPath | None:
    """Return the path by which the document has the claim, with one of the wanted values if there are any.

    In a presentation, array elements that stay hidden are gone, so that an index no longer counts from the same start:
    with `presented`, an index that does not do stands for any element.
    """
    if _has(claim.path, claim.values, document):
        return claim.path
    if not presented or not any(isinstance(component, int) for component in claim.path):
        return None
    anywhere = tuple(None if isinstance(component, int) else component for component in claim.path)
    return anywhere if _has(anywhere, claim.values, document) else None


def satisfied_claims(
    query: CredentialQuery, document: JsonObject, *, presented: bool
) -> tuple[int | None, tuple[ClaimsQuery, ...]] | None:
    """Return which claims answer the query, and the index of their claim set; None if the document cannot.

    Without claim sets all claims are wanted; with them, the first set that can be had.
    """
    met = {index for index, claim in enumerate(query.claims) if has_claim(claim, document, presented=presented)}
    if not query.claim_sets:
        return (None, query.claims) if len(met) == len(query.claims) else None
    by_id = {claim.id: index for index, claim in enumerate(query.claims)}
    for number, ids in enumerate(query.claim_sets):
        wanted = [by_id[id] for id in ids]
        if met.issuperset(wanted):
            return number, tuple(query.claims[index] for index in wanted)
    return None


def lacking_claims(query: CredentialQuery, document: JsonObject) -> tuple[ClaimsPath, ...]:
    """Return which claims a presentation still needs to answer the query: of the claim set that is nearest to it."""
    by_id = {claim.id: claim for claim in query.claims}
    sets = [[by_id[id] for id in ids] for ids in query.claim_sets] or [list(query.claims)]
    unmet = [[claim.path for claim in each if not has_claim(claim, document, presented=True)] for each in sets]
    _, nearest = min((len(each), number) for number, each in enumerate(unmet))
    return tuple(dict.fromkeys(unmet[nearest]))


def _has(path: ClaimsPath, values: tuple[ClaimValue, ...], document: JsonObject) -> bool:
    try:
        selected = select(path, document)
    except PathNotFound:
        return False
    return not values or any(same_value(element, value) for element in selected for value in values)


def same_value(element: JsonValue, value: ClaimValue) -> bool:
    """Compare as section 6.3 does: type and value both match exactly; in Python True equals 1, and 1 equals 1.0."""
    return type(element) is type(value) and element == value


def _under_authority(query: CredentialQuery, facts: Facts) -> bool:
    # Section 6.1.1: one of the values of one of the entries. What we cannot evaluate, we do not call met.
    if not query.trusted_authorities:
        return True
    return any(_is_under(authority, facts) for authority in query.trusted_authorities)


def _is_under(authority: TrustedAuthorities, facts: Facts) -> bool:
    match authority.type:
        case "aki":
            return not facts.authority_keys.isdisjoint(value.rstrip("=") for value in authority.values)
        case "etsi_tl":
            return not facts.trusted_lists.isdisjoint(authority.values)
        case _:
            return False
