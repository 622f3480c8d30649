"""The daemon: streams at intervals without overlap, independent of each other, drained at the end."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo
from typing import Any

import pytest
from structlog.testing import capture_logs
from structlog.typing import EventDict

from syncd.app import PAIR, Shops
from syncd.daemon.connection import Connection
from syncd.daemon.jobs import StreamJob
from syncd.daemon.notify import Notifier
from syncd.daemon.service import Shift
from syncd.daemon.signals import Signals
from syncd.daemon.streams import PAIR_STREAMS as STREAMS
from syncd.errors import Misconfigured
from syncd.settings import Settings
from syncd.state import intents, runs
from tests.daemon.conftest import daemon
from tests.scenarios.shops import ORDER_ADD, Pair

pytestmark = pytest.mark.anyio


@pytest.fixture
def said() -> Iterator[list[EventDict]]:
    """The lines of the log."""
    with capture_logs() as lines:
        yield lines


def _lines(said: list[EventDict], event: str) -> list[EventDict]:
    return [line for line in said if line["event"] == event]


async def test_changes_arrive_by_themselves(pair: Pair) -> None:
    """Orders and prices arrive at the next interval, without anybody's help."""
    async with daemon(pair) as running:
        number = pair.place("A")
        await running.until(lambda: pair.delivered() == {str(number): 1})
        pair.at_cscart("product.update", sku="A", price="7.00")
        await running.until(lambda: pair.office_sku("A")["price"].startswith("7"))


async def test_the_first_products_come_before_the_first_orders(pair: Pair) -> None:
    """Before the first order is made, the first cycle of the products has brought all of them."""
    pair.office_has("A")
    for n in range(3):
        pair.product(f"B{n}")
    number = pair.place("A")
    slow = {"when": "before", "kind": "delay", "seconds": 0.3, "times": None, "match": _PRODUCT_ADD}
    pair.webasyst.faults.add(slow)

    async with daemon(pair) as running:
        await running.until(lambda: pair.delivered() == {str(number): 1})

    names = [entry.name for entry in pair.webasyst.counters.journal]
    assert names[: names.index("shop.order.add")].count("shop.product.add") == 3


_PRODUCT_ADD = {"name": "shop.product.add"}


class _Clock(datetime):
    """The machine's clock, which somebody puts back."""

    back = timedelta()

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return datetime.now(tz) - cls.back


async def test_a_clock_that_is_put_back_stops_no_stream(
    pair: Pair, monkeypatch: pytest.MonkeyPatch, said: list[EventDict]
) -> None:
    """An order placed after an hour was taken back arrives at the next interval, not an hour later."""
    for name in ("apscheduler.schedulers.base", "syncd.daemon.service", "syncd.daemon.clock"):
        monkeypatch.setattr(f"{name}.datetime", _Clock)
    monkeypatch.setattr(_Clock, "back", timedelta())
    async with daemon(pair) as running:
        first = pair.place("A")
        await running.until(lambda: pair.delivered() == {str(first): 1})
        monkeypatch.setattr(_Clock, "back", timedelta(hours=1))
        second = pair.place("A")
        await running.until(lambda: str(second) in pair.delivered())
        pair.at_cscart("product.update", sku="A", price="7.00")
        await running.until(lambda: pair.office_sku("A")["price"].startswith("7"))
    assert [line["seconds"] for line in _lines(said, "clock.put_back")] == [3600]


async def test_a_cycle_never_overlaps_itself(pair: Pair) -> None:
    """While a cycle takes longer than its interval no second one begins, and what is left out is counted."""
    await asyncio.to_thread(pair.run)
    pair.forget_counts()
    listing = {"name": "GET orders"}
    pair.cscart.faults.add({"when": "before", "kind": "delay", "seconds": 2.5, "match": listing})
    db_settings = pair.settings()
    with pair.database() as db:
        shift = Shift(db_settings, db, Signals(), Notifier({}), patience=5)
        async with shift, asyncio.timeout(30):
            while not shift.skipped["still running"]:
                await asyncio.sleep(0.02)
            assert pair.calls("GET orders") == 1


async def test_a_stream_that_hangs_stops_only_itself(pair: Pair) -> None:
    """While every call for products gets no answer, orders go on arriving."""
    await asyncio.to_thread(pair.run)
    pair.set(http={"deadline": 600})
    pair.cscart.faults.add(
        {"when": "before", "kind": "delay", "seconds": 60, "times": None, "match": {"name": "GET products"}}
    )

    async with daemon(pair, patience=0.1) as running:
        number = pair.place("A")
        await running.until(lambda: pair.delivered() == {str(number): 1})


async def test_sigterm_in_mid_cycle_loses_nothing(pair: Pair) -> None:
    """A drain finishes the order at hand and begins no other; the next run brings the rest, each exactly once."""
    await asyncio.to_thread(pair.run)
    numbers = [pair.place("A") for _ in range(20)]
    slow: dict[str, Any] = {"when": "before", "kind": "delay", "seconds": 0.1, "times": None}
    pair.webasyst.faults.add(slow | {"match": ORDER_ADD})

    async with daemon(pair) as running:
        await running.until(lambda: bool(pair.office_orders()))
        await running.stop()
    some = len(pair.office_orders())
    with pair.database() as db:
        assert db.run_sync(lambda conn: intents.all(conn, PAIR)) == []
    pair.webasyst.faults.clear()
    await asyncio.to_thread(pair.run)

    assert 0 < some < len(numbers)
    assert pair.delivered() == {str(number): 1 for number in numbers}


async def test_a_call_that_outlasts_the_drain_is_settled_by_the_next_run(pair: Pair) -> None:
    """A call that is cut off leaves its intent; the order that it made is found, not made again."""
    await asyncio.to_thread(pair.run)
    number = pair.place("A")
    pair.webasyst.faults.add({"when": "after", "kind": "delay", "seconds": 60, "match": ORDER_ADD})

    async with daemon(pair, patience=0.1) as running:
        await running.until(lambda: bool(pair.office_orders()))
        await running.stop()
    await asyncio.to_thread(pair.run)

    assert pair.delivered() == {str(number): 1}


async def test_a_second_signal_does_not_wait(pair: Pair) -> None:
    """Whoever presses Ctrl-C twice gets the end at once."""
    await asyncio.to_thread(pair.run)
    pair.set(http={"deadline": 600})
    pair.place("A")
    pair.webasyst.faults.add({"when": "before", "kind": "delay", "seconds": 60, "match": ORDER_ADD})

    async with daemon(pair, patience=600) as running:
        await running.until(lambda: pair.calls("shop.order.add") == 1)
        running.signals.receive(signal.SIGINT)
        await running.stop()


async def test_new_settings_take_effect_without_a_restart(pair: Pair, said: list[EventDict]) -> None:
    """SIGHUP reads the settings anew: a stream that was switched off is switched on."""
    pair.set(orders={"enabled": False})

    async with daemon(pair) as running:
        number = pair.place("A")
        await running.until(lambda: pair.linked_products() == 1)
        assert pair.office_orders() == []
        pair.set(orders={"enabled": True})
        running.signals.receive(signal.SIGHUP)
        await running.until(lambda: pair.delivered() == {str(number): 1})

    assert len(_lines(said, "settings.read")) == 1


async def test_wrong_new_settings_change_nothing(pair: Pair, said: list[EventDict]) -> None:
    """Settings that are wrong are told, and the daemon goes on with those it has."""
    problems: Iterator[Settings | Exception] = iter(
        [Misconfigured("SYNCD_ORDERS__UPDATE_TIME is wrong"), _elsewhere(pair)]
    )

    def load() -> Settings:
        found = next(problems)
        if isinstance(found, Exception):
            raise found
        return found

    async with daemon(pair, load=load) as running:
        for told in (1, 2):
            running.signals.receive(signal.SIGHUP)
            await running.until(lambda told=told: len(_lines(said, "settings.kept")) == told)  # type: ignore[misc]
        number = pair.place("A")
        await running.until(lambda: pair.delivered() == {str(number): 1})

    reasons = [line["reason"] for line in _lines(said, "settings.kept")]
    assert "SYNCD_ORDERS__UPDATE_TIME" in reasons[0]
    assert "SYNCD_DATA_DIR" in reasons[1]


async def test_new_settings_that_prove_wrong_in_use_leave_the_earlier_ones(
    pair: Pair, said: list[EventDict]
) -> None:
    """A reload that gives hooks a port of another program ends no daemon."""
    async with daemon(pair) as running:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            await running.until(lambda: pair.linked_products() == 1)
            pair.set(cscart={"hook_secret": "x" * 48}, http={"port": taken.getsockname()[1]})
            running.signals.receive(signal.SIGHUP)
            await running.until(lambda: len(_lines(said, "settings.kept")) == 1)
            number = pair.place("A")
            await running.until(lambda: pair.delivered() == {str(number): 1})

    [told] = _lines(said, "settings.kept")
    assert "SYNCD_HTTP__PORT" in told["reason"]


def _elsewhere(pair: Pair) -> Settings:
    return pair.settings().model_copy(update={"data_dir": pair.data_dir / "elsewhere"})


_NEVER = 4_000_000_000


async def test_an_outage_is_one_alarm(pair: Pair, said: list[EventDict]) -> None:
    """A shop that is away from the start on is told once by each stream, tried at every interval, and its return is told."""
    token = pair.webasyst.credentials["token"]
    pair.at_webasyst("token.expire", token=token, expires=1)
    pair.set(products={"enabled": False})

    async with daemon(pair) as running:
        await running.until(lambda: len({line["stream"] for line in _lines(said, "stream.stopped")}) == 2)
        tried = pair.calls("shop.rights")
        await running.until(lambda: pair.calls("shop.rights") >= tried + 2)
        number = pair.place("A")
        pair.at_webasyst("token.expire", token=token, expires=_NEVER)
        await running.until(lambda: pair.delivered() == {str(number): 1})
        await running.until(lambda: len(_lines(said, "stream.recovered")) == 2)

    alarms = [line for line in _lines(said, "stream.stopped") if line["log_level"] == "error"]
    assert {alarm["outcome"] for alarm in alarms} == {"not authorised"}
    assert sorted(alarm["stream"] for alarm in alarms) == ["orders", "orders-back"]
    with pair.database() as db:
        outcomes = [run.outcome for run in db.run_sync(lambda conn: runs.recent(conn, PAIR))]
    assert outcomes[-1] == "not authorised"
    assert "ok" in outcomes


async def test_a_bug_in_a_cycle_stops_neither_the_next_nor_the_others(
    pair: Pair, said: list[EventDict]
) -> None:
    """An unexpected error is told with its traceback, and the stream tries again at the next interval."""
    with pair.database() as db:
        connection = Connection(pair.settings(), db)
        attempts = iter([True, False])

        async def connect() -> Any:
            if next(attempts):
                raise ZeroDivisionError("a bug")
            return await connection.shops()

        job = StreamJob("products", connect, db)
        await job.run()
        await job.run()
        await connection.close()

    assert [line["exc_info"] for line in _lines(said, "cycle.crashed")] == [True]
    assert job.outcome == "ok"


async def test_a_call_before_the_first_cycle_does_not_stand_for_it(pair: Pair) -> None:
    """Streams that wait for another one's first cycle wait for the cycle, not for a look at what a shop called about."""
    looked = asyncio.Event()

    async def connect() -> Any:
        raise AssertionError("nothing is read before the first cycle")

    with pair.database() as db:
        job = StreamJob("products", connect, db, told=looked.set)
        job.hint()
        await looked.wait()

    assert not job.ran.is_set()


async def test_old_runs_are_forgotten(pair: Pair) -> None:
    """The tables do not grow for ever: cycles of more than a month ago go, the latest of each stream stays."""
    await asyncio.to_thread(pair.run)
    with pair.database() as db:
        db.run_sync(_age)
        shift = Shift(pair.settings(), db, Signals(), Notifier({}), patience=1)
        await shift.tidy_up()
        left = db.run_sync(lambda conn: runs.recent(conn, PAIR))

    assert {run.stream for run in left} == set(STREAMS)
    assert all(run.finished_at.year > 2020 for run in left)


def _age(conn: Any) -> None:
    for stream, run in runs.last(conn, PAIR).items():
        old = run.__class__(
            PAIR, stream, run.started_at.replace(year=2020), run.finished_at.replace(year=2020), "ok", {}
        )
        runs.record(conn, old)
        runs.record(conn, run)


async def test_a_hanging_first_cycle_of_products_does_not_hold_orders_for_ever(
    pair: Pair, said: list[EventDict], monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the first cycle of the products gives no sign of life for long, the orders begin without it."""
    monkeypatch.setattr("syncd.daemon.jobs.STALLED", 0.2)
    monkeypatch.setattr("syncd.daemon.jobs._LOOK", 0.05)
    pair.set(http={"deadline": 600})
    number = pair.place("A")
    pair.office_has("A")
    pair.cscart.faults.add(
        {"when": "before", "kind": "delay", "seconds": 60, "times": None, "match": {"name": "GET products"}}
    )

    async with daemon(pair, patience=0.1) as running:
        await running.until(lambda: pair.delivered() == {str(number): 1})

    assert not _lines(said, "cycle.crashed")


async def test_cycles_of_one_stream_take_turns(pair: Pair) -> None:
    """A person's wish, a shop's call and the clock may all come at once: the stream still runs one cycle at a time."""
    running = most = 0

    async def connect() -> Shops:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        raise Misconfigured("enough is seen")

    with pair.database() as db:
        job = StreamJob("orders", connect, db)
        await asyncio.gather(job.run(), job.run(), job.run())

    assert most == 1
