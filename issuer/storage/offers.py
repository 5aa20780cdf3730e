"""Offers in SQL."""

from datetime import datetime
from typing import Any, Final, final

from sqlalchemy import ColumnElement, Connection, bindparam, insert, select, update

from credentials.clock import epoch, from_epoch
from issuer.domain.clients import Profile
from issuer.domain.offers import MAX_TX_CODE_ATTEMPTS, Grant, Offer
from issuer.domain.secrets import Derivation, hashed
from issuer.storage.sealed import Sealer
from issuer.storage.tables import offer as table
from service.prepared import Prepared


def _found_by(column: ColumnElement[Any]) -> Prepared:
    return Prepared(select(table).where(column == bindparam("key")))


_THIS: Final = table.c.reference == bindparam("key")
_ADD: Final = Prepared(insert(table))
_BY_ID: Final = _found_by(table.c.id_hash)
_BY_REFERENCE: Final = _found_by(table.c.reference)
_BY_CODE: Final = _found_by(table.c.code_hash)
_BY_ISSUER_STATE: Final = _found_by(table.c.state_hash)
_COUNT_ATTEMPT: Final = Prepared(
    update(table)
    .where(_THIS, table.c.attempts < bindparam("most"), table.c.redeemed_at.is_(None))
    .values(attempts=table.c.attempts + 1)
)
_REDEEM: Final = Prepared(
    update(table)
    .where(
        _THIS,
        table.c.redeemed_at.is_(None),
        table.c.expires_at > bindparam("now"),
        table.c.attempts <= MAX_TX_CODE_ATTEMPTS,
    )
    .values(redeemed_at=bindparam("now"))
)
_MARK_COLLECTED: Final = Prepared(
    update(table).where(_THIS, table.c.collected_at.is_(None)).values(collected_at=bindparam("now"))
)


@final
class SqlOffers:
    """The port `Offers` on one connection."""

    def __init__(self, connection: Connection, sealer: Sealer, derivation: Derivation) -> None:
        self._connection = connection
        self._sealer = sealer
        self._derivation = derivation

    def add(self, offer: Offer) -> None:
        """Store a new offer."""
        secrets = offer.secrets(self._derivation)
        _ADD.run(
            self._connection,
            reference=offer.reference,
            id_hash=hashed(secrets.id),
            code_hash=hashed(secrets.code),
            state_hash=hashed(secrets.issuer_state),
            subject_sealed=self._sealer.subject(offer.subject, _place(offer.reference)),
            configurations=" ".join(offer.configurations),
            grant_type=offer.grant.value,
            tx_code_hash=offer.tx_code_hash,
            attempts=offer.attempts,
            expires_at=epoch(offer.expires_at),
            redeemed_at=None,
            collected_at=None,
            profile=offer.profile.value,
        )

    def by_id(self, secret: str) -> Offer | None:
        """Find the offer of a link."""
        return self._one(_BY_ID, hashed(secret))

    def by_reference(self, reference: str) -> Offer | None:
        """Find an offer by its public reference."""
        return self._one(_BY_REFERENCE, reference)

    def by_code(self, code: str) -> Offer | None:
        """Find an offer by its pre-authorized code."""
        return self._one(_BY_CODE, hashed(code))

    def by_issuer_state(self, issuer_state: str) -> Offer | None:
        """Find an offer by its issuer state."""
        return self._one(_BY_ISSUER_STATE, hashed(issuer_state))

    def count_attempt(self, reference: str, limit: int) -> bool:
        """Count a try at the transaction code, unless the limit was reached; say whether it may be compared."""
        return _COUNT_ATTEMPT.run(self._connection, key=reference, most=limit) == 1

    def redeem(self, reference: str, now: datetime) -> bool:
        """Mark the offer redeemed if it still could be; say whether this call did it."""
        return _REDEEM.run(self._connection, key=reference, now=epoch(now)) == 1

    def mark_collected(self, reference: str, now: datetime) -> None:
        """Remember when the first credential was fetched."""
        _MARK_COLLECTED.run(self._connection, key=reference, now=epoch(now))

    def _one(self, statement: Prepared, key: bytes | str) -> Offer | None:
        row = statement.one(self._connection, key=key)
        return self._offer(row) if row is not None else None

    def _offer(self, row: Any) -> Offer:  # noqa: ANN401  # a row of the table
        return Offer(
            reference=row.reference,
            subject=self._sealer.open_subject(row.subject_sealed, _place(row.reference)),
            configurations=tuple(row.configurations.split(" ")),
            grant=Grant(row.grant_type),
            expires_at=from_epoch(row.expires_at),
            tx_code_hash=row.tx_code_hash,
            attempts=row.attempts,
            redeemed_at=_moment(row.redeemed_at),
            collected_at=_moment(row.collected_at),
            profile=Profile(row.profile or Profile.OPEN),
        )


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else from_epoch(seconds)


def _place(reference: str) -> bytes:
    return b"issuer_offer.subject|" + reference.encode()
