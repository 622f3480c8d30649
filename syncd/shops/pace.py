"""The pace of one shop: so many calls a second, and none before the time that the shop told us."""

from __future__ import annotations

import asyncio
import time

from aiolimiter import AsyncLimiter


class Pace:
    """Lets calls to one shop through, at most `calls_per_second` of them over time, with bursts of one second's worth."""

    def __init__(self, calls_per_second: float) -> None:
        burst = max(1.0, calls_per_second)
        self._limiter = AsyncLimiter(burst, burst / calls_per_second)
        self._not_before = 0.0

    async def turn(self) -> None:
        """Waits until the next call may go out. See `pause` first where a long pause must not be waited for."""
        while (seconds := self.pause()) > 0:
            await asyncio.sleep(seconds)
        await self._limiter.acquire()

    def hold(self, seconds: float) -> None:
        """No call goes out for so many seconds from now on (the shop's Retry-After); a longer hold stays."""
        self._not_before = max(self._not_before, time.monotonic() + seconds)

    def pause(self) -> float:
        """Seconds until the shop lets us call again; 0 when it does now."""
        return max(0.0, self._not_before - time.monotonic())
