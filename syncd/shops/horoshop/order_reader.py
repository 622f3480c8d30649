"""Reading orders: a window of creation times page by page, then the open orders by number (contracts/sources §1.3)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from syncd.errors import BrokenAnswer, ShopUnavailable
from syncd.model.exchange import Page
from syncd.model.order import Order
from syncd.model.product import BrokenRecord
from syncd.shops.excerpt import excerpt, nameless
from syncd.shops.horoshop.client import HoroshopClient, Reply
from syncd.shops.horoshop.decode import decode_order
from syncd.shops.horoshop.local_time import to_local
from syncd.shops.row import Row

OVERLAP = timedelta(hours=24)
"""How far behind the cursor a window begins, and how far ahead of now it ends: it covers a zone that is set wrong, a clock
that differs, and the hours of a change of the clocks."""
_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
"""Before any shop of this platform."""
_PAGE = 100
_STEP = 95
"""Pages overlap by a few rows: an order deleted while they are read pulls others back over the boundary."""
_MOST_NUMBERS = 100
_AHEAD = 20
"""Pages that are read before the first one is worked on; a backfill of more is worked on page by page."""
_LONGEST_NUMBER = 18


class OrderReader:
    """Orders of one shop. `open_orders` tells the keys of all that are not final here."""

    def __init__(
        self,
        client: HoroshopClient,
        *,
        zone: ZoneInfo,
        currency: str | None,
        open_orders: Callable[[], Awaitable[Sequence[str]]],
        now: Callable[[], datetime],
    ) -> None:
        self._client = client
        self._zone = zone
        self._currency = currency
        self._open_orders = open_orders
        self._now = now

    async def changed(self, since: datetime | None) -> AsyncIterator[Page[Order]]:
        """The orders created since a day before `since`, then the open ones that were not among them, each once.

        The shop cannot tell what changed: an open order is read every time, and one that is gone there is just absent.
        What a few pages hold is read whole before the first one, which tells the total then: a sudden change of many open
        orders, which stand on the last pages, must show before the first of them is written.
        """
        pages = self._pages(since)
        begun = [page async for page in _first(pages, _AHEAD)]
        rest = await anext(pages, None)
        total = sum(len(page.records) + len(page.broken) for page in begun) if rest is None else None
        for page in begun:
            yield replace(page, total=total)
        if rest is not None:
            yield rest
        async for page in pages:
            yield page

    async def _pages(self, since: datetime | None) -> AsyncIterator[Page[Order]]:
        seen: set[str] = set()
        async for page in self._window(since, seen):
            yield page
        numbers = _numbers(key for key in await self._open_orders() if key not in seen)
        for at in range(0, len(numbers), _MOST_NUMBERS):
            yield await self._numbered_apart(numbers[at : at + _MOST_NUMBERS])

    async def one(self, key: str) -> Order | BrokenRecord | None:
        """The order by its number; `None` when the shop does not have it."""
        for number in _numbers([key]):
            page = await self._numbered_apart([number])
            found: list[Order | BrokenRecord] = [*page.records, *page.broken]
            return found[0] if found else None
        return None

    async def _window(self, since: datetime | None, seen: set[str]) -> AsyncIterator[Page[Order]]:
        """Ends with a page that is short or brings nothing new: a shop before 3.30 answers everything to every page."""
        start = to_local(_BEGINNING if since is None else since - OVERLAP, self._zone)
        end, offset = to_local(self._now() + OVERLAP, self._zone), 0
        while True:
            reply = await self._client.orders_created(start, end, limit=_PAGE, offset=offset)
            found = self._records(reply)
            fresh = {key: record for key, record in found.items() if key not in seen}
            seen.update(fresh)
            yield _page(fresh.values(), reply.clock)
            if len(reply.rows) < _PAGE or not fresh:
                return
            offset += _STEP

    async def _numbered_apart(self, numbers: Sequence[int]) -> Page[Order]:
        """These orders; one on which the shop breaks down is told by itself and stops no other. A shop that is down does:
        it does not answer an empty window either."""
        try:
            return await self._numbered(numbers)
        except (BrokenAnswer, ShopUnavailable) as error:
            nowhere = to_local(_BEGINNING, self._zone)
            await self._client.orders_created(nowhere, nowhere, limit=1, offset=0)
            if len(numbers) == 1:
                key = str(numbers[0])
                reason = f"order {key} cannot be read although the shop answers: {error}"
                return _page([BrokenRecord(key, reason)], self._now())
        half = len(numbers) // 2
        one, other = [await self._numbered_apart(part) for part in (numbers[:half], numbers[half:])]
        return Page([*one.records, *other.records], [*one.broken, *other.broken], one.clock)

    async def _numbered(self, numbers: Sequence[int]) -> Page[Order]:
        """These orders; what was not asked for is not ours to hand on."""
        reply = await self._client.orders_numbered(numbers)
        asked = {str(number) for number in numbers}
        found = self._records(reply)
        return _page((record for key, record in found.items() if key in asked), reply.clock)

    def _records(self, reply: Reply) -> dict[str, Order | BrokenRecord]:
        """The rows by key, broken ones among them."""
        return dict(self._record(row) for row in reply.rows)

    def _record(self, row: Any) -> tuple[str, Order | BrokenRecord]:
        try:
            key = Row.of(row, "order").identifier("order_id")
        except BrokenAnswer:
            unknown = nameless(row, "Horoshop")
            return unknown.key, unknown
        try:
            return key, decode_order(row, zone=self._zone, currency=self._currency)
        except BrokenAnswer as error:
            return key, BrokenRecord(key, f"order {key} cannot be read: {error}", excerpt(row))


async def _first(pages: AsyncIterator[Page[Order]], most: int) -> AsyncIterator[Page[Order]]:
    for _ in range(most):
        page = await anext(pages, None)
        if page is None:
            return
        yield page


def _numbers(keys: Iterable[str]) -> list[int]:
    """The keys as order numbers, each once; what is no number is no order of Horoshop."""
    digits = (key for key in keys if key.isascii() and key.isdigit() and len(key) <= _LONGEST_NUMBER)
    return list(dict.fromkeys(map(int, digits)))


def _page(found: Iterable[Order | BrokenRecord], clock: datetime) -> Page[Order]:
    """The good and the broken ones apart."""
    records: list[Order] = []
    broken: list[BrokenRecord] = []
    for record in found:
        if isinstance(record, BrokenRecord):
            broken.append(record)
        else:
            records.append(record)
    return Page(records=records, broken=broken, clock=clock)
