"""Bringing the tables to the form that this version of syncd expects, by Alembic's migrations shipped in the package."""

# ruff: noqa: PLC0415 - Alembic takes a tenth of a second to import, which a database that is up to date need not wait for

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from syncd.errors import Misconfigured
from syncd.state.backup import backup
from syncd.state.database import Database

if TYPE_CHECKING:
    from alembic.config import Config

SCRIPTS = Path(__file__).parent / "migrations"
_SCRIPT = re.compile(r"r(\d{4})_\w+\.py")
"""What the file of a migration is called: its revision comes first, and they follow each other by number."""
_TABLE = "alembic_version"
_LOCK = 7_395_107_620_114_993
"""The key of PostgreSQL's advisory lock: two processes that start at once migrate one after the other."""


def current(database: Database) -> str | None:
    """The migration that the tables are at; `None` for an empty database."""
    return database.run_sync(_revision)


def head(scripts: Path = SCRIPTS) -> str:
    """The migration that this version of syncd needs."""
    return max(_revisions(scripts), default="")


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
    from alembic import command

    _run(database, scripts, lambda config: command.upgrade(config, "head"))
    return saved


def downgrade(database: Database, revision: str, scripts: Path = SCRIPTS) -> None:
    """Migrate back to an earlier form (`base` for none); what the newer form added is lost."""
    from alembic import command

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
    if found is not None and found not in _revisions(scripts):
        raise Misconfigured(
            f"the database {database.name} was written by a newer syncd (form {found}, this one knows {head(scripts)}); "
            "install that version again, or restore the backup that it made before it changed the database"
        )


def _revisions(scripts: Path) -> set[str]:
    names = (_SCRIPT.fullmatch(file.name) for file in (scripts / "versions").iterdir())
    return {name.group(1) for name in names if name is not None}


def _config(scripts: Path) -> Config:
    from alembic.config import Config

    config = Config()
    # A percent sign in the path would be taken for an interpolation.
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    return config


def _revision(conn: Connection) -> str | None:
    if not inspect(conn).has_table(_TABLE):
        return None
    found = conn.execute(text(f"SELECT version_num FROM {_TABLE}")).scalar()
    return None if found is None else str(found)
