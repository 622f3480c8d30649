"""The look ahead of the orders stream: would this cycle move suspiciously many statuses at once?"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from syncd.model.exchange import Page
from syncd.model.order import Order
from syncd.model.status import STATE_OF
from syncd.state import order_links
from syncd.state.database import Database
from syncd.state.order_links import OrderLink
from syncd.sync.brake import Kind, Overview
from syncd.sync.order_decision import OrderPolicy
from syncd.sync.ports import OrderSource
from syncd.sync.stream_brakes import StreamBrakes


def status_moves(orders: Sequence[Order], links: Mapping[str, OrderLink], policy: OrderPolicy) -> list[str]:
    """The linked orders whose status would move in the office, spelled for the evidence."""
    moves = []
    for order in orders:
        link = links.get(order.key)
        target = policy.statuses.get(order.status)
        if link is None or target is None or link.status == order.standing or link.state == STATE_OF[target]:
            continue
        moves.append(f"order {order.number}: {link.state} -> {STATE_OF[target]}")
    return moves


@dataclass(slots=True)
class OrderLookAhead:
    """Reads the changes once without writing when there are enough of them for an accident."""

    source: OrderSource
    brakes: StreamBrakes
    db: Database
    policy: OrderPolicy

    async def judge(self, since: datetime | None, first: Page[Order]) -> None:
        """Count the status moves of a cycle that begins with this page, and pull the brake on too many.

        An ordinary cycle costs nothing: as many moves as the brake always allows are never an accident. A source that does
        not tell how many orders changed shows nearly all of them on its first page; that one is counted.
        """
        least = self.brakes.rule.least
        if (first.total if first.total is not None else len(first.records)) <= least:
            return
        pair, source = self.policy.pair, self.policy.source
        plan = Overview(existing=await self.db.run(lambda conn: order_links.count(conn, pair, source)))
        if plan.existing <= least:
            return
        async for page in _only(first) if first.total is None else self.source.changed_orders(since):
            for move in await self._moves(page.records):
                plan.note(Kind.STATUS, move)
        for pull in self.brakes.judge(plan):
            await self.brakes.pull(pull)

    async def _moves(self, orders: Sequence[Order]) -> list[str]:
        pair, source = self.policy.pair, self.policy.source
        keys = [order.key for order in orders]
        links = await self.db.run(lambda conn: order_links.by_sources(conn, pair, source, keys))
        return status_moves(orders, links, self.policy)


async def _only(page: Page[Order]) -> AsyncIterator[Page[Order]]:
    yield page
