"""Refusals as the W3C's interfaces want them: problem documents that never repeat what was sent."""

from typing import Final

from credentials.encoding import JsonObject
from credentials.errors import BlauweKnopError, MalformedInput
from credentials.formats.base import MalformedCredential
from credentials.formats.ldp_vc import problem_type_of
from credentials.formats.vcdm import InvalidDocument, Problem

PROBLEM_JSON: Final = "application/problem+json"


class InvalidRequest(InvalidDocument):
    """A request that lacks what the interface demands, or asks for what is not the caller's to choose."""

    code = "invalid_request"


def details_of(error: BlauweKnopError) -> JsonObject:
    """Return the ProblemDetails object of a refusal (RFC 9457; VCDM 2.0 section 7.1)."""
    if isinstance(error, InvalidDocument):
        return error.details()
    own = getattr(error, "problem_type", None)
    if isinstance(own, str):
        kind = own
    elif isinstance(error, MalformedInput) and not isinstance(error, MalformedCredential):
        kind = Problem.PARSING.url
    else:
        kind = problem_type_of(error)
    details: JsonObject = {"type": kind, "title": error.code.replace("_", " ")}
    if error.detail and not error.personal_data:
        details["detail"] = error.detail
    return details
