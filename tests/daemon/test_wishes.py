"""Pausing, resuming and running now: what people ask of a running daemon reaches it within a second."""

from __future__ import annotations

import asyncio

import pytest

from syncd.app import PAIR, utc_now
from syncd.daemon import beat
from syncd.state import runs, wishes
from tests.daemon.conftest import daemon
from tests.scenarios.shops import Pair

pytestmark = pytest.mark.anyio


def _paused(pair: Pair, *streams: str) -> None:
    with pair.database() as db:
        db.run_sync(lambda conn: wishes.pause(conn, PAIR, streams, utc_now()))


def _resumed(pair: Pair, *streams: str) -> None:
    with pair.database() as db:
        db.run_sync(lambda conn: wishes.resume(conn, PAIR, streams, utc_now()))


def _wanted(pair: Pair, *streams: str) -> None:
    with pair.database() as db:
        db.run_sync(lambda conn: wishes.want(conn, PAIR, streams, utc_now()))


def _ran(pair: Pair, stream: str) -> int:
    with pair.database() as db:
        return len(db.run_sync(lambda conn: runs.recent(conn, PAIR, stream=stream)))


async def test_a_pause_outlives_a_restart_and_ends_when_it_is_resumed(pair: Pair) -> None:
    """A daemon that starts with a paused stream reads nothing in it; after the resume what waited arrives."""
    await asyncio.to_thread(pair.run)
    number = pair.place("A")
    _paused(pair, "orders")
    before = _ran(pair, "products")

    async with daemon(pair) as running:
        await running.until(lambda: _ran(pair, "products") >= before + 3)
        assert pair.office_orders() == []
        _resumed(pair, "orders")
        await running.until(lambda: pair.delivered() == {str(number): 1})


async def test_a_pause_ends_the_cycle_that_runs_after_the_record_at_hand(pair: Pair) -> None:
    """What was begun is finished, the rest comes after the resume, each order once."""
    await asyncio.to_thread(pair.run)
    numbers = [pair.place("A") for _ in range(30)]
    slow = {"when": "before", "kind": "delay", "seconds": 0.2, "times": None}
    pair.webasyst.faults.add(slow | {"match": {"name": "shop.order.add"}})

    async with daemon(pair) as running:
        await running.until(lambda: bool(pair.office_orders()))
        _paused(pair, "orders")
        await running.until(lambda: _last(pair) == "stopped")
        some = len(pair.office_orders())
        assert 0 < some < len(numbers)
        pair.webasyst.faults.clear()
        _resumed(pair, "orders")
        await running.until(lambda: pair.delivered() == {str(number): 1 for number in numbers})


def _last(pair: Pair) -> str:
    with pair.database() as db:
        return db.run_sync(lambda conn: runs.last(conn, PAIR))["orders"].outcome


async def test_a_cycle_out_of_turn(pair: Pair) -> None:
    """With an interval of an hour an order arrives as soon as somebody asks for a cycle."""
    await asyncio.to_thread(pair.run)
    pair.set(orders={"update_time": 3600}, products={"update_time": 3600})
    before = _ran(pair, "orders")
    async with daemon(pair) as running:
        await running.until(lambda: _ran(pair, "orders") > before)
        number = pair.place("A")
        _wanted(pair, "orders")
        await running.until(lambda: pair.delivered() == {str(number): 1})


async def test_the_daemon_gives_signs_of_life(pair: Pair) -> None:
    """A file in the data directory tells that it lives; `syncd health` needs nothing else but the database."""
    async with daemon(pair) as running:
        await running.until(lambda: beat.read(pair.data_dir) is not None)
