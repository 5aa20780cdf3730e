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
    Table,
    UniqueConstraint,
)
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

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


class OnceRow(_Row, table=True):
    """A value that was seen and may not come again before it expires."""

    __tablename__ = "issuer_once"

    kind: str = Field(primary_key=True, max_length=16)
    value_hash: bytes = Field(sa_column=Column(LargeBinary(32), primary_key=True))
    expires_at: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))


class ListRow(_Row, table=True):
    """A numbered status list and how many of its places are given out."""

    __tablename__ = "issuer_list"

    number: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    entries: int = Field(sa_column=Column(Integer, nullable=False))
    used: int = Field(default=0, sa_column=Column(Integer, nullable=False))


class CopyRow(_Row, table=True):
    """One issued copy of a credential: a place in a status list and keyed hashes; no claim, salt, key or signature."""

    __tablename__ = "issuer_copy"
    __table_args__ = (
        UniqueConstraint("list_number", "place", name="issuer_copy_place"),
        CheckConstraint("status IN (0, 1, 3)", name="issuer_copy_status"),
        Index("issuer_copy_subject", "subject_hash", "status"),
        Index("issuer_copy_session", "session", "configuration"),
        Index("issuer_copy_marked", "list_number", "status"),
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


def _table(name: str) -> Table:
    return metadata.tables[name]


# The hot statements use SQLAlchemy Core on these.
offer: Final = _table("issuer_offer")
pushed: Final = _table("issuer_pushed")
code: Final = _table("issuer_code")
grant: Final = _table("issuer_grant")
refresh: Final = _table("issuer_refresh")
deferred: Final = _table("issuer_deferred")
once: Final = _table("issuer_once")
status_list: Final = _table("issuer_list")
issued_copy: Final = _table("issuer_copy")
publication: Final = _table("issuer_publication")
