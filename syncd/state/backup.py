"""Copies of the SQLite file, whole even while syncd runs."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from syncd.errors import StorageFailed


def backup(path: Path, label: str) -> Path:
    """Copy the SQLite file next to itself as `<name>.<label>.<time>.backup` and answer where.

    The copy appears under its name only when it is complete and on the disk. Raises `StorageFailed` when it cannot be
    made; nothing of it is left then.
    """
    target = path.with_name(f"{path.name}.{label}.{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}.backup")
    partial = target.with_suffix(".partial")
    try:
        # Nobody else may read the copy: the file exists with its rights before the data comes.
        os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with closing(sqlite3.connect(path, isolation_level=None)) as raw:
            raw.execute("VACUUM INTO ?", [str(partial)])
        _to_disk(partial)
        partial.replace(target)
        _to_disk(path.parent)
    except (OSError, sqlite3.Error) as error:
        partial.unlink(missing_ok=True)
        raise StorageFailed(
            f"the database {path} cannot be copied to {target.name}: {error}. "
            "Next step: free some space in its folder and make sure that syncd may write there."
        ) from error
    return target


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
