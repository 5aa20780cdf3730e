"""What is asked of the table of requests; what every wallet and every page asks is prepared."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    LargeBinary,
    Select,
    Update,
    and_,
    bindparam,
    func,
    insert,
    or_,
    select,
    update,
)

from credentials.clock import epoch
from service.prepared import Prepared
from verifier.storage.request_rows import NO_ANSWER
from verifier.storage.tables import attempt_table, intake_table, request_table

_requests = request_table.c
_attempts = attempt_table.c


def _found_by(*columns: ColumnElement[Any]) -> Prepared:
    return Prepared(select(request_table).where(*(column == bindparam(f"this_{column.key}") for column in columns)))


THIS: Final = _found_by(_requests.id, _requests.owner)
BY_REQUEST: Final = _found_by(_requests.request_hash)
BY_RESPONSE: Final = _found_by(_requests.response_hash)
_IN_FILE: Final = (
    select(request_table)
    .where(_requests.intake_id == bindparam("of_intake"), _requests.owner == bindparam("of_owner"))
    .order_by(_requests.number.desc(), _requests.id)
)
OF_INTAKE: Final = Prepared(_IN_FILE)
NEWEST: Final = Prepared(_IN_FILE.limit(1))
WAITS: Final = Prepared(
    select(_requests.number)
    .where(
        _requests.intake_id == bindparam("of_intake"),
        _requests.state == "open",
        _requests.expires_at > bindparam("now"),
    )
    .limit(1)
)
ATTEMPTS: Final = Prepared(
    select(_attempts.at, _attempts.code, _attempts.explanation)
    .where(_attempts.request_id == bindparam("of_request"))
    .order_by(_attempts.number)
)
WITHDRAW: Final = Prepared(
    update(request_table)
    .where(
        _requests.intake_id == bindparam("of_intake"),
        _requests.owner == bindparam("of_owner"),
        # What nobody came back for, or read the code of, was not shown to anybody; now it will not be.
        or_(_requests.state == "open", and_(_requests.state == "answered", _requests.return_hash.is_not(None))),
    )
    .values(state="withdrawn", ended_at=bindparam("now"), binding=None, **NO_ANSWER)
)
# Locked until the end of the block, so that the file is not handed over while a request is added to it.
OWNER: Final = Prepared(
    select(intake_table.c.owner).where(intake_table.c.id == bindparam("of_intake")).with_for_update(read=True)
)
COUNT: Final = Prepared(
    select(func.count()).select_from(request_table).where(_requests.intake_id == bindparam("of_intake"))
)
ADD: Final = Prepared(insert(request_table))
FETCHED: Final = Prepared(
    update(request_table)
    .where(_requests.id == bindparam("this_id"), _requests.fetched_at.is_(None))
    .values(fetched_at=bindparam("now"))
)
ANSWER: Final = Prepared(
    update(request_table)
    .where(_requests.id == bindparam("this_id"), _requests.state == "open", _requests.expires_at > bindparam("now"))
    .values(
        state="answered",
        ended_at=bindparam("now"),
        answer=bindparam("sealed"),
        consulted=bindparam("consulted_by", type_=LargeBinary()),
        counted=bindparam("in_numbers"),
        return_hash=bindparam("returned"),
        code=bindparam("code", type_=LargeBinary()),
        expires_at=func.coalesce(bindparam("until", type_=BigInteger()), _requests.expires_at),
        binding=None,
    )
)
ANSWERED: Final = Prepared(
    update(intake_table)
    .where(
        intake_table.c.id == select(_requests.intake_id).where(_requests.id == bindparam("this_id")).scalar_subquery()
    )
    .values(answered_at=bindparam("now"))
)
_FIRST: Final = (
    select(func.coalesce(_requests.first, _requests.id)).where(_requests.id == bindparam("this_id")).scalar_subquery()
)
PARTS: Final = Prepared(
    select(request_table)
    .where(or_(_requests.id == _FIRST, _requests.first == _FIRST), _requests.owner == bindparam("this_owner"))
    .order_by(_requests.part)
)


def standings(owner: str, files: Collection[str]) -> Select[Any]:
    """Return the question where the requests of these files stand, the newest of a file last."""
    # None of the sealed columns: an answer of hundreds of cards is megabytes.
    return (
        select(
            _requests.intake_id,
            _requests.state,
            _requests.created_at,
            _requests.expires_at,
            _requests.ended_at,
            _requests.decline_code,
            _requests.return_hash,
            _requests.code.is_not(None).label("held"),
            _requests.part,
            _requests.parts,
        )
        # Found by the files, which are few: not by an owner, who has ten thousand requests.
        .where(_requests.intake_id.in_(files), _requests.owner.concat("") == owner)
        .order_by(_requests.number, _requests.id.desc())
    )


def still_open(request_id: str, now: datetime) -> Update:
    """Return the change, yet to be given its values, of a request that can be answered; else it changes nothing."""
    return update(request_table).where(
        _requests.id == request_id, _requests.state == "open", _requests.expires_at > epoch(now)
    )


def of_series(first: str) -> Update:
    """Return the change, yet to be given its values, of all parts of an answer."""
    return update(request_table).where(or_(_requests.id == first, _requests.first == first))
