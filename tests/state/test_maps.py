"""The user map, the status map and the remembered misses."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from syncd.state import customers, misses, status_map
from syncd.state.database import Database

from .samples import NOON


class Target(StrEnum):
    PAID = "paid"
    SHIPPED = "shipped"


def test_the_first_contact_of_a_customer_wins(db: Database) -> None:
    """A customer key keeps its first contact, and every writer is told which one counts."""
    assert db.run_sync(lambda conn: customers.get(conn, "main", "cscart", "user:1")) is None
    assert db.run_sync(lambda conn: customers.put(conn, "main", "cscart", "user:1", 9)) == 9
    assert db.run_sync(lambda conn: customers.put(conn, "main", "cscart", "user:1", 10)) == 9
    assert db.run_sync(lambda conn: customers.get(conn, "main", "cscart", "user:1")) == 9
    assert db.run_sync(lambda conn: customers.put(conn, "main", "other", "user:1", 10)) == 10
    assert db.run_sync(lambda conn: customers.put(conn, "second", "cscart", "user:1", 11)) == 11


def test_a_status_map_is_replaced_whole(db: Database) -> None:
    """Statuses that the new map lacks lose their target; other sources keep theirs."""
    first: dict[str, str] = {"P": Target.PAID, "C": Target.SHIPPED}
    db.run_sync(lambda conn: status_map.replace(conn, "main", "cscart", first))
    db.run_sync(lambda conn: status_map.replace(conn, "main", "other", {"Z": "paid"}))
    assert db.run_sync(lambda conn: status_map.get(conn, "main", "cscart")) == {"C": "shipped", "P": "paid"}
    db.run_sync(lambda conn: status_map.replace(conn, "main", "cscart", {"P": "shipped"}))
    assert db.run_sync(lambda conn: status_map.get(conn, "main", "cscart")) == {"P": "shipped"}
    db.run_sync(lambda conn: status_map.replace(conn, "main", "cscart", {}))
    assert db.run_sync(lambda conn: status_map.get(conn, "main", "cscart")) == {}
    assert db.run_sync(lambda conn: status_map.get(conn, "main", "other")) == {"Z": "paid"}


def test_an_equal_status_map_writes_nothing(db: Database) -> None:
    """Setting the map that is there already is no commit."""
    db.run_sync(lambda conn: status_map.replace(conn, "main", "cscart", {"P": "paid"}))
    before = db.commits
    db.run_sync(lambda conn: status_map.replace(conn, "main", "cscart", {"P": "paid"}))
    assert db.commits == before


def test_misses_are_known_from_a_time_on(db: Database) -> None:
    """A miss counts when it was found at or after the given time, and at any time without one."""
    db.run_sync(lambda conn: misses.put_many(conn, "main", ["old"], NOON - timedelta(seconds=1)))
    db.run_sync(lambda conn: misses.put_many(conn, "main", ["new", "new"], NOON))
    asked = ["old", "new", "never"]
    assert db.run_sync(lambda conn: misses.known(conn, "main", asked, NOON)) == {"new"}
    assert db.run_sync(lambda conn: misses.known(conn, "main", asked)) == {"old", "new"}
    assert db.run_sync(lambda conn: misses.known(conn, "second", asked)) == set()
    db.run_sync(lambda conn: misses.put_many(conn, "main", ["old"], NOON))
    assert db.run_sync(lambda conn: misses.known(conn, "main", asked, NOON)) == {"old", "new"}


def test_misses_can_be_forgotten(db: Database) -> None:
    """A new catalogue clears the misses of its pair only."""
    for pair in ("main", "second"):
        db.run_sync(lambda conn, pair=pair: misses.put_many(conn, pair, ["x"], NOON))  # type: ignore[misc]
    db.run_sync(lambda conn: misses.clear(conn, "main"))
    assert db.run_sync(lambda conn: misses.known(conn, "main", ["x"])) == set()
    assert db.run_sync(lambda conn: misses.known(conn, "second", ["x"])) == {"x"}
