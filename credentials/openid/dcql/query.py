"""The DCQL query: its model, and how it is read and written (OpenID4VP 1.0 section 6).

Members that the specification does not know are ignored, as it demands.
"""

import re
from dataclasses import dataclass
from typing import Final, TypeAlias

from credentials.encoding import JsonObject, JsonValue
from credentials.openid.claims_path import ClaimsPath, parse_path
from credentials.openid.errors import InvalidPresentationRequest
from credentials.openid.members import ErrorClass, Members

SD_JWT_VC: Final = "dc+sd-jwt"
MDOC: Final = "mso_mdoc"
W3C_FORMATS: Final = frozenset({"ldp_vc", "jwt_vc_json", "jwt_vc_json-ld", "vc+jwt", "vc+sd-jwt"})

MAX_CREDENTIALS: Final = 100
MAX_CLAIMS: Final = 500
MAX_CLAIM_SETS: Final = 100
MAX_VALUES: Final = 100
MAX_CREDENTIAL_SETS: Final = 100
MAX_OPTIONS: Final = 100
MAX_TYPES: Final = 100

_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,256}\Z")

ClaimValue: TypeAlias = str | int | bool
TypeAlternatives: TypeAlias = tuple[frozenset[str], ...]


@dataclass(frozen=True, slots=True)
class ClaimsQuery:
    """One claim that is asked for, if need be with the values that would do (section 6.3).

    `intent_to_retain` is what the verifier of an mdoc says of keeping it, if anything (appendix B.2.4).
    """

    path: ClaimsPath
    id: str | None = None
    values: tuple[ClaimValue, ...] = ()
    intent_to_retain: bool | None = None

    def to_json(self) -> JsonObject:
        """Return the `claims` entry."""
        members: JsonObject = {"id": self.id} if self.id is not None else {}
        members["path"] = list(self.path)
        if self.values:
            members["values"] = list(self.values)
        if self.intent_to_retain is not None:
            members["intent_to_retain"] = self.intent_to_retain
        return members


@dataclass(frozen=True, slots=True)
class TrustedAuthorities:
    """Under whose authority the issuer must stand, in one of the ways of section 6.1.1; we know `aki` and `etsi_tl`."""

    type: str
    values: tuple[str, ...]

    def to_json(self) -> JsonObject:
        """Return the `trusted_authorities` entry."""
        return {"type": self.type, "values": list(self.values)}


@dataclass(frozen=True, slots=True)
class CredentialQuery:
    """One kind of credential that is asked for (section 6.1).

    `types` is what `meta` demands, whatever the format calls it: alternatives, each a set of types that must all be
    there. Empty means any. `claim_sets` holds ids of `claims`, the most wanted set first.
    """

    id: str
    format: str
    types: TypeAlternatives = ()
    claims: tuple[ClaimsQuery, ...] = ()
    claim_sets: tuple[tuple[str, ...], ...] = ()
    multiple: bool = False
    trusted_authorities: tuple[TrustedAuthorities, ...] = ()
    holder_binding: bool = True

    def to_json(self) -> JsonObject:
        """Return the `credentials` entry; what is at its default is left out."""
        members: JsonObject = {"id": self.id, "format": self.format, "meta": self._meta()}
        if self.multiple:
            members["multiple"] = True
        if not self.holder_binding:
            members["require_cryptographic_holder_binding"] = False
        if self.trusted_authorities:
            members["trusted_authorities"] = [authority.to_json() for authority in self.trusted_authorities]
        if self.claims:
            members["claims"] = [claim.to_json() for claim in self.claims]
        if self.claim_sets:
            members["claim_sets"] = [list(ids) for ids in self.claim_sets]
        return members

    def _meta(self) -> JsonObject:
        if not self.types:
            return {}
        if self.format in W3C_FORMATS:
            return {"type_values": [list[JsonValue](sorted(types)) for types in self.types]}
        names: list[JsonValue] = [name for types in self.types for name in types]
        return {"doctype_value": names[0]} if self.format == MDOC else {"vct_values": names}


@dataclass(frozen=True, slots=True)
class CredentialSetQuery:
    """Alternatives, each a set of credential query ids of which all are to be shown (section 6.2)."""

    options: tuple[tuple[str, ...], ...]
    required: bool = True

    def to_json(self) -> JsonObject:
        """Return the `credential_sets` entry."""
        members: JsonObject = {"options": [list(option) for option in self.options]}
        return members if self.required else {**members, "required": False}


@dataclass(frozen=True, slots=True)
class DcqlQuery:
    """A whole query. Without `credential_sets` every credential query is to be answered."""

    credentials: tuple[CredentialQuery, ...]
    credential_sets: tuple[CredentialSetQuery, ...] = ()

    @property
    def by_id(self) -> dict[str, CredentialQuery]:
        """The credential queries by their id."""
        return {query.id: query for query in self.credentials}

    @property
    def trusted_lists(self) -> frozenset[str]:
        """The addresses of the ETSI trusted lists that the query names."""
        authorities = (each for query in self.credentials for each in query.trusted_authorities)
        return frozenset(value for each in authorities if each.type == "etsi_tl" for value in each.values)

    @property
    def sets(self) -> tuple[CredentialSetQuery, ...]:
        """The credential sets; where the query has none, the one that means the same: all of them (section 6.4.2)."""
        return self.credential_sets or (CredentialSetQuery((tuple(query.id for query in self.credentials),)),)

    def to_json(self) -> JsonObject:
        """Return the `dcql_query` object."""
        members: JsonObject = {"credentials": [query.to_json() for query in self.credentials]}
        if self.credential_sets:
            members["credential_sets"] = [query.to_json() for query in self.credential_sets]
        return members


def parse_query(document: object, *, error: ErrorClass = InvalidPresentationRequest) -> DcqlQuery:
    """Read a `dcql_query` object. Raises `error`."""
    members = Members(document, "dcql_query", error)
    credentials = tuple(
        _parse_credential(entry, error) for entry in members.objects("credentials", max_items=MAX_CREDENTIALS)
    )
    known = {query.id for query in credentials}
    if len(known) != len(credentials):
        raise members.refuse("two credential queries have one id")
    return DcqlQuery(
        credentials,
        tuple(
            CredentialSetQuery(
                _parse_id_lists(entry, "options", known, MAX_OPTIONS), entry.boolean("required", default=True)
            )
            for entry in members.optional_objects("credential_sets", max_items=MAX_CREDENTIAL_SETS)
        ),
    )


def _parse_credential(entry: Members, error: ErrorClass) -> CredentialQuery:
    format_name = entry.text("format", max_length=100)
    claims = tuple(
        _parse_claim(claim, format_name, error) for claim in entry.optional_objects("claims", max_items=MAX_CLAIMS)
    )
    ids = [claim.id for claim in claims if claim.id is not None]
    if len(set(ids)) != len(ids):
        raise entry.refuse("two claims have one id")
    claim_sets: tuple[tuple[str, ...], ...] = ()
    if "claim_sets" in entry:
        # Sections 6.1 and 6.3: no claim sets without claims, and then every claim has an id.
        if len(ids) != len(claims) or not claims:
            raise entry.refuse("claim_sets needs claims that all have an id")
        claim_sets = _parse_id_lists(entry, "claim_sets", set(ids), MAX_CLAIM_SETS)
    return CredentialQuery(
        id=_parse_id(entry),
        format=format_name,
        types=_parse_meta(entry.object("meta"), format_name),
        claims=claims,
        claim_sets=claim_sets,
        multiple=entry.boolean("multiple", default=False),
        trusted_authorities=tuple(
            TrustedAuthorities(authority.text("type", max_length=100), authority.texts("values", max_items=MAX_VALUES))
            for authority in entry.optional_objects("trusted_authorities", max_items=MAX_VALUES)
        ),
        holder_binding=entry.boolean("require_cryptographic_holder_binding", default=True),
    )


def _parse_claim(entry: Members, format_name: str, error: ErrorClass) -> ClaimsQuery:
    path = parse_path(entry.value("path"), "claims query", error)
    # Section 7.2: namespace and element, both names.
    if format_name == MDOC and (len(path) != 2 or not all(isinstance(component, str) for component in path)):
        raise entry.refuse("path into an mdoc is not a namespace and an element")
    values: list[ClaimValue] = []
    for value in entry.items("values", max_items=MAX_VALUES) if "values" in entry else ():
        if not isinstance(value, str | int):
            raise entry.refuse("values holds something that is not a string, whole number or boolean")
        values.append(value)
    retain = entry.boolean("intent_to_retain", default=False) if _says_retain(entry, format_name) else None
    return ClaimsQuery(path, _parse_id(entry) if "id" in entry else None, tuple(values), retain)


def _says_retain(entry: Members, format_name: str) -> bool:
    # A member of mdocs alone: in other formats it is one that the specification does not know.
    return format_name == MDOC and "intent_to_retain" in entry


def _parse_meta(meta: Members, format_name: str) -> TypeAlternatives:
    # Appendices B.1.1, B.2.3 and B.3.5. An empty `meta` demands nothing (section 6.1).
    if not meta.raw:
        return ()
    if format_name == SD_JWT_VC:
        return tuple(frozenset({vct}) for vct in meta.texts("vct_values", max_items=MAX_TYPES))
    if format_name == MDOC:
        return (frozenset({meta.text("doctype_value")}),)
    if format_name not in W3C_FORMATS:
        # Nothing of ours is of this format, so whatever it demands is not met.
        return ()
    alternatives: list[frozenset[str]] = []
    for types in meta.items("type_values", max_items=MAX_TYPES):
        if not isinstance(types, list) or not types or not all(isinstance(name, str) and name for name in types):
            raise meta.refuse("type_values is not an array of arrays of types")
        if len(types) > MAX_TYPES:
            raise meta.refuse("type_values has too many types")
        alternatives.append(frozenset(name for name in types if isinstance(name, str)))
    return tuple(alternatives)


def _parse_id(entry: Members) -> str:
    id = entry.text("id")
    if not _ID.match(id):
        raise entry.refuse("id holds something other than letters, digits, hyphen and underscore, or is too long")
    return id


def _parse_id_lists(entry: Members, name: str, known: set[str], max_items: int) -> tuple[tuple[str, ...], ...]:
    lists: list[tuple[str, ...]] = []
    for ids in entry.items(name, max_items=max_items):
        if not isinstance(ids, list) or not ids or len(ids) > max(MAX_CLAIMS, MAX_CREDENTIALS):
            raise entry.refuse(f"{name} is not an array of non-empty arrays")
        if not all(isinstance(id, str) and id in known for id in ids):
            raise entry.refuse(f"{name} refers to an id that is not there")
        lists.append(tuple(dict.fromkeys(id for id in ids if isinstance(id, str))))
    return tuple(lists)
