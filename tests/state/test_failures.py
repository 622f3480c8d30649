"""Records that were set aside are tried again after growing pauses."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from syncd.state import failures
from syncd.state.database import Database
from syncd.state.failures import Failure

from .samples import NOON

MINUTES = [1, 5, 15, 60, 240, 1440, 1440, 1440]


def fail(db: Database, key: str = "1001", now: datetime = NOON, **fields: str) -> Failure:
    news = {"code": "held", "message": "no such SKU", **fields}
    return db.run_sync(lambda conn: failures.record(conn, "main", "orders", key, now=now, **news))


def test_a_failure_comes_back_whole(db: Database) -> None:
    """The reason, the record as it was read and the versions are kept, PHP's oddities in the payload included."""
    failure = fail(db, payload='{"name": "a\\u0000b"}', version="v1", link_version="l1")
    assert db.run_sync(lambda conn: failures.get(conn, "main", "orders", "1001")) == failure
    assert failure == Failure(
        "main", "orders", "1001", "held", "no such SKU", '{"name": "a\\u0000b"}', "v1", "l1", 1,
        NOON, NOON, NOON + timedelta(minutes=1),
    )  # fmt: skip
    assert db.run_sync(lambda conn: failures.get(conn, "main", "orders", "1002")) is None


def test_pauses_grow_to_a_day(db: Database) -> None:
    """The next try comes after 1, 5, 15, 60 and 240 minutes, then once a day for ever."""
    found = [fail(db, now=NOON + timedelta(hours=number)) for number in range(len(MINUTES))]
    assert [failure.attempts for failure in found] == list(range(1, len(MINUTES) + 1))
    assert [(failure.next_at - failure.last_at) // timedelta(minutes=1) for failure in found] == MINUTES
    assert {failure.first_at for failure in found} == {NOON}


@pytest.mark.parametrize("changed", [{"version": "v2"}, {"link_version": "l2"}])
def test_a_changed_record_is_tried_anew(db: Database, changed: dict[str, str]) -> None:
    """A new version of the record or of its link starts the pauses again; the first failure's time stays."""
    for _ in range(3):
        fail(db, version="v1", link_version="l1")
    again = fail(db, now=NOON + timedelta(hours=1), **({"version": "v1", "link_version": "l1"} | changed))
    assert again.attempts == 1
    assert again.next_at == NOON + timedelta(hours=1, minutes=1)
    assert again.first_at == NOON


def test_failures_fall_due_longest_waiting_first(db: Database) -> None:
    """Due are those whose time has come, of the asked stream only."""
    fail(db, "2", NOON - timedelta(minutes=2))
    fail(db, "1", NOON - timedelta(minutes=1))
    fail(db, "3", NOON)
    db.run_sync(
        lambda conn: failures.record(conn, "main", "products", "4", code="held", message="", now=NOON - timedelta(days=9))
    )  # fmt: skip
    assert [
        row.record_key for row in db.run_sync(lambda conn: failures.due(conn, "main", "orders", NOON))
    ] == ["2", "1"]
    assert [row.record_key for row in db.run_sync(lambda conn: failures.all(conn, "main"))] == [
        "4",
        "2",
        "1",
        "3",
    ]
    assert len(db.run_sync(lambda conn: failures.all(conn, "main", "orders"))) == 3
    assert db.run_sync(lambda conn: failures.count(conn, "main")) == 4
    assert db.run_sync(lambda conn: failures.count(conn, "main", "products")) == 1
    assert db.run_sync(lambda conn: failures.count(conn, "second")) == 0


def test_a_record_that_went_through_is_forgotten(db: Database) -> None:
    """Clearing tells whether there was a failure, and the next failure counts from one."""
    fail(db)
    assert db.run_sync(lambda conn: failures.clear(conn, "main", "orders", "1001")) is True
    assert db.run_sync(lambda conn: failures.clear(conn, "main", "orders", "1001")) is False
    assert fail(db, now=NOON + timedelta(days=1)).first_at == NOON + timedelta(days=1)
