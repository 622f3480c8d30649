"""The Marketplace as the source of orders: what the stream asks for, in canonical records."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime

from syncd.model.exchange import Page
from syncd.model.order import Order
from syncd.model.product import BrokenRecord
from syncd.shops.marketplace.client import MarketplaceClient
from syncd.shops.marketplace.order_reader import OrderReader


class MarketplaceSource:
    """One developer's orders. Only reads; errors are those of `MarketplaceClient`.

    `currency` stands in where an order tells none, `sku_map` gives the SKU of a product id where a line tells none, `now` is
    our own clock (aware UTC). The letters of statuses are the Marketplace's own: their map is never a shop's
    (contracts/sources §3.3), and H (external) comes through like any other, for the map to ignore.
    """

    def __init__(
        self,
        client: MarketplaceClient,
        *,
        currency: str,
        sku_map: Mapping[str, str],
        now: Callable[[], datetime],
    ) -> None:
        self._orders = OrderReader(client, currency=currency, sku_map=sku_map, now=now)

    def changed_orders(self, since: datetime | None) -> AsyncIterator[Page[Order]]:
        """Orders changed since 24 h before `since`, each once; `None` yields every order."""
        return self._orders.changed(since)

    async def order(self, key: str) -> Order | BrokenRecord | None:
        """One order; `None` when the Marketplace does not have it, or not for this developer."""
        return await self._orders.one(key)
