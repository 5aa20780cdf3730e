"""Throw away rows whose time is over, in steps: each is a write block of its own, so that nobody waits long for it.

A table that was left alone for a day, or a year, is emptied step by step as well; in one statement that could take
longer than a block may.
"""

from typing import Any, Final

from sqlalchemy import Column, Table, delete, select

from service.database import Database

STEP: Final = 2_000


def delete_expired(database: Database, table: Table, expires: "Column[Any]", until: int) -> int:
    """Delete the rows whose `expires`, an indexed column of epoch seconds, is not after `until`; return how many."""
    over = expires <= until
    last = select(expires).where(over).order_by(expires).offset(STEP - 1).limit(1)
    total = 0
    while True:
        with database.write() as connection:
            # Those that end in one second go together.
            upto = connection.execute(last).scalar_one_or_none()
            total += connection.execute(delete(table).where(over if upto is None else expires <= upto)).rowcount
        if upto is None:
            return total
