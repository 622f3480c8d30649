"""Alembic's migrations of the state database, run by `syncd.state.migrate`."""
