"""Whose facts a credential says it states, and of when.

A participant may be allowed a type and still not speak for another organisation: `bronorganisatie` must be the
participant itself.
"""

from datetime import UTC, datetime

from credentials.clock import start_of_day
from credentials.debts.dates import parse_day, parse_moment
from credentials.encoding import JsonObject, JsonValue
from credentials.errors import BlauweKnopError
from credentials.trust import Participant, TrustList


class OtherSourceOrganisation(BlauweKnopError):
    """The credential speaks for another organisation than the participant that signed it."""

    code = "other_source_organisation"


def check_source(trust_list: TrustList, participant: Participant, claims: JsonObject) -> None:
    """Demand that the source organisation, where one is named, is the participant.

    A participant that the list gives no organisation number may name its own, but not that of another participant.
    Raises OtherSourceOrganisation.
    """
    organisation = claims.get("bronorganisatie")
    if organisation is None:
        return
    oin = organisation.get("oin") if isinstance(organisation, dict) else None
    if oin is not None and not isinstance(oin, str):
        raise OtherSourceOrganisation("the source organisation is malformed")
    if participant.oin is not None:
        if oin != participant.oin:
            raise OtherSourceOrganisation("the source organisation is not the participant")
    elif oin is not None and trust_list.by_oin(oin) is not None:
        raise OtherSourceOrganisation("the source organisation is another participant")


def reference_time(claims: JsonObject) -> datetime | None:
    """Return the claim `peildatum`: of when the facts are. None where there is none that can be read."""
    value: JsonValue = claims.get("peildatum")
    if not isinstance(value, str):
        return None
    try:
        if "T" in value.upper():
            return parse_moment(value).astimezone(UTC)
        # A day without a time begins on the Dutch clock.
        return start_of_day(parse_day(value)).astimezone(UTC)
    except (BlauweKnopError, OverflowError):
        return None
