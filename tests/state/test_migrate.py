"""Migrations bring every database to the form that the code expects, and never leave it in between."""

from __future__ import annotations

import re
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from syncd.errors import Misconfigured, StorageFailed
from syncd.state import cursors, migrate
from syncd.state.database import Database
from syncd.state.schema import metadata
from tests.tables import KnownTables

from .samples import NOON

pytestmark = pytest.mark.usefixtures("real_migrations")

SECOND = """
import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade():
    with op.batch_alter_table("cursors") as batch:
        batch.add_column(sa.Column("extra", sa.Text()))
    op.execute("UPDATE cursors SET extra = 'added'")


def downgrade():
    with op.batch_alter_table("cursors") as batch:
        batch.drop_column("extra")
"""


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    """Our migrations and one more, in a folder whose name needs care."""
    return scripts_with(tmp_path / "100% new", SECOND)


def scripts_with(folder: Path, second: str) -> Path:
    (folder / "versions").mkdir(parents=True)
    for name in (
        "env.py",
        "versions/r0001_first.py",
        "versions/r0002_both_ways.py",
        "versions/r0003_inbox.py",
        "versions/r0004_operators.py",
    ):
        (folder / name).write_text((migrate.SCRIPTS / name).read_text())
    (folder / "versions" / "r0005_second.py").write_text(second)
    return folder


def names(conn: Connection) -> set[str]:
    return set(inspect(conn).get_table_names()) - {"alembic_version"}


def test_an_empty_database_gets_every_table(empty_url: str, opened: Callable[..., Database]) -> None:
    """The migrations make exactly the tables, columns, keys and indexes that the code knows."""
    database = opened(empty_url)
    assert migrate.current(database) is None
    assert migrate.upgrade(database) is None
    assert migrate.current(database) == migrate.head()
    differences = database.run_sync(lambda conn: compare_metadata(MigrationContext.configure(conn), metadata))
    assert differences == []
    keys = database.run_sync(
        lambda conn: {
            name: inspect(conn).get_pk_constraint(name)["constrained_columns"] for name in names(conn)
        }
    )
    assert keys == {
        table.name: [column.name for column in table.primary_key] for table in metadata.tables.values()
    }


def test_every_migration_can_be_taken_back(db: Database) -> None:
    """Down to nothing and up again leads to the same form."""
    migrate.downgrade(db, "base")
    assert migrate.current(db) is None
    assert db.run_sync(names) == set()
    migrate.upgrade(db)
    assert db.run_sync(names) == set(metadata.tables)


def test_a_database_that_is_up_to_date_is_left_alone(db: Database) -> None:
    """A second start neither writes nor copies anything."""
    before = db.commits
    assert migrate.upgrade(db) is None
    assert db.commits == before
    assert db.path is None or [path.name for path in db.path.parent.glob("*.backup")] == []


def test_a_migration_keeps_the_rows(db: Database, newer: Path) -> None:
    """Rows survive a change of their table, up and down."""
    db.run_sync(lambda conn: cursors.put(conn, "main", "orders", NOON))
    migrate.upgrade(db, newer)
    assert migrate.current(db) == migrate.head(newer) == "0005"
    assert db.run_sync(lambda conn: conn.scalar(text("SELECT extra FROM cursors"))) == "added"
    migrate.downgrade(db, "0004", newer)
    assert db.run_sync(lambda conn: cursors.get(conn, "main", "orders")) is not None


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_backup_is_made_before_an_existing_file_changes(db: Database, newer: Path) -> None:
    """The copy stands beside the file, is whole, of the old form, and closed to other users."""
    db.run_sync(lambda conn: cursors.put(conn, "main", "orders", NOON))
    saved = migrate.upgrade(db, newer)
    assert saved is not None
    assert db.path is not None
    assert saved.parent == db.path.parent
    assert saved.name.startswith(f"{db.path.name}.before-0005.")
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    with closing(sqlite3.connect(saved)) as raw:
        assert raw.execute("SELECT version_num FROM alembic_version").fetchall() == [("0004",)]
        assert raw.execute("SELECT stream FROM cursors").fetchall() == [("orders",)]
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert list(db.path.parent.glob("*.partial")) == []


@pytest.mark.parametrize("kind", ["sqlite"])
def test_without_a_backup_nothing_is_migrated(
    db: Database, newer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy that cannot be put in its place stops the migration and leaves nothing behind."""

    def refuse(self: Path, target: Path) -> Path:
        raise PermissionError(13, "not here", str(target))

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(StorageFailed, match=r"cannot be copied.*Next step: free some space"):
        migrate.upgrade(db, newer)
    assert migrate.current(db) == "0004"
    assert db.path is not None
    assert list(db.path.parent.glob("*.partial")) == []


def test_a_failing_migration_leaves_the_old_form(db: Database, tmp_path: Path) -> None:
    """A migration that fails half-way takes back its own beginning."""
    failing = SECOND.replace("    op.execute", "    op.execute('SELEKT')\n    op.execute")
    with pytest.raises(StorageFailed, match="SELEKT"):
        migrate.upgrade(db, scripts_with(tmp_path / "failing", failing))
    assert migrate.current(db) == "0004"
    assert db.run_sync(lambda conn: [column["name"] for column in inspect(conn).get_columns("cursors")]) == [
        column.name for column in metadata.tables["cursors"].columns
    ]


def test_a_database_of_a_newer_syncd_is_refused(db: Database, newer: Path) -> None:
    """An older program does not touch what a newer one wrote, and says what to install."""
    migrate.upgrade(db, newer)
    with pytest.raises(Misconfigured, match=r"written by a newer syncd \(form 0005, this one knows 0004\)"):
        migrate.upgrade(db)
    assert migrate.current(db) == "0005"


def test_the_revisions_are_those_that_alembic_finds(tmp_path: Path) -> None:
    """Read off the files' names, so that a start need not import Alembic: they agree with what stands in the files."""
    config = Config()
    config.set_main_option("script_location", str(migrate.SCRIPTS))
    found = ScriptDirectory.from_config(config)
    names = [re.match(r"r(\d+)_", Path(script.path).name) for script in found.walk_revisions()]
    assert [name.group(1) for name in names if name] == [script.revision for script in found.walk_revisions()]
    assert migrate.head() == found.get_current_head()


def test_a_database_that_is_up_to_date_is_opened_without_alembic(db: Database) -> None:
    """Which costs a tenth of a second at every start otherwise."""
    migrate.upgrade(db)
    assert db.path is not None
    code = (
        "import sys; from syncd.state.database import Database; from syncd.state import migrate\n"
        f"migrate.upgrade(Database.open('sqlite:///{db.path}')); print('alembic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_the_tables_of_other_tests_are_those_of_the_migrations(tmp_path: Path) -> None:
    """What most tests start with differs in nothing from what the migrations make. (SQLite's tables are made anew when they
    change, and their constraints come in any order then.)"""
    known, made = KnownTables(), []
    for name in ("first", "second", "real"):
        with (
            pytest.MonkeyPatch.context() as patch,
            closing(Database.open(f"sqlite:///{tmp_path}/{name}.db")) as db,
        ):
            patch.setattr(command, "upgrade", known if name != "real" else known.real)
            migrate.upgrade(db)
            made.append(db.run_sync(_everything))
    assert made[0] == made[1] == made[2]


def _everything(conn: Connection) -> tuple[list[tuple[str, str, list[str]]], str]:
    rows = conn.exec_driver_sql("SELECT type, name, sql FROM sqlite_master ORDER BY type, name").all()
    version = conn.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return [(row[0], row[1], _lines(row[2] or "")) for row in rows], str(version)


def _lines(sql: str) -> list[str]:
    return sorted(line.strip().rstrip(",") for line in sql.splitlines())
