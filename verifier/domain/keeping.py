"""What of an answer is kept: what its query asked, and what no card of our two types can be read without.

One rule for every request, whether it comes from a template or is a case system's own, applied before anything is
stored and again whenever an answer is checked anew:

1. *Asked*: of each presentation the claims that its own credential query asks (`credentials.openid.dcql.asked`): those
   of the first claim set that it satisfies, of a claim with `values` only the elements that have one, without `claims`
   nothing.
2. *Needed for the proof*: who issued it, its type, until when it holds and what was checked stand in the evidence
   itself. Of an overview and a case also the claims that every card of that type shows to everybody, by its type
   metadata (`sd: never`): the organisation, the reference date and the versions, without which no amount has a meaning.
"""

from credentials.debts.claims import ALWAYS_DISCLOSED
from credentials.debts.document_paths import SUBJECT, claim_path
from credentials.debts.elements import claim_of_element
from credentials.debts.errors import UnknownCredentialType
from credentials.encoding import JsonObject, JsonValue
from credentials.openid.claims_path import ClaimsPath
from credentials.openid.dcql import AskedClaim, CredentialQuery, asked_claims, only_asked
from credentials.openid.dcql.matching import same_value
from credentials.openid.dcql.query import MDOC, W3C_FORMATS, ClaimValue


def kept(claims: JsonObject, type_: str, query: CredentialQuery, disclosed: JsonObject | None) -> JsonObject:
    """Return what of a card's claims is kept. `disclosed` is what the paths of its query point into."""
    always = ALWAYS_DISCLOSED.get(type_, frozenset())
    chosen: JsonObject = {name: value for name, value in claims.items() if name in always}
    if disclosed is None:
        return chosen
    asked = asked_claims(query, disclosed)
    if query.format not in W3C_FORMATS and query.format != MDOC:
        return {**only_asked(claims, asked, same_value), **chosen}
    places = ((each, _place(query.format, type_, each.path, disclosed)) for each in asked)
    found = [AskedClaim(place, each.values) for each, place in places if place is not None]
    return {**only_asked(claims, found, _same_fact), **chosen}


def _place(format: str, type_: str, path: ClaimsPath, document: JsonObject) -> ClaimsPath | None:
    """Return where the claims stand that a path into a document selects; None for the envelope of a W3C credential."""
    if format == MDOC:
        return claim_of_element(type_, path)
    if isinstance(document.get(SUBJECT), list) and len(path) > 1 and not isinstance(path[1], str):
        path = (path[0], *path[2:])
    try:
        return claim_path(type_, path, document)
    except UnknownCredentialType:
        return tuple(path[1:]) if path[0] == SUBJECT else None


def _same_fact(claim: JsonValue, value: ClaimValue) -> bool:
    # JSON-LD writes an amount as a string of digits; in the claims it is a number again.
    return same_value(claim, value) or (isinstance(claim, int) and not isinstance(claim, bool) and str(claim) == value)
