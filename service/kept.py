"""Short texts that a service keeps between restarts, by name: such as the last good trust list."""

from typing import final

from sqlalchemy import text

from service.database import Database


@final
class KeptText:
    """One text in the service's own database; it fulfils `credentials.trust.source.Keeper`."""

    def __init__(self, database: Database, name: str) -> None:
        self._database = database
        self._name = name

    def load(self) -> str | None:
        """Return the text that was saved last."""
        with self._database.read() as connection:
            found = connection.execute(
                text("SELECT content FROM service_kept WHERE name = :name"), {"name": self._name}
            ).scalar_one_or_none()
        return None if found is None else str(found)

    def save(self, content: str) -> None:
        """Keep this text instead."""
        with self._database.write() as connection:
            connection.execute(
                text(
                    "INSERT INTO service_kept (name, content) VALUES (:name, :content) "
                    "ON CONFLICT (name) DO UPDATE SET content = excluded.content"
                ),
                {"name": self._name, "content": content},
            )
