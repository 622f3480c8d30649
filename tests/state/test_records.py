"""What is written down for people: cycles, the history of each record; and pictures by their digest."""

from __future__ import annotations

from datetime import timedelta

from syncd.state import history, images, runs
from syncd.state.database import Database
from syncd.state.history import HistoryEntry
from syncd.state.images import ImageRow
from syncd.state.runs import Run

from .samples import NOON


def run(number: int, stream: str = "orders", pair: str = "main") -> Run:
    start = NOON + timedelta(minutes=number)
    return Run(pair, stream, start, start + timedelta(seconds=9), "done", {"created": number}, "")


def entry(number: int, key: str = "1001", stream: str = "orders") -> HistoryEntry:
    return HistoryEntry(
        "main", stream, key, NOON + timedelta(minutes=number), "saved", {"step": number, "имя": "Ы"}
    )


def test_the_latest_cycle_of_each_stream_is_told(db: Database) -> None:
    """`last` has one cycle per stream, `recent` the newest first up to a limit."""
    for one in (run(1), run(2), run(1, "products"), run(9, pair="second")):
        db.run_sync(lambda conn, one=one: runs.record(conn, one))  # type: ignore[misc]
    assert db.run_sync(lambda conn: runs.last(conn, "main")) == {
        "orders": run(2),
        "products": run(1, "products"),
    }
    assert db.run_sync(lambda conn: runs.recent(conn, "main", 2)) == [run(1, "products"), run(2)]
    assert db.run_sync(lambda conn: runs.recent(conn, "main", stream="orders")) == [run(2), run(1)]


def test_old_cycles_are_forgotten_but_the_latest_of_a_stream(db: Database) -> None:
    """Pruning leaves each stream its latest cycle, however old."""
    for one in (run(1), run(2), run(1, "products"), run(5)):
        db.run_sync(lambda conn, one=one: runs.record(conn, one))  # type: ignore[misc]
    assert db.run_sync(lambda conn: runs.prune(conn, NOON + timedelta(minutes=4))) == 2
    assert db.run_sync(lambda conn: runs.recent(conn, "main")) == [run(5), run(1, "products")]


def test_the_history_of_a_record_is_told_in_order(db: Database) -> None:
    """Events come back whole in the order in which they were added, of one record, and of one stream if asked."""
    entries = [entry(2), entry(1), entry(3, stream="products")]
    db.run_sync(lambda conn: history.add_many(conn, entries[:2]))
    db.run_sync(lambda conn: history.add_many(conn, [entries[2], entry(1, "1002")]))
    db.run_sync(lambda conn: history.add_many(conn, []))
    assert db.run_sync(lambda conn: history.of(conn, "main", "1001")) == entries
    assert db.run_sync(lambda conn: history.of(conn, "main", "1001", "products")) == entries[2:]
    assert db.run_sync(lambda conn: history.of(conn, "second", "1001")) == []


def test_text_that_is_no_unicode_does_not_stop_the_history(db: Database) -> None:
    """A lone surrogate or NUL in an event's detail is kept, so that a broken record can be told of."""
    odd = HistoryEntry("main", "orders", "1001", NOON, "set aside", {"name": "a\ud83db\x00"})
    db.run_sync(lambda conn: history.add(conn, odd))
    assert db.run_sync(lambda conn: history.of(conn, "main", "1001")) == [odd]


def test_old_history_is_forgotten(db: Database) -> None:
    """Events before the given time go, later ones stay."""
    db.run_sync(lambda conn: history.add_many(conn, [entry(1), entry(2), entry(3)]))
    assert db.run_sync(lambda conn: history.prune(conn, NOON + timedelta(minutes=2))) == 1
    assert db.run_sync(lambda conn: history.of(conn, "main", "1001")) == [entry(2), entry(3)]


def test_a_picture_is_found_by_place_and_by_content(db: Database) -> None:
    """Pictures of a product come by position; the same bytes at the same office product are found by digest."""
    first = ImageRow("main", "7", 0, "http://shop/a.jpg", "aaa", 10, 901)
    second = ImageRow("main", "7", 1, "http://shop/b.jpg", "bbb", 10, 900)
    twin = ImageRow("main", "8", 0, "http://shop/c.jpg", "aaa", 10, 950)
    for row in (twin, second, first):
        db.run_sync(lambda conn, row=row: images.put(conn, row))  # type: ignore[misc]
    assert db.run_sync(lambda conn: images.of(conn, "main", "7")) == [first, second]
    assert db.run_sync(lambda conn: images.by_digest(conn, "main", 10, "aaa")) == first
    assert db.run_sync(lambda conn: images.by_digest(conn, "main", 11, "aaa")) is None
    assert db.run_sync(lambda conn: images.by_digest(conn, "second", 10, "aaa")) is None


def test_a_picture_replaces_the_earlier_one_of_its_position(db: Database) -> None:
    """A new picture at a position is remembered instead of the old one."""
    for digest in ("aaa", "bbb"):
        row = ImageRow("main", "7", 0, "http://shop/a.jpg", digest, 10, 901)
        db.run_sync(lambda conn, row=row: images.put(conn, row))  # type: ignore[misc]
    assert db.run_sync(lambda conn: images.of(conn, "main", "7")) == [row]
