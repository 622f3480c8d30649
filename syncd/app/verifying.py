"""A comparison of both shops, built from the settings: all products, then the orders of every source."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from syncd.app.process import Progress
from syncd.app.product_streams import ProductStreams
from syncd.app.shops import Shops
from syncd.sync.difference import Difference, Sample
from syncd.sync.verify_orders import VerifyOrders
from syncd.sync.verify_products import VerifyProducts


@dataclass(slots=True)
class Verification:
    """One pass over everything that is linked; `products` and `orders` count what was compared."""

    shops: Shops
    sample: Sample
    progress: Callable[[str], Progress]
    products: int = 0
    orders: int = 0

    async def run(self, *, fix: bool) -> AsyncIterator[Difference]:
        """Every difference as it is found. Raises `RetryLater` when a shop is unwell."""
        settings = self.shops.app.settings
        if settings.products.enabled:
            async for found in self._products(fix=fix):
                yield found
        for stream in self.shops.feeds:
            async for found in self._orders(stream, fix=fix):
                yield found

    async def _products(self, *, fix: bool) -> AsyncIterator[Difference]:
        shops = self.shops
        walk = VerifyProducts(
            ProductStreams(shops).planner(),
            shops.app.db,
            shops.product_policy(),
            self.sample,
            self.progress("products"),
        )
        async for batch in walk.run(fix=fix):
            self.products = walk.compared
            for found in batch:
                yield found

    async def _orders(self, stream: str, *, fix: bool) -> AsyncIterator[Difference]:
        shops, feed = self.shops, self.shops.feeds[stream]
        before = self.orders
        walk = VerifyOrders(
            feed.source,
            shops.office,
            shops.catalog,
            shops.app.db,
            feed.policy,
            self.sample,
            self.progress(stream),
        )
        async for batch in walk.run(fix=fix):
            self.orders = before + walk.compared
            for found in batch:
                yield found
