"""Handling one source order: decide, do it, and give every error its place."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

import structlog
from sqlalchemy import Connection

from syncd import correlation
from syncd.errors import ENDS_CYCLE, Held, InDoubt, RetryLater, SetAside
from syncd.model.backoffice import OfficeOrder
from syncd.model.order import Order
from syncd.model.product import BrokenRecord
from syncd.state import history, order_links
from syncd.state.database import Database
from syncd.state.history import HistoryEntry
from syncd.state.order_links import OrderLink
from syncd.sync.customers import keys_of
from syncd.sync.facets import version_of
from syncd.sync.failing import SetAsideRecords
from syncd.sync.order_crossing import Crossing
from syncd.sync.order_decision import Create, OrderPolicy, Skip, SkipReason, Update, decide
from syncd.sync.order_writes import OrderWrites, UnknownSku
from syncd.sync.outcome import Event, Tally
from syncd.sync.ports import OrderOffice, OrderSource
from syncd.sync.pulse import Pulse
from syncd.sync.writer import LeftOut

STREAM = "orders"
"""The stream of the shop whose products are synced; those of further sources are named after it and them."""
TROUBLES_IN_A_ROW = 3
"""So many records in a row without a usable answer, and the shop is taken to be unwell: the stream stops."""

AWAITS = "awaits"
PATIENCE = 3
"""How often an order that lacks what its source has announced is looked for again, after 1, 5 and 15 minutes, before it
is made without."""

LEFT = "left alone"
"""The event of a linked order that is no longer our business."""
DELETED = "deleted in the shop that it came from"
LET_GO = frozenset({DELETED, "deleted in CS-Cart", *SkipReason})
"""Flags of links whose orders are no longer our business."""

log = structlog.get_logger(__name__)


def _awaits(order: Order) -> Held:
    return Held(
        f"order {order.number} is there, but not {order.awaits} yet; syncd looks again after 1, 5 and 15 minutes, and then "
        "makes the order without",
        code=AWAITS,
    )


def let_go(link: OrderLink, reason: str) -> OrderLink:
    """The link of an order that is no longer our business: kept, flagged, and not looked at again by either direction."""
    return replace(link, flag=reason, confirmed=True, version=link.version or "gone", carried=link.state)


@dataclass(slots=True)
class OrderHandling:
    """What happens to single orders in one cycle, and what the cycle remembers about them."""

    source: OrderSource
    office: OrderOffice
    writes: OrderWrites
    failing: SetAsideRecords
    db: Database
    policy: OrderPolicy
    tally: Tally
    pulse: Pulse
    crossing: Crossing = field(default_factory=Crossing)
    handled: dict[str, str | None] = field(default_factory=dict)
    """Orders dealt with in this cycle and in which version; `None`: whatever the version, not again in this cycle."""
    read_alone: set[str] = field(default_factory=set)
    """Orders that were read by themselves in this cycle."""
    unsettled: set[str] = field(default_factory=set)
    """Orders with an open intent from before this cycle."""
    doubtful: dict[str, Order] = field(default_factory=dict)
    """Orders whose write got lost in this cycle."""
    doubtful_customers: set[str] = field(default_factory=set)
    """Keys of new customers whose creation is in doubt: their further orders wait."""
    waiting: list[Order] = field(default_factory=list)
    troubles: int = 0
    reach: datetime | None = None
    """Since when orders are brought that a person asked for: one of them that failed is tried again."""

    async def adopt_known(self, orders: Sequence[Order]) -> None:
        """Orders that carry our reference though no link is known (a lost database) are adopted, not made again."""
        async with self.crossing.busy:
            await self._adopt_known(orders)

    async def adopt(self, order: Order, found: OfficeOrder) -> None:
        """Take an order of the office for the one that a doubtful creation made."""
        async with self.crossing.busy:
            await self._guard(order, partial(self.writes.adopt, order, found))

    async def _adopt_known(self, orders: Sequence[Order]) -> None:
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
        async with self.crossing.busy:
            older = order.key in self.read_alone and not again and not self._handled(order)
            if order.key not in self.crossing.at_source and not older:
                await self._handle(order, again=again)
                return
            # The way back wrote it after it was read, or it was read alone meanwhile: the list may be older than that.
            fresh = await self.source.order(order.key)
            if fresh is None:
                await self._gone(order.key)
            elif isinstance(fresh, BrokenRecord):
                await self.broken(fresh)
            else:
                await self._handle(fresh, again=again)

    async def _handle(self, order: Order, *, again: bool) -> None:
        if self._handled(order):
            return
        if not again and self.failing.waits(order.key, version_of(order)):
            self.tally.add(Event.SKIPPED)
            return
        link = await self.db.run(
            lambda conn: order_links.get(conn, self.policy.pair, self.policy.source, order.key)
        )
        decision = decide(order, link, self._reaching() if again else self.policy)
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
        elif order.awaits and self._within_a_pause(order):
            self.tally.add(Event.SKIPPED)
        elif order.awaits and self.failing.attempts(order.key, AWAITS) < PATIENCE:
            await self.set_aside(order, _awaits(order))
        elif self.doubtful_customers.intersection(keys_of(order.customer)):
            self.waiting.append(order)
        else:
            await self._guard(order, lambda: self.writes.create(order))

    def _within_a_pause(self, order: Order) -> bool:
        """Whether the order lacks what it lacked at the last look, and its pause is not over: a look out of turn, because
        its shop called or a person asked, uses up none of the pauses."""
        return self.failing.has(order.key, AWAITS) and self.failing.waits(order.key, version_of(order))

    def _reaching(self) -> OrderPolicy:
        """The policy for orders that are called for by name."""
        if self.reach is None or self.reach >= self.policy.since:
            return self.policy
        return replace(self.policy, since=self.reach)

    async def _guard(self, order: Order, work: Callable[[], Awaitable[None]]) -> None:
        """Run the work of one order and give every error its place."""
        self.pulse.beat()
        self.handled[order.key] = version_of(order)
        self.crossing.at_office.add(order.key)
        try:
            with correlation.bound(f"{self.policy.stream}/{order.key}"):
                await work()
        except InDoubt as doubt:
            log.warning("order.in_doubt", order=order.key, reason=str(doubt))
            self.tally.add(Event.DOUBTFUL)
            self.doubtful[order.key] = order
            self.doubtful_customers.update(keys_of(order.customer))
        except LeftOut as left:
            log.info("order.left_out", order=order.key, reason=str(left))
        except SetAside as error:
            await self.set_aside(order, error)
        except ENDS_CYCLE:
            raise
        except RetryLater as error:
            await self._trouble(order, error)
        except Exception as error:
            log.exception("order.unexpected", order=order.key)
            await self.set_aside(order, error)
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
        gone = let_go(link, reason)
        if gone == link:
            return

        def note(conn: Connection) -> None:
            order_links.put(conn, gone)
            policy, detail = self.policy, {"reason": str(reason)}
            event = HistoryEntry(policy.pair, policy.stream, link.source_key, self.writes.now(), LEFT, detail)
            history.add(conn, event)

        await self.db.run(note)

    async def _trouble(self, order: Order, error: RetryLater) -> None:
        """No usable answer: one order may be poison, several in a row mean that the shop is unwell, unless it answers
        another question."""
        await self.set_aside(order, error)
        self.troubles += 1
        if self.troubles >= TROUBLES_IN_A_ROW:
            await self.office.orders_by_reference([self.writes.reference_of(order.key)])
            await self.source.order(order.key)
            self.troubles = 0

    def leave(self, key: str) -> None:
        """Nothing else in this cycle touches the order."""
        self.handled[key] = None
        self.doubtful.pop(key, None)

    async def set_aside(self, order: Order, error: Exception) -> None:
        """The order failed: it keeps its reason and what it waits for, and the stream goes on."""
        log.warning("order.set_aside", order=order.key, reason=str(error))
        self.tally.add(Event.FAILED)
        codes = error.codes if isinstance(error, UnknownSku) else ()
        await self.failing.record(
            order.key,
            error,
            version=version_of(order),
            waits_for="\n".join(codes),
            payload=order.without_secrets(),
        )

    async def broken(self, record: BrokenRecord) -> None:
        """The source delivered an order that cannot be read."""
        log.warning("order.unreadable", order=record.key, reason=record.reason)
        self.handled[record.key] = None
        self.tally.add(Event.FAILED)
        await self.failing.broken(record)

    async def again(self, key: str) -> None:
        """Read one order anew and handle it, unless that was done in this cycle."""
        if key not in self.handled:
            await self.anew(key)

    async def anew(self, key: str) -> None:
        """Read one order anew and handle it, whatever was done about it in this cycle; a version that was dealt with is
        not dealt with twice."""
        self.read_alone.add(key)
        order = await self.source.order(key)
        if order is None:
            await self.gone(key)
        elif isinstance(order, BrokenRecord):
            await self.broken(order)
        else:
            await self.handle(order, again=True)

    async def gone(self, key: str) -> None:
        """The source does not show the order. A 404 may be a hiccup (contracts/cscart §1.6): the second one counts, unless
        it comes on the heels of the first."""
        async with self.crossing.busy:
            await self._gone(key)

    async def _gone(self, key: str) -> None:
        self.handled[key] = None
        if self.failing.pauses(key, "gone"):
            self.tally.add(Event.FAILED)
            return
        link = await self.db.run(
            lambda conn: order_links.get(conn, self.policy.pair, self.policy.source, key)
        )
        if not self.failing.has(key, "gone"):
            text = (
                f"{self.policy.shop} does not show order {key} any more; if it stays away, syncd lets it go"
            )
            log.warning("order.gone", order=key)
            self.tally.add(Event.FAILED)
            await self.failing.record(key, Held(text, code="gone"), version="")
            return
        await self.writes.writer.close(key)
        if link is not None:
            await self._let_go(link, DELETED)
        await self.failing.clear(key)
