"""Cursors remember how far a stream has come."""

from __future__ import annotations

from datetime import timedelta

from syncd.state import cursors
from syncd.state.cursors import Cursor
from syncd.state.database import Database

from .samples import NOON


def test_a_cursor_moves(db: Database) -> None:
    """The position is what was put last, for each stream of each pair alone."""
    assert db.run_sync(lambda conn: cursors.get(conn, "main", "orders")) is None
    db.run_sync(lambda conn: cursors.put(conn, "main", "orders", NOON))
    later = NOON + timedelta(seconds=1)
    db.run_sync(lambda conn: cursors.put(conn, "main", "orders", later))
    assert db.run_sync(lambda conn: cursors.get(conn, "main", "orders")) == Cursor(
        "main", "orders", later, None
    )
    assert db.run_sync(lambda conn: cursors.get(conn, "main", "products")) is None
    assert db.run_sync(lambda conn: cursors.get(conn, "second", "orders")) is None


def test_the_start_stays_when_it_is_not_given(db: Database) -> None:
    """`since` is kept by a put without it and replaced by a put with it."""
    start, other = NOON - timedelta(days=9), NOON - timedelta(days=8)
    db.run_sync(lambda conn: cursors.put(conn, "main", "orders", NOON, since=start))
    db.run_sync(lambda conn: cursors.put(conn, "main", "orders", NOON))
    assert db.run_sync(lambda conn: cursors.get(conn, "main", "orders")) == Cursor(
        "main", "orders", NOON, start
    )
    db.run_sync(lambda conn: cursors.put(conn, "main", "orders", NOON, since=other))
    assert db.run_sync(lambda conn: cursors.get(conn, "main", "orders")) == Cursor(
        "main", "orders", NOON, other
    )


def test_a_reset_forgets_one_stream(db: Database) -> None:
    """After a reset the stream begins again; other streams keep their place."""
    for stream in ("orders", "products"):
        db.run_sync(lambda conn, stream=stream: cursors.put(conn, "main", stream, NOON))  # type: ignore[misc]
    db.run_sync(lambda conn: cursors.reset(conn, "main", "orders"))
    assert db.run_sync(lambda conn: cursors.get(conn, "main", "orders")) is None
    assert db.run_sync(lambda conn: cursors.get(conn, "main", "products")) is not None
