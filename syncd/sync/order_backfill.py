"""Bringing orders from before the start of the sync: portion by portion, the oldest first, whenever live work lets it."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from syncd.model.exchange import Page
from syncd.model.order import Order
from syncd.state import backfills
from syncd.state.backfills import BEGINNING, Backfill
from syncd.state.database import Database
from syncd.sync.ports import ShopSource

PAGE = 10
"""Orders read at a time: what comes in live waits for no more than these."""
LONGEST = 20.0
"""Seconds of one portion, after which live changes are looked for again."""
MINUTE = timedelta(minutes=1)
FIRST = timedelta(seconds=10)
"""What a first portion counts as having waited."""


def portion(fill: Backfill, now: datetime) -> int:
    """How many records the rate allows now: a minute's worth at most. The first portion is never empty."""
    if fill.worked_at is None:
        return max(1, int(fill.rate * FIRST / MINUTE))
    waited = min(max(now - fill.worked_at, timedelta()), MINUTE)
    return int(fill.rate * waited / MINUTE)


def worked(fill: Backfill, number: int, now: datetime) -> datetime:
    """From when on the rate counts after so many records more: in the future where a page brought more than it allowed."""
    before = now - FIRST if fill.worked_at is None else max(fill.worked_at, now - MINUTE)
    return before + number * MINUTE / fill.rate


@dataclass(slots=True)
class OrderBackfill:
    """Works on the backfill of orders. What was brought is linked, so that nothing is brought twice, however often the work
    is broken off: the position only saves reading."""

    source: ShopSource
    handle: Callable[[Page[Order]], Awaitable[None]]
    """Handles a page as the stream does, older orders included."""
    db: Database
    called: Callable[[], Awaitable[bool]]
    """Whether something live waits."""
    now: Callable[[], datetime]
    clock: Callable[[], float] = time.monotonic

    async def work(self, fill: Backfill) -> Backfill:
        """Bring a portion; answers how far it has come. Raises what a cycle raises; what was done by then is kept."""
        most, ends = portion(fill, self.now()), self.clock() + LONGEST
        began = fill.done
        while fill.open and fill.done - began < most and self.clock() < ends:
            if fill.done > began and await self.called():
                break
            fill = await self._page(fill)
        return fill

    async def _page(self, fill: Backfill) -> Backfill:
        start, number = _place(fill)
        page, last = await self.source.placed_orders(start, fill.until, number, PAGE)
        await self.handle(page)
        reached = max((order.placed_at for order in page.records), default=start)
        news = sum(order.placed_at > start or not fill.position for order in page.records)
        place = (reached, 1) if reached > start else (start, number + 1)
        now = self.now()
        fill = replace(
            fill,
            position=f"{place[0].isoformat()} {place[1]}",
            done=fill.done + news,
            total=page.total if fill.total is None else fill.total,
            worked_at=worked(fill, news, now),
            finished_at=now if last else None,
        )
        await self.db.run(lambda conn: backfills.put(conn, fill))
        return fill


def _place(fill: Backfill) -> tuple[datetime, int]:
    """Where the next page begins: a moment, and the number of the page of what was placed then or later."""
    if not fill.position:
        return fill.since or BEGINNING, 1
    moment, _, number = fill.position.partition(" ")
    return datetime.fromisoformat(moment).astimezone(UTC), int(number)
