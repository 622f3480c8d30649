"""Bringing the tables to the form that this version of syncd expects, by Alembic's migrations shipped in the package."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from syncd.errors import Misconfigured
from syncd.state.backup import backup
from syncd.state.database import Database

SCRIPTS = Path(__file__).parent / "migrations"
_LOCK = 7_395_107_620_114_993
"""The key of PostgreSQL's advisory lock: two processes that start at once migrate one after the other."""


def current(database: Database) -> str | None:
    """The migration that the tables are at; `None` for an empty database."""
    return database.run_sync(_revision)


def head(scripts: Path = SCRIPTS) -> str:
    """The migration that this version of syncd needs."""
    return ScriptDirectory.from_config(_config(scripts)).get_current_head() or ""


def upgrade(database: Database, scripts: Path = SCRIPTS) -> Path | None:
    """Migrate to the newest form in one transaction; answers the backup that was made before.

    A backup is made of an existing SQLite file that is about to change. A database that is up to date is not touched.
    Raises `Misconfigured` when a newer syncd wrote the database, `StorageFailed` when it cannot be read or written.
    """
    found = current(database)
    if found == head(scripts):
        return None
    _check_known(database, found, scripts)
    saved = backup(database.path, f"before-{head(scripts)}") if database.path is not None and found else None
    _run(database, scripts, lambda config: command.upgrade(config, "head"))
    return saved


def downgrade(database: Database, revision: str, scripts: Path = SCRIPTS) -> None:
    """Migrate back to an earlier form (`base` for none); what the newer form added is lost."""
    _run(database, scripts, lambda config: command.downgrade(config, revision))


def _run(database: Database, scripts: Path, step: Callable[[Config], None]) -> None:
    def work(conn: Connection) -> None:
        if conn.dialect.name == "postgresql":
            conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        config = _config(scripts)
        config.attributes["connection"] = conn
        step(config)

    database.run_sync(work)


def _check_known(database: Database, found: str | None, scripts: Path) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(_config(scripts)).walk_revisions()}
    if found is not None and found not in known:
        raise Misconfigured(
            f"the database {database.name} was written by a newer syncd (form {found}, this one knows {head(scripts)}); "
            "install that version again, or restore the backup that it made before it changed the database"
        )


def _config(scripts: Path) -> Config:
    config = Config()
    # A percent sign in the path would be taken for an interpolation.
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    return config


def _revision(conn: Connection) -> str | None:
    return MigrationContext.configure(conn).get_current_revision()
