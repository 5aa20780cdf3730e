"""The business API for notices of known deficient data."""

import re
from datetime import date, datetime
from typing import Annotated, Final

from fastapi import APIRouter
from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from credentials.debts.notice import MOST_CHARACTERS, MOST_KINDS, Notice
from issuer.domain.errors import NoticeNotFound
from issuer.domain.notices import NoticeState, RecordedNotice
from issuer.usecases.notices import NoticeChanged
from issuer.web.desk import Desk
from service.web import ApiModel
from service.web.input import example
from service.web.openapi import scoped

SCOPE: Final = "meldingen"

_NUMBER: Final = re.compile(r"[1-9][0-9]{0,8}\Z")
_FULL_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")


def _full_date(value: object) -> object:
    # RFC 3339 section 5.6, and nothing else that may be read as a day.
    if isinstance(value, str):
        try:
            return date.fromisoformat(value) if _FULL_DATE.match(value) else value
        except ValueError:
            raise PydanticCustomError("date", "not an existing day") from None
    return value


_Day = Annotated[date, BeforeValidator(_full_date)]


class NoticeRequest(ApiModel):
    """Een melding dat gegevens een tijd lang niet kloppen, te laat zijn of ontbreken."""

    model_config = example(
        van="2026-11-23",
        totEnMet="2026-11-27",
        hersteldOp="2026-12-04",
        soorten=["cjib_wahv"],
        omschrijving="Een levering met betalingen ontbreekt. Betalingen van deze week ziet u nog niet.",
    )

    van: Annotated[_Day, Field(description="eerste dag waarvan gegevens niet kloppen")]
    tot_en_met: Annotated[_Day | None, Field(description="laatste dag; weg: het gaat nog door")] = None
    hersteld_op: Annotated[_Day | None, Field(description="verwachte dag van herstel; weg: niet bekend")] = None
    soorten: Annotated[
        list[str],
        Field(
            default_factory=list, max_length=MOST_KINDS, description="codes van soorten vorderingen; leeg of weg: alle"
        ),
    ]
    omschrijving: Annotated[
        str,
        Field(
            min_length=1,
            max_length=MOST_CHARACTERS,
            description="wat er aan de hand is, in gewone woorden; burgers lezen dit",
        ),
    ]
    proef: Annotated[bool, Field(description="alleen zeggen wat er zou gebeuren")] = False

    def notice(self) -> Notice:
        """Return it as a notice. Raises InvalidNotice."""
        return Notice(
            first_day=self.van,
            last_day=self.tot_en_met,
            expected_end=self.hersteld_op,
            kinds=tuple(self.soorten),
            what=self.omschrijving,
        )


class NoticeEnding(ApiModel):
    """Het einde van een melding: de gegevens kloppen weer, of de melding was een vergissing."""

    model_config = example(proef=False)

    proef: Annotated[bool, Field(description="alleen zeggen wat er zou gebeuren")] = False


class NoticeTold(ApiModel):
    """Een melding, en waar zij staat."""

    nummer: Annotated[int, Field(description="waaronder de melding te beëindigen is")]
    status: Annotated[str, Field(description="waar zij staat", examples=[each.value for each in NoticeState])]
    van: Annotated[date, Field(description="eerste dag waarvan gegevens niet kloppen")]
    tot_en_met: Annotated[date | None, Field(description="laatste dag; weg: het gaat nog door")] = None
    hersteld_op: Annotated[date | None, Field(description="verwachte dag van herstel; weg: niet bekend")] = None
    soorten: Annotated[list[str], Field(description="codes van soorten vorderingen; leeg: alle")]
    omschrijving: Annotated[str, Field(description="wat er aan de hand is; burgers lezen dit")]
    toegevoegd_op: Annotated[datetime, Field(description="wanneer de melding kwam")]
    beeindigd_op: Annotated[datetime | None, Field(description="wanneer zij eindigde; weg: nog niet")] = None


class NoticesTold(ApiModel):
    """Alle meldingen, de oudste eerst."""

    meldingen: Annotated[list[NoticeTold], Field(description="ook die voorbij zijn")]


class NoticeResult(ApiModel):
    """Wat er met een melding is gebeurd, en hoeveel exemplaren daardoor verouderd zijn."""

    melding: Annotated[NoticeTold, Field(description="de melding zoals zij nu is")]
    verouderd: Annotated[int, Field(description="exemplaren die wallets opnieuw moeten ophalen")]
    proef: Annotated[bool, Field(description="of dit alleen is gezegd, niet gedaan")]


def add_routes(routes: APIRouter, desk: Desk, *, reading: str) -> None:
    """Add the routes of one agency; `reading` is the scope of who only looks."""

    @routes.get(
        "/meldingen",
        response_model_exclude_none=True,
        summary="Bekijk de meldingen over gegevens",
        openapi_extra=scoped(reading),
    )
    def notices() -> NoticesTold:
        """Geef alle meldingen, ook die zijn beëindigd."""
        return NoticesTold(meldingen=[_told(desk, each) for each in desk.notices.all()])

    @routes.post(
        "/meldingen",
        status_code=201,
        response_model_exclude_none=True,
        summary="Meld dat gegevens een tijd niet kloppen",
        openapi_extra=scoped(SCOPE),
    )
    def add(asked: NoticeRequest) -> NoticeResult:
        """Zet een melding in elk overzicht van die tijd; wat zonder die melding is uitgegeven, wordt verouderd."""
        return _result(desk, desk.notices.add(asked.notice(), dry_run=asked.proef))

    @routes.post(
        "/meldingen/{id}/beeindiging",
        status_code=201,
        response_model_exclude_none=True,
        summary="Beëindig een melding",
        openapi_extra=scoped(SCOPE),
    )
    def end(id: str, asked: NoticeEnding) -> NoticeResult:
        """Zeg dat de gegevens weer kloppen; overzichten met de melding worden verouderd. Het id is het nummer."""
        if not _NUMBER.match(id):
            raise NoticeNotFound
        return _result(desk, desk.notices.end(int(id), dry_run=asked.proef))


def _result(desk: Desk, changed: NoticeChanged) -> NoticeResult:
    return NoticeResult(melding=_told(desk, changed.recorded), verouderd=changed.superseded, proef=changed.dry)


def _told(desk: Desk, recorded: RecordedNotice) -> NoticeTold:
    notice = recorded.notice
    return NoticeTold(
        nummer=recorded.number,
        status=recorded.state(desk.notices.today()).value,
        van=notice.first_day,
        tot_en_met=notice.last_day,
        hersteld_op=notice.expected_end,
        soorten=list(notice.kinds),
        omschrijving=notice.what,
        toegevoegd_op=recorded.added_at,
        beeindigd_op=recorded.ended_at,
    )
