"""A copy of the database to try things out in: nothing of it stays."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection, insert, select

from syncd.errors import StorageFailed
from syncd.state import migrate
from syncd.state.database import Database
from syncd.state.rows import BATCH
from syncd.state.schema import metadata

_NAME = "scratch.db"


@contextmanager
def scratch(db: Database | None) -> Iterator[Database]:
    """A copy of the database for the block, or an empty one. Raises `StorageFailed` when there is no room for it."""
    with tempfile.TemporaryDirectory(prefix="syncd-") as folder:
        path = Path(folder) / _NAME
        if db is not None and db.path is not None:
            _copy(db.path, path)
        copy = Database.open(f"sqlite:///{path}")
        try:
            migrate.upgrade(copy)
            if db is not None and db.path is None:
                db.run_sync(lambda conn: _carry(conn, copy))
            yield copy
        finally:
            copy.close()


def _copy(source: Path, target: Path) -> None:
    try:
        with closing(sqlite3.connect(source, isolation_level=None)) as raw:
            raw.execute("VACUUM INTO ?", [str(target)])
    except sqlite3.Error as error:
        raise StorageFailed(
            f"the database {source} cannot be copied to {target.parent}: {error}. "
            "Next step: free some space there, or name another folder by TMPDIR."
        ) from error


def _carry(conn: Connection, copy: Database) -> None:
    """Row by row, from another kind of database."""
    for table in metadata.sorted_tables:
        rows = [dict(row._mapping) for row in conn.execute(select(table))]
        for first in range(0, len(rows), BATCH):
            some = rows[first : first + BATCH]
            copy.run_sync(lambda out, table=table, some=some: out.execute(insert(table), some))  # type: ignore[misc]
