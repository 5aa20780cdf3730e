"""Which notices stand on a day, and which copies are outdated by what came or went."""

from datetime import date, datetime, timedelta

import pytest

from credentials.clock import start_of_day
from credentials.debts.notice import Notice
from issuer.domain.errors import TooManyNotices
from issuer.domain.notices import MOST, NoticeState, Outdated, RecordedNotice, check_room, outdated, standing

ADDED = start_of_day(date(2026, 11, 20)) + timedelta(hours=9)
TODAY = date(2026, 11, 23)


def recorded(number: int, first: int, *, ended: datetime | None = None) -> RecordedNotice:
    notice = Notice(first_day=date(2026, 11, first), what="Er ontbreekt iets.", expected_end=date(2026, 11, first))
    return RecordedNotice(number, notice, ADDED, ended)


def test_a_notice_stands_from_its_first_day_until_it_is_ended_however_late() -> None:
    announced, stands, ended = recorded(1, 24), recorded(2, 23), recorded(3, 1, ended=ADDED)
    assert [each.state(TODAY) for each in (announced, stands, ended)] == [
        NoticeState.ANNOUNCED,
        NoticeState.STANDING,
        NoticeState.ENDED,
    ]
    assert stands.state(date(2027, 11, 23)) is NoticeState.STANDING
    assert standing([announced, stands, ended], TODAY).recorded == (stands,)


def test_notices_are_told_in_order_of_their_days_and_remembered_by_their_numbers() -> None:
    stand = standing([recorded(10, 5), recorded(9, 6), recorded(3, 5)], TODAY)
    assert [each.number for each in stand.recorded] == [3, 10, 9]
    assert stand.key == "3,9,10"
    assert standing([], TODAY).key == ""


@pytest.mark.parametrize(
    ("keys", "notices", "expected"),
    [
        # One was added: what bears none.
        ({"", "1"}, [recorded(1, 5)], [Outdated("", date(2026, 11, 5))]),
        # It was ended: what bears it.
        ({"", "1"}, [recorded(1, 5, ended=ADDED)], [Outdated("1", date(2026, 11, 5))]),
        # One is only announced: nothing.
        ({""}, [recorded(1, 24)], []),
        # Another was added: of the cases only those of its days.
        ({"1"}, [recorded(1, 5), recorded(2, 20)], [Outdated("1", date(2026, 11, 20))]),
        # One went and one came: of the days of both.
        ({"1"}, [recorded(1, 5, ended=ADDED), recorded(2, 20)], [Outdated("1", date(2026, 11, 5))]),
        # The records do not know what it was.
        ({"7"}, [], [Outdated("7", date.min)]),
        ({"1,2"}, [recorded(1, 5), recorded(2, 20)], []),
        (set(), [recorded(1, 5)], []),
    ],
)
def test_outdated_is_what_bears_other_notices_than_now(
    keys: set[str], notices: list[RecordedNotice], expected: list[Outdated]
) -> None:
    assert list(outdated(keys, notices, TODAY)) == expected


@pytest.mark.parametrize(
    ("notice", "changed"),
    [
        (recorded(1, 5), False),
        (recorded(1, 22), True),
        (recorded(1, 23), True),
        (recorded(1, 24), False),
        (recorded(1, 5, ended=start_of_day(TODAY)), True),
        (RecordedNotice(1, recorded(1, 5).notice, start_of_day(TODAY)), True),
    ],
)
def test_a_change_is_a_coming_a_beginning_or_an_end(notice: RecordedNotice, changed: bool) -> None:
    now = start_of_day(TODAY) + timedelta(hours=9)
    assert notice.changed_between(now - timedelta(days=1), now) is changed


def test_there_is_room_for_so_many_that_are_not_ended() -> None:
    ended = [recorded(number, 5, ended=ADDED) for number in range(MOST)]
    check_room([*ended, *(recorded(number, 24) for number in range(MOST - 1))])
    with pytest.raises(TooManyNotices):
        check_room([recorded(number, 24) for number in range(MOST)])
