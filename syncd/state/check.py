"""Looking a database over without changing it: damage, the form of its tables, and room on its disk."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from syncd.state.database import Database
from syncd.state.migrate import current, head
from syncd.state.schema import metadata

LEAST_FREE = 3
"""The disk should have room for so many copies of the file: a backup, a migration, and growth."""
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a person should look at, and what to do about it."""

    what: str
    next: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found. `form` is the migration that the tables are at; sizes in bytes, `None` on a server."""

    form: str | None
    needed: str
    findings: tuple[Finding, ...]
    size: int | None = None
    free: int | None = None


def check(database: Database) -> Checked:
    """Look the whole database over. Raises `StorageFailed` when it cannot be read at all."""
    form, needed = current(database), head()
    if form != needed:
        text = f"the tables are at form {form or 'none'}, this syncd needs {needed}"
        return Checked(form, needed, (Finding(text, "run 'syncd db upgrade'"),), *_sizes(database.path))
    findings = [] if database.path is None else _damage(database.path)
    if not findings:
        findings = database.run_sync(_deviations)
    size, free = _sizes(database.path)
    if size is not None and free is not None and free < LEAST_FREE * size:
        room = f"{free // 2**20} MB are free on the disk of the database, which has {size // 2**20} MB"
        findings.append(Finding(room, "free some space; a backup needs as much as the database"))
    return Checked(form, needed, tuple(findings), size, free)


def _damage(path: Path) -> list[Finding]:
    """SQLite's own look at every page, over a connection that takes no lock from a running daemon."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as raw:
            told = [str(row[0]) for row in raw.execute(f"PRAGMA integrity_check({_SHOWN})")]
    except sqlite3.DatabaseError as error:
        told = [str(error)]
    step = "stop syncd, keep a copy of the file for inquiry, and put the latest backup in its place"
    return [Finding(f"the file is damaged: {text}", step) for text in told if text != "ok"]


def _deviations(conn: Connection) -> list[Finding]:
    """Tables, columns and keys that are not as this version made them."""
    context = MigrationContext.configure(conn, opts={"compare_type": False})
    step = "restore the latest backup, or tell the makers of syncd"
    return [
        Finding(f"the tables differ: {_spell(each)}", step) for each in compare_metadata(context, metadata)
    ]


def _spell(difference: object) -> str:
    """`add_column order_links.version`, from what Alembic tells."""
    first = difference[0] if isinstance(difference, list) else difference
    if not isinstance(first, tuple):
        return str(first)
    names = [str(getattr(part, "name", part)) for part in first[1:] if part is not None]
    return " ".join([str(first[0]), *names])


def _sizes(path: Path | None) -> tuple[int | None, int | None]:
    if path is None:
        return None, None
    return path.stat().st_size, shutil.disk_usage(path.parent).free
