"""The orders stream: one cycle reads what changed at the source and brings the office up to date."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import structlog
from sqlalchemy import Connection

from syncd import correlation
from syncd.errors import (
    Held,
    InDoubt,
    Misconfigured,
    RetryLater,
    SetAside,
    ShopUnavailable,
    StopStream,
    StorageFailed,
    Throttled,
)
from syncd.model.exchange import Page
from syncd.model.order import Order
from syncd.model.product import BrokenRecord
from syncd.state import cursors, intents, order_links
from syncd.state.database import Database
from syncd.state.intents import Intent
from syncd.sync.customers import keys_of
from syncd.sync.doubts import SKEW, Adopt, Repeat, Suspect, Wait, settle
from syncd.sync.facets import version_of
from syncd.sync.failing import SetAsideRecords
from syncd.sync.order_brake import OrderLookAhead
from syncd.sync.order_decision import Create, OrderPolicy, Skip, Update, decide
from syncd.sync.order_writes import OrderWrites
from syncd.sync.outcome import Event, Tally
from syncd.sync.ports import OrderOffice, OrderSource
from syncd.sync.pulse import Pulse
from syncd.sync.stream_brakes import StreamBrakes
from syncd.sync.window import start

STREAM = "orders"
TROUBLES_IN_A_ROW = 3
"""So many records in a row without a usable answer, and the shop is taken to be unwell: the stream stops."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class OrdersCycle:
    """One pass of the orders stream."""

    source: OrderSource
    office: OrderOffice
    writes: OrderWrites
    failing: SetAsideRecords
    brakes: StreamBrakes
    look_ahead: OrderLookAhead
    db: Database
    policy: OrderPolicy
    tally: Tally
    now: Callable[[], datetime]
    progress: Callable[[int, int | None], None]
    finished: Callable[[Connection], None]
    pulse: Pulse = field(default_factory=Pulse)
    handled: set[str] = field(default_factory=set)
    unsettled: set[str] = field(default_factory=set)
    doubtful: dict[str, Order] = field(default_factory=dict)
    doubtful_customers: set[str] = field(default_factory=set)
    waiting: list[Order] = field(default_factory=list)
    troubles: int = 0

    async def run(self, *, retry_all: bool = False) -> None:
        """Settle what is in doubt, finish what was interrupted, read everything changed since the cursor, and retry what
        is due: last, so that records that keep failing never delay the others.

        Raises `RetryLater` when a shop is unwell, `Misconfigured` when a person must act; the cursor stays then.
        """
        await self.failing.load()
        await self.brakes.load()
        await self.settle()
        everything = retry_all or bool(self.brakes.released)
        for key in await self._interrupted():
            await self._again(key)
        clock = await self._read_changes()
        for key in self.failing.due(everything=everything):
            await self._again(key)
        await self._settle_page()
        await self.brakes.spend()
        await self._commit(clock)

    async def settle(self) -> None:
        """Look for the traces of every open intent of this stream."""
        rows = await self.db.run(lambda conn: intents.all(conn, self.policy.pair, STREAM))
        self.unsettled = {row.record_key for row in rows}
        creations = [row for row in rows if row.reference is not None]
        for row in rows:
            if row.reference is None:
                self.handled.discard(row.record_key)
                self.doubtful.pop(row.record_key, None)
                await self._again(row.record_key)
        if creations:
            await self._settle_creations(creations)

    async def _interrupted(self) -> list[str]:
        """Orders that were linked but not finished when the process died; those with a failure have their own pause."""
        keys = await self.db.run(lambda conn: order_links.pending(conn, self.policy.pair, self.policy.source))
        return [key for key in keys if key not in self.failing]

    async def _read_changes(self) -> datetime | None:
        cursor = await self.db.run(lambda conn: cursors.get(conn, self.policy.pair, self._cursor_name))
        position = cursor.position if cursor else None
        if cursor is not None and cursor.since is not None and self.policy.since < cursor.since:
            position = None
        since = start(position, self.policy.since, self.policy.overlap)
        clock: datetime | None = None
        async for page in self.source.changed_orders(since):
            if clock is None:
                clock = page.clock
                await self.look_ahead.judge(since, page.total)
            await self._page(page)
        return clock

    @property
    def _cursor_name(self) -> str:
        return f"{STREAM}.{self.policy.source}"

    async def _commit(self, clock: datetime | None) -> None:
        """The cursor and the run's record in one commit; the cursor never passes a record that is not dealt with."""

        def commit(conn: Connection) -> None:
            self.finished(conn)
            if clock is not None:
                cursors.put(conn, self.policy.pair, self._cursor_name, clock, since=self.policy.since)

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
            and isinstance(decide(order, None, self.policy), Create)
        ]
        await self._adopt_known(fresh)
        for broken in page.broken:
            self.tally.add(Event.READ)
            await self._broken(broken)
        for order in page.records:
            self.tally.add(Event.READ)
            await self.handle(order)
            self.progress(self.tally.of(Event.READ), page.total)
        await self._settle_page()

    async def _adopt_known(self, orders: Sequence[Order]) -> None:
        """Orders that carry our reference though no link is known (a lost database) are adopted, not made again."""
        fresh = [order for order in orders if order.key not in self.handled]
        if not fresh:
            return
        hits = await self.office.orders_by_reference([self.writes.reference_of(order.key) for order in fresh])
        for order in fresh:
            mine = [hit for hit in hits if hit.reference == self.writes.reference_of(order.key)]
            if mine:
                oldest = min(mine, key=lambda hit: hit.order_id)
                await self._guard(order, partial(self.writes.adopt, order, oldest))

    async def handle(self, order: Order, *, again: bool = False) -> None:
        """Decide about one order and do it; whatever goes wrong with it stays with it."""
        if order.key in self.handled:
            return
        if not again and self.failing.waits(order.key, version_of(order)):
            self.tally.add(Event.SKIPPED)
            return
        link = await self.db.run(
            lambda conn: order_links.get(conn, self.policy.pair, self.policy.source, order.key)
        )
        decision = decide(order, link, self.policy)
        if isinstance(decision, Skip):
            self.tally.add(Event.SKIPPED)
            await self._done(order.key)
        elif isinstance(decision, Update) and link is not None:
            facets = decision.facets
            await self._guard(order, lambda: self.writes.update(order, link, facets))
        elif self.doubtful_customers.intersection(keys_of(order.customer)):
            self.waiting.append(order)
        else:
            await self._guard(order, lambda: self.writes.create(order))

    async def _guard(self, order: Order, work: Callable[[], Awaitable[None]]) -> None:
        """Run the work of one order and give every error its place."""
        self.pulse.beat()
        self.handled.add(order.key)
        try:
            with correlation.bound(f"{STREAM}/{order.key}"):
                await work()
        except InDoubt as doubt:
            log.warning("order.in_doubt", order=order.key, reason=str(doubt))
            self.tally.add(Event.DOUBTFUL)
            self.doubtful[order.key] = order
            self.doubtful_customers.update(keys_of(order.customer))
        except SetAside as error:
            await self._set_aside(order, error)
        except (Misconfigured, StopStream, StorageFailed, Throttled):
            raise
        except RetryLater as error:
            await self._trouble(order, error)
        except Exception as error:
            log.exception("order.unexpected", order=order.key)
            await self._set_aside(order, error)
        else:
            self.troubles = 0
            await self.failing.clear(order.key)

    async def _done(self, key: str) -> None:
        """Nothing is left to do about a record: neither an open intent nor a failure."""
        if key in self.unsettled:
            self.unsettled.discard(key)
            await self.writes.writer.close(key)
        await self.failing.clear(key)

    async def _trouble(self, order: Order, error: RetryLater) -> None:
        """No usable answer: one order may be poison, several in a row mean that the shop is unwell."""
        await self._set_aside(order, error)
        self._count_trouble(error)

    def _count_trouble(self, error: RetryLater) -> None:
        self.troubles += 1
        if self.troubles >= TROUBLES_IN_A_ROW:
            raise error

    async def _set_aside(self, order: Order, error: Exception) -> None:
        log.warning("order.set_aside", order=order.key, reason=str(error))
        self.tally.add(Event.FAILED)
        await self.failing.record(order.key, error, version=version_of(order), payload=order)

    async def _broken(self, record: BrokenRecord) -> None:
        log.warning("order.unreadable", order=record.key, reason=record.reason)
        self.handled.add(record.key)
        self.tally.add(Event.FAILED)
        await self.failing.broken(record)

    async def _again(self, key: str) -> None:
        """Read one order anew and handle it."""
        if key in self.handled:
            return
        order = await self.source.order(key)
        if order is None:
            await self.writes.writer.close(key)
            await self.failing.clear(key)
        elif isinstance(order, BrokenRecord):
            await self._broken(order)
        else:
            await self.handle(order, again=True)

    async def _settle_page(self) -> None:
        """One search for all orders of a page that are in doubt, then those that waited for them."""
        if self.doubtful:
            await self.settle()
        waiting, self.waiting = self.waiting, []
        for order in waiting:
            if self.doubtful_customers.intersection(keys_of(order.customer)):
                await self._set_aside(order, _waits(order))
            else:
                await self.handle(order, again=True)

    async def _settle_creations(self, rows: Sequence[Intent]) -> None:
        hits = await self.office.orders_by_reference([row.reference for row in rows if row.reference])
        now = self.now()
        for row in rows:
            self.doubtful_customers.update(row.payload.get("customer", ()))
        missed = [row for row in rows if all(hit.reference != row.reference for hit in hits)]
        over = [row for row in missed if now >= row.settle_after]
        nameless = (
            await self.office.orders_created_since(min(row.started_at for row in over) - SKEW) if over else []
        )
        for row in rows:
            verdict = settle(row, [hit for hit in hits if hit.reference == row.reference], nameless, now)
            await self._follow(row, verdict)

    async def _follow(self, intent: Intent, verdict: Adopt | Wait | Suspect | Repeat) -> None:
        """Act on a verdict, with the order as it is now when it is not at hand.

        While the call may still be running, or a person must look, nothing else in this cycle touches the order.
        """
        key = intent.record_key
        if isinstance(verdict, Wait | Suspect):
            self.handled.add(key)
        if isinstance(verdict, Wait):
            return
        order = self.doubtful.pop(key, None) or await self.source.order(key)
        if order is None:
            await self.writes.writer.close(key)
        elif isinstance(order, BrokenRecord):
            await self._broken(order)
        elif isinstance(verdict, Suspect):
            await self._set_aside(order, _suspicion(order, verdict))
        else:
            self.doubtful_customers.difference_update(
                intent.payload.get("customer", ()), keys_of(order.customer)
            )
            if isinstance(verdict, Adopt):
                await self._guard(order, lambda: self.writes.adopt(order, verdict.order))
            else:
                await self._repeat(order)

    async def _repeat(self, order: Order) -> None:
        """Send a creation again that surely made nothing; if that keeps happening, with growing pauses."""
        await self.writes.writer.close(order.key)
        first = order.key not in self.failing
        text = f"order {order.number}: Webasyst gave no usable answer and made no order; syncd sends it again"
        error = ShopUnavailable(text)
        if not first:
            await self._set_aside(order, error)
            return
        await self.failing.record(order.key, error, version=version_of(order), payload=order)
        self.handled.discard(order.key)
        await self.handle(order, again=True)
        if order.key in self.doubtful:
            self._count_trouble(error)


def _waits(order: Order) -> Held:
    text = f"order {order.number} waits: an earlier order of the same new customer is in doubt"
    return Held(text, code="waits-for-customer")


def _suspicion(order: Order, verdict: Suspect) -> Held:
    ids = ", ".join(str(order_id) for order_id in verdict.order_ids)
    return Held(
        f"order {order.number}: Webasyst died while creating it and order {ids} there looks like it but lacks the "
        "reference; delete that one in Webasyst (state 'deleted') and syncd creates the order anew",
        code="half-written",
    )
