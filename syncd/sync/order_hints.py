"""Orders that a shop has called about: read anew at once, long before the stream would have come to them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from syncd.state import inbox
from syncd.state.database import Database
from syncd.state.inbox import Entry
from syncd.sync.order_handling import OrderHandling

PORTION = 50
"""Calls that are worked on at a time."""
READ = "read"

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class OrderHints:
    """Works on a source's inbox. A call is a hint only: what counts is what the source then says about the order."""

    db: Database
    pair: str
    source: str
    handling: OrderHandling
    settle: Callable[[], Awaitable[None]]
    """Finishes what handling left open: orders in doubt, and those that wait for them."""
    now: Callable[[], datetime]

    async def take(self) -> None:
        """Read every order that waiting calls name, once each, and be done with the calls.

        An order that then fails is a failure of the stream with pauses of its own. Raises what a cycle may raise when a
        shop is unwell; the calls at hand then go on waiting.
        """
        whole = True
        while whole:
            # What a call says about products is another stream's.
            entries = await self.db.run(
                lambda conn: inbox.waiting(conn, self.pair, self.source, PORTION, products=False)
            )
            whole = len(entries) == PORTION
            for key in dict.fromkeys(key for entry in entries for key in entry.orders):
                await self.handling.anew(key)
            await self.settle()
            await self._done(entries)

    async def _done(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            if entry.alarm:
                log.error("source.alarm", source=self.source, reason=entry.alarm)
        now = self.now()
        if entries:
            await self.db.run(lambda conn: inbox.done(conn, entries, READ, now))
