"""The registered claims of an SD-JWT VC: read strictly, or refused."""

from datetime import datetime
from typing import Final, NamedTuple

from credentials.clock import from_epoch
from credentials.encoding import JsonObject, JsonValue
from credentials.formats.base import (
    MalformedCredential,
    StatusEntry,
    TokenStatus,
)
from credentials.jose.jwt import numeric_date

# What is about the token; everything else is about the citizen. The last one is of the NL Wallet's profile.
TECHNICAL: Final = frozenset(
    {
        "iss", "iat", "nbf", "exp", "cnf", "vct", "vct#integrity", "vctm", "aka_vcts", "status", "jti",
        "attestation_qualification",
    }
)  # fmt: skip
# SD-JWT VC section 2.2.2.2 names them: a holder who could hide one of these could hide that a credential is void.
# `aud` is no issuer claim in this profile, but would decide on validity all the same.
NEVER_HIDDEN: Final = frozenset(
    {"iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "vctm", "aka_vcts", "status", "aud", "crit"}
)
RESERVED_NAMES: Final = TECHNICAL | NEVER_HIDDEN
_MAX_STATUS_INDEX: Final = 1 << 40


class Registered(NamedTuple):
    """What the token says about itself."""

    type: str
    issuer: str | None
    issued_at: datetime | None
    valid_from: datetime | None
    valid_until: datetime | None
    status: tuple[StatusEntry, ...]
    confirmation: JsonObject | None


def read(payload: JsonObject) -> Registered:
    """Read the registered claims. Raises MalformedCredential, or ClaimError for a time that is none."""
    kind = payload.get("vct")
    if not isinstance(kind, str) or not kind:
        raise MalformedCredential("vct is missing")
    issuer = payload.get("iss")
    if issuer is not None and not isinstance(issuer, str):
        raise MalformedCredential("iss is not a string")
    confirmation = payload.get("cnf")
    if confirmation is not None and not isinstance(confirmation, dict):
        raise MalformedCredential("cnf is not an object")
    return Registered(
        kind,
        issuer,
        _moment(payload, "iat"),
        _moment(payload, "nbf"),
        _moment(payload, "exp"),
        _status(payload["status"]) if "status" in payload else (),
        confirmation,
    )


def _moment(payload: JsonObject, name: str) -> datetime | None:
    seconds = numeric_date(payload, name)
    return None if seconds is None else from_epoch(seconds)


def _status(status: JsonValue) -> tuple[StatusEntry, ...]:
    # Fail closed: a status that is there and cannot be understood must not pass for none.
    match status:
        case {"status_list": {"idx": int(index), "uri": str(uri)}} if (
            not isinstance(index, bool) and 0 <= index < _MAX_STATUS_INDEX and uri
        ):
            return (TokenStatus(uri, index),)
        case _:
            raise MalformedCredential("status is of a kind that we do not know")
