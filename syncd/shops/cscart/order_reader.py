"""Reading orders: the changed ones page by page, or one alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from functools import partial
from typing import Any

from syncd.errors import BrokenAnswer, ShopUnavailable
from syncd.model.exchange import Page
from syncd.model.order import Order
from syncd.model.product import BrokenRecord
from syncd.shops.cscart.client import CSCartClient
from syncd.shops.cscart.decode_orders import decode_order
from syncd.shops.cscart.decode_statuses import decode_statuses
from syncd.shops.cscart.listing import Listing, Portion, Walk, page_of
from syncd.shops.cscart.scope import BY_DATE, BY_ID, BY_POSITION, Pairs, Scope, part
from syncd.shops.excerpt import excerpt, nameless
from syncd.shops.row import Row

_PAGE = 50
"""Full orders a call: each costs the shop ten queries and more (contracts/cscart §4.1)."""
_SHORT_PAGE = 500
_FOR_EVER = "4102444800"
"""A moment that no order is placed after: an empty time is taken for 0."""
_MOST_STATUSES = 100
_FULL: Pairs = (("get_orders_data", "1"),)


class OrderReader:
    """Orders of one shop, in the currency that its amounts are in."""

    def __init__(self, client: CSCartClient, scope: Scope, currency: str) -> None:
        self._client = client
        self._scope = scope
        self._currency = currency

    async def changed(self, since: datetime | None) -> AsyncIterator[Page[Order]]:
        """Orders with `updated_at` at or after `since`, each once.

        Why none is missed: rows are sorted by order id, and a new or edited order that enters the set pushes others to
        later pages only (its own change is later than the first page's clock, from which the next cycle starts). An order
        that leaves the set, deleted or hidden in the middle of an edit, pulls others back over a boundary between two
        pages; so after more than one page the short list is read once more, and what was pulled back is fetched alone.
        """
        start = None if since is None else since.replace(microsecond=0)
        seen: set[str] = set()
        walk = Walk(partial(self._portion, start), _PAGE, seen)
        async for page in walk.run():
            yield page
        if walk.pages == 1:
            return
        closing = Walk(partial(self._closing_portion, start, seen), _SHORT_PAGE, seen)
        async for page in closing.run():
            if page.records or page.broken:
                yield page

    async def one(self, key: str) -> Order | BrokenRecord | None:
        """The order by its id; `None` when there is none, or when it belongs to another company."""
        return await self._alone(key) if key.isascii() and key.isdigit() else None

    async def placed(
        self, start: datetime, end: datetime | None, page: int, size: int
    ) -> tuple[Page[Order], bool]:
        """One page of the orders placed from `start` until before `end`, the oldest first, and whether it is the last."""
        to = (("time_to", str(int(end.timestamp()) - 1)),) if end else (("time_to", _FOR_EVER),)
        # Without a period the shop ignores both times (contracts/cscart §4.2).
        filters: Pairs = (("period", "C"), ("time_from", str(int(start.timestamp()))), *to)
        listing = await self._full((*filters, *self._everywhere, *part(page, size, BY_DATE)))
        found: dict[str, Order | BrokenRecord | None] = {}
        for row in listing.rows:
            key, record = await self._record(row)
            found[key] = record if _placed_in(record, start, end) else None
        return page_of(found, listing.total, listing.clock), listing.ends(page, size)

    async def _portion(self, since: datetime | None, page: int, size: int) -> Portion[Order]:
        """One page of full orders."""
        listing = await self._full((*self._filters(since), *part(page, size, BY_ID)))
        found: dict[str, Order | BrokenRecord | None] = {}
        for row in listing.rows:
            key, record = await self._record(row, since)
            found[key] = record
        return Portion(found, listing.total, listing.clock, listing.ends(page, size))

    async def _full(self, query: Pairs) -> Listing:
        """A list of full orders.

        A shop that does not know `get_orders_data` answers short rows, and each of those is then read alone; as the
        parameter costs nothing there, it is always sent, and a shop that was updated is used to the full at once. One order
        that breaks the whole page (invalid characters empty it, contracts/cscart §1.5) is found the same way: the short
        list still comes, and only the order that breaks alone too is set aside.
        """
        try:
            return await self._client.orders((*query, *_FULL))
        except (BrokenAnswer, ShopUnavailable):
            return await self._client.orders(query)

    async def _closing_portion(
        self, since: datetime | None, seen: set[str], page: int, size: int
    ) -> Portion[Order]:
        """One page of the short list, where the orders that were seen cost nothing."""
        listing = await self._client.orders((*self._filters(since), *part(page, size, BY_ID)))
        found: dict[str, Order | BrokenRecord | None] = {}
        for row in listing.rows:
            known = _key(row)
            key, record = (known, None) if known in seen else await self._record(row, since)
            found[key] = record
        return Portion(found, listing.total, listing.clock, listing.ends(page, size))

    async def _record(
        self, row: Any, since: datetime | None = None
    ) -> tuple[str, Order | BrokenRecord | None]:
        """The key and order of a row; a short row has no products and leads to a call of its own."""
        key = _key(row)
        if key is None:
            unknown = nameless(row, "CS-Cart")
            return unknown.key, unknown
        return key, self._decode(key, row, since) if "products" in row else await self._alone(key, since)

    async def _alone(self, key: str, since: datetime | None = None) -> Order | BrokenRecord | None:
        try:
            reply = await self._client.order(key, self._scope.words)
        except (BrokenAnswer, ShopUnavailable) as error:
            # An order on which the shop breaks down must not stop the others; a shop that is down or shows "closed" must.
            await self._client.version()
            return BrokenRecord(key, f"order {key} cannot be read although the shop answers: {error}")
        return None if reply is None else self._decode(key, reply.value, since)

    def _decode(self, key: str, value: Any, since: datetime | None) -> Order | BrokenRecord | None:
        try:
            order = decode_order(value, self._currency)
        except BrokenAnswer as error:
            return BrokenRecord(key, f"order {key} cannot be read: {error}", excerpt(value))
        return order if self._scope.holds(order.company) and _in_range(order, value, since) else None

    def _filters(self, since: datetime | None) -> Pairs:
        start: Pairs = (("updated_at_from", str(int(since.timestamp()))),) if since else ()
        return (*start, *self._everywhere)

    @property
    def _everywhere(self) -> Pairs:
        return (*self._scope.filter, *self._scope.words)


async def order_statuses(client: CSCartClient, scope: Scope) -> dict[str, str]:
    """The letters of order statuses with the shop's words for them; N and T are never listed (contracts/cscart §5)."""
    page = (*part(1, _MOST_STATUSES, BY_POSITION), ("type", "O"))
    listing = await client.statuses((*page, *scope.product_words))
    return decode_statuses(listing.rows)


def _key(row: Any) -> str | None:
    try:
        return Row.of(row, "order").identifier("order_id")
    except BrokenAnswer:
        return None


def _in_range(order: Order, value: Any, since: datetime | None) -> bool:
    """Whether the order may have been changed since then: a shop before 4.13 ignores the filter (contracts/cscart §4.1).

    Where it does not tell the time of a change at all, any order may have been.
    """
    return since is None or value.get("updated_at") in (None, "") or order.updated_at >= since


def _placed_in(record: Order | BrokenRecord | None, start: datetime, end: datetime | None) -> bool:
    """Whether the order belongs to the span, whatever the shop filtered by; what cannot be read is told in any case."""
    if not isinstance(record, Order):
        return True
    return record.placed_at >= start.replace(microsecond=0) and (end is None or record.placed_at < end)
