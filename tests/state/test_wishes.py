"""What people ask of the daemon's streams."""

from __future__ import annotations

from datetime import timedelta

from syncd.state import wishes
from syncd.state.database import Database
from tests.state.samples import NOON

LATER = NOON + timedelta(minutes=1)


def test_a_pause_keeps_its_first_time_until_it_is_resumed(db: Database) -> None:
    """Pausing twice changes nothing; resuming asks for a cycle at once."""
    db.run_sync(lambda conn: wishes.pause(conn, "main", ["orders"], NOON))
    db.run_sync(lambda conn: wishes.pause(conn, "main", ["orders", "products"], LATER))
    found = db.run_sync(lambda conn: wishes.all(conn, "main"))
    assert {name: wish.paused_at for name, wish in found.items()} == {"orders": NOON, "products": LATER}
    assert db.run_sync(lambda conn: wishes.resume(conn, "main", ["orders", "x"], LATER)) == ["orders"]
    found = db.run_sync(lambda conn: wishes.all(conn, "main"))
    assert (found["orders"].paused_at, found["orders"].wanted_at) == (None, LATER)


def test_a_wish_that_comes_while_another_is_taken_is_kept(db: Database) -> None:
    """Taking a wish ends that one only, and no pause."""
    db.run_sync(lambda conn: wishes.pause(conn, "main", ["orders"], NOON))
    db.run_sync(lambda conn: wishes.want(conn, "main", ["orders"], NOON))
    seen = db.run_sync(lambda conn: wishes.all(conn, "main"))["orders"]
    db.run_sync(lambda conn: wishes.want(conn, "main", ["orders"], LATER))
    db.run_sync(lambda conn: wishes.taken(conn, seen))
    again = db.run_sync(lambda conn: wishes.all(conn, "main"))["orders"]
    assert (again.paused_at, again.wanted_at) == (NOON, LATER)
    db.run_sync(lambda conn: wishes.taken(conn, again))
    assert db.run_sync(lambda conn: wishes.all(conn, "main"))["orders"].wanted_at is None


def test_pairs_have_wishes_of_their_own(db: Database) -> None:
    """Another pair's stream of the same name is another stream."""
    db.run_sync(lambda conn: wishes.want(conn, "other", ["orders"], NOON))
    assert db.run_sync(lambda conn: wishes.all(conn, "main")) == {}
