"""Whose facts a credential says it states, and of when.

A participant may be allowed a type and still not speak for another organisation: `bronorganisatie` must be the
participant itself.
"""

from datetime import UTC, date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from credentials.encoding import JsonObject, JsonValue
from credentials.errors import BlauweKnopError
from credentials.trust import Participant, TrustList

# A date without a time is a day in the Netherlands.
_NETHERLANDS: Final = ZoneInfo("Europe/Amsterdam")


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
        if len(value) == len("2026-11-03"):
            return datetime.combine(date.fromisoformat(value), time.min, _NETHERLANDS).astimezone(UTC)
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=_NETHERLANDS)).astimezone(UTC)
