"""Comparing every order in both shops, page by page, so that memory stays flat."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from syncd.model.backoffice import OfficeOrder
from syncd.model.order import Order
from syncd.model.owner import Side
from syncd.model.product import BrokenRecord
from syncd.state import order_links
from syncd.state.database import Database
from syncd.state.order_links import OrderLink
from syncd.sync.catalog import Catalog, Match
from syncd.sync.difference import ORDER, Difference, Sample
from syncd.sync.expected import expect
from syncd.sync.order_changes import Gap, Wanted
from syncd.sync.order_decision import OrderPolicy, Skip, SkipReason, decide
from syncd.sync.order_differences import doubles, lines_as_agreed, order_gaps, status_behind
from syncd.sync.order_handling import LET_GO
from syncd.sync.order_params import comment_of, params_of, with_kept_licences
from syncd.sync.ports import OrderOffice, OrderSource
from syncd.sync.resync import parted
from syncd.sync.verify_orders_missing import VerifyOrdersMissing

PAGE = 100
"""Links a step of the walk over those that the source's list did not show."""


@dataclass(slots=True)
class VerifyOrders:
    """Walks over the orders of one source."""

    source: OrderSource
    office: OrderOffice
    catalog: Catalog
    db: Database
    policy: OrderPolicy
    sample: Sample
    missing: VerifyOrdersMissing
    progress: Callable[[int, int | None], None]
    elsewhere: OrderSource | None = None
    """The shop with every company in it, where only one of them is synced."""
    compared: int = 0
    _seen: set[str] = field(default_factory=set)

    async def run(self, *, fix: bool) -> AsyncIterator[list[Difference]]:
        """The differences of each page. With `fix` the differing orders are marked for the streams of either way.

        The source is read as a list when all are compared, which also shows what is not linked and should be; what that did
        not show, and every order of a sample, is read alone.
        """
        if self.sample.whole:
            async for page in self.source.changed_orders(self.policy.since):
                yield await self._orders(page.records, page.broken, fix=fix)
        last = 0
        while links := await self._after(last):
            last = links[-1].order_id
            for link in links:
                if link.source_key not in self._seen and self.sample.picks(link.source_key):
                    yield await self._alone(link, fix=fix)

    async def _after(self, last: int) -> list[OrderLink]:
        pair, source = self.policy.pair, self.policy.source
        return await self.db.run(lambda conn: order_links.after(conn, pair, source, last, PAGE))

    async def _alone(self, link: OrderLink, *, fix: bool) -> list[Difference]:
        if link.flag in LET_GO:
            return []
        order = await self.source.order(link.source_key)
        if isinstance(order, Order):
            return await self._orders([order], [], fix=fix)
        if isinstance(order, BrokenRecord):
            return await self._orders([], [order], fix=fix)
        if self.elsewhere is not None and await self.elsewhere.order(link.source_key) is not None:
            # It was taken before the company was chosen: it stands there, and is nobody's to compare.
            return []
        self.compared += 1
        return [self._whole(link, "not shown", link.state)]

    async def _orders(
        self, orders: Sequence[Order], broken: Sequence[BrokenRecord], *, fix: bool
    ) -> list[Difference]:
        keys = [*(order.key for order in orders), *(record.key for record in broken)]
        pair, source = self.policy.pair, self.policy.source
        links = await self.db.run(lambda conn: order_links.by_sources(conn, pair, source, keys))
        self._seen.update(links)
        unlinked = [order for order in orders if order.key not in links]
        unread = [record for record in broken if record.key not in links]
        missing = await self.missing.differences(unlinked, unread, fix=fix)
        compared = [order for order in orders if self._ours(order, links.get(order.key))]
        found = missing + [
            self._whole(links[record.key], f"cannot be read: {record.reason}", links[record.key].state)
            for record in broken
            if record.key in links and links[record.key].flag not in LET_GO
        ]
        theirs = [links[order.key] for order in compared]
        hits = await self.office.orders_by_reference([link.reference for link in theirs]) if theirs else []
        found += [
            self._whole(link, link.source_key, f"also stands there as {hit.order_id}")
            for link, hit in doubles(theirs, hits)
        ]
        there = await self._there(theirs, hits)
        marks: dict[str, Side | None] = {}
        for order in compared:
            link, actual = links[order.key], there.get(links[order.key].order_id)
            if actual is None:
                found.append(self._whole(link, order.status, "does not exist any more"))
                continue
            gaps = await self._gaps(order, link, actual)
            found += [self._difference(link, order.number, gap) for gap in gaps]
            if gaps:
                marks[order.key] = status_behind(order, link, actual.state, self.policy)
        self.compared += len(compared) + len(missing)
        self.progress(len(self._seen), None)
        if fix and marks:
            await self.db.run(lambda conn: self._mark(conn, marks))
        return found

    def _ours(self, order: Order, link: OrderLink | None) -> bool:
        if link is None or link.flag in LET_GO:
            return False
        decision = decide(order, link, self.policy)
        return not isinstance(decision, Skip) or decision.reason is SkipReason.UNCHANGED

    async def _there(self, links: Sequence[OrderLink], hits: Sequence[OfficeOrder]) -> dict[int, OfficeOrder]:
        """The office's side. An order that lost its reference is read alone."""
        wanted = {link.order_id for link in links}
        found = {order.order_id: order for order in hits if order.order_id in wanted}
        for order_id in wanted - found.keys():
            order = await self.office.order(order_id)
            if order is not None:
                found[order_id] = order
        return found

    async def _gaps(self, order: Order, link: OrderLink, actual: OfficeOrder) -> list[Gap]:
        match = Match({}, ())
        if not lines_as_agreed(order, link, actual):
            ours = self.policy.sells_our_stock
            lines = [line if ours else replace(line, product_key="") for line in order.lines]
            match = await self.catalog.match(lines)
        money = expect(order, match.found, discounts=self.policy.discounts)
        address = {} if order.shipping_address.empty else self.office.address(order.shipping_address)
        told = with_kept_licences(order, actual, self.policy)
        wanted = Wanted(money, address, comment_of(told, self.policy), params_of(told, self.policy))
        return order_gaps(order, link, actual, wanted, self.policy)

    def _difference(self, link: OrderLink, number: str, gap: Gap) -> Difference:
        return Difference(
            ORDER, link.source, link.source_key, number, link.order_id, gap.part, gap.wanted, gap.there
        )

    def _whole(self, link: OrderLink, said: str, answered: str) -> Difference:
        key = link.source_key
        return Difference(ORDER, link.source, key, key, link.order_id, ORDER, said, answered)

    def _mark(self, conn: Connection, marks: Mapping[str, Side | None]) -> None:
        """Have the orders compared anew, as their links stand by now. A status is followed once more where the office is
        behind, and told once more where the source is."""
        links = order_links.by_sources(conn, self.policy.pair, self.policy.source, marks)
        for key, link in links.items():
            anew = parted(link)
            if marks[key] is Side.WEBASYST:
                anew = replace(anew, status="")
            if marks[key] is Side.CSCART:
                anew = replace(anew, carried="")
            order_links.put(conn, anew)
