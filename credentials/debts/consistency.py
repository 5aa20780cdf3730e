"""Whether the events of one case agree with each other, whatever the reference date.

Events are facts that never change, so one id is one event, and what refers to an event refers to an earlier one.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from credentials.debts.errors import EventCollision, InconsistentCase, UnresolvedReference
from credentials.debts.events import (
    DemandWithdrawn,
    Event,
    ObligationCorrected,
    ObligationImposed,
    ObligationRemitted,
    PaymentDemanded,
    PaymentProcessed,
    PaymentReversed,
    Registered,
    SetOff,
)

_ORIGINALS: Final = (ObligationImposed, ObligationCorrected)


def checked_events(events: Iterable[Event]) -> tuple[Event, ...]:
    """Return the events in order of time, then id, each once.

    The order is that of the moments themselves, so that both readings of the hour that daylight saving repeats come
    out right. Raises EventCollision, UnresolvedReference or InconsistentCase with the position of the event at fault.
    """
    positions: dict[str, int] = {}
    by_id: dict[str, Event] = {}
    for position, event in enumerate(events):
        known = by_id.get(event.id)
        if known is None:
            by_id[event.id] = event
            positions[event.id] = position
        elif known != event:
            raise EventCollision(
                field="gebeurtenis_kenmerk",
                reason="another event has this id with other content",
                event=position,
                other=positions[event.id],
            )
    for event in by_id.values():
        _check_references(event, by_id, positions)
    _check_whole(by_id, positions)
    return tuple(sorted(by_id.values(), key=_order))


def _order(event: Event) -> tuple[float, str]:
    return event.registered_at.timestamp(), event.id


def _check_references(event: Event, by_id: Mapping[str, Event], positions: Mapping[str, int]) -> None:
    match event:
        case DemandWithdrawn():
            _resolve(event, event.demand, (PaymentDemanded,), by_id, positions)
        case ObligationCorrected():
            _resolve(event, event.corrects, _ORIGINALS, by_id, positions)
        case PaymentReversed():
            _resolve(event, event.payment, (PaymentProcessed, SetOff), by_id, positions)
        case ObligationRemitted(obligation=str(target)):
            _resolve_obligation(event, target, by_id, positions)
        case PaymentDemanded(obligations=targets) if targets:
            for target in targets:
                _resolve_obligation(event, target, by_id, positions)
        case _:
            pass


def _resolve(
    event: Event,
    target: str,
    kinds: tuple[type[Registered], ...],
    by_id: Mapping[str, Event],
    positions: Mapping[str, int],
) -> None:
    found = by_id.get(target)
    reason = ""
    if found is None:
        reason = "refers to an event that is not in this case"
    elif not isinstance(found, kinds):
        reason = "refers to an event of another kind"
    elif found.registered_at > event.registered_at or found is event:
        reason = "refers to an event that came later"
    if reason:
        raise UnresolvedReference(reason=reason, event=positions[event.id])


def _resolve_obligation(event: Event, target: str, by_id: Mapping[str, Event], positions: Mapping[str, int]) -> None:
    # An obligation is named by its event id or by its business id, the verplichtingskenmerk.
    if target in by_id:
        _resolve(event, target, (ObligationImposed,), by_id, positions)
    elif not any(type(other) is ObligationImposed and other.reference == target for other in by_id.values()):
        raise UnresolvedReference(reason="refers to an obligation that is not in this case", event=positions[event.id])


def _check_whole(by_id: Mapping[str, Event], positions: Mapping[str, int]) -> None:
    primaries = [positions[event.id] for event in by_id.values() if type(event) is ObligationImposed and event.primary]
    if len(primaries) > 1:
        raise InconsistentCase(
            field="primaire_verplichting",
            reason="a case has one primary obligation",
            event=max(primaries),
            other=min(primaries),
        )
    withdrawn: dict[str, int] = {}
    reversed_amounts: dict[str, int] = {}
    for event in by_id.values():
        match event:
            case DemandWithdrawn():
                place = positions[event.id]
                if event.demand in withdrawn:
                    first = withdrawn[event.demand]
                    raise InconsistentCase(
                        reason="a demand is withdrawn once", event=max(place, first), other=min(place, first)
                    )
                withdrawn[event.demand] = place
            case PaymentReversed():
                total = reversed_amounts.get(event.payment, 0) + event.amount
                payment = by_id[event.payment]
                if isinstance(payment, PaymentProcessed | SetOff) and total > payment.amount:
                    raise InconsistentCase(
                        field="bedrag", reason="more is reversed than was paid", event=positions[event.id]
                    )
                reversed_amounts[event.payment] = total
            case _:
                pass
