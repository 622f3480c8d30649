"""Settling the orders stream's open intents: what became of writes whose answer was lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from syncd.errors import Held, ShopUnavailable
from syncd.model.order import Order
from syncd.model.product import BrokenRecord
from syncd.state import intents
from syncd.state.database import Database
from syncd.state.intents import Intent
from syncd.sync.customers import keys_of
from syncd.sync.doubts import SKEW, Adopt, Repeat, Suspect, Wait, settle
from syncd.sync.facets import version_of
from syncd.sync.failing import SetAsideRecords
from syncd.sync.order_decision import OrderPolicy
from syncd.sync.order_handling import TROUBLES_IN_A_ROW, OrderHandling
from syncd.sync.order_watch import OrderWatch
from syncd.sync.order_writes import OrderWrites
from syncd.sync.outcome import Event, Tally
from syncd.sync.ports import OrderOffice, OrderSource


@dataclass(slots=True)
class OrderSettling:
    """Settles doubtful creations by their references, everything else by handling its order anew."""

    handling: OrderHandling
    watch: OrderWatch
    source: OrderSource
    office: OrderOffice
    writes: OrderWrites
    failing: SetAsideRecords
    db: Database
    policy: OrderPolicy
    tally: Tally
    now: Callable[[], datetime]
    everything: bool = False
    """Whether failures are tried again without regard to their pauses: a person asked for it."""

    async def settle(self) -> None:
        """Look for the traces of every open intent of this stream.

        A save or an action that was abandoned may still be running in the shop: its order is left alone until it cannot.
        """
        rows = await self.db.run(lambda conn: intents.all(conn, self.policy.pair, self.policy.stream))
        self.handling.unsettled = {row.record_key for row in rows}
        creations = [row for row in rows if row.reference is not None and not self._suspected(row)]
        for row in rows:
            if row.reference is None and self.now() >= row.settle_after:
                self.handling.handled.pop(row.record_key, None)
                self.handling.doubtful.pop(row.record_key, None)
                await self.handling.again(row.record_key)
            elif row.reference is None:
                self.handling.leave(row.record_key)
        if creations:
            await self._settle_creations(creations)

    async def settle_page(self) -> None:
        """One search for all orders of a page that are in doubt, then those that waited for them."""
        if self.handling.doubtful:
            await self.settle()
        waiting, self.handling.waiting = self.handling.waiting, []
        for order in waiting:
            if self.handling.doubtful_customers.intersection(keys_of(order.customer)):
                await self.handling.set_aside(order, _waits(order))
            else:
                await self.handling.handle(order, again=True)

    def _suspected(self, row: Intent) -> bool:
        """Whether a person was asked about this creation and its pause is not over: nothing is searched for meanwhile."""
        if self.everything or not self.failing.pauses(row.record_key, "half-written"):
            return False
        self.handling.doubtful_customers.update(row.payload.get("customer", ()))
        self.handling.leave(row.record_key)
        return True

    async def _settle_creations(self, rows: Sequence[Intent]) -> None:
        hits = await self.office.orders_by_reference([row.reference for row in rows if row.reference])
        now = self.now()
        for row in rows:
            self.handling.doubtful_customers.update(row.payload.get("customer", ()))
        missed = [row for row in rows if all(hit.reference != row.reference for hit in hits)]
        over = [row for row in missed if now >= row.settle_after]
        offset = timedelta(seconds=(await self.office.profile()).server_offset)
        began = min((row.started_at for row in over), default=now) + offset
        nameless = await self.office.orders_created_since(began - SKEW) if over else []
        for row in rows:
            mine = [hit for hit in hits if hit.reference == row.reference]
            verdict = settle(row, mine, nameless, now, offset=offset)
            await self._follow(row, verdict)

    async def _follow(self, intent: Intent, verdict: Adopt | Wait | Suspect | Repeat) -> None:
        """Act on a verdict, with the order as it is now when it is not at hand."""
        key = intent.record_key
        if isinstance(verdict, Wait):
            self.handling.leave(key)
            return
        order = self.handling.doubtful.pop(key, None) or await self.source.order(key)
        if order is None:
            await self.handling.gone(key)
        elif isinstance(order, BrokenRecord):
            await self.handling.broken(order)
        elif isinstance(verdict, Suspect):
            self.handling.leave(key)
            await self.handling.set_aside(order, _suspicion(order, verdict))
        else:
            self.handling.doubtful_customers.difference_update(
                intent.payload.get("customer", ()), keys_of(order.customer)
            )
            if isinstance(verdict, Adopt):
                await self.handling.adopt(order, verdict.order)
            else:
                await self._repeat(order, intent)

    async def _repeat(self, order: Order, intent: Intent) -> None:
        """Send a creation again that surely made nothing; if that keeps happening, with growing pauses and after all others.

        The failure is noted before the intent is forgotten: whenever the process dies, one of them is there.
        """
        first = order.key not in self.failing
        text = f"order {order.number}: Webasyst gave no usable answer and made no order; syncd sends it again"
        error = ShopUnavailable(text)
        await self.failing.record(
            order.key, error, version=version_of(order), payload=order.without_secrets()
        )
        await self.watch.begin(intent)
        await self.writes.writer.close(order.key)
        if not first:
            self.tally.add(Event.FAILED)
            return
        self.handling.handled.pop(order.key, None)
        await self.handling.handle(order, again=True)
        if order.key in self.handling.doubtful:
            self.handling.troubles += 1
            if self.handling.troubles >= TROUBLES_IN_A_ROW:
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
