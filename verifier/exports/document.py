"""A result as JSON: what the business API answers and what the counsellor downloads. Amounts are whole euro cents."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Final

from credentials.debts.notice import Notice
from credentials.encoding import JsonObject, JsonValue, b64url_decode, json_object
from verifier.domain.contradictions import Contradiction
from verifier.domain.evidence import Body, Evidence
from verifier.domain.lines import AgencyLine, CaseLine, Duplicate
from verifier.domain.notes import Compared, Note
from verifier.domain.request import Answer, Answered, VerificationRequest, standing_of
from verifier.domain.result import Result
from verifier.domain.said import SaidDebt, said_totals
from verifier.domain.templates import Template
from verifier.domain.totals import Field, Totals

_TOTALS: Final[Mapping[str, Field]] = {
    "saldo": "balance",
    "verplicht": "owed",
    "vereffend": "settled",
    "achterstand": "arrears",
    "openZaken": "open_cases",
}


def request_document(parts: Sequence[VerificationRequest], now: datetime) -> JsonObject:
    """Return what a request is and where it stands, without any answer; `parts` are those of its series, in order."""
    request, latest = parts[0], parts[-1]
    attempts: list[JsonValue] = [
        {"tijdstip": moment(each.at), "code": each.code, "uitleg": each.explanation}
        for part in parts
        for each in part.attempts
    ]
    return {
        "id": request.id,
        "status": standing_of(parts, now),
        "delen": {"ontvangen": sum(isinstance(each.state, Answered) for each in parts), "aangekondigd": latest.parts},
        "sjabloon": request.template,
        "aangemaaktOp": moment(request.created_at),
        "verlooptOp": moment(latest.expires_at),
        "pogingen": attempts,
    }


def result_document(answer: Answer, result: Result) -> JsonObject:
    """Return what an answer proves: per credential, in total, and whether it is complete."""
    return {
        "ontvangenOp": moment(answer.received_at),
        "gecontroleerdOp": moment(answer.checked_at),
        "schulden": [_debt(line) for line in result.proven_cases],
        "bewijzen": [_evidence(each) for each in answer.evidence],
        "akkoord": [_agreed(each) for each in answer.transaction_data],
        "totalen": totals_document(result.totals),
        "volledig": result.complete,
        "uitgevers": [_line(line) for line in result.lines],
        "ontbreekt": [body_document(body) for body in result.missing],
        "dubbel": [_duplicate(each) for each in result.duplicates],
        "tegenspraken": [_contradiction(each) for each in result.contradictions],
        "peildatumOudste": moment(result.oldest) if result.oldest else None,
        "teOud": result.too_old,
    }


def _agreed(text: str) -> JsonObject:
    return json_object(b64url_decode(text, "transaction_data"), "transaction_data")


def download(
    parts: Sequence[VerificationRequest],
    template: Template,
    answer: Answer,
    result: Result,
    *,
    said: Sequence[SaidDebt],
    now: datetime,
) -> JsonObject:
    """Return the file that a counsellor takes along, with the ground on which it was asked."""
    return {
        **request_document(parts, now),
        "doel": template.purpose,
        "grondslag": template.legal_ground,
        "bewaartermijn": template.retention_text,
        **result_document(answer, result),
        "zonderBewijs": _said(said),
    }


def beside(compared: Compared | None, notes: Sequence[Note]) -> JsonObject:
    """Return what a counsellor wrote beside a file: whether an identity was compared, and notes, the newest first."""
    return {
        "identiteit": {"vergeleken": compared is not None, "op": None if compared is None else moment(compared.at)},
        "aantekeningen": [{"tekst": note.text, "op": moment(note.at)} for note in notes],
    }


def _said(said: Sequence[SaidDebt]) -> JsonObject:
    totals = said_totals(said)
    return {
        "genoemd": totals.balance,
        "aantal": totals.count,
        "zonderBedrag": totals.unknown,
        "schulden": [
            {
                "bewezen": False,
                "soort": debt.kind.value,
                "schuldeiser": debt.creditor,
                "genoemdBedrag": debt.balance,
                "opmerking": debt.note or None,
                "opgeschrevenOp": moment(debt.written_at),
            }
            for debt in said
        ],
    }


def totals_document(totals: Totals) -> JsonObject:
    """Return totals with the names of the business API: null is not known, and `tenMinste` names what is in part."""
    at_least: list[JsonValue] = [name for name, field in _TOTALS.items() if field in totals.at_least]
    return {**{name: totals.of(field) for name, field in _TOTALS.items()}, "tenMinste": at_least}


def moment(at: datetime) -> str:
    """Write a moment as RFC 3339 in UTC."""
    return at.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def _evidence(evidence: Evidence) -> JsonObject:
    checks: list[JsonValue] = [
        {"naam": each.name, "uitkomst": each.outcome, "uitleg": each.explanation, "code": each.code}
        for each in evidence.checks
    ]
    return {
        "uitgever": body_document(evidence.issuer),
        "type": evidence.type,
        "formaat": evidence.format,
        "bewezen": evidence.proven,
        "uitkomst": evidence.outcome,
        "controles": checks,
        "gegevens": evidence.claims if evidence.proven else {},
    }


def _debt(line: CaseLine) -> JsonObject:
    case, due = line.case, line.due
    return {
        "uitgever": body_document(line.body),
        "zaakkenmerk": case.reference,
        "saldo": case.balance,
        "nuTeBetalen": due.now if due else None,
        "teLaat": due.late if due else None,
        "teLaatSinds": _day(due.late_since) if due else None,
        "uiterlijkBetalenOp": _day(due.pay_by or due.next_day) if due else None,
        "danTeBetalen": due.next_amount if due else None,
        "preferentie": {
            "waarde": line.rank,
            "volgensSchuldeiser": case.preference,
            "grondslag": case.preference_ground,
            "reden": line.chosen.reason if line.chosen else None,
            "gewijzigdOp": moment(line.chosen.at) if line.chosen else None,
        },
        "teltMee": line.counted,
        "ookBij": [body_document(body) for body in line.also_at],
    }


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _line(line: AgencyLine) -> JsonObject:
    return {
        **body_document(line.body),
        "uitkomst": line.outcome,
        "uitleg": line.sentence,
        "totalen": totals_document(line.totals),
        "getoond": line.shown,
        "openZaken": line.stated,
        "volledig": line.complete,
        "meldingen": [_notice(each) for each in line.notices],
        "meldingenGetoond": not line.notices_hidden,
        "peildatum": moment(line.as_of) if line.as_of else None,
        "teOud": line.too_old,
    }


def _notice(notice: Notice) -> JsonObject:
    return {
        "van": _day(notice.first_day),
        "totEnMet": _day(notice.last_day),
        "hersteldOp": _day(notice.expected_end),
        "soorten": list(notice.kinds),
        "omschrijving": notice.what,
    }


def body_document(body: Body) -> JsonObject:
    """Return who an organisation is, as every document names it."""
    return {"identifier": body.identifier, "naam": body.name}


def _duplicate(duplicate: Duplicate) -> JsonObject:
    return {
        "geteldBij": body_document(duplicate.counted.body),
        "ookBij": [body_document(other.body) for other in duplicate.others],
        "zeker": duplicate.certain,
    }


def _contradiction(contradiction: Contradiction) -> JsonObject:
    return {
        "soort": contradiction.kind.value,
        "uitgevers": [body_document(body) for body in contradiction.bodies],
        "uitleg": contradiction.sentence,
        "watNu": contradiction.advice,
    }
