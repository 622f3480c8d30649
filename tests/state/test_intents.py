"""A record has one open write at most."""

from __future__ import annotations

from datetime import timedelta

import pytest

from syncd.errors import SetAside
from syncd.state import intents
from syncd.state.database import Database
from syncd.state.intents import Intent, IntentOpen

from .samples import NOON, intent


def get(db: Database) -> Intent | None:
    return db.run_sync(lambda conn: intents.get(conn, "main", "orders", "1001"))


def test_an_intent_is_open_until_it_is_closed(db: Database) -> None:
    """An intent comes back whole, and is gone once its outcome is known."""
    assert get(db) is None
    db.run_sync(lambda conn: intents.open(conn, intent()))
    assert get(db) == intent()
    db.run_sync(lambda conn: intents.close(conn, "main", "orders", "1001"))
    assert get(db) is None
    db.run_sync(lambda conn: intents.close(conn, "main", "orders", "1001"))


def test_a_second_intent_of_the_same_record_is_refused(db: Database) -> None:
    """The refusal names the record and the earlier write, and the earlier one stays."""
    db.run_sync(lambda conn: intents.open(conn, intent()))
    second = intent(action="order.save", reference=None)
    with pytest.raises(
        IntentOpen, match=r"orders 1001: order\.create begun at 2026-11-21 12:00:00 UTC"
    ) as error:
        db.run_sync(lambda conn: intents.open(conn, second))
    assert isinstance(error.value, SetAside)
    assert error.value.code == "intent-open"
    assert get(db) == intent()


def test_other_records_streams_and_pairs_are_free(db: Database) -> None:
    """An intent blocks its own record only; all intents of a stream or pair can be listed, the oldest first."""
    mine = intent(started_at=NOON + timedelta(minutes=1))
    others = [intent(record_key="1002"), intent(stream="products", started_at=NOON + timedelta(minutes=2))]
    for one in (mine, *others, intent(pair="second")):
        db.run_sync(lambda conn, one=one: intents.open(conn, one))  # type: ignore[misc]
    assert db.run_sync(lambda conn: intents.all(conn, "main", "orders")) == [others[0], mine]
    assert db.run_sync(lambda conn: intents.all(conn, "main")) == [others[0], mine, others[1]]


def test_an_intent_can_be_replaced(db: Database) -> None:
    """A new step of the same record takes the place of one whose outcome is known, or stands alone."""
    for action in ("order.create", "order.save"):
        db.run_sync(lambda conn, action=action: intents.replace(conn, intent(action=action)))  # type: ignore[misc]
    assert get(db) == intent(action="order.save")


def test_the_time_to_settle_can_be_moved(db: Database) -> None:
    """Only `settle_after` changes, and only of the named record."""
    for key in ("1001", "1002"):
        db.run_sync(lambda conn, key=key: intents.open(conn, intent(record_key=key)))  # type: ignore[misc]
    later = NOON + timedelta(minutes=3)
    db.run_sync(lambda conn: intents.defer(conn, "main", "orders", "1001", later))
    assert get(db) == intent(settle_after=later)
    assert db.run_sync(lambda conn: intents.get(conn, "main", "orders", "1002")) == intent(record_key="1002")
