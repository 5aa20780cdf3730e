"""Credential and presentation documents of VCDM 2.0: read into what later steps need, or refused."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from credentials.encoding import JsonObject, JsonValue
from credentials.formats.vcdm.problems import InvalidDocument, Problem
from credentials.formats.vcdm.values import an_object, language_value, moment, one_or_more, typed_object, types, url

CREDENTIALS_V2: Final = "https://www.w3.org/ns/credentials/v2"


@dataclass(frozen=True, slots=True)
class CredentialDocument:
    """A well-formed credential (VCDM 2.0 section 4); nothing in it is proven by that."""

    id: str | None
    types: tuple[str, ...]
    issuer: str
    valid_from: datetime | None
    valid_until: datetime | None
    subjects: tuple[JsonObject, ...] = field(repr=False)
    status: tuple[JsonObject, ...]


@dataclass(frozen=True, slots=True)
class PresentationDocument:
    """A well-formed presentation (VCDM 2.0 section 4.13)."""

    holder: str | None
    types: tuple[str, ...]
    credentials: tuple[JsonObject, ...] = field(repr=False)


def read_credential(document: object) -> CredentialDocument:
    """Check a credential's structure. Raises InvalidDocument."""
    node = _secured_document(document, "VerifiableCredential")
    subjects = one_or_more(_required(node, "credentialSubject"), "credentialSubject", _subject)
    issuer = _party(_required(node, "issuer"), "issuer")
    begins = moment(node["validFrom"], "validFrom") if "validFrom" in node else None
    ends = moment(node["validUntil"], "validUntil") if "validUntil" in node else None
    if begins is not None and ends is not None and ends < begins:
        raise InvalidDocument("validUntil is before validFrom", Problem.RANGE)
    status = (
        one_or_more(node["credentialStatus"], "credentialStatus", typed_object) if "credentialStatus" in node else ()
    )
    _check_descriptions(node)
    _check_further(node)
    return CredentialDocument(
        url(node["id"], "id") if "id" in node else None,
        types(node["type"], "credential"),
        issuer,
        begins,
        ends,
        subjects,
        status,
    )


def read_presentation(document: object) -> PresentationDocument:
    """Check a presentation's structure; the credentials in it are only found to be objects. Raises InvalidDocument."""
    node = _secured_document(document, "VerifiablePresentation")
    if "id" in node:
        url(node["id"], "id")
    credentials = (
        one_or_more(node["verifiableCredential"], "verifiableCredential", an_object)
        if "verifiableCredential" in node
        else ()
    )
    return PresentationDocument(
        _party(node["holder"], "holder") if "holder" in node else None,
        types(node["type"], "presentation"),
        credentials,
    )


def _secured_document(document: object, kind: str) -> JsonObject:
    if not isinstance(document, dict):
        raise InvalidDocument("a document is an object", Problem.PARSING)
    contexts = document.get("@context")
    # VCDM 2.0 section 4.3: an ordered set whose first item is the base context.
    if not isinstance(contexts, list) or not contexts or contexts[0] != CREDENTIALS_V2:
        raise InvalidDocument("the first @context is not that of VCDM 2.0")
    if not all(isinstance(each, str | dict) and each for each in contexts):
        raise InvalidDocument("@context holds something else than URLs and objects")
    if kind not in types(_required(document, "type"), "document"):
        raise InvalidDocument(f"type does not include {kind}")
    return document


def _required(node: JsonObject, name: str) -> JsonValue:
    if name not in node:
        raise InvalidDocument(f"{name} is missing")
    return node[name]


def _subject(value: JsonValue, what: str) -> JsonObject:
    node = an_object(value, what)
    if "id" in node:
        url(node["id"], f"{what}.id")
    # VCDM 2.0 section 4.8: a subject with nothing said about it is no claim.
    if not node.keys() - {"id", "@id", "type", "@type"}:
        raise InvalidDocument(f"{what} makes no claim")
    return node


def _party(value: JsonValue, what: str) -> str:
    if isinstance(value, dict):
        if "id" not in value:
            raise InvalidDocument(f"{what} has no id")
        _check_descriptions(value)
        return url(value["id"], what)
    return url(value, what)


def _check_descriptions(node: JsonObject) -> None:
    for name in ("name", "description"):
        if name in node:
            one_or_more(node[name], name, language_value)


def _check_further(node: JsonObject) -> None:
    for name in ("termsOfUse", "evidence", "refreshService", "renderMethod", "confidenceMethod"):
        if name in node:
            one_or_more(node[name], name, typed_object)
    if "credentialSchema" in node:
        for schema in one_or_more(node["credentialSchema"], "credentialSchema", typed_object):
            url(schema.get("id"), "credentialSchema.id")
    if "relatedResource" in node:
        seen = [url(each.get("id"), "relatedResource.id") for each in _resources(node["relatedResource"])]
        if len(set(seen)) != len(seen):
            raise InvalidDocument("relatedResource names one resource twice")


def _resources(value: JsonValue) -> tuple[JsonObject, ...]:
    resources = one_or_more(value, "relatedResource", an_object)
    for each in resources:
        digests = [each[name] for name in ("digestSRI", "digestMultibase") if name in each]
        # VCDM 2.0 section 5.3: at least one digest, or nothing ties the resource to its name.
        if not digests or not all(isinstance(digest, str) and digest for digest in digests):
            raise InvalidDocument("relatedResource has no digest")
    return resources
