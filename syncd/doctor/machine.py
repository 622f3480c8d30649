"""The machine that syncd runs on: disk, database, SQLite's version."""

from __future__ import annotations

from pathlib import Path

from syncd.doctor.finding import Finding, error, ok, warning

SUBJECT = "machine"
MIB = 1024 * 1024
LEAST_FREE = 100 * MIB
"""Bytes below which a database soon cannot be written."""
GOOD_FREE = 1024 * MIB
SOUND_SQLITE = (3, 51, 3)
"""Older ones have a rare bug in WAL mode with two writers at once."""


def disk(folder: Path, free: int) -> Finding:
    """Whether the disk of the data directory has room; `free` in bytes."""
    what = f"{free // MIB} MiB are free for {folder}"
    why = "Without room for the database nothing is written to a shop: no call is made without a durable note of it."
    fix = "Make room, or set SYNCD_DATA_DIR to a folder on a larger disk."
    if free < LEAST_FREE:
        return error(SUBJECT, "disk", what, why=why, fix=fix)
    return warning(SUBJECT, "disk", what, why=why, fix=fix) if free < GOOD_FREE else ok(SUBJECT, "disk", what)


def database(name: str, trouble: str | None) -> Finding:
    """Whether the database can be written; `trouble` says why not."""
    if trouble is None:
        return ok(SUBJECT, "database", f"{name} can be written")
    return error(
        SUBJECT,
        "database",
        trouble,
        why="The database is syncd's memory of what it has done; without it nothing runs.",
        fix="Set SYNCD_DATA_DIR to a folder that the user that runs syncd may write, or correct SYNCD_DATABASE_URL.",
    )


def sqlite(version: tuple[int, ...]) -> Finding:
    """Whether this SQLite is free of the bug that resets the write-ahead log under two writers."""
    what = f"SQLite {'.'.join(map(str, version))}"
    if version >= SOUND_SQLITE:
        return ok(SUBJECT, "sqlite", what)
    return warning(
        SUBJECT,
        "sqlite",
        f"{what} is older than {'.'.join(map(str, SOUND_SQLITE))}",
        why="Two processes that write at the very same time can, very seldom, damage its database. syncd lets one only run.",
        fix="Use a Python with a newer SQLite, or PostgreSQL (SYNCD_DATABASE_URL); until then keep backups of the data "
        "directory.",
    )
