"""The pace: so many calls a second, and none before the shop allows it."""

from __future__ import annotations

import asyncio

import pytest

from syncd.shops.pace import Pace

pytestmark = pytest.mark.anyio


async def test_no_more_calls_than_the_pace_after_the_first_second() -> None:
    """A second's worth may go at once; the rest keeps its distance."""
    pace, loop = Pace(20), asyncio.get_running_loop()
    start = loop.time()
    for _ in range(30):
        await pace.turn()
    assert loop.time() - start >= 0.45


async def test_a_slow_pace_is_kept_too() -> None:
    """Less than one call a second is a pace as well: the second call waits."""
    pace = Pace(0.5)
    await pace.turn()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await pace.turn()


async def test_a_longer_hold_is_not_cut_short_by_a_shorter_one() -> None:
    """The shop's word stands until its time has come."""
    pace = Pace(1000)
    pace.hold(60)
    pace.hold(1)
    assert pace.pause() > 50
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await pace.turn()
