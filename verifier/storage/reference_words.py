"""The words by which files are found: written with a file, and looked for; hashed with a key, never in the clear."""

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, insert, select, update

from verifier.domain.reference import one_word, stored_words
from verifier.storage.sealed import Seals
from verifier.storage.tables import intake_table, word_table

_words: Final = word_table.c


def write(connection: Connection, seals: Seals, intake_id: str, reference: str) -> None:
    """Write the words of a new file's reference."""
    rows = [{"word_hash": seals.word(each), "intake_id": intake_id} for each in sorted(stored_words(reference))]
    if rows:
        connection.execute(insert(word_table), rows)


def write_old(connection: Connection, seals: Seals, most: int) -> int:
    """Write the words of files of before there were any, so many at most; return how many there were."""
    # Whoever else does the same meanwhile waits for the first of its rows, and then finds it done.
    old = select(intake_table.c.id, intake_table.c.reference).where(intake_table.c.reference_hash.is_(None))
    rows = connection.execute(old.limit(most)).all()
    for row in rows:
        reference = seals.open_reference(row.id, row.reference)
        this = update(intake_table).where(intake_table.c.id == row.id, intake_table.c.reference_hash.is_(None))
        if connection.execute(this.values(reference_hash=hash_of(seals, reference))).rowcount == 1:
            write(connection, seals, row.id, reference)
    return len(rows)


def hash_of(seals: Seals, reference: str) -> bytes:
    """Return what two files have in common that have one reference."""
    return seals.word(f"whole {one_word(reference)}")


def having(seals: Seals, words: Iterable[str]) -> list[ColumnElement[Any]]:
    """Return the conditions that a file has all of these words."""
    return [
        intake_table.c.id.in_(select(_words.intake_id).where(_words.word_hash == seals.word(each)))
        for each in sorted(words)
    ]
