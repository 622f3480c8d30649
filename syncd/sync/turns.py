"""Taking turns at writing: one write at a time to one shop, the more urgent stream first."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import IntEnum
from itertools import count


class Urgency(IntEnum):
    """Who goes first: orders before products (DESIGN: a cycle)."""

    ORDERS = 0
    PRODUCTS = 1


class Turns:
    """A lock whose waiters are served by urgency, then by arrival.

    The shops' tables know no transactions: parallel writers lose stock (contracts/webasyst §0.18, contracts/cscart §1.6).
    """

    def __init__(self) -> None:
        self._taken = False
        self._arrival = count()
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []

    @asynccontextmanager
    async def turn(self, urgency: Urgency) -> AsyncIterator[None]:
        """Wait for the turn and keep it for the block."""
        await self._take(urgency)
        try:
            yield
        finally:
            self._pass_on()

    async def _take(self, urgency: Urgency) -> None:
        if not self._taken:
            self._taken = True
            return
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (urgency, next(self._arrival), mine))
        try:
            await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled():
                self._pass_on()
            raise

    def _pass_on(self) -> None:
        while self._waiting:
            _, _, future = heapq.heappop(self._waiting)
            if not future.done():
                future.set_result(None)
                return
        self._taken = False
