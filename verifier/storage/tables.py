"""The verifier's tables. What tells something of a client is sealed; what finds a request from outside is hashed."""

from typing import Final

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, MetaData, String, Table, Text

metadata: Final = MetaData()

intake_table: Final = Table(
    "verifier_intake",
    metadata,
    Column("id", String(43), primary_key=True),
    Column("owner", String(80), nullable=False),
    Column("reference", LargeBinary, nullable=False),
    Column("template", String(20), nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("delete_after", BigInteger, nullable=False),
    Index("verifier_intake_owner", "owner", "opened_at"),
    Index("verifier_intake_delete_after", "delete_after"),
)

request_table: Final = Table(
    "verifier_request",
    metadata,
    Column("id", String(43), primary_key=True),
    Column("intake_id", String(43), ForeignKey("verifier_intake.id", ondelete="CASCADE"), nullable=False),
    # Counts the requests of one file: two may be made within one second.
    Column("number", Integer, nullable=False),
    Column("owner", String(80), nullable=False),
    Column("template", String(20), nullable=False),
    Column("query", Text, nullable=False),
    Column("response_mode", String(20), nullable=False),
    Column("client_id_prefix", String(20), nullable=False),
    Column("request_hash", LargeBinary(32), nullable=False, unique=True),
    Column("response_hash", LargeBinary(32), nullable=False, unique=True),
    # The nonce, state, paths and decryption key; emptied as soon as the request has ended.
    Column("binding", LargeBinary, nullable=True),
    Column("browser", String(64), nullable=True),
    # Those that were named for this request, with spaces between; empty: those that fit the wallet.
    Column("formats", String(120), nullable=False, server_default=""),
    # Of an answer in parts: the request that the series began with, null for that one; which part of how many this
    # one asks for; how many cards came before it.
    Column("first", String(43), nullable=True),
    Column("part", Integer, nullable=False, server_default="1"),
    Column("parts", Integer, nullable=False, server_default="1"),
    Column("taken", Integer, nullable=False, server_default="0"),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("extensions", Integer, nullable=False),
    Column("fetched_at", BigInteger, nullable=True),
    Column("state", String(12), nullable=False),
    Column("ended_at", BigInteger, nullable=True),
    Column("decline_code", String(60), nullable=True),
    Column("answer", LargeBinary, nullable=True),
    Column("return_hash", LargeBinary(32), nullable=True),
    Index("verifier_request_intake", "intake_id", "number"),
    Index("verifier_request_state", "state", "expires_at"),
    Index("verifier_request_first", "first"),
)

attempt_table: Final = Table(
    "verifier_attempt",
    metadata,
    Column(
        "request_id",
        String(43),
        ForeignKey("verifier_request.id", ondelete="CASCADE"),
        primary_key=True,
        nullable=False,
    ),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("code", String(60), nullable=False),
    Column("explanation", String(400), nullable=False),
)
