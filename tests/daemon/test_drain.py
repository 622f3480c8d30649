"""A drain: the record at hand finishes, nothing new begins, what takes too long is cut off."""

from __future__ import annotations

import asyncio

import pytest

from syncd.daemon.drain import drain
from syncd.sync.pulse import Pulse, Stopped

pytestmark = pytest.mark.anyio


async def test_the_record_at_hand_finishes() -> None:
    """A cycle ends between two records, and what it had begun is done."""
    pulse, asked, done = Pulse(), asyncio.Event(), list[int]()

    async def cycle() -> None:
        for record in range(3):
            pulse.beat()
            asked.set()
            await pulse.rest(60)  # the record at hand; the wish to stop ends the waiting
            done.append(record)

    task = asyncio.create_task(cycle())
    await asked.wait()

    assert await drain([task], [pulse], asyncio.Event())
    assert done == [0]
    assert isinstance(task.exception(), Stopped)


@pytest.mark.parametrize("hurried", [False, True])
async def test_what_takes_too_long_is_cut_off(hurried: bool) -> None:
    """After the patience, or at once for whoever asks twice, a task is cancelled and has ended when the drain has."""
    never, hurry = asyncio.Event(), asyncio.Event()
    task = asyncio.create_task(never.wait())
    if hurried:
        hurry.set()

    async with asyncio.timeout(30):
        clean = await drain([task], [Pulse()], hurry, patience=600 if hurried else 0.01)

    assert not clean
    assert task.cancelled()


async def test_nothing_runs_nothing_is_waited_for() -> None:
    """Without running cycles a drain is over at once, and none can begin."""
    pulse = Pulse()

    assert await drain([], [pulse], asyncio.Event())
    with pytest.raises(Stopped):
        pulse.beat()
