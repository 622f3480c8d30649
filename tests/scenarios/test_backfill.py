"""Older orders on request: the oldest first, each once, whatever breaks the work off, and never before what is live."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.app import PAIR, App, Progress, Shops, utc_now
from syncd.daemon.cycle import Cycles
from syncd.state import backfills
from syncd.state.backfills import Backfill
from syncd.state.database import Database
from syncd.sync.order_backfill import portion, worked
from tests.cli.conftest import environment
from tests.scenarios.shops import ORDER_ADD, Pair

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PATIENCE = 60.0


def _fill(pair: Pair, kind: str = "orders", rate: int = 6000, **given: datetime | None) -> None:
    with pair.database() as db:
        fill = Backfill(PAIR, kind, given.get("since"), given.get("until"), rate, "", 0, None, utc_now())
        db.run_sync(lambda conn: backfills.put(conn, fill))


def _row(pair: Pair, kind: str = "orders") -> Backfill:
    with pair.database() as db:
        found = db.run_sync(lambda conn: backfills.get(conn, PAIR, kind))
    assert found is not None
    return found


def _shop_time(pair: Pair) -> str:
    return datetime.fromtimestamp(pair.cscart.shop.clock.now(), UTC).isoformat()


@pytest.fixture
def old(pair: Pair) -> tuple[Pair, list[int]]:
    """A sync that began after thirty orders had been placed, an hour apart."""
    numbers = []
    for _ in range(30):
        numbers.append(pair.place("A"))
        pair.later(3600)
    pair.set(orders={"since": _shop_time(pair)})
    pair.run()
    assert pair.office_orders() == []
    return pair, numbers


def _until_done(pair: Pair) -> None:
    for _ in range(20):
        if not _row(pair).open:
            return
        pair.later(60)
        pair.run()
    raise AssertionError(f"the backfill does not end: {_row(pair)}")


def test_the_progress_counts_towards_all_that_is_asked_for(old: tuple[Pair, list[int]]) -> None:
    """The number of all is that of the first look, however little the later pages have left; more than all is never done."""
    pair, numbers = old
    _fill(pair)
    shown: list[tuple[int, int | None]] = []

    def progress(stream: str) -> Progress:
        return lambda done, total: shown.append((done, total)) if stream == "older orders" else None

    async def run(db: Database) -> None:
        async with App(pair.settings(), db, now=pair.now) as app:
            await Cycles(await Shops.connect(app), progress).run("orders")

    with pair.database() as db:
        asyncio.run(run(db))

    assert {total for _, total in shown} == {len(numbers)}
    assert shown[-1] == (len(numbers), len(numbers))
    assert [done for done, _ in shown] == sorted(done for done, _ in shown)


def test_all_older_orders_come_oldest_first_and_then_nothing_is_left(old: tuple[Pair, list[int]]) -> None:
    """What was placed before the sync began arrives in portions, and later changes of it like those of any other order."""
    pair, numbers = old
    _fill(pair)
    _until_done(pair)
    assert pair.delivered() == {str(number): 1 for number in numbers}
    came = [
        int(row["params"]["cscart_order_id"])
        for row in sorted(pair.office_orders(), key=lambda r: int(r["id"]))
    ]
    assert came == numbers
    assert (_row(pair).done, _row(pair).total) == (30, 30)
    pair.at_cscart("order.status", order_id=numbers[0], status="P")
    pair.later(60)
    pair.run()
    assert pair.office_order(numbers[0])["state_id"] == "processing"


def test_only_the_span_that_was_asked_for(old: tuple[Pair, list[int]]) -> None:
    """From the first moment on, until before the last one."""
    pair, numbers = old
    placed = {key: int(row["timestamp"]) for key, row in pair.source_orders().items()}
    since, until = (datetime.fromtimestamp(placed[str(numbers[n])], UTC) for n in (10, 20))
    _fill(pair, since=since, until=until)
    _until_done(pair)
    assert pair.delivered() == {str(number): 1 for number in numbers[10:20]}


def test_many_orders_of_one_second_are_all_brought(pair: Pair) -> None:
    """More than a page of them; the moment alone would never get past."""
    numbers = [pair.place("A") for _ in range(35)]
    pair.later(3600)
    pair.set(orders={"since": _shop_time(pair)})
    pair.run()
    _fill(pair)
    _until_done(pair)
    assert pair.delivered() == {str(number): 1 for number in numbers}


def test_the_rate_is_kept(old: tuple[Pair, list[int]]) -> None:
    """A run a minute later brings a minute's worth, to a page."""
    pair, _ = old
    _fill(pair, rate=10)
    pair.run()
    assert len(pair.office_orders()) <= 10
    pair.later(60)
    pair.run()
    assert 10 <= len(pair.office_orders()) <= 20


def test_live_orders_go_first(old: tuple[Pair, list[int]]) -> None:
    """An order that is placed meanwhile stands in the office before the next older one does."""
    pair, _ = old
    _fill(pair, rate=10)
    pair.run()
    before = len(pair.office_orders())
    number = pair.place("A")
    pair.later(60)
    pair.run()
    rows = sorted(pair.office_orders(), key=lambda row: int(row["id"]))
    assert rows[before]["params"]["cscart_order_id"] == str(number)


def test_an_older_order_that_failed_is_tried_again(old: tuple[Pair, list[int]]) -> None:
    """Its failure is retried by the stream, which would leave any other order of that age alone."""
    pair, numbers = old
    pair.at_cscart("order.break", order_id=numbers[3], drop=["total"])
    _fill(pair)
    _until_done(pair)
    assert len(pair.delivered()) == 29
    pair.at_cscart("order.mend", order_id=numbers[3])
    pair.run()
    assert pair.delivered() == {str(number): 1 for number in numbers}


def test_every_product_is_compared_in_full(started: Pair) -> None:
    """A text that was changed in CS-Cart without a new time stamp, which no cycle sees, arrives."""
    for code in "BC":
        started.product(code)
    started.later(4000)
    started.run()
    started.later(4000)
    for code in "ABC":
        started.at_cscart("product.update", sku=code, full_description="Moved", touch=False)
    started.run()
    assert all(started.office_product(code)["description"] != "Moved" for code in "ABC")
    _fill(started, "products")
    started.run()
    fill = _row(started, "products")
    assert (fill.done, fill.open) == (3, False)
    assert all(started.office_product(code)["description"] == "Moved" for code in "ABC")


def test_killed_five_times_and_resumed_each_order_stands_once(old: tuple[Pair, list[int]]) -> None:
    """A process that is killed in the middle of its calls loses nothing and repeats nothing."""
    pair, numbers = old
    slow = {"when": "before", "kind": "delay", "seconds": 0.05, "times": None, "match": ORDER_ADD}
    pair.webasyst.faults.add(slow)
    since = {"SYNCD_ORDERS__SINCE": str(pair.options["orders"]["since"]), "SYNCD_HTTP__DEADLINE": "2"}
    env = {**os.environ, **environment(pair), **since}
    command = [sys.executable, "-m", "syncd", "backfill", "orders", "--yes", "--rate", "6000"]
    for n in range(5):
        with subprocess.Popen(
            command, env=env, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        ) as process:
            _wait(pair, 4 * (n + 1))
            process.send_signal(signal.SIGKILL)
        assert process.returncode == -signal.SIGKILL
    pair.webasyst.faults.clear()
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 3), done.stderr
    pair.later(3600)
    pair.run()
    assert pair.delivered() == {str(number): 1 for number in numbers}


def _wait(pair: Pair, number: int) -> None:
    """Until so many orders stand in the office."""
    ends = time.monotonic() + PATIENCE
    while len(pair.office_orders()) < number:
        assert time.monotonic() < ends
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("waited", "rate", "most"),
    [
        (None, 60, 10),
        (None, 1, 1),
        (30, 60, 30),
        (3600, 60, 60),
        (0, 60, 0),
        (-5, 60, 0),
        (59, 1, 0),
        (60, 1, 1),
    ],
)
def test_a_portion_is_what_the_rate_allows(waited: float | None, rate: int, most: int) -> None:
    """A minute's worth at most, however long nobody worked on it, and something to begin with."""
    fill = Backfill(PAIR, "orders", None, None, rate, "", 0, None, NOW)
    if waited is not None:
        fill = replace(fill, worked_at=NOW - timedelta(seconds=waited))
    assert portion(fill, NOW) == most


@given(
    rate=st.integers(1, 500),
    steps=st.lists(st.tuples(st.floats(0, 300), st.integers(0, 15)), min_size=1, max_size=40),
)
def test_over_time_no_rate_is_exceeded(rate: int, steps: list[tuple[float, int]]) -> None:
    """Whatever the pauses, and though pages bring more than the rate allows: a minute's worth and a page beyond at most."""
    fill = Backfill(PAIR, "orders", None, None, rate, "", 0, None, NOW)
    now, brought = NOW, 0
    for pause, page in steps:
        now += timedelta(seconds=pause)
        left = portion(fill, now)
        while left > 0:
            fill = replace(fill, worked_at=worked(fill, page, now))
            brought += page
            left -= max(page, 1)
    assert brought <= rate * ((now - NOW).total_seconds() / 60 + 1) + 2 * 15
