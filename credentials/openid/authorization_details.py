"""`authorization_details` of type `openid_credential` (RFC 9396, OpenID4VCI 1.0 sections 5.1.1 and 6.2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from credentials import limits
from credentials.encoding import JsonObject, JsonValue, json_compact, json_parse
from credentials.errors import MalformedInput
from credentials.openid.errors import InvalidAuthorizationDetails
from credentials.openid.members import ErrorClass, Members

TYPE: Final = "openid_credential"
MAX_DETAILS: Final = 100
MAX_IDENTIFIERS: Final = limits.IDENTIFIERS
_MAX_BYTES: Final = 64_000


@dataclass(frozen=True, slots=True)
class AuthorizationDetail:
    """One credential configuration that is asked for; in a token response with the datasets that may be had."""

    configuration_id: str
    credential_identifiers: tuple[str, ...] = ()
    locations: tuple[str, ...] = ()

    def to_json(self) -> JsonObject:
        """Return the entry."""
        members: JsonObject = {"type": TYPE, "credential_configuration_id": self.configuration_id}
        if self.credential_identifiers:
            members["credential_identifiers"] = list(self.credential_identifiers)
        if self.locations:
            members["locations"] = list(self.locations)
        return members


def serialise(details: Sequence[AuthorizationDetail]) -> str:
    """Return the value of the form parameter."""
    return json_compact([detail.to_json() for detail in details]).decode("utf-8")


def parse_parameter(text: str) -> tuple[AuthorizationDetail, ...]:
    """Read the form parameter of a request. Raises InvalidAuthorizationDetails, also for a type not known here."""
    try:
        value = json_parse(text, "authorization_details", max_bytes=_MAX_BYTES)
    except MalformedInput as wrong:
        raise InvalidAuthorizationDetails(wrong.detail) from wrong
    # RFC 9396 section 5: an unknown type makes the whole request invalid.
    return parse_details(value, InvalidAuthorizationDetails, identifiers=False, skip_foreign=False)


def parse_details(
    value: JsonValue, error: ErrorClass, *, identifiers: bool, skip_foreign: bool
) -> tuple[AuthorizationDetail, ...]:
    """Read an array of details. With `identifiers` each must carry them, as in a token response. Raises `error`."""
    details: list[AuthorizationDetail] = []
    for entry in Members({"authorization_details": value}, "message", error).objects(
        "authorization_details", max_items=MAX_DETAILS
    ):
        if entry.text("type") != TYPE:
            if skip_foreign:
                continue
            raise entry.refuse("type is not openid_credential")
        details.append(
            AuthorizationDetail(
                entry.text("credential_configuration_id"),
                entry.texts("credential_identifiers", max_items=MAX_IDENTIFIERS) if identifiers else (),
                entry.optional_texts("locations"),
            )
        )
    return tuple(details)
