"""New databases for tests in a few milliseconds: migrations run once in each test process, and every further empty SQLite
database gets the tables that they made. Tests of the migrations themselves take `real_migrations`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from syncd.state.migrate import SCRIPTS

Upgrade = Callable[[Config, str], None]


@dataclass(slots=True)
class KnownTables:
    """Stands in for `alembic.command.upgrade`."""

    real: Upgrade = command.upgrade
    statements: list[str] = field(default_factory=list)
    version: str = ""

    def __call__(self, config: Config, revision: str) -> None:
        """Make the tables in an empty database; leave everything else to the migrations."""
        conn: Connection = config.attributes["connection"]
        ours = config.get_main_option("script_location") == str(SCRIPTS) and revision == "head"
        if not ours or conn.dialect.name != "sqlite" or _statements(conn):
            self.real(config, revision)
        elif self.statements:
            for statement in self.statements:
                conn.exec_driver_sql(statement)
            conn.exec_driver_sql("INSERT INTO alembic_version (version_num) VALUES (?)", (self.version,))
        else:
            self.real(config, revision)
            self.statements = _statements(conn)
            self.version = str(conn.exec_driver_sql("SELECT version_num FROM alembic_version").scalar())


def _statements(conn: Connection) -> list[str]:
    rows = conn.exec_driver_sql("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid")
    return [row[0] for row in rows]
