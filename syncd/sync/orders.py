"""The orders stream: one cycle reads what changed at the source and brings the office up to date."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
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
from syncd.state.order_links import OrderLink
from syncd.sync.customers import keys_of
from syncd.sync.doubts import SKEW, Adopt, Repeat, Suspect, Wait, settle
from syncd.sync.facets import version_of
from syncd.sync.failing import SetAsideRecords
from syncd.sync.order_brake import OrderLookAhead
from syncd.sync.order_decision import Create, OrderPolicy, Skip, SkipReason, Update, decide
from syncd.sync.order_writes import OrderWrites, UnknownSku
from syncd.sync.outcome import Event, Tally
from syncd.sync.ports import OrderOffice, OrderSource
from syncd.sync.pulse import Pulse
from syncd.sync.stream_brakes import StreamBrakes
from syncd.sync.window import start

STREAM = "orders"
TROUBLES_IN_A_ROW = 3
"""So many records in a row without a usable answer, and the shop is taken to be unwell: the stream stops."""

MAY_BE_KNOWN = (Create(), Skip(SkipReason.OLDER), Skip(SkipReason.STATUS))
"""First decisions about orders that may carry our reference in the office all the same: a lost database."""

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
    handled: dict[str, str | None] = field(default_factory=dict)
    """Orders dealt with in this cycle and in which version; `None`: whatever the version, not again in this cycle."""
    unsettled: set[str] = field(default_factory=set)
    doubtful: dict[str, Order] = field(default_factory=dict)
    doubtful_customers: set[str] = field(default_factory=set)
    waiting: list[Order] = field(default_factory=list)
    troubles: int = 0
    everything: bool = False
    """Whether failures are tried again without regard to their pauses: a person asked for it."""

    async def run(self, *, retry_all: bool = False) -> None:
        """Settle what is in doubt, finish what was interrupted, read everything changed since the cursor, and retry what
        is due: last, so that records that keep failing never delay the others.

        Raises `RetryLater` when a shop is unwell, `Misconfigured` when a person must act; the cursor stays then.
        """
        await self.failing.load()
        await self.brakes.load()
        self.everything = retry_all or bool(self.brakes.released)
        await self.settle()
        self.failing.wake(await self.writes.catalog.known(self.failing.waited_for()))
        for key in await self._interrupted():
            await self._again(key)
        clock = await self._read_changes()
        for key in self.failing.due(everything=self.everything):
            await self._again(key)
        await self._settle_page()
        await self.brakes.spend()
        await self._commit(clock)

    async def settle(self) -> None:
        """Look for the traces of every open intent of this stream.

        A save or an action that was abandoned may still be running in the shop: its order is left alone until it cannot.
        """
        rows = await self.db.run(lambda conn: intents.all(conn, self.policy.pair, STREAM))
        self.unsettled = {row.record_key for row in rows}
        creations = [row for row in rows if row.reference is not None and not self._suspected(row)]
        for row in rows:
            if row.reference is None and self.now() >= row.settle_after:
                self.handled.pop(row.record_key, None)
                self.doubtful.pop(row.record_key, None)
                await self._again(row.record_key)
            elif row.reference is None:
                self._leave(row.record_key)
        if creations:
            await self._settle_creations(creations)

    def _suspected(self, row: Intent) -> bool:
        """Whether a person was asked about this creation and its pause is not over: nothing is searched for meanwhile."""
        if self.everything or not self.failing.pauses(row.record_key, "half-written"):
            return False
        self.doubtful_customers.update(row.payload.get("customer", ()))
        self._leave(row.record_key)
        return True

    def _leave(self, key: str) -> None:
        """Nothing else in this cycle touches the order."""
        self.handled[key] = None
        self.doubtful.pop(key, None)

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
            and decide(order, None, self.policy) in MAY_BE_KNOWN
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
        fresh = [order for order in orders if not self._handled(order)]
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
        if self._handled(order):
            return
        if not again and self.failing.waits(order.key, version_of(order)):
            self.tally.add(Event.SKIPPED)
            return
        link = await self.db.run(
            lambda conn: order_links.get(conn, self.policy.pair, self.policy.source, order.key)
        )
        decision = decide(order, link, self.policy)
        if again and isinstance(decision, Create):
            await self._adopt_known([order])
            if self._handled(order):
                return
        if isinstance(decision, Skip):
            self.tally.add(Event.SKIPPED)
            await self._done(order.key, link, decision)
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
        self.handled[order.key] = version_of(order)
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

    def _handled(self, order: Order) -> bool:
        """Whether this version of the order was dealt with in this cycle, or the order is to be left alone."""
        return order.key in self.handled and self.handled[order.key] in (None, version_of(order))

    async def _done(self, key: str, link: OrderLink | None, decision: Skip) -> None:
        """Nothing is left to do about a record: neither an open intent nor a failure nor an unfinished link."""
        if key in self.unsettled:
            self.unsettled.discard(key)
            await self.writes.writer.close(key)
        if link is not None and decision.reason is not SkipReason.UNCHANGED:
            await self._let_go(link, decision.reason)
        await self.failing.clear(key)

    async def _let_go(self, link: OrderLink, reason: str) -> None:
        """A linked order that is no longer our business keeps its link, flagged, and is not looked at again."""
        gone = replace(link, flag=reason, confirmed=True, version=link.version or "gone")
        if gone != link:
            await self.db.run(lambda conn: order_links.put(conn, gone))

    async def _trouble(self, order: Order, error: RetryLater) -> None:
        """No usable answer: one order may be poison, several in a row mean that the shop is unwell, unless it answers
        another question."""
        await self._set_aside(order, error)
        self.troubles += 1
        if self.troubles >= TROUBLES_IN_A_ROW:
            await self.office.orders_by_reference([self.writes.reference_of(order.key)])
            await self.source.order(order.key)
            self.troubles = 0

    async def _set_aside(self, order: Order, error: Exception) -> None:
        log.warning("order.set_aside", order=order.key, reason=str(error))
        self.tally.add(Event.FAILED)
        codes = error.codes if isinstance(error, UnknownSku) else ()
        await self.failing.record(
            order.key, error, version=version_of(order), waits_for="\n".join(codes), payload=order
        )

    async def _broken(self, record: BrokenRecord) -> None:
        log.warning("order.unreadable", order=record.key, reason=record.reason)
        self.handled[record.key] = None
        self.tally.add(Event.FAILED)
        await self.failing.broken(record)

    async def _again(self, key: str) -> None:
        """Read one order anew and handle it."""
        if key in self.handled:
            return
        order = await self.source.order(key)
        if order is None:
            await self._gone(key)
        elif isinstance(order, BrokenRecord):
            await self._broken(order)
        else:
            await self.handle(order, again=True)

    async def _gone(self, key: str) -> None:
        """The source does not show the order. A 404 may be a hiccup (contracts/cscart §1.6): the second one counts."""
        self.handled[key] = None
        link = await self.db.run(
            lambda conn: order_links.get(conn, self.policy.pair, self.policy.source, key)
        )
        if not self.failing.has(key, "gone"):
            text = f"CS-Cart does not show order {key} any more; if it stays away, syncd lets it go"
            self.tally.add(Event.FAILED)
            await self.failing.record(key, Held(text, code="gone"), version="")
            return
        await self.writes.writer.close(key)
        if link is not None:
            await self._let_go(link, "deleted in CS-Cart")
        await self.failing.clear(key)

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
        """Act on a verdict, with the order as it is now when it is not at hand."""
        key = intent.record_key
        if isinstance(verdict, Wait):
            self._leave(key)
            return
        order = self.doubtful.pop(key, None) or await self.source.order(key)
        if order is None:
            await self._gone(key)
        elif isinstance(order, BrokenRecord):
            await self._broken(order)
        elif isinstance(verdict, Suspect):
            self._leave(key)
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
        """Send a creation again that surely made nothing; if that keeps happening, with growing pauses and after all others.

        The failure is noted before the intent is forgotten: whenever the process dies, one of them is there.
        """
        first = order.key not in self.failing
        text = f"order {order.number}: Webasyst gave no usable answer and made no order; syncd sends it again"
        error = ShopUnavailable(text)
        await self.failing.record(order.key, error, version=version_of(order), payload=order)
        await self.writes.writer.close(order.key)
        if not first:
            self.tally.add(Event.FAILED)
            return
        self.handled.pop(order.key, None)
        await self.handle(order, again=True)
        if order.key in self.doubtful:
            self.troubles += 1
            if self.troubles >= TROUBLES_IN_A_ROW:
                raise error


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
