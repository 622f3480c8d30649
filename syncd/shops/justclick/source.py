"""JustClick as the source of orders: what the stream asks for, in canonical records."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from syncd.model.exchange import Page
from syncd.model.order import Order
from syncd.model.product import BrokenRecord
from syncd.shops.justclick.client import JustClickClient, Rows
from syncd.shops.justclick.order_reader import Days, OrderReader
from syncd.shops.justclick.rotation import Rotation
from syncd.shops.justclick.windows import windows

SWEPT = 20
"""Open orders that are read alone in one cycle: two calls each, at one call a second."""


class JustClickSource:
    """One JustClick account. Only reads; errors are those of `JustClickClient`.

    `currency` is the currency of all amounts, which the API never tells; `open_orders` names the orders that are not final
    in the office; `zone` is the calendar by which the account counts its days.
    """

    def __init__(
        self,
        client: JustClickClient,
        *,
        currency: str,
        open_orders: Callable[[], Awaitable[Sequence[str]]],
        now: Callable[[], datetime],
        zone: ZoneInfo,
    ) -> None:
        self._client = client
        self._reader = OrderReader(client, currency=currency, zone=zone)
        self._open_orders = open_orders
        self._now = now
        self._zone = zone
        self._turns = Rotation()

    async def changed_orders(self, since: datetime | None) -> AsyncIterator[Page[Order]]:
        """Orders created or paid at or after `since`, and open ones, each once.

        There is no "changed since" and no paging (contracts/sources §2.3). So the days from two days before `since` are
        asked for by creation and once more by payment, where a late payment of an old order shows up; every other
        change of an older order is found by reading some open orders alone, the next ones with the next `since`.

        A short span is read whole before its first page, which tells the total then: with few changes, nobody has
        to read them twice to know how many there are.
        """
        spans = windows(since, self._now(), self._zone)
        pages = self._pages(since, spans)
        if len(spans) > 1:
            async for page in pages:
                yield page
            return
        whole = [page async for page in pages]
        total = sum(len(page.records) + len(page.broken) for page in whole)
        for page in whole:
            yield replace(page, total=total)

    async def order(self, key: str) -> Order | BrokenRecord | None:
        """One order with its goods, which takes two calls; `None` when the account does not have it. See
        `OrderReader.one` for what is relied on."""
        return await self._reader.one(key, {})

    async def _pages(
        self, since: datetime | None, spans: Sequence[tuple[date, date]]
    ) -> AsyncIterator[Page[Order]]:
        known: set[str] = set()
        for paid in (False, True):
            for begin, end in spans:
                listing = await self._client.orders_with_goods(begin, end, paid=paid)
                yield await self._page(listing, known)
        swept = await self._sweep(since, known)
        if swept.records or swept.broken:
            yield swept

    async def _page(self, listing: Rows, known: set[str]) -> Page[Order]:
        """What a window brought beyond what is known already."""
        found: list[Order | BrokenRecord] = []
        for value in listing.rows:
            key, record = self._reader.decode(value)
            if key not in known:
                known.add(key)
                found.append(await self._reader.sure(key, record, value))
        return _page_of(found, listing.clock)

    async def _sweep(self, since: datetime | None, known: set[str]) -> Page[Order]:
        """Open orders that no window told, the next ones in turn. One that is gone is left out: nothing is read as a
        deletion."""
        days: Days = {}
        keys = self._turns.take(set(await self._open_orders()) - known, SWEPT, since)
        found = [await self._reader.one(key, days) for key in keys]
        return _page_of(found, self._now())


def _page_of(found: Sequence[Order | BrokenRecord | None], clock: datetime) -> Page[Order]:
    broken = [record for record in found if isinstance(record, BrokenRecord)]
    return Page([record for record in found if isinstance(record, Order)], broken, clock)
