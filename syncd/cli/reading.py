"""Opening the database beside a running daemon: nothing is migrated and nothing is locked for long."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from syncd.settings import Settings
from syncd.state.database import Database


@contextmanager
def database(settings: Settings) -> Iterator[Database | None]:
    """The database for the block; `None` before syncd's first run. Raises `StorageFailed`."""
    if settings.database_url is None and not (settings.data_dir / "syncd.db").exists():
        yield None
        return
    db = Database.open(settings.database)
    try:
        yield db
    finally:
        db.close()
