"""Bring a database to the schema that the code expects, with Alembic, in process.

Each package owns its history: the frame's own tables in `service/migrations/versions`, a party's tables in
`<party>/storage/migrations/versions`, each with its own version table. A party supplies version files only; the
environment is `env.py` here.
"""

import ast
import importlib.util
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, MetaData, inspect, text

from credentials.errors import ConfigurationError
from service.database import Database

if TYPE_CHECKING:
    from alembic.config import Config

FRAME: Final = "service"
_LOCK: Final = 0x626C6175  # one number for pg_advisory_xact_lock: two instances that start together migrate in turn


def migrate(database: Database, package: str) -> None:
    """Upgrade the frame's tables and those of `package` to their newest version; a no-op when they are there.

    Each history runs in one transaction. Raises ConfigurationError when the database is newer than the code.
    """
    for history in (FRAME, package):
        if _at_head(database, history):
            continue
        from alembic import command  # noqa: PLC0415  # heavy, and needed for a change only

        with database.write() as connection:
            if not database.is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
                connection.execute(text("SET LOCAL statement_timeout = 0"))
            command.upgrade(_config(history, connection), "head")


def schema_is_current(database: Database, package: str) -> bool:
    """Tell whether both the frame's tables and those of `package` are at their newest version."""
    return all(_at_head(database, history) for history in (FRAME, package))


def schema_drift(database: Database, package: str, metadata: MetaData) -> list[str]:
    """Return how the migrated database differs from the tables that the code declares; for a test that wants none."""
    from alembic.autogenerate import compare_metadata  # noqa: PLC0415
    from alembic.migration import MigrationContext  # noqa: PLC0415

    ours = set(metadata.tables)

    def is_ours(_object: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
        return kind != "table" or name in ours

    with database.read() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"version_table": _version_table(package), "include_object": is_ours},
        )
        return [repr(difference) for difference in compare_metadata(context, metadata)]


def _config(package: str, connection: Connection | None = None) -> "Config":
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("version_locations", str(_versions(package)).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    config.attributes["connection"] = connection
    config.attributes["version_table"] = _version_table(package)
    return config


def _versions(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ConfigurationError("there is no such package to migrate")
    root = Path(spec.submodule_search_locations[0])
    return root / "migrations" / "versions" if package == FRAME else root / "storage" / "migrations" / "versions"


def _version_table(package: str) -> str:
    return f"alembic_version_{package}"


def _at_head(database: Database, package: str) -> bool:
    known, heads = _revisions(package)
    with database.read() as connection:
        table = _version_table(package)
        present: set[str] = set()
        if inspect(connection).has_table(table):
            present = set(connection.execute(text(f"SELECT version_num FROM {table}")).scalars())  # noqa: S608  # our name
    if present - known:
        raise ConfigurationError(f"the database of {package} was made by a newer version of this program")
    return present == heads


@cache
def _revisions(package: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return all revisions of a history, and the newest: those that no other one follows.

    Read from the version files themselves: a start on a current database, and every health check, do without Alembic.
    """
    known: set[str] = set()
    followed: set[str] = set()
    for path in _versions(package).glob("[0-9]*.py"):
        for statement in ast.parse(path.read_bytes()).body:
            if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
                match statement.targets[0].id:
                    case "revision":
                        known.add(ast.literal_eval(statement.value))
                    case "down_revision":
                        before = ast.literal_eval(statement.value)
                        followed.update([before] if isinstance(before, str) else before or ())
                    case _:
                        pass
    return frozenset(known), frozenset(known - followed)
