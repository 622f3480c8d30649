"""Turns: one writer at a time, the more urgent first, nobody forgotten."""

from __future__ import annotations

import asyncio

import pytest

from syncd.sync.turns import Turns, Urgency

pytestmark = pytest.mark.anyio


async def queue_up(turns: Turns, names: dict[str, Urgency], done: list[str]) -> dict[str, asyncio.Task[None]]:
    """Start writers one after the other; each is waiting for its turn before the next one comes."""

    async def write(name: str, urgency: Urgency) -> None:
        async with turns.turn(urgency):
            done.append(name)
            await asyncio.sleep(0)
            assert done[-1] == name, "somebody wrote at the same time"

    tasks = {}
    for name, urgency in names.items():
        tasks[name] = asyncio.create_task(write(name, urgency))
        await asyncio.sleep(0)
    return tasks


async def test_orders_go_before_products_and_equals_by_arrival() -> None:
    """The urgent go first, those of one urgency in the order they came, and never two at once."""
    turns, done = Turns(), list[str]()
    names = {"p1": Urgency.PRODUCTS, "p2": Urgency.PRODUCTS, "o1": Urgency.ORDERS, "o2": Urgency.ORDERS}
    async with turns.turn(Urgency.PRODUCTS):
        tasks = await queue_up(turns, names, done)
        assert done == []
    await asyncio.gather(*tasks.values())
    assert done == ["o1", "o2", "p1", "p2"]


async def test_an_error_passes_the_turn_on() -> None:
    """A write that fails leaves the turn to the next one."""
    turns = Turns()
    with pytest.raises(RuntimeError):
        async with turns.turn(Urgency.ORDERS):
            raise RuntimeError("refused")
    async with asyncio.timeout(5), turns.turn(Urgency.ORDERS):
        pass


async def test_who_gave_up_is_passed_over() -> None:
    """A writer that was cancelled while it waited does not keep the others from writing."""
    turns, done = Turns(), list[str]()
    async with turns.turn(Urgency.ORDERS):
        tasks = await queue_up(turns, {"gone": Urgency.ORDERS, "next": Urgency.ORDERS}, done)
        tasks["gone"].cancel()
        await asyncio.wait([tasks["gone"]])
        await asyncio.sleep(0)
        assert done == [], "the turn was still taken"
    async with asyncio.timeout(5):
        await tasks["next"]
    assert done == ["next"]
    assert tasks["gone"].cancelled()


async def test_a_turn_given_to_one_who_leaves_goes_on() -> None:
    """A writer that is cancelled in the moment it gets the turn hands it on."""
    turns, done = Turns(), list[str]()
    async with turns.turn(Urgency.ORDERS):
        tasks = await queue_up(turns, {"late": Urgency.ORDERS, "next": Urgency.ORDERS}, done)
    tasks["late"].cancel()
    async with asyncio.timeout(5):
        await tasks["next"]
    assert done == ["next"]


async def test_a_free_turn_is_taken_at_once() -> None:
    """After everybody has gone the next one does not wait."""
    turns, done = Turns(), list[str]()
    for name in ("first", "second"):
        tasks = await queue_up(turns, {name: Urgency.PRODUCTS}, done)
        await tasks[name]
    assert done == ["first", "second"]
