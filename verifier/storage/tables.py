"""The verifier's tables. What tells something of a client is sealed; what finds a request from outside is hashed."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    false,
)

from service.processing_log.outbox import line_table
from service.webhooks.outbox import webhook_table

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
    # Who had the file before, where it was handed over.
    Column("received_from", String(80), nullable=True),
    # Whether the client reads out a code before an answer is shown.
    Column("remote", Boolean, nullable=False, server_default=false()),
    # When the newest answer came that is shown.
    Column("answered_at", BigInteger, nullable=True),
    # A keyed hash of the reference, by which files of one reference are found; null: not written yet.
    Column("reference_hash", LargeBinary(16), nullable=True),
    # Who compared an identity document with the client, and when.
    Column("compared_by", String(80), nullable=True),
    Column("compared_at", BigInteger, nullable=True),
    Index("verifier_intake_owner", "owner", "opened_at"),
    Index("verifier_intake_opened_at", "opened_at"),
    Index("verifier_intake_delete_after", "delete_after"),
    Index("verifier_intake_answered", "owner", "answered_at", "opened_at"),
    Index("verifier_intake_reference", "reference_hash"),
)

word_table: Final = Table(
    "verifier_reference_word",
    metadata,
    # Keyed hashes of the words of references, by which files are searched.
    Column("word_hash", LargeBinary(16), primary_key=True, nullable=False),
    Column(
        "intake_id",
        String(43),
        ForeignKey("verifier_intake.id", ondelete="CASCADE"),
        primary_key=True,
        nullable=False,
    ),
    Index("verifier_reference_word_intake", "intake_id"),
)

note_table: Final = Table(
    "verifier_note",
    metadata,
    Column("id", String(43), primary_key=True),
    Column("intake_id", String(43), ForeignKey("verifier_intake.id", ondelete="CASCADE"), nullable=False),
    # Counts the notes of one file, in the order in which they were written.
    Column("number", Integer, nullable=False),
    Column("note", LargeBinary, nullable=False),
    Column("written_by", String(80), nullable=False),
    Column("written_at", BigInteger, nullable=False),
    Index("verifier_note_intake", "intake_id", "number", unique=True),
)

invitation_table: Final = Table(
    "verifier_invitation",
    metadata,
    Column("token_hash", LargeBinary(32), primary_key=True),
    Column("intake_id", String(43), ForeignKey("verifier_intake.id", ondelete="CASCADE"), nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    # The session that opened it, and when; null while nobody did.
    Column("browser", String(64), nullable=True),
    Column("opened_at", BigInteger, nullable=True),
    Index("verifier_invitation_intake", "intake_id"),
)

said_table: Final = Table(
    "verifier_said_debt",
    metadata,
    Column("id", String(43), primary_key=True),
    Column("intake_id", String(43), ForeignKey("verifier_intake.id", ondelete="CASCADE"), nullable=False),
    # Counts the debts of one file, in the order in which they were written.
    Column("number", Integer, nullable=False),
    Column("debt", LargeBinary, nullable=False),
    Index("verifier_said_debt_intake", "intake_id", "number", unique=True),
)

preference_table: Final = Table(
    "verifier_preference",
    metadata,
    Column("intake_id", String(43), ForeignKey("verifier_intake.id", ondelete="CASCADE"), primary_key=True),
    # All that was decided in a file, as one: which debts they are of is told by nothing outside.
    Column("chosen", LargeBinary, nullable=False),
)

colleague_table: Final = Table(
    "verifier_colleague",
    metadata,
    Column("owner", String(80), primary_key=True),
    Column("name", LargeBinary, nullable=False),
    Column("may_receive", Boolean, nullable=False),
    # Those of the last time, with spaces between.
    Column("roles", String(80), nullable=False, server_default=""),
    Column("seen_at", BigInteger, nullable=False),
    Index("verifier_colleague_seen_at", "seen_at"),
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
    Column("client_id_prefix", String(40), nullable=False, server_default="x509_hash"),
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
    # Which documents the answer was checked by, sealed; null where they were not kept.
    Column("consulted", LargeBinary, nullable=True),
    # What the answer came to, in numbers, sealed: what stays when the file goes.
    Column("counted", LargeBinary, nullable=True),
    Column("return_hash", LargeBinary(32), nullable=True),
    # Of a client at a distance: the code that opens the answer, sealed, as long as it waits; how often one tried.
    Column("remote", Boolean, nullable=False, server_default=false()),
    Column("code", LargeBinary, nullable=True),
    # Whether a client made it, who opened an invitation.
    Column("invited", Boolean, nullable=False, server_default=false()),
    Column("tries", Integer, nullable=False, server_default="0"),
    Index("verifier_request_intake", "intake_id", "number"),
    # Whether a case system was told that its time has passed.
    Column("expiry_told", Boolean, nullable=False, server_default=false()),
    Index("verifier_request_state", "state", "expires_at"),
    Index("verifier_request_untold", "state", "expiry_told", "expires_at"),
    Index("verifier_request_first", "first"),
    Index("verifier_request_waiting", "owner", "state", "expires_at"),
)

document_table: Final = Table(
    "verifier_document",
    metadata,
    # A keyed hash of a document that answers were checked by; which answers those are stands sealed beside them.
    Column("hash", LargeBinary(32), primary_key=True),
    Column("document", LargeBinary, nullable=False),
    # When an answer last came that was checked by it, to the half hour.
    Column("touched_at", BigInteger, nullable=False),
    Index("verifier_document_touched", "touched_at"),
)

proof_table: Final = Table(
    "verifier_proof_of_check",
    metadata,
    # That of the file that is gone, by which the audit log knows it.
    Column("id", String(43), primary_key=True),
    Column("holder", String(80), nullable=False),
    Column("template", String(20), nullable=False),
    Column("closed_at", BigInteger, nullable=False),
    # Whether its time was over; else it was closed.
    Column("lapsed", Boolean, nullable=False),
    Column("answers", LargeBinary, nullable=False),
    Index("verifier_proof_of_check_holder", "holder", "closed_at"),
    Index("verifier_proof_of_check_closed_at", "closed_at"),
)

opinion_table: Final = Table(
    "verifier_second_opinion",
    metadata,
    Column("request_id", String(43), ForeignKey("verifier_request.id", ondelete="CASCADE"), primary_key=True),
    # Whether others are still to be asked, for the so-many-th time.
    Column("due", Boolean, nullable=False),
    Column("turn", Integer, nullable=False),
    Column("asked_at", BigInteger, nullable=False),
    Column("said_at", BigInteger, nullable=True),
    # Of how many presentations somebody came to another result.
    Column("disputed", Integer, nullable=False),
    Column("opinions", LargeBinary, nullable=True),
    Index("verifier_second_opinion_due", "due", "asked_at"),
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

webhook_messages: Final = webhook_table(metadata, "verifier_webhook")
log_lines: Final = line_table(metadata, "verifier_log_line")
