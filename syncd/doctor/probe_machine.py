"""Looking at this machine. A database that is not there yet is not made."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path

from sqlalchemy import Connection, text

from syncd.doctor import machine
from syncd.doctor.finding import Finding
from syncd.errors import SyncdError
from syncd.settings import Settings
from syncd.state.database import Database


class _Undo(Exception):
    """Rolls the probe back."""


def look(settings: Settings) -> list[Finding]:
    """Disk, database and SQLite."""
    folder = _existing(settings.data_dir)
    found = [machine.disk(settings.data_dir, shutil.disk_usage(folder).free), _database(settings, folder)]
    if settings.database_url is None or settings.database.startswith("sqlite"):
        found.append(machine.sqlite(sqlite3.sqlite_version_info))
    return found


def _database(settings: Settings, folder: Path) -> Finding:
    path = settings.data_dir / "syncd.db"
    if settings.database_url is None and not path.exists():
        writable = os.access(folder, os.W_OK | os.X_OK)
        return machine.database(str(path), None if writable else f"the folder {folder} cannot be written")
    try:
        db = Database.open(settings.database)
    except SyncdError as error:
        return machine.database("the database", str(error))
    try:
        db.run_sync(_write)
    except _Undo:
        return machine.database(db.name, None)
    except SyncdError as error:
        return machine.database(db.name, str(error))
    finally:
        db.close()
    raise AssertionError("the probe's own table was kept")


def _write(conn: Connection) -> None:
    conn.execute(text("CREATE TABLE syncd_doctor (number INTEGER)"))
    raise _Undo


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    return next(each for each in (folder, *folder.absolute().parents) if each.exists())
