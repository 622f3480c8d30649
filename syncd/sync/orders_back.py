"""The way back of orders: one cycle reads what happened to linked orders in the office and tells the source."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from syncd.model.backoffice import OfficeOrder
from syncd.state import cursors, intents, order_links
from syncd.state.database import Database
from syncd.state.order_links import OrderLink
from syncd.sync.brake import Kind, Overview
from syncd.sync.failing import SetAsideRecords
from syncd.sync.office_stock import office_clock
from syncd.sync.order_back_handling import OrderBackHandling
from syncd.sync.order_decision import OrderPolicy
from syncd.sync.outcome import Event, Tally
from syncd.sync.ports import OrderOffice
from syncd.sync.stream_brakes import StreamBrakes


@dataclass(slots=True)
class OrdersBackCycle:
    """One pass of the way back."""

    office: OrderOffice
    handling: OrderBackHandling
    failing: SetAsideRecords
    forward: SetAsideRecords
    """The failures of the other direction."""
    brakes: StreamBrakes
    db: Database
    policy: OrderPolicy
    tally: Tally
    now: Callable[[], datetime]
    progress: Callable[[int, int | None], None]
    finished: Callable[[Connection], None]

    async def run(self, *, retry_all: bool = False) -> None:
        """Settle what is in doubt, look at everything touched since the cursor, finish what was left, and retry what is due.

        Raises `RetryLater` when a shop is unwell, `Misconfigured` when a person must act; the cursor stays then.
        """
        self.handling.crossing.at_office.clear()
        await self.failing.load()
        await self.forward.load()
        await self.brakes.load()
        everything = retry_all or bool(self.brakes.released)
        self.handling.status.everything = everything
        await self._settle(everything=everything)
        clock = await self._read_changes()
        for key in self.failing.due(everything=everything):
            await self.handling.again(key)
        for link in await self.db.run(
            lambda conn: order_links.requested(conn, self.policy.pair, self.policy.source)
        ):
            if link.source_key not in self.failing:
                await self.handling.again(link.source_key)
        await self.brakes.spend()
        await self._commit(clock)

    async def _settle(self, *, everything: bool) -> None:
        """A write that was abandoned may still be running in the shop: its order is left alone until it cannot. Then it is
        looked at anew; every write looks for its own trace first."""
        rows = await self.db.run(lambda conn: intents.all(conn, self.policy.pair, self.policy.back))
        for row in rows:
            rests = self.failing.rests(row.record_key) and not everything
            if self.now() < row.settle_after or rests:
                self.handling.handled.add(row.record_key)
            else:
                await self.handling.again(row.record_key)

    async def _read_changes(self) -> datetime:
        position = await self._position()
        page = await self.office.orders_touched_since(position - self.policy.overlap)
        ids = [order.order_id for order in page.records]
        ids += [int(record.key) for record in page.broken]
        links = await self._links(ids)
        touched = [order for order in page.records if order.order_id in links]
        left = await self._left()
        await self._judge(touched, links, left)
        for record in page.broken:
            if int(record.key) in links:
                self.tally.add(Event.READ)
                await self.handling.broken(links[int(record.key)], record)
        for order in touched:
            self.tally.add(Event.READ)
            await self.handling.handle(order)
            self.progress(self.tally.of(Event.READ), len(touched))
        for link in left:
            await self.handling.again(link.source_key)
        return page.clock

    async def _position(self) -> datetime:
        """Where the cycle before ended. The very first one begins now, and that is kept at once: as long as first cycles
        fail, what happens meanwhile waits for the one that ends."""
        pair, name = self.policy.pair, self._cursor_name
        cursor = await self.db.run(lambda conn: cursors.get(conn, pair, name))
        if cursor is not None:
            return cursor.position
        begins = await office_clock(self.office, self.now())
        await self.db.run(lambda conn: cursors.put(conn, pair, name, begins))
        return begins

    async def _links(self, ids: Sequence[int]) -> dict[int, OrderLink]:
        links = await self.db.run(lambda conn: order_links.by_orders(conn, self.policy.pair, ids))
        return {order_id: link for order_id, link in links.items() if link.source == self.policy.source}

    async def _left(self) -> list[OrderLink]:
        """Orders whose state the source does not know of though nothing touched them now: the other direction saw them
        first. Those that either direction has set aside have pauses of their own."""
        links = await self.db.run(lambda conn: order_links.moved(conn, self.policy.pair, self.policy.source))
        return [
            link
            for link in links
            if link.source_key not in self.failing and link.source_key not in self.forward
        ]

    async def _judge(
        self, touched: Sequence[OfficeOrder], links: dict[int, OrderLink], left: Sequence[OrderLink]
    ) -> None:
        """Count the letters that this cycle would set, and pull the brake on too many. As many as the brake always allows
        are never an accident."""
        states = {link.source_key: (link, link.state) for link in left}
        states |= {
            links[order.order_id].source_key: (links[order.order_id], order.state) for order in touched
        }
        if len(states) <= self.brakes.rule.least:
            return
        pair, source = self.policy.pair, self.policy.source
        plan = Overview(existing=await self.db.run(lambda conn: order_links.count(conn, pair, source)))
        if plan.existing <= self.brakes.rule.least:
            return
        for link, state in states.values():
            letter = self.policy.states_back.get(state)
            if letter is not None and state != link.carried and letter != link.status:
                plan.note(Kind.STATUS, f"order {link.source_key}: {link.status} -> {letter}")
        for pull in self.brakes.judge(plan):
            await self.brakes.pull(pull)

    @property
    def _cursor_name(self) -> str:
        return f"orders-back.{self.policy.source}"

    async def _commit(self, clock: datetime) -> None:
        """The cursor and the run's record in one commit; the cursor never passes an order that is not dealt with."""

        def commit(conn: Connection) -> None:
            self.finished(conn)
            cursors.put(conn, self.policy.pair, self._cursor_name, clock)

        await self.db.run(commit)
