"""The issuer's tables. Moments are whole seconds since 1970; what could name a citizen is hashed or sealed."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from service.processing_log.outbox import line_table
from service.webhooks.outbox import webhook_table

metadata: Final = MetaData()
_registry: Final = registry(metadata=metadata)


class _Row(SQLModel, registry=_registry):
    """A row of this party's own registry: no other party's tables are in it."""

    metadata = metadata


class OfferRow(_Row, table=True):
    """An offer. Its three secrets follow from `reference` and a key that is not here."""

    __tablename__ = "issuer_offer"

    reference: str = Field(primary_key=True, max_length=64)
    id_hash: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False, unique=True))
    code_hash: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False, unique=True))
    state_hash: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False, unique=True))
    subject_sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    configurations: str
    grant_type: str
    tx_code_hash: bytes | None = Field(default=None, sa_column=Column(LargeBinary(32), nullable=True))
    attempts: int = Field(default=0, sa_column=Column(Integer, nullable=False))
    expires_at: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    redeemed_at: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    collected_at: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    profile: str | None = Field(default=None, max_length=16)


class PushedRow(_Row, table=True):
    """A pushed authorization request that nobody has taken yet."""

    __tablename__ = "issuer_pushed"

    handle_hash: bytes = Field(sa_column=Column(LargeBinary(32), primary_key=True))
    sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    expires_at: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))


class CodeRow(_Row, table=True):
    """An authorization code; `used_by` is the issuance session that it led to."""

    __tablename__ = "issuer_code"

    code_hash: bytes = Field(sa_column=Column(LargeBinary(32), primary_key=True))
    sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    expires_at: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    used_by: str | None = Field(default=None, max_length=64)


class GrantRow(_Row, table=True):
    """What an access token opens."""

    __tablename__ = "issuer_grant"

    token_hash: bytes = Field(sa_column=Column(LargeBinary(32), primary_key=True))
    session: str = Field(unique=True, max_length=64)
    family: str | None = Field(default=None, max_length=64, index=True)
    sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    expires_at: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    requests: int = Field(default=0, sa_column=Column(Integer, nullable=False))


class RefreshRow(_Row, table=True):
    """A family of refresh tokens: what they stand for, and which of them is the one that is good now."""

    __tablename__ = "issuer_refresh"

    family: str = Field(primary_key=True, max_length=64)
    token_hash: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False))
    sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    expires_at: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))


class DeferredRow(_Row, table=True):
    """A credential request that waits for the register."""

    __tablename__ = "issuer_deferred"

    id_hash: bytes = Field(sa_column=Column(LargeBinary(32), primary_key=True))
    sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    expires_at: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))


class WalletLoginRow(_Row, table=True):
    """A login with a wallet: what its answer is read with, and, once there is one, who it is under its code."""

    __tablename__ = "issuer_wallet_login"

    reference: str = Field(primary_key=True, max_length=64)
    request_hash: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False, unique=True))
    response_hash: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False, unique=True))
    stage: str = Field(max_length=16)
    fault: str | None = Field(default=None, max_length=16)
    sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    code_hash: bytes | None = Field(default=None, sa_column=Column(LargeBinary(32), nullable=True))
    subject_sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    expires_at: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))


class OnceRow(_Row, table=True):
    """A value that was seen and may not come again before it expires."""

    __tablename__ = "issuer_once"

    kind: str = Field(primary_key=True, max_length=16)
    value_hash: bytes = Field(sa_column=Column(LargeBinary(32), primary_key=True))
    expires_at: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))


class ListRow(_Row, table=True):
    """A numbered status list, how many of its places are given out, and the status of those that no copy tells of.

    What was superseded after `shown_until` is not in the published list yet.
    """

    __tablename__ = "issuer_list"

    number: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    entries: int = Field(sa_column=Column(Integer, nullable=False))
    used: int = Field(default=0, sa_column=Column(Integer, nullable=False))
    rest: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    shown_until: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))


class CopyRow(_Row, table=True):
    """One issued copy of a credential: a place in a status list and keyed hashes; no claim, salt, key or signature."""

    __tablename__ = "issuer_copy"
    __table_args__ = (
        UniqueConstraint("list_number", "place", name="issuer_copy_place"),
        CheckConstraint("status IN (0, 1, 3)", name="issuer_copy_status"),
        Index("issuer_copy_subject", "subject_hash", "status"),
        Index("issuer_copy_session", "session", "configuration"),
        Index("issuer_copy_marked", "list_number", "status"),
        Index("issuer_copy_case", "case_hash"),
        Index("issuer_copy_issued", "issued_at", "session"),
    )

    id: str = Field(primary_key=True, max_length=64)
    session: str = Field(max_length=64)
    configuration: str = Field(max_length=64)
    subject_hash: str = Field(max_length=64)
    case_hash: str | None = Field(default=None, max_length=64)
    fingerprint: str = Field(max_length=64)
    list_number: int = Field(sa_column=Column(Integer, nullable=False))
    place: int = Field(sa_column=Column(Integer, nullable=False))
    state: str = Field(max_length=16)
    status: int = Field(default=0, sa_column=Column(Integer, nullable=False))
    reason: str | None = Field(default=None, max_length=200)
    issued_at: int = Field(sa_column=Column(BigInteger, nullable=False))
    expires_at: int = Field(sa_column=Column(BigInteger, nullable=False))
    changed_at: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    notices: str = Field(default="", sa_column=Column(String(64), nullable=False, server_default=""))


class NoticeRow(_Row, table=True):
    """A notice of known deficient data. Days are `2026-11-23`, kinds a list with commas."""

    __tablename__ = "issuer_notice"

    number: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    first_day: str = Field(max_length=10)
    last_day: str | None = Field(default=None, max_length=10)
    expected_end: str | None = Field(default=None, max_length=10)
    kinds: str = Field(max_length=1200)
    what: str = Field(max_length=300)
    added_at: int = Field(sa_column=Column(BigInteger, nullable=False))
    ended_at: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))


class TallyRow(_Row, table=True):
    """So many copies of one Dutch day more, or fewer, in one state; see `issuer.storage.tally`."""

    __tablename__ = "issuer_tally"

    number: int | None = Field(
        default=None, sa_column=Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    )
    day: str = Field(max_length=10, index=True)
    state: str = Field(max_length=16)
    copies: int


class FailureRow(_Row, table=True):
    """So many times that something went wrong for somebody, by day, step and cause; see `issuer.storage.running`."""

    __tablename__ = "issuer_failure"

    number: int | None = Field(
        default=None, sa_column=Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    )
    day: str = Field(max_length=10, index=True)
    step: str = Field(max_length=16)
    code: str = Field(max_length=64)
    times: int


class JobRow(_Row, table=True):
    """The last run of a piece of housekeeping."""

    __tablename__ = "issuer_job"

    name: str = Field(primary_key=True, max_length=64)
    at: int = Field(sa_column=Column(BigInteger, nullable=False))
    outcome: str = Field(max_length=64)


class PublicationRow(_Row, table=True):
    """The last good signed status list of a kind and number."""

    __tablename__ = "issuer_publication"

    kind: str = Field(primary_key=True, max_length=32)
    list_number: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    media_type: str = Field(max_length=64)
    published_at: int = Field(sa_column=Column(BigInteger, nullable=False))
    expires_at: int = Field(sa_column=Column(BigInteger, nullable=False))
    fingerprint: str = Field(max_length=64)


class ChangeRow(_Row, table=True):
    """A person of whom something changed in the register, until it was looked at; without a number: anybody."""

    __tablename__ = "issuer_change"

    subject_hash: str = Field(primary_key=True, max_length=64)
    sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    mark: bytes = Field(sa_column=Column(LargeBinary(16), nullable=False))
    noted_at: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    next_at: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))


class ImportRow(_Row, table=True):
    """A file of debts that was imported, or is being: one that is current has been taken in whole."""

    __tablename__ = "issuer_import"

    id: str = Field(primary_key=True, max_length=32)
    name: str = Field(max_length=64, index=True)
    digest: str = Field(max_length=64)
    is_current: bool
    as_of: int = Field(sa_column=Column(BigInteger, nullable=False))
    changed_at: int = Field(sa_column=Column(BigInteger, nullable=False))


class DebtsRow(_Row, table=True):
    """One person's debts of an import: their document, sealed."""

    __tablename__ = "issuer_debts"

    subject_hash: str = Field(primary_key=True, max_length=64)
    import_id: str = Field(primary_key=True, max_length=32, index=True)
    sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


def _table(name: str) -> Table:
    return metadata.tables[name]


# The hot statements use SQLAlchemy Core on these.
offer: Final = _table("issuer_offer")
pushed: Final = _table("issuer_pushed")
code: Final = _table("issuer_code")
grant: Final = _table("issuer_grant")
refresh: Final = _table("issuer_refresh")
deferred: Final = _table("issuer_deferred")
wallet_login: Final = _table("issuer_wallet_login")
once: Final = _table("issuer_once")
status_list: Final = _table("issuer_list")
issued_copy: Final = _table("issuer_copy")
notice: Final = _table("issuer_notice")
tally: Final = _table("issuer_tally")
failure: Final = _table("issuer_failure")
job: Final = _table("issuer_job")
publication: Final = _table("issuer_publication")
change: Final = _table("issuer_change")
webhook: Final = webhook_table(metadata, "issuer_webhook")
log_line: Final = line_table(metadata, "issuer_log_line")
imported: Final = _table("issuer_import")
debts: Final = _table("issuer_debts")
