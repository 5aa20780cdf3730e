"""Tell case systems what came of their requests: in the transaction of the fact, with the request's id alone."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final, final

from sqlalchemy import Connection, func, select, update

from credentials.clock import epoch
from service.database import Database
from service.webhooks.messages import Announcement
from service.webhooks.outbox import Subscriptions
from verifier.domain.happenings import Happening
from verifier.storage.tables import request_table, webhook_messages

STEP: Final = 200
_requests = request_table.c
_SERIES: Final = func.coalesce(_requests.first, _requests.id).label("series")


@final
class Telling:
    """Who is told what of whose requests: endpoints by the owner of what they are told of. Others hear nothing."""

    def __init__(
        self,
        endpoints: Mapping[str, Collection[str]] | None = None,
        wanted: Mapping[str, Collection[Happening]] | None = None,
    ) -> None:
        self._endpoints = dict(endpoints or {})
        self._subscriptions = Subscriptions(webhook_messages, wanted or {})

    def of_request(self, connection: Connection, request_id: str, kind: Happening, at: datetime) -> None:
        """Tell of a request, under the id that its owner knows: that of the first part."""
        if not self._endpoints:
            return
        row = connection.execute(select(_requests.owner, _SERIES).where(_requests.id == request_id)).one()
        self._tell(connection, row.owner, row.series, kind, at)

    def of_file(self, connection: Connection, owner: str, intake_id: str, kind: Happening, at: datetime) -> None:
        """Tell of all requests of a file, while they are there."""
        if owner not in self._endpoints:
            return
        found = select(_SERIES).where(_requests.intake_id == intake_id).distinct()
        for series in connection.execute(found).scalars().all():
            self._tell(connection, owner, series, kind, at)

    def _tell(self, connection: Connection, owner: str, series: str, kind: Happening, at: datetime) -> None:
        endpoints = self._endpoints.get(owner)
        if endpoints:
            event = Announcement(kind, at, {"id": series}, once=series)
            self._subscriptions(connection, event, only=endpoints)


@final
class Expiries:
    """Notice that the time of requests has passed, as nobody does anything then; each is told once."""

    def __init__(self, database: Database, telling: Telling) -> None:
        self._database = database
        self._telling = telling

    def __call__(self, now: datetime) -> int:
        """Tell of those whose time has passed since the last look, and return how many."""
        over = (
            select(_requests.id, _requests.first, _requests.expires_at)
            .where(_requests.state == "open", _requests.expiry_told.is_(False), _requests.expires_at <= epoch(now))
            .limit(STEP)
        )
        total = 0
        while True:
            with self._database.write() as connection:
                found = connection.execute(over).all()
                for row in found:
                    # The same conditions: it may have been told meanwhile, and it is told with this.
                    told = update(request_table).where(_requests.id == row.id, _requests.expiry_told.is_(False))
                    if connection.execute(told.values(expiry_told=True)).rowcount == 1:
                        # Of an answer in parts something has come: what there is can be read.
                        kind = Happening.EXPIRED if row.first is None else Happening.ANSWERED
                        self._telling.of_request(connection, row.id, kind, now)
            total += len(found)
            if len(found) < STEP:
                return total
