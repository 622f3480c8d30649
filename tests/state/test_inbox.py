"""The inbox keeps every call once, however often it comes, until it is worked on and for a while after."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from syncd.model.hook import HookCall, HookNews
from syncd.state import inbox, schema
from syncd.state.database import Database
from syncd.state.inbox import Alarm, Entry, Traffic
from tests.state.kept_calls import call_of

from .samples import NOON

CALL = HookCall("order_created", "PUT", "application/json", b'{"order_id": 1003}', "a=1")
NEWS = HookNews(orders=("1003",), products=("MUG-1",))
MINUTE = timedelta(minutes=1)


def put(  # noqa: PLR0917
    db: Database,
    call: HookCall = CALL,
    news: HookNews = NEWS,
    at: datetime = NOON,
    source: str = "horoshop",
    pair: str = "main",
) -> bool:
    return db.run_sync(lambda conn: inbox.put(conn, pair, source, call, news, at))


def body(number: int) -> HookCall:
    return replace(CALL, body=b'{"order_id": %d}' % number)


def waiting(db: Database, source: str = "horoshop", limit: int = 100) -> list[Entry]:
    return db.run_sync(lambda conn: inbox.waiting(conn, "main", source, limit))


def finish(db: Database, entries: list[Entry], at: datetime = NOON) -> int:
    return db.run_sync(lambda conn: inbox.done(conn, entries, "read", at))


def test_a_call_comes_back_whole(db: Database) -> None:
    """What was read in it and what came in, up to a megabyte of any bytes."""
    call = replace(CALL, body=bytes(range(256)) * 4096)
    assert put(db, call, replace(NEWS, alarm="gone"))
    [entry] = waiting(db)
    assert (entry.source, entry.event, entry.orders, entry.products) == (
        "horoshop",
        "order_created",
        ("1003",),
        ("MUG-1",),
    )
    assert (entry.alarm, entry.received_at, entry.last_at, entry.repeats) == ("gone", NOON, NOON, 1)
    assert db.run_sync(lambda conn: call_of(conn, entry.id)) == call
    assert db.run_sync(lambda conn: call_of(conn, entry.id + 1)) is None


def test_the_same_call_again_is_counted(db: Database) -> None:
    """One row, with the number of calls and the time of the first and the last."""
    assert [put(db, at=NOON + n * MINUTE) for n in range(3)] == [True, False, False]
    [entry] = waiting(db)
    assert (entry.repeats, entry.received_at, entry.last_at) == (3, NOON, NOON + 2 * MINUTE)
    assert entry.orders == ("1003",)


def test_what_differs_is_another_call(db: Database) -> None:
    """Another event, query, body, source or pair is a row of its own, also where query and body only change places."""
    for call in (CALL, replace(CALL, event="order_paid"), replace(CALL, query=""), body(7)):
        assert put(db, call)
    assert put(db, replace(CALL, query="ab", body=b"c")) and put(db, replace(CALL, query="a", body=b"bc"))
    assert put(db, source="justclick") and put(db, pair="second")
    assert len(waiting(db)) == 6
    assert len(waiting(db, "justclick")) == 1


def test_the_oldest_come_first_up_to_the_limit(db: Database) -> None:
    """Calls are worked on in the order in which they came."""
    for number in (5, 3, 9):
        put(db, body(number), HookNews((str(number),)))
    assert [entry.orders for entry in waiting(db, limit=2)] == [("5",), ("3",)]


def test_calls_about_orders_and_about_products_do_not_stand_in_each_others_way(db: Database) -> None:
    """Each kind alone, up to the limit, however many of the other are older; a call about neither goes with the orders."""
    for number in range(3):
        put(db, body(number), HookNews(products=(f"MUG-{number}",)))
    for number in range(3, 6):
        put(db, body(number), HookNews(orders=(str(number),)))
    put(db, body(6), HookNews(alarm="gone"))
    put(db, body(7), HookNews(products=("MUG-7",)))
    put(db, body(8), NEWS)

    def those(*, products: bool, limit: int = 100) -> list[Entry]:
        return db.run_sync(lambda conn: inbox.waiting(conn, "main", "horoshop", limit, products=products))

    assert [entry.orders for entry in those(products=False, limit=2)] == [("3",), ("4",)]
    assert [entry.orders for entry in those(products=False)] == [("3",), ("4",), ("5",), (), NEWS.orders]
    assert [entry.products for entry in those(products=True)] == [
        ("MUG-0",),
        ("MUG-1",),
        ("MUG-2",),
        ("MUG-7",),
    ]
    assert len(waiting(db)) == 9


def test_what_is_done_waits_no_more(db: Database) -> None:
    """Only the calls that were named, and each once; more of them than fit into one query are no matter."""
    for number in range(1000):
        put(db, body(number))
    entries = waiting(db, limit=1000)
    assert finish(db, entries[1:]) == 999
    assert finish(db, entries[1:]) == 0
    assert waiting(db) == entries[:1]


def test_a_call_that_came_again_meanwhile_goes_on_waiting(db: Database) -> None:
    """What was read for the first call may be older than what the second one tells of."""
    put(db)
    read = waiting(db)
    put(db, at=NOON + MINUTE)
    assert finish(db, read) == 0
    again = waiting(db)
    assert [entry.repeats for entry in again] == [2]
    assert finish(db, again) == 1
    assert waiting(db) == []


def test_a_call_that_comes_again_after_it_was_done_waits_again(db: Database) -> None:
    """It stays the same row: a CS-Cart order whose next licence was issued calls with the same bytes (contract §3.2)."""
    put(db)
    finish(db, waiting(db))
    assert not put(db, at=NOON + MINUTE)
    [entry] = waiting(db)
    assert (entry.repeats, entry.received_at, entry.last_at) == (2, NOON, NOON + MINUTE)


def test_the_same_bytes_read_differently_lose_nothing(db: Database) -> None:
    """A DELETE with the body of an earlier PUT keeps the alarm of the one and the keys of the other."""
    put(db)
    put(db, replace(CALL, method="DELETE"), HookNews(("7", "1003"), (), "unsubscribed"))
    put(db)
    [entry] = waiting(db)
    assert (entry.orders, entry.products, entry.alarm) == (("1003", "7"), ("MUG-1",), "unsubscribed")


def test_only_what_was_done_long_ago_is_forgotten(db: Database) -> None:
    """Never what waits, however old; a call whose row was forgotten is new again."""
    put(db, body(1))
    finish(db, waiting(db), NOON)
    put(db, body(2))
    finish(db, waiting(db), NOON + MINUTE)
    put(db, body(3), at=NOON - 9 * MINUTE)
    assert db.run_sync(lambda conn: inbox.prune(conn, NOON + MINUTE)) == 1
    traffic = db.run_sync(lambda conn: inbox.traffic(conn, "main"))
    assert traffic["horoshop"] == Traffic(waiting=1, done=1, last_at=NOON)
    assert put(db, body(1)) and not put(db, body(2))


def test_the_traffic_of_each_source_is_counted(db: Database) -> None:
    """Rows that wait, rows that are done, and the last call; a source that never called is absent."""
    put(db, body(1))
    finish(db, waiting(db))
    put(db, body(2), at=NOON + MINUTE)
    put(db, body(2), at=NOON + 2 * MINUTE)
    put(db, source="justclick")
    put(db, pair="second")
    assert db.run_sync(lambda conn: inbox.traffic(conn, "main")) == {
        "horoshop": Traffic(1, 1, NOON + 2 * MINUTE),
        "justclick": Traffic(1, 0, NOON),
    }


def test_the_latest_alarm_of_each_source_is_told(db: Database) -> None:
    """By the last call, whether it was worked on or not; calls without an alarm do not hide it."""
    put(db, body(1), HookNews(alarm="second"), NOON + MINUTE)
    put(db, body(2), HookNews(alarm="first"), NOON)
    finish(db, waiting(db))
    put(db, body(3), NEWS, NOON + 2 * MINUTE)
    put(db, body(1), HookNews(alarm="elsewhere"), pair="second")
    assert db.run_sync(lambda conn: inbox.alarms(conn, "main")) == {
        "horoshop": Alarm("second", "order_created", NOON + MINUTE)
    }


def test_the_calls_about_an_order_are_found(db: Database) -> None:
    """Those that name it and no other, the oldest first; another source's and a person's wish are none of them."""
    first, second = replace(CALL, body=b"1"), replace(CALL, body=b"2", event="order_paid")
    for call in (first, second):
        put(db, call, HookNews(("7",)))
    put(db, replace(CALL, body=b"3"), HookNews(("7", "8")))
    put(db, replace(CALL, event=inbox.BY_HAND), HookNews(("7",)))
    db.run_sync(lambda conn: inbox.put(conn, "main", "other", CALL, HookNews(("7",)), NOON))
    found = db.run_sync(lambda conn: inbox.calls_of(conn, "main", "horoshop", ["7", "8", "77"]))
    assert found == {"7": [first, second]}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(calls=st.lists(st.tuples(st.binary(max_size=3), st.text(max_size=3), st.text(max_size=3)), max_size=6))
def test_any_bytes_and_text_are_kept_once(db: Database, calls: list[tuple[bytes, str, str]]) -> None:
    """As many rows as there are different calls, and every body as it came, NUL and lone surrogates included."""
    db.run_sync(lambda conn: conn.execute(delete(schema.inbox)))
    for content, query, key in calls:
        put(db, replace(CALL, body=content, query=query), HookNews((key,)))
    entries = waiting(db)
    assert len(entries) == len({(content, query) for content, query, _ in calls})
    assert sum(entry.repeats for entry in entries) == len(calls)
    kept = [db.run_sync(lambda conn, one=one: call_of(conn, one.id)) for one in entries]  # type: ignore[misc]
    assert [call.body for call in kept if call] == list({(c, q): c for c, q, _ in calls}.values())
    assert {key for entry in entries for key in entry.orders} == {key for _, _, key in calls}
