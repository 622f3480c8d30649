"""Pairs are written once."""

from __future__ import annotations

from datetime import timedelta

from syncd.state import pairs
from syncd.state.database import Database
from syncd.state.pairs import Pair

from .samples import NOON

FIRST = Pair("main", "shop-a", NOON, NOON)


def test_a_pair_is_unknown_until_it_is_written(db: Database) -> None:
    """A pair comes back as it was written; all pairs come by name."""
    assert db.run_sync(lambda conn: pairs.get(conn, "main")) is None
    assert db.run_sync(lambda conn: pairs.put(conn, FIRST)) == FIRST
    other = Pair("another", "shop-b", NOON, NOON)
    db.run_sync(lambda conn: pairs.put(conn, other))
    assert db.run_sync(lambda conn: pairs.get(conn, "main")) == FIRST
    assert db.run_sync(pairs.all) == [other, FIRST]


def test_account_and_start_stay(db: Database) -> None:
    """A later account, start or time of creation does not replace the first one."""
    db.run_sync(lambda conn: pairs.put(conn, FIRST))
    later = Pair("main", "shop-z", NOON + timedelta(days=1), NOON + timedelta(days=1))
    assert db.run_sync(lambda conn: pairs.put(conn, later)) == FIRST


def test_the_start_can_move_back(db: Database) -> None:
    """An earlier start is taken, and nothing else with it."""
    db.run_sync(lambda conn: pairs.put(conn, FIRST))
    earlier = NOON - timedelta(days=30)
    stored = db.run_sync(lambda conn: pairs.put(conn, Pair("main", "shop-z", earlier, earlier)))
    assert stored == Pair("main", "shop-a", earlier, NOON)
