"""Credentials: read into what later steps need, or refused (VCDM 2.0 sections 4 and 5, VCDM 1.1 sections 4 and 5)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from credentials.encoding import JsonObject, JsonValue
from credentials.formats.vcdm.document import party, read_base, required
from credentials.formats.vcdm.problems import InvalidDocument, Problem
from credentials.formats.vcdm.related import RelatedResource, annotated, read_related
from credentials.formats.vcdm.values import a_node, language_value, moment, one_or_more, typed_object, types, url
from credentials.formats.vcdm.version import ONLY_V2, Version

_NEED_ID: Final = {
    # VCDM 2.0 section 4.11.
    Version.V2_0: frozenset({"credentialSchema"}),
    # VCDM 1.1 sections 4.9, 5.4 and 5.5.
    Version.V1_1: frozenset({"credentialSchema", "credentialStatus", "refreshService"}),
}
# VCDM 2.0 sections 4.10, 4.11, 5.4 to 5.6; the last two are reserved, and need a type too (section 5.10).
_TYPED: Final = (
    "credentialStatus",
    "credentialSchema",
    "refreshService",
    "termsOfUse",
    "evidence",
    "confidenceMethod",
    "renderMethod",
)
_PERIOD: Final = {
    Version.V2_0: ("validFrom", "validUntil"),
    Version.V1_1: ("issuanceDate", "expirationDate"),
}


@dataclass(frozen=True, slots=True)
class CredentialDocument:
    """A well-formed credential; nothing in it is proven by that.

    `related` are the resources of which it gives digests, in `relatedResource` or where it names them otherwise. For
    VCDM 1.1 `valid_from` is the issuance date and `valid_until` the expiration date.
    """

    id: str | None
    types: tuple[str, ...]
    issuer: str
    valid_from: datetime | None
    valid_until: datetime | None
    subjects: tuple[JsonObject, ...] = field(repr=False)
    status: tuple[JsonObject, ...]
    related: tuple[RelatedResource, ...] = ()
    version: Version = Version.V2_0

    def check_period(self, now: datetime) -> None:
        """Demand that a moment is within the validity period (section 4.9). Raises InvalidDocument (RANGE_ERROR)."""
        begins, ends = _PERIOD[self.version]
        if self.valid_from is not None and now < self.valid_from:
            raise InvalidDocument("the credential is not valid yet", Problem.RANGE, f"/{begins}")
        # Section 4.9: `validUntil` is the moment at which it ceases to be valid.
        if self.valid_until is not None and now >= self.valid_until:
            raise InvalidDocument("the credential is not valid any more", Problem.RANGE, f"/{ends}")


def read_credential(document: object, versions: Collection[Version] = ONLY_V2) -> CredentialDocument:
    """Check a credential's structure. Raises InvalidDocument."""
    node, version = read_base(document, "VerifiableCredential", versions)
    # Section 4.8: that something is the subject is a claim, and the least one; an empty object makes none.
    subjects = one_or_more(required(node, "credentialSubject"), "credentialSubject", a_node)
    issuer = party(required(node, "issuer"), "issuer")
    _check_descriptions(node)
    begins, ends = _period(node, version)
    typed: dict[str, tuple[JsonObject, ...]] = {
        name: _typed(node[name], name, version) for name in _TYPED if name in node
    }
    return CredentialDocument(
        url(node["id"], "id") if "id" in node else None,
        types(node["type"], "type"),
        issuer,
        begins,
        ends,
        subjects,
        typed.get("credentialStatus", ()),
        _related(node, typed),
        version,
    )


def _check_descriptions(node: JsonObject) -> None:
    # Section 4.6: of the credential and of its issuer. What subjects are called is for other vocabularies to say.
    for owner, where in ((node, ""), (node["issuer"], "issuer/")):
        if isinstance(owner, dict):
            for name in ("name", "description"):
                if name in owner:
                    one_or_more(owner[name], where + name, language_value)


def _period(node: JsonObject, version: Version) -> tuple[datetime | None, datetime | None]:
    begins, ends = _PERIOD[version]
    if version is Version.V1_1:
        # VCDM 1.1 section 4.6: when it was issued is said always; and nobody has to choose between two periods.
        required(node, begins)
        for name in _PERIOD[Version.V2_0]:
            if name in node:
                raise InvalidDocument(f"{name} is not a property of VCDM 1.1", path=f"/{name}")
    valid_from = moment(node[begins], begins) if begins in node else None
    valid_until = moment(node[ends], ends) if ends in node else None
    if valid_from is not None and valid_until is not None and valid_until < valid_from:
        raise InvalidDocument(f"{ends} is before {begins}", Problem.RANGE, f"/{ends}")
    return valid_from, valid_until


def _typed(value: JsonValue, name: str, version: Version) -> tuple[JsonObject, ...]:
    def read(each: JsonValue, what: str) -> JsonObject:
        node = typed_object(each, what)
        if name in _NEED_ID[version]:
            url(node.get("id"), f"{what}/id")
        return node

    return one_or_more(value, name, read)


def _related(node: JsonObject, typed: Mapping[str, tuple[JsonObject, ...]]) -> tuple[RelatedResource, ...]:
    named = read_related(node["relatedResource"]) if "relatedResource" in node else ()
    return (*named, *(found for name, each in typed.items() for entry in each for found in annotated(entry, name)))
