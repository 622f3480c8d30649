"""A pulled brake holds until a person lets exactly one pass through."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from syncd.state import brakes
from syncd.state.brakes import Brake
from syncd.state.database import Database

from .samples import NOON

LATER = NOON + timedelta(hours=1)


class Kind(StrEnum):
    PRICE = "price"


def pull(db: Database, kind: str = "price", stream: str = "products", number: int = 900) -> None:
    db.run_sync(lambda conn: brakes.pull(conn, "main", stream, kind, {"changed": number}, NOON))


def engaged(db: Database, stream: str | None = None) -> list[tuple[str, str]]:
    found = db.run_sync(lambda conn: brakes.engaged(conn, "main", stream))
    return [(brake.stream, brake.kind) for brake in found]


def release(db: Database, stream: str | None = None, kind: str | None = None) -> int:
    return db.run_sync(lambda conn: brakes.release(conn, "main", stream, kind, LATER))


def consume(db: Database, kind: str = "price") -> bool:
    return db.run_sync(lambda conn: brakes.consume(conn, "main", "products", kind))


def test_a_pulled_brake_holds(db: Database) -> None:
    """A brake comes back with its evidence and cannot be passed."""
    pull(db, Kind.PRICE)
    assert db.run_sync(lambda conn: brakes.engaged(conn, "main", "products")) == [
        Brake("main", "products", "price", {"changed": 900}, NOON, None)
    ]
    assert consume(db) is False
    assert engaged(db, "orders") == []


def test_a_release_lets_exactly_one_pass_through(db: Database) -> None:
    """A released brake does not hold, is used up by one pass, and can be pulled again."""
    pull(db)
    assert release(db) == 1
    assert engaged(db) == []
    assert [brake.released_at for brake in db.run_sync(lambda conn: brakes.all(conn, "main"))] == [LATER]
    assert (consume(db), consume(db)) == (True, False)
    pull(db)
    assert engaged(db) == [("products", "price")]


def test_pulling_again_keeps_the_time_and_takes_the_evidence(db: Database) -> None:
    """An engaged brake shows since when it holds and what is at stake now."""
    pull(db)
    db.run_sync(lambda conn: brakes.pull(conn, "main", "products", "price", {"changed": 950}, LATER))
    assert db.run_sync(lambda conn: brakes.all(conn, "main")) == [
        Brake("main", "products", "price", {"changed": 950}, NOON, None)
    ]


def test_pulling_a_released_brake_engages_it_anew(db: Database) -> None:
    """A release that was not used yet ends when the brake is pulled again."""
    pull(db)
    release(db)
    db.run_sync(lambda conn: brakes.pull(conn, "main", "products", "price", {"changed": 950}, LATER))
    assert db.run_sync(lambda conn: brakes.all(conn, "main")) == [
        Brake("main", "products", "price", {"changed": 950}, LATER, None)
    ]


def test_a_release_can_be_narrowed(db: Database) -> None:
    """Stream and kind narrow a release; it tells how many brakes it let go, each only once."""
    pull(db, "price")
    pull(db, "stock")
    pull(db, "stock", "orders")
    assert release(db, "products", "stock") == 1
    assert engaged(db) == [("orders", "stock"), ("products", "price")]
    assert release(db, None, "stock") == 1
    assert release(db, "products") == 1
    assert release(db) == 0
    assert db.run_sync(lambda conn: brakes.release(conn, "second", None, None, LATER)) == 0
