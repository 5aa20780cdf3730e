"""What `/api/v1` answers: the domain in camelCase Dutch. Amounts are whole cents, times RFC 3339 in UTC."""

from datetime import UTC, date, datetime

from credentials.debts.claims import CASE_TYPE, OVERVIEW_TYPE
from credentials.debts.notice import Notice
from credentials.encoding import JsonObject, JsonValue
from credentials.trust import Participant
from wallet_api.domain.arrangement import JointPlan
from wallet_api.domain.card import Agency, Card
from wallet_api.domain.collection import Collection
from wallet_api.domain.disclosure import Fact
from wallet_api.domain.issuance import PendingOffer
from wallet_api.domain.locks import LockKind, WayIn
from wallet_api.domain.overview import AgencyLine, CitizenOverview, DebtLine
from wallet_api.domain.presentation import Consent, Receipt, Share
from wallet_api.domain.urgency import cannot_wait, next_step, signals

_KINDS = {OVERVIEW_TYPE: "overzicht", CASE_TYPE: "zaak"}


def overview(found: CitizenOverview, collected: Collection | None) -> JsonObject:
    """Return the whole overview."""
    outcomes = {each.agency.identifier: each for each in collected.rounds} if collected is not None else {}
    listed = {line.agency.identifier for line in found.agencies}
    agencies: list[JsonValue] = [_agency(line) for line in found.agencies]
    for identifier, each in outcomes.items():
        if identifier not in listed:
            agencies.append(
                {
                    "identifier": identifier,
                    "naam": each.agency.name,
                    "status": each.outcome.value,
                    "reden": each.failure.value if each.failure is not None else None,
                    "openZaken": None,
                    "saldo": None,
                    "peildatum": None,
                }
            )
    return {
        "saldo": found.balance,
        "verplicht": found.owed,
        "vereffend": found.settled,
        "achterstand": found.arrears,
        "openZaken": found.open_cases,
        "nuBetalen": found.to_pay_now,
        "teLaat": found.late,
        "eersteVervaldatum": _day(found.first_due),
        "volgendBedrag": found.next_amount,
        "volgendeVervaldatum": _day(found.next_day),
        "dubbelGeteld": found.counted_once,
        "uitgevers": agencies,
        "zaken": [_debt(line, found.today) for line in found.debts],
    }


def overview_file(today: date, ending: str = "json") -> str:
    """Name the file of the overview that is taken along on this day."""
    return f"mijn-schuldenoverzicht-{today.isoformat()}.{ending}"


def way_in(way: WayIn) -> JsonObject:
    """Return one way into the wallet."""
    return {
        "id": way.id,
        "soort": {LockKind.PIN: "pincode", LockKind.PASSKEY: "passkey", LockKind.RECOVERY: "herstelcode"}[way.kind],
        "naam": way.note.name if way.note is not None and way.note.name else None,
        "gemaaktOp": _moment(way.note.added_at) if way.note is not None else None,
        "verwijderbaar": way.removable,
    }


def wallet_file(today: date) -> str:
    """Name the file of a whole wallet that is taken along on this day."""
    return f"mijn-wallet-{today.isoformat()}.bkwallet"


def collection(found: Collection, following: str | None) -> JsonObject:
    """Return how far a collection is. `vervolg` is where the citizen's browser takes the next step."""
    return {
        "id": found.id,
        "klaar": found.done,
        "vervolg": following,
        "gestartOp": _moment(found.started_at),
        "uitgevers": [
            {
                "identifier": each.agency.identifier,
                "naam": each.agency.name,
                "status": each.outcome.value,
                "reden": each.failure.value if each.failure is not None else None,
                "openZaken": each.cases,
                # While many cards come in: how many are there, of how many.
                "kaartenOntvangen": each.taken,
                "kaartenTotaal": each.total,
            }
            for each in found.rounds
        ],
    }


def card(held: Card) -> JsonObject:
    """Return one card, without what it says."""
    return {
        "id": held.id,
        "uitgever": _issuer(held.agency),
        "soort": _KINDS.get(held.type, "anders"),
        "type": held.type,
        "formaat": held.format,
        "status": held.standing.value,
        "exemplaren": len(held.copies),
        "opgehaaldOp": _moment(held.collected_at),
        "geldigTot": _moment(held.valid_until),
        "nietMeerOpenSinds": _moment(held.gone_since),
    }


def offer(pending: PendingOffer) -> JsonObject:
    """Return an offer that waits."""
    code = pending.transaction_code
    return {
        "id": pending.id,
        "uitgever": _issuer(pending.agency),
        "kaarten": list(pending.names),
        "configuraties": list(pending.configurations),
        "nietTeBewaren": pending.left_behind,
        "wijze": pending.grant.value,
        "code": None
        if code is None
        else {"lengte": code.length, "cijfers": code.numeric, "omschrijving": code.description},
        "verlooptOp": _moment(pending.expires_at),
    }


def consent(asked: Consent) -> JsonObject:
    """Return what the citizen decides about."""
    pending = asked.request
    return {
        "id": pending.id,
        "vrager": _requester(pending.requester.name, pending.requester.host, known=pending.requester.known),
        "doel": pending.reason.purpose if pending.reason is not None else None,
        "grondslag": pending.reason.ground if pending.reason is not None else None,
        "bewaartermijn": pending.reason.retention if pending.reason is not None else None,
        "verlooptOp": _moment(pending.expires_at),
        "geweigerd": pending.refusal,
        "kanWorden": "beantwoord" if asked.satisfiable and pending.refusal is None else "geweigerd",
        "verouderdBij": list(asked.outdated),
        "akkoord": list(asked.agreements),
        "grootAntwoord": asked.too_long_for_some,
        "getoond": asked.shown,
        # In so many parts all that is required goes; in none, when it is more than goes to this requester.
        "delen": asked.parts,
        "saldo": asked.total,
        "kaarten": [_share(share) for share in asked.shares],
    }


def receipt(kept: Receipt, following: str | None = None) -> JsonObject:
    """Return what was shared, or not; `following` is the page that sends the next part."""
    return {
        "id": kept.id,
        "vrager": _requester(kept.requester.name, kept.requester.host, known=kept.requester.known),
        "doel": kept.reason.purpose if kept.reason is not None else None,
        "grondslag": kept.reason.ground if kept.reason is not None else None,
        "bewaartermijn": kept.reason.retention if kept.reason is not None else None,
        "status": kept.state.value,
        "op": _moment(kept.at),
        "vervolg": following or kept.next_address,
        "deel": kept.part,
        "delen": kept.parts,
        "akkoord": list(kept.agreements),
        "kaarten": [
            {
                "uitgever": each.agency,
                "soort": _KINDS.get(each.type, "anders"),
                "gegevens": [_fact(fact) for fact in each.facts],
                "altijdZichtbaar": [_fact(fact) for fact in each.envelope],
            }
            for each in kept.cards
        ],
    }


def _agency(line: AgencyLine) -> JsonObject:
    stated = line.stated
    return {
        "identifier": line.agency.identifier,
        "naam": line.agency.name,
        "oin": line.agency.oin,
        "status": line.freshness.value,
        "openZaken": line.open_cases,
        "zakenMetKaart": line.cards_shown,
        "volledig": line.complete,
        "meldingen": [_notice(each) for each in line.notices],
        "saldo": stated.balance if stated is not None else None,
        "verplicht": stated.owed if stated is not None else None,
        "vereffend": stated.settled if stated is not None else None,
        "achterstand": stated.arrears if stated is not None else None,
        "peildatum": _moment(line.as_of),
        "opgehaaldOp": _moment(line.card.collected_at) if line.card is not None else None,
    }


def _notice(notice: Notice) -> JsonObject:
    return {
        "van": _day(notice.first_day),
        "totEnMet": _day(notice.last_day),
        "hersteldOp": _day(notice.expected_end),
        "soorten": list(notice.kinds),
        "omschrijving": notice.what,
    }


def _debt(line: DebtLine, today: date) -> JsonObject:
    case = line.case
    return {
        "id": line.card.id,
        "uitgever": {"identifier": line.card.agency.identifier, "naam": line.card.agency.name},
        "opgelegdDoor": case.imposed_by.name,
        "uitgevoerdDoor": case.executed_by.name,
        "type": case.type,
        "omschrijving": case.description,
        "groep": line.group.value,
        "fase": case.phase.value if case.phase is not None else None,
        "saldo": case.balance,
        "verplicht": case.owed,
        "vereffend": case.settled,
        "achterstand": case.arrears,
        "nuBetalen": line.due.now,
        "teLaat": line.due.late,
        "teLaatSinds": _day(line.due.late_since),
        "eerstVervalt": _day(line.day),
        "volgendBedrag": line.due.next_amount,
        "volgendeVervaldatum": _day(line.due.next_day),
        "status": line.freshness.value,
        "ookBij": [card.agency.name for card in line.elsewhere],
        "heeftHaast": cannot_wait(line),
        "eerst": next_step(line).value,
        "signalen": [signal.value for signal in signals(line, today)],
    }


def way(line: DebtLine, body: Participant) -> JsonObject:
    """Return where to ask for a plan for one debt; the address is of the trust list."""
    return {"zaak": line.card.id, "organisatie": body.name, "adres": body.arrangement}


def joint(plan: JointPlan, letter: str) -> JsonObject:
    """Return one plan for debts at several bodies, with a letter to copy."""
    return {
        "naam": plan.arrangement.name,
        "adres": plan.arrangement.address,
        "organisaties": list(plan.bodies),
        "zaken": [each.line.card.id for each in plan.debts],
        "saldo": plan.balance,
        "verouderdBij": list(plan.outdated),
        "brief": letter,
    }


def _share(share: Share) -> JsonObject:
    return {
        "vraag": share.query,
        "kaart": share.card.id,
        "uitgever": _issuer(share.card.agency),
        "soort": _KINDS.get(share.card.type, "anders"),
        "formaat": share.card.format,
        "nodig": share.required,
        "geheel": share.whole,
        "gegevens": [_fact(fact) for fact in share.facts],
        "altijdZichtbaar": [_fact(fact) for fact in share.envelope],
        "gaatOokMee": [".".join(fact.path) for fact in share.along],
        "ongebruikelijk": [".".join(fact.path) for fact in share.unusual],
    }


def _fact(fact: Fact) -> JsonObject:
    return {"pad": ".".join(fact.path), "naam": fact.label, "waarde": fact.value}


def _issuer(agency: Agency) -> JsonObject:
    return {"identifier": agency.identifier, "naam": agency.name, "bekend": agency.listed}


def _requester(name: str, host: str, *, known: bool) -> JsonObject:
    return {"naam": name, "adres": host, "bekend": known}


def _moment(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    return moment.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
