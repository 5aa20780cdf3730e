"""The environment that Alembic runs every history in; `service.migrations` hands in the connection."""

from alembic import context

# One transaction for the whole history: `service.migrations` opened it.
context.configure(
    connection=context.config.attributes["connection"],
    version_table=context.config.attributes["version_table"],
    transactional_ddl=False,
    render_as_batch=True,
)
context.run_migrations()
