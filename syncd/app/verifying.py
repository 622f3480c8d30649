"""A comparison of both shops, built from the settings: linked products, those without a link, the orders of every source."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from syncd.app.explaining import whole_shop
from syncd.app.feeds import PREFIX
from syncd.app.process import Progress
from syncd.app.product_streams import ProductStreams
from syncd.app.shops import Shops
from syncd.sync.difference import Difference, Sample
from syncd.sync.order_handling import STREAM as ORDERS
from syncd.sync.product_missing import STREAM as PRODUCTS
from syncd.sync.source_writes import STREAM as PRODUCTS_BACK
from syncd.sync.verify_orders import VerifyOrders
from syncd.sync.verify_orders_missing import VerifyOrdersMissing
from syncd.sync.verify_products import VerifyProducts
from syncd.sync.verify_products_missing import VerifyProductsMissing


@dataclass(slots=True)
class Verification:
    """One pass over what the streams that are on keep in step; `products` and `orders` count what was compared."""

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
        off = {PREFIX + entry.name for entry in settings.sources if not entry.enabled}
        off |= set() if settings.orders.enabled else {ORDERS}
        for stream in [name for name in self.shops.feeds if name not in off]:
            async for found in self._orders(stream, fix=fix):
                yield found

    async def _products(self, *, fix: bool) -> AsyncIterator[Difference]:
        shops = self.shops
        planner = ProductStreams(shops).planner()
        walk = VerifyProducts(
            planner,
            shops.app.db,
            shops.product_policy(),
            self.sample,
            self.progress("products"),
        )
        async for batch in walk.run(fix=fix):
            self.products = walk.compared
            for found in batch:
                yield found
        if not self.sample.whole:
            return
        app = shops.app
        back, streams = app.settings.products.create_in_cscart, (PRODUCTS, PRODUCTS_BACK)
        rest = VerifyProductsMissing(planner, app.db, streams, back, app.now)
        async for batch in rest.run(fix=fix):
            self.products = walk.compared + rest.compared
            for found in batch:
                yield found

    async def _orders(self, stream: str, *, fix: bool) -> AsyncIterator[Difference]:
        shops, feed = self.shops, self.shops.feeds[stream]
        before = self.orders
        elsewhere = None if feed.policy.company is None else whole_shop(shops)
        walk = VerifyOrders(
            feed.source,
            shops.office,
            shops.catalog,
            shops.app.db,
            feed.policy,
            self.sample,
            VerifyOrdersMissing(shops.office, shops.app.db, feed.policy, shops.app.now),
            self.progress(stream),
            elsewhere,
        )
        async for batch in walk.run(fix=fix):
            self.orders = before + walk.compared
            for found in batch:
                yield found
