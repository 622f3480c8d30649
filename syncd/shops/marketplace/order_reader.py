"""Reading orders of the Marketplace: the changed ones page by page, or one alone, with their licence numbers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from syncd.errors import BrokenAnswer, ShopUnavailable
from syncd.model.exchange import Page
from syncd.model.order import Order
from syncd.model.product import BrokenRecord
from syncd.shops.cscart.listing import Listing, Portion, Walk
from syncd.shops.excerpt import excerpt, nameless
from syncd.shops.marketplace.client import MarketplaceClient
from syncd.shops.marketplace.decode import awaiting, decode_order
from syncd.shops.marketplace.licences import with_licences
from syncd.shops.row import Row

OVERLAP = timedelta(hours=24)
"""How far behind the cursor is read (contracts/sources §5.2)."""
_PAGE = 50
_MOST_LICENCES = "250"


class OrderReader:
    """Orders of one developer. `currency` stands in where an order tells none; `sku_map` gives SKUs by product id."""

    def __init__(
        self,
        client: MarketplaceClient,
        *,
        currency: str,
        sku_map: Mapping[str, str],
        now: Callable[[], datetime],
    ) -> None:
        self._client = client
        self._currency = currency
        self._sku_map = sku_map
        self._now = now

    async def changed(self, since: datetime | None) -> AsyncIterator[Page[Order]]:
        """Orders changed since a day before `since`, each once and each read whole; sorted by id, so that none is lost
        between two pages while others change."""
        start = None if since is None else (since - OVERLAP).replace(microsecond=0)
        async for page in Walk(partial(self._portion, start), _PAGE, set()).run():
            yield page

    async def one(self, key: str) -> Order | BrokenRecord | None:
        """The order by its id; `None` when there is none, or when it is another developer's."""
        return await self._alone(key) if key.isascii() and key.isdigit() else None

    async def _portion(self, since: datetime | None, page: int, size: int) -> Portion[Order]:
        """One page. `get_orders_data` saves a call per order where it is known (contracts/cscart §4.1), and is relied on
        as little as the filter is."""
        query = [("page", str(page)), ("items_per_page", str(size)), ("get_orders_data", "1")]
        query += [("sort_by", "order_id"), ("sort_order", "asc")]
        if since is not None:
            query.append(("updated_at_from", str(int(since.timestamp()))))
        reply = await self._client.orders(query)
        listing = Listing.of(reply.value, "orders", reply.clock or self._now())
        found: dict[str, Order | BrokenRecord | None] = {}
        for row in listing.rows:
            key, record = await self._record(row, since)
            found[key] = record
        return Portion(found, listing.total, listing.clock, listing.ends(page, size))

    async def _record(self, value: Any, since: datetime | None) -> tuple[str, Order | BrokenRecord | None]:
        """The key and order of a row; `None` for one that changed earlier, which costs no call where the row tells when."""
        try:
            row = Row.of(value, "order")
            key = row.identifier("order_id")
        except BrokenAnswer:
            unknown = nameless(value, "Marketplace")
            return unknown.key, unknown
        if _changed_before(row, since):
            return key, None
        record = self._decode(key, value) if row.has("products") else None
        if not isinstance(record, Order) or record.awaits:
            record = await self._alone(key)
        late = since is None or not isinstance(record, Order) or record.updated_at >= since
        return key, record if late else None

    async def _alone(self, key: str) -> Order | BrokenRecord | None:
        """The whole order, with licence numbers from their own list where its lines have none."""
        try:
            reply = await self._client.order(key)
        except BrokenAnswer as error:
            return BrokenRecord(key, f"order {key} cannot be read: {error}")
        except ShopUnavailable as error:
            # An order on which the Marketplace breaks down must not stop the others; a Marketplace that is down must.
            await self._client.orders([("page", "1"), ("items_per_page", "1")])
            return BrokenRecord(key, f"order {key} cannot be read although others can: {error}")
        record = None if reply is None else self._decode(key, reply.value)
        if isinstance(record, Order) and record.awaits:
            return await self._licensed(record)
        return record

    async def _licensed(self, order: Order) -> Order:
        """The order with what the list of licences has for it; where that cannot be had, it goes on waiting."""
        query = [("order_id", order.key), ("page", "1"), ("items_per_page", _MOST_LICENCES)]
        try:
            reply = await self._client.licences(query)
            rows = Listing.of(reply.value, "licenses", self._now()).rows if reply else []
            return awaiting(replace(order, lines=with_licences(order.key, order.lines, rows)))
        except (BrokenAnswer, ShopUnavailable):
            return order

    def _decode(self, key: str, value: Any) -> Order | BrokenRecord:
        try:
            return decode_order(value, currency=self._currency, sku_map=self._sku_map)
        except BrokenAnswer as error:
            return BrokenRecord(key, f"order {key} cannot be read: {error}", excerpt(value))


def _changed_before(row: Row, since: datetime | None) -> bool:
    """Whether the row itself tells a change before `since`: the server took no notice of the filter."""
    if since is None or not row.has("updated_at"):
        return False
    try:
        return row.first_time("updated_at") < since
    except BrokenAnswer:
        return False
