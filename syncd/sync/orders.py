"""The orders stream: one cycle reads what changed at the source and brings the office up to date."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from syncd.model.exchange import Page
from syncd.model.order import Order
from syncd.state import backfills, cursors, order_links
from syncd.state.database import Database
from syncd.sync.catalog import REREAD, Catalog
from syncd.sync.facets import version_of
from syncd.sync.failing import SetAsideRecords
from syncd.sync.order_brake import OrderLookAhead
from syncd.sync.order_decision import Create, OrderPolicy, Skip, SkipReason, decide
from syncd.sync.order_handling import OrderHandling
from syncd.sync.order_hints import OrderHints
from syncd.sync.order_settling import OrderSettling
from syncd.sync.order_watch import OrderWatch
from syncd.sync.outcome import Event, Tally
from syncd.sync.ports import OrderSource
from syncd.sync.source_watch import SourceWatch
from syncd.sync.stream_brakes import StreamBrakes
from syncd.sync.window import start

MAY_BE_KNOWN = (Create(), Skip(SkipReason.OLDER), Skip(SkipReason.STATUS))
"""First decisions about orders that may carry our reference in the office all the same: a lost database."""


@dataclass(slots=True)
class OrdersCycle:
    """One pass of the orders stream."""

    source: OrderSource
    catalog: Catalog
    handling: OrderHandling
    settling: OrderSettling
    watch: OrderWatch
    failing: SetAsideRecords
    brakes: StreamBrakes
    look_ahead: OrderLookAhead
    db: Database
    policy: OrderPolicy
    tally: Tally
    progress: Callable[[int, int | None], None]
    finished: Callable[[Connection], None]
    hints: OrderHints
    source_watch: SourceWatch

    async def run_hints(self) -> None:
        """Only what the source has called about, so that it arrives within seconds; everything else waits for `run`."""
        await self._begin(everything=False)
        await self.hints.take()
        await self.brakes.spend()
        await self._commit(None)

    async def run_page(self, page: Page[Order]) -> None:
        """Only these orders, which somebody else has read; the cursor stays."""
        await self._begin(everything=False)
        await self._page(page)

    async def run(self, *, retry_all: bool = False) -> None:
        """Settle what is in doubt, finish what was interrupted, read everything changed since the cursor, and retry what
        is due: last, so that records that keep failing never delay the others.

        Raises `RetryLater` when a shop is unwell, `Misconfigured` when a person must act; the cursor stays then.
        """
        everything = await self._begin(everything=retry_all)
        await self.source_watch.look()
        await self._wake()
        await self.hints.take()
        for key in await self._interrupted():
            await self.handling.again(key)
        clock = await self._read_changes()
        for key in self.failing.due(everything=everything):
            await self.handling.again(key)
        await self.settling.settle_page()
        await self.watch.look()
        await self.brakes.spend()
        await self._commit(clock)

    async def _begin(self, *, everything: bool) -> bool:
        """Load what is open and settle what is in doubt; answers whether all failures are to be tried again."""
        self.handling.crossing.at_source.clear()
        await self.failing.load()
        await self.brakes.load()
        if self.policy.sells_our_stock:
            self.handling.reach = await self.db.run(lambda conn: backfills.reach(conn, self.policy.pair))
        everything = everything or bool(self.brakes.released)
        self.settling.everything = everything
        await self.settling.settle()
        return everything

    async def _wake(self) -> None:
        """End the pause of orders whose products have come. What staff makes in the office is looked at for their sake:
        the products stream sees it with its next sweep only."""
        codes = self.failing.waited_for()
        if codes:
            await self.catalog.read_touched(every=REREAD)
            self.failing.wake(await self.catalog.known(codes))

    async def _interrupted(self) -> list[str]:
        """Orders that were linked but not finished when the process died; those with a failure have their own pause."""
        keys = await self.db.run(lambda conn: order_links.pending(conn, self.policy.pair, self.policy.source))
        return [key for key in keys if key not in self.failing]

    async def _read_changes(self) -> datetime | None:
        cursor = await self.db.run(lambda conn: cursors.get(conn, self.policy.pair, self.policy.cursor))
        position = cursor.position if cursor else None
        if cursor is not None and cursor.since is not None and self.policy.since < cursor.since:
            position = None
        since = start(position, self.policy.since, self.policy.overlap)
        clock: datetime | None = None
        polled = 0
        async for page in self.source.changed_orders(since):
            if clock is None:
                clock = page.clock
                await self.look_ahead.judge(since, page)
            made = self.tally.of(Event.CREATED)
            await self._page(page)
            polled += self.tally.of(Event.CREATED) - made
            await self.hints.take()
        await self.source_watch.found(polled)
        return clock

    async def _commit(self, clock: datetime | None) -> None:
        """The cursor and the run's record in one commit; the cursor never passes a record that is not dealt with."""

        def commit(conn: Connection) -> None:
            self.finished(conn)
            if clock is not None:
                cursors.put(conn, self.policy.pair, self.policy.cursor, clock, since=self.policy.since)

        await self.db.run(commit)

    async def _page(self, page: Page[Order]) -> None:
        keys = [order.key for order in page.records]
        links = await self.db.run(
            lambda conn: order_links.by_sources(conn, self.policy.pair, self.policy.source, keys)
        )
        fresh = [
            order
            for order in page.records
            if order.key not in links
            and not self.failing.waits(order.key, version_of(order))
            and decide(order, None, self.policy) in MAY_BE_KNOWN
        ]
        await self.handling.adopt_known(fresh)
        for broken in page.broken:
            self.tally.add(Event.READ)
            await self.handling.broken(broken)
        for order in page.records:
            self.tally.add(Event.READ)
            await self.handling.handle(order)
            self.progress(self.tally.of(Event.READ), page.total)
        await self.settling.settle_page()
