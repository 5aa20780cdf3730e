"""Group commit: write blocks of many threads share a transaction, and its wait for the disk, on one SQLite database.

1. A block waits for its turn. There is one turn per database file: within a process it goes in order of arrival, and
   between processes by a lock on a file (`service.turnstile`). Who waits too long, or finds too many waiting, is told
   so (`Overloaded`) and has changed nothing.
2. Whoever has the turn works in its own thread, in a savepoint of its own: a block that raises rolls back alone.
3. The turn goes to the next one that waits, in the same transaction, until nobody does or the group is large or old.
   A group also waits a moment for as many blocks as came lately: alone, nobody waits for company.
4. The last one commits. Everybody goes on when that is on disk; a block that raised too, because what it saw was not
   certain before. When the commit fails everybody is told (`NotWritten`), and nothing of the group is kept.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import final

from sqlalchemy import Connection

from service.errors import NotWritten, Overloaded
from service.turnstile import Turnstile


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLimits:
    """How many blocks share a commit at most, and for how long (seconds) one waits.

    `gather`: for company, from the group's beginning. `age`: after this a group takes nobody in any more. `turn`: for
    one's turn. `waiting`: how many may wait for theirs.
    """

    blocks: int = 64
    gather: float = 0.004
    age: float = 0.05
    turn: float = 5.0
    waiting: int = 256


@final
class _Place:
    """One block's place: woken once if it must wait for its turn, and once for the outcome if another one commits."""

    __slots__ = ("_asleep", "group")

    def __init__(self) -> None:
        self.group: _Group | None = None
        self._asleep = threading.Lock()
        self._asleep.acquire()

    def wait(self, seconds: float = -1) -> bool:
        return self._asleep.acquire(timeout=seconds)

    def wake(self) -> None:
        self._asleep.release()


@final
class _Group:
    """Blocks that share a transaction. `failed` says why it was lost."""

    __slots__ = ("began", "failed", "places", "waited_in_vain")

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.places: list[_Place] = []
        self.failed: Exception | None = None
        self.waited_in_vain = False


@final
class GroupCommit:
    """The one writer of a SQLite database. `connect` opens its connection; `with_commit` adds what waits for a commit.

    `commits` counts the transactions that reached the disk.
    """

    def __init__(
        self,
        connect: Callable[[], Connection],
        turnstile: Turnstile,
        *,
        with_commit: Callable[[Connection], None],
        limits: GroupLimits | None = None,
    ) -> None:
        self._connect = connect
        self._turnstile = turnstile
        self._with_commit = with_commit
        self._limits = limits or GroupLimits()
        self._connection: Connection | None = None
        self._forget()

    def _forget(self) -> None:
        self.commits = 0
        self._mutex = threading.Lock()
        self._queue: deque[_Place] = deque()
        self._holder: _Place | None = None
        # The group whose holder waits for company; who comes now takes its turn over.
        self._gathering: _Group | None = None
        self._expected = 1

    @contextmanager
    def block(self, *, keep: bool = True) -> Iterator[Connection]:
        """Open a block; with `keep` off, what it writes is thrown away. Do not nest.

        Raises Overloaded when there is no turn to be had in time, and NotWritten when the commit failed.
        """
        place = self._take_turn()
        group = place.group or self._begin(place)
        connection = self._writer()
        try:
            _say(connection, "SAVEPOINT block")
            yield connection
            if not keep:
                _say(connection, "ROLLBACK TO block")
            _say(connection, "RELEASE block")
        except BaseException:
            self._undo(connection, group)
            self._finish(place, group)
            raise
        self._finish(place, group)

    def let_go(self) -> None:
        """Let go of the connection, when it is nobody's turn, so that it can be closed. The next block opens one."""
        place = self._take_turn()
        self._connection = None
        self._turnstile.close()
        self._pass_on(place)

    def forget_parent(self) -> Connection | None:
        """Begin anew in a child process; return the parent's connection, which must be left as it is."""
        left, self._connection = self._connection, None
        self._turnstile.forget_parent()
        self._forget()
        return left

    def _take_turn(self) -> _Place:
        place = _Place()
        with self._mutex:
            if self._holder is None:
                self._holder = place
                return place
            if self._gathering is not None:
                place.group, self._gathering = self._gathering, None
                self._holder = place
                return place
            if len(self._queue) >= self._limits.waiting:
                raise Overloaded("too many wait to write")
            self._queue.append(place)
        if not place.wait(self._limits.turn):
            with self._mutex:
                if place in self._queue:
                    self._queue.remove(place)
                    raise Overloaded("it took too long before it was our turn to write")
            place.wait()  # it came at the last moment
        return place

    def _begin(self, place: _Place) -> "_Group":
        entered = False
        try:
            self._turnstile.enter(self._limits.turn)
            entered = True
            _say(self._writer(), "BEGIN IMMEDIATE")
        except Exception as error:
            if entered:
                self._turnstile.leave()
            self._pass_on(place)
            # Somebody outside, a backup for instance, holds SQLite's own lock; or the file cannot be written at all.
            raise (error if isinstance(error, Overloaded) else Overloaded("the database is held by another")) from error
        group = _Group()
        place.group = group
        return group

    def _writer(self) -> Connection:
        if self._connection is None:
            self._connection = self._connect()
        return self._connection

    def _undo(self, connection: Connection, group: _Group) -> None:
        try:
            _say(connection, "ROLLBACK TO block")
            _say(connection, "RELEASE block")
        except Exception as error:  # noqa: BLE001  # a full disk ends the whole transaction, and with it the savepoints
            group.failed = error

    def _finish(self, place: _Place, group: _Group) -> None:
        """Hand the turn on, or commit; return when it is known what became of the group. Raises NotWritten."""
        group.places.append(place)
        if self._is_last(place, group):
            self._commit(place, group)
        if group.failed is not None:
            raise NotWritten from group.failed

    def _is_last(self, place: _Place, group: _Group) -> bool:
        """Say whether this place is to commit; if not, its group has been committed by another."""
        with self._mutex:
            age = time.monotonic() - group.began
            if group.failed is not None or len(group.places) >= self._limits.blocks or age >= self._limits.age:
                return True
            if self._queue:
                following = self._queue.popleft()
                following.group, self._holder = group, following
                following.wake()
                left = -1.0
            else:
                left = self._limits.gather - age
                if len(group.places) >= self._expected or left <= 0:
                    return True
                self._gathering = group
        if place.wait(left):
            return False
        with self._mutex:
            if self._holder is place:
                self._gathering = None
                group.waited_in_vain = True
                return True
        place.wait()
        return False

    def _commit(self, place: _Place, group: _Group) -> None:
        connection = self._writer()
        try:
            if group.failed is None:
                self._with_commit(connection)
                _say(connection, "COMMIT")
                self.commits += 1
        except Exception as error:  # noqa: BLE001  # whatever it is, everybody in the group must hear of it
            group.failed = error
        if group.failed is not None:
            self._roll_back(connection)
        self._turnstile.leave()
        self._pass_on(place, group)
        for each in group.places:
            if each is not place:
                each.wake()

    def _roll_back(self, connection: Connection) -> None:
        try:
            if connection.connection.dbapi_connection.in_transaction:  # type: ignore[union-attr]  # of sqlite3
                _say(connection, "ROLLBACK")
        except Exception:  # noqa: BLE001  # a connection in an unknown state is not used again
            self._connection = None
            with suppress(Exception):
                connection.invalidate()
                connection.close()

    def _pass_on(self, place: _Place, group: _Group | None = None) -> None:
        with self._mutex:
            if self._holder is not place:
                return
            if group is not None:
                size = len(group.places)
                # Whoever came while we committed would have been company: next time there is a moment for them.
                self._expected = size if group.waited_in_vain else min(size + len(self._queue), self._limits.blocks)
            self._holder = self._queue.popleft() if self._queue else None
            if self._holder is not None:
                self._holder.wake()


def _say(connection: Connection, words: str) -> None:
    # To the driver itself: SQLAlchemy takes ten times as long for a statement of one word.
    connection.connection.dbapi_connection.execute(words)  # type: ignore[union-attr]  # of sqlite3
