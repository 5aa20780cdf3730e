"""What the commands of the desk say and do, as JSON: each the twin of a screen (`issuer.web.operators`)."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

from credentials.encoding import JsonObject
from credentials.errors import ConfigurationError
from issuer.app.operators import DeskWork, kept_by
from issuer.app.run import open_agency
from issuer.domain.issuance import CopyState
from issuer.domain.reasons import Reason
from issuer.settings import AgencySettings
from issuer.usecases.issuances import Issuance, IssuedStatement
from issuer.usecases.overview import Standing, StatusListState
from service.audit_log import Layout, told
from service.logging import configure
from service.whole_files import PRIVATE

ACTOR: Final = "opdrachtregel"
"""Whoever has the state folder is no operator; the log says that they came that way."""


@contextmanager
def desk_of(settings: AgencySettings) -> Iterator[DeskWork]:
    """Open an agency for one command."""
    configure()
    agency = open_agency(settings, with_jobs=False)
    try:
        yield agency.work
    finally:
        agency.database.close()


def overview(settings: AgencySettings) -> JsonObject:
    """Say how the agency stands; its register is looked at anew."""
    with desk_of(settings) as work:
        return _standing(work.overlook(wait=True))


def audit(settings: AgencySettings, page: int) -> JsonObject:
    """Return a page of the audit log, the newest line first."""
    with desk_of(settings) as work:
        found = work.audit.page(page)
    lines: list[JsonObject] = [{**told(each), "holds": each.holds} for each in found.rows]
    return {"regels": [*lines], "aantal": found.count, "pagina": found.number, "paginas": found.last}


def prove_audit(settings: AgencySettings) -> JsonObject:
    """Go through the whole chain of the audit log."""
    with desk_of(settings) as work:
        proven = work.audit.prove()
    return {"regels": proven.rows, "kloptNietVanaf": proven.broken_at}


def export_audit(settings: AgencySettings, file: Path, layout: Layout) -> JsonObject:
    """Write a copy of the audit log to a file that only its owner may read. Raises ConfigurationError."""
    with desk_of(settings) as work:
        try:
            # Never over another file; first of all, so that no copy is on record that nobody has.
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
            with os.fdopen(descriptor, "wb") as opened:
                for some in work.audit.copy(layout, ACTOR):
                    opened.write(some)
        except OSError:
            raise ConfigurationError(f"{file.name}: is there already, or cannot be written") from None
    return {"bestand": file.name, "bytes": file.stat().st_size}


def pseudonym(settings: AgencySettings, subject: str) -> str:
    """Return under which pseudonym somebody of the agency stands in the audit log. Raises ConfigurationError."""
    if settings.operators is None:
        raise ConfigurationError(f"{settings.agency.abbreviation}: there is no [operators]")
    with desk_of(settings) as work:
        return work.hiding.operator(settings.operators.issuer, subject)


def issuances(settings: AgencySettings, *, id: str | None, case: str | None) -> JsonObject:
    """Return an issuance by its id, the last in which a case was stated, or the last. Raises NothingIssued."""
    with desk_of(settings) as work:
        if id is not None:
            found: tuple[Issuance, ...] = (work.issued.find(id),)
        else:
            found = (work.issued.recent() if case is None else work.issued.of_case(case)).issuances
    return {"uitgiften": [_issuance(each, copies=id is not None) for each in found]}


def mark(settings: AgencySettings, id: str, reason: Reason, *, part: str | None, withdraw: bool) -> JsonObject:
    """Withdraw or replace an issuance, or only what one of its copies states. Raises NothingIssued."""
    with desk_of(settings) as work:
        issuance = work.issued.find(id)
        statement = None if part is None else issuance.part(part).statement
        act = work.issued.withdraw if withdraw else work.issued.replace
        changed = act(issuance.visit.session, reason, ACTOR, statement=statement)
    return {"uitgifte": issuance.visit.session, "aantal": changed}


def lists(settings: AgencySettings) -> JsonObject:
    """Say how each status list stands."""
    with desk_of(settings) as work:
        return {"statuslijsten": [list_as_json(each) for each in work.overlook.lists()]}


def kept(settings: AgencySettings) -> JsonObject:
    """Say what is kept, and how long; needs no state."""
    return {
        "bewaartermijnen": [
            {"wat": each.what, "inhoud": each.holds, "hoeLang": each.how_long, "instelling": each.setting}
            for each in kept_by(settings)
        ]
    }


def _issuance(issuance: Issuance, *, copies: bool) -> JsonObject:
    return {
        "id": issuance.visit.session,
        "moment": _moment(issuance.visit.issued_at),
        "onderdelen": [_statement(each, copies=copies) for each in issuance.statements],
    }


def _statement(issued: IssuedStatement, *, copies: bool) -> JsonObject:
    told: JsonObject = {
        "onderdeel": issued.id,
        "configuratie": issued.statement.configuration,
        "exemplaren": len(issued.copies),
        "staat": {status.name.lower(): many for status, many in issued.statuses.items()},
    }
    if copies:
        told["uitgegeven"] = [
            {
                "id": each.id,
                "wallet": each.state.value,
                "staat": each.status.name.lower(),
                "reden": each.reason,
                "lijst": each.place.list_number,
                "plaats": each.place.index,
                "verlooptOp": _moment(each.expires_at),
                "gewijzigdOp": _moment(each.changed_at),
            }
            for each in issued.copies
        ]
    return told


def _standing(standing: Standing) -> JsonObject:
    condition = standing.condition
    return {
        "moment": _moment(standing.at),
        "bron": {
            "leesbaar": condition.readable,
            "uitgifte": condition.serving,
            "gebreken": condition.faults,
            "standVan": _moment(condition.good_at),
            "wachtendeVragen": standing.waiting,
        },
        "uitgegeven": {
            "exemplaren": standing.issued,
            "opgeslagen": standing.in_state(CopyState.ACCEPTED),
            "mislukt": standing.in_state(CopyState.FAILED),
            "verwijderd": standing.in_state(CopyState.DELETED),
            "dagen": [
                {"datum": each.day.isoformat(), **{state.value: many for state, many in each.copies.items()}}
                for each in standing.days
                if each.copies
            ],
        },
        "fouten": [
            {"datum": each.day.isoformat(), "stap": each.step.value, "code": each.code, "aantal": each.times}
            for each in standing.failures
        ],
        "certificaten": [
            {"bestand": each.what, "geldigTot": _moment(each.ends_at), "looptAf": each.soon}
            for each in standing.endings
        ],
        "statuslijsten": [list_as_json(each) for each in standing.lists],
        "taken": [{"naam": each.name, "moment": _moment(each.at), "uitkomst": each.outcome} for each in standing.jobs],
    }


def list_as_json(state: StatusListState) -> JsonObject:
    """Return a status list's state as JSON."""
    return {
        "nummer": state.number,
        "plaatsen": state.entries,
        "gebruikt": state.used,
        "wordtGevuld": state.is_filling,
        "rest": state.rest.name.lower(),
        "ondertekendOp": _moment(state.published_at),
        "opnieuwOp": _moment(state.renewed_at),
        "geldigTot": _moment(state.expires_at),
        "teLaat": state.is_late,
    }


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
