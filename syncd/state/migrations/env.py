"""How Alembic runs the migrations: on the connection and inside the transaction that `migrate` hands over."""

from alembic import context

from syncd.state.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite cannot alter most of a table in place; batch mode copies it.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
