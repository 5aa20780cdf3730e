"""A claim tree as data elements of an mdoc: one element per claim at the top, whose objects are maps.

Elements and claims bear the same names; docType and namespace are the type's URN. A day is a `full-date` (tag
1004, RFC 8943) and a moment a `tdate` (tag 0), which ISO/IEC 18013-5 section 7.2.1 wants in UTC and to the second; a
moment that is finer, which a `tdate` cannot say, stays text.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC
from functools import partial
from typing import Final

from credentials.claims_path import ClaimsPath
from credentials.debts.claim_table import LEAVES, SLOT, SLOT_MEMBERS, Kind
from credentials.debts.dates import parse_moment
from credentials.debts.errors import UnknownCredentialType
from credentials.encoding import JsonObject, JsonValue
from credentials.jose.cbor import CborValue, Tagged

FORMAT: Final = "mso_mdoc"

_TDATE: Final = 0
_FULL_DATE: Final = 1004


def to_elements(type: str, claims: JsonObject) -> dict[str, CborValue]:
    """Return the elements that state these claims. Raises UnknownCredentialType, InvalidField."""
    if type not in LEAVES:
        raise UnknownCredentialType("this type has no data elements")
    kinds = {leaf.path: leaf.kind for leaf in LEAVES[type]}
    return {name: _value(value, (name,), kinds) for name, value in claims.items()}


ELEMENTS: Final[Mapping[str, Callable[[JsonObject], Mapping[str, CborValue]]]] = {
    type: partial(to_elements, type) for type in LEAVES
}
"""Per type how its claims are written as elements."""


def element_path(type: str, claim: Sequence[str]) -> tuple[str, str]:
    """Return the path to the element that holds a claim: its namespace and its name (OpenID4VP 1.0 section 7.2)."""
    return type, claim[0]


def claim_of_element(type: str, path: ClaimsPath) -> ClaimsPath:
    """Return which claims a path into a document selects; those of another namespace stay below its name."""
    return path[1:] if path[:1] == (type,) else path


def _value(value: JsonValue, path: tuple[str, ...], kinds: dict[tuple[str, ...], Kind]) -> CborValue:
    if isinstance(value, dict):
        below = path[0] in SLOT_MEMBERS and len(path) == 1
        return {name: _value(item, (*path, SLOT if below else name), kinds) for name, item in value.items()}
    if isinstance(value, list):
        return [_value(item, path, kinds) for item in value]
    match kinds.get(path), value:
        case Kind.DAY, str():
            return Tagged(_FULL_DATE, value)
        case Kind.MOMENT, str():
            at = parse_moment(value).astimezone(UTC)
            return value if at.microsecond else Tagged(_TDATE, at.isoformat().replace("+00:00", "Z"))
        case _:
            return value
