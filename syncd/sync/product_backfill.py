"""Comparing every product in full, texts and pictures included: portion by portion, whenever live work lets it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from syncd.state import backfills, listings
from syncd.state.backfills import Backfill
from syncd.state.database import Database
from syncd.sync.order_backfill import portion, worked

MOST = 100
"""Products compared together."""


@dataclass(slots=True)
class ProductBackfill:
    """Works on the backfill of products, by the listing that the last sweep of the source left."""

    compare: Callable[[Sequence[str]], Awaitable[None]]
    """Compares products of the source with the office and writes what differs."""
    db: Database
    pair: str
    source: str
    now: Callable[[], datetime]

    async def work(self, fill: Backfill) -> Backfill:
        """Compare a portion; answers how far it has come. Raises what a cycle raises."""
        most = min(portion(fill, self.now()), MOST)
        if not most:
            return fill
        keys = await self.db.run(
            lambda conn: listings.after(conn, self.pair, self.source, fill.position, most)
        )
        total = await self.db.run(lambda conn: listings.count(conn, self.pair, self.source))
        if keys:
            await self.compare(keys)
        now = self.now()
        fill = replace(
            fill,
            position=keys[-1] if keys else fill.position,
            done=fill.done + len(keys),
            total=total,
            worked_at=worked(fill, len(keys), now),
            finished_at=None if len(keys) == most else now,
        )
        await self.db.run(lambda conn: backfills.put(conn, fill))
        return fill
