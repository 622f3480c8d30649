"""What a database's own errors mean for the person who runs syncd, and what to do next."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError

from syncd.errors import StorageFailed

_LOCKED = (
    "is locked by another process",
    "end the other program that has it open (a second syncd, a database browser), syncd then goes on by itself",
)
_READONLY = ("is read-only", "give the user that runs syncd write access to the file and its folder")
_FULL = ("cannot grow because the disk is full", "free some space, syncd then goes on by itself")
_CORRUPT = (
    "is damaged",
    "stop syncd, keep a copy of the file for inquiry, and put the latest backup in its place",
)
_CLOSED = (
    "cannot be opened",
    "check that the path exists and that the user that runs syncd may read and write it",
)
_BROKEN_DISK = ("cannot be read or written (input/output error)", "check the disk and its free space")
_OLD = (
    "lacks a table or column",
    "check that the address names the database of syncd, and start it anew: a start brings the tables up to date",
)
_AWAY = ("does not answer", "check that the server runs and that address, user and password are right")
_CROWDED = ("has no connection left", "raise max_connections on the server or end idle clients")

_SQLITE = {
    3: _CLOSED,
    5: _LOCKED,
    6: _LOCKED,
    8: _READONLY,
    10: _BROKEN_DISK,
    11: _CORRUPT,
    13: _FULL,
    14: _CLOSED,
    23: _CLOSED,
    26: _CORRUPT,
}
"""SQLite's primary result codes, <https://sqlite.org/rescode.html>."""

_POSTGRES = {
    "25006": _READONLY,
    "40001": _LOCKED,
    "40P01": _LOCKED,
    "42501": _READONLY,
    "42703": _OLD,
    "42P01": _OLD,
    "53100": _FULL,
    "53300": _CROWDED,
    "55P03": _LOCKED,
    "58030": _BROKEN_DISK,
    "XX001": _CORRUPT,
    "XX002": _CORRUPT,
}
"""PostgreSQL's SQLSTATE codes; class 08, 28, 3D and 57 mean that there is no connection."""

_NO_CONNECTION = ("08", "28", "3D", "57")
_OTHER = ("refused the operation", "look at the reason, it is the database's own text")


def storage_failed(error: DBAPIError, where: str) -> StorageFailed:
    """The error to raise instead: names the database, the reason and the next step; no values, no password."""
    what, step = _meaning(error)
    reason = str(error.orig).strip().splitlines() or [type(error).__name__]
    return StorageFailed(f"the database {where} {what}: {reason[0]}. Next step: {step}.")


def _meaning(error: DBAPIError) -> tuple[str, str]:
    code = getattr(error.orig, "sqlite_errorcode", None)
    if isinstance(code, int):
        missing = code == 1 and str(error.orig).startswith(("no such table", "no such column"))
        return _OLD if missing else _SQLITE.get(code & 0xFF, _OTHER)
    state = getattr(error.orig, "sqlstate", None)
    if error.connection_invalidated or (isinstance(state, str) and state[:2] in _NO_CONNECTION):
        return _AWAY
    if state is None and type(error.orig).__name__ == "OperationalError":
        return _AWAY
    return _POSTGRES.get(str(state), _OTHER)
