"""What of a presentation was asked for: the one filter of whoever keeps an answer (OpenID4VP 1.0 sections 6.3, 6.4.1).

A wallet may show more than was asked, and a credential that cannot be shown in part always does. What was asked are the
claims of the first claim set that the presentation satisfies, or all claims where there are no sets; of a claim with
`values` only the elements that have one of them; and without `claims` nothing at all.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias, final

from credentials.encoding import JsonObject, JsonValue
from credentials.openid.claims_path import ClaimsPath
from credentials.openid.dcql.matching import matching_path, satisfied_claims
from credentials.openid.dcql.query import ClaimValue, CredentialQuery

_Wanted: TypeAlias = tuple[ClaimsPath, tuple[ClaimValue, ...]]


class _Nothing:
    """What is left of a value of which nothing was asked."""


_NOTHING: Final = _Nothing()


@final
@dataclass(frozen=True, slots=True)
class AskedClaim:
    """A claim that was asked and is there: where, and which values of it would do (empty: any)."""

    path: ClaimsPath
    values: tuple[ClaimValue, ...] = ()


def asked_claims(query: CredentialQuery, document: JsonObject) -> tuple[AskedClaim, ...]:
    """Return what a query asks of a presentation that discloses `document`; nothing where it does not satisfy it."""
    satisfied = satisfied_claims(query, document, presented=True)
    if satisfied is None:
        return ()
    found = ((claim, matching_path(claim, document, presented=True)) for claim in satisfied[1])
    return tuple(AskedClaim(path, claim.values) for claim, path in found if path is not None)


def only_asked(
    claims: JsonObject, asked: Iterable[AskedClaim], same: Callable[[JsonValue, ClaimValue], bool]
) -> JsonObject:
    """Return what these claims select, each with the objects and arrays that it stands in.

    `same` compares a claim with a value that was asked. In claims that name their slots (`zaken.z01`), None stands for
    every member of an object too.
    """
    left = _pick(claims, [(each.path, each.values) for each in asked], same)
    return left if isinstance(left, dict) else {}


def _pick(
    value: JsonValue, wanted: Sequence[_Wanted], same: Callable[[JsonValue, ClaimValue], bool]
) -> JsonValue | _Nothing:
    for path, values in wanted:
        if not path and (not values or any(same(value, each) for each in values)):
            return value
    if isinstance(value, dict):
        members = {name: _pick(member, _below(wanted, name), same) for name, member in value.items()}
        kept: JsonObject = {name: member for name, member in members.items() if not isinstance(member, _Nothing)}
        return kept or _NOTHING
    if isinstance(value, list):
        items = (_pick(item, _below(wanted, index), same) for index, item in enumerate(value))
        chosen: list[JsonValue] = [item for item in items if not isinstance(item, _Nothing)]
        return chosen or _NOTHING
    return _NOTHING


def _below(wanted: Sequence[_Wanted], component: str | int) -> list[_Wanted]:
    return [(path[1:], values) for path, values in wanted if path and (path[0] is None or path[0] == component)]
