"""CS-Cart as the source of orders and products: what the streams ask for, in canonical records."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from syncd.model.category import Category
from syncd.model.exchange import Page
from syncd.model.order import Order
from syncd.model.product import BrokenRecord, Product
from syncd.shops.cscart.category_reader import CategoryReader
from syncd.shops.cscart.client import CSCartClient
from syncd.shops.cscart.order_reader import OrderReader, order_statuses
from syncd.shops.cscart.pictures import MAX_BYTES, picture_name, picture_url
from syncd.shops.cscart.product_reader import ProductReader
from syncd.shops.cscart.scope import Scope


class CSCartSource:
    """One CS-Cart shop, or one company in it. Only reads; errors are those of `CSCartClient`.

    `company` is a `company_id` (storefront owner or vendor), `language` a code of two letters, `currency` the shop's
    primary currency: the API never tells it (contracts/cscart §1.10).
    """

    def __init__(
        self, client: CSCartClient, *, company: str | None, language: str | None, currency: str
    ) -> None:
        self._client = client
        self._scope = Scope(company, language)
        self._orders = OrderReader(client, self._scope, currency)
        self._products = ProductReader(client, self._scope)
        self._categories = CategoryReader(client, self._scope)

    def changed_orders(self, since: datetime | None) -> AsyncIterator[Page[Order]]:
        """Orders changed at or after `since` (the shop's clock, aware UTC), each once; parents of split orders and
        incomplete orders are never listed (contracts/cscart §4.1)."""
        return self._orders.changed(since)

    async def placed_orders(
        self, start: datetime, end: datetime | None, page: int, size: int
    ) -> tuple[Page[Order], bool]:
        """One page of orders by when they were placed, the oldest first, and whether it is the last one."""
        return await self._orders.placed(start, end, page, size)

    async def order(self, key: str) -> Order | BrokenRecord | None:
        """One order; `None` when the shop does not have it in this company."""
        return await self._orders.one(key)

    def changed_products(self, since: datetime | None) -> AsyncIterator[Page[Product]]:
        """Products changed at or after `since`, with texts and pictures; sales are no change (contracts/cscart §3.7)."""
        return self._products.changed(since)

    def amounts(self) -> AsyncIterator[Page[Product]]:
        """Every product with price, quantity and status; texts but the name, pictures and groups are left out."""
        return self._products.amounts()

    async def products(self, keys: Sequence[str]) -> Page[Product]:
        """These products with texts and pictures, without the page address; missing ones are absent."""
        return await self._products.some(keys)

    async def product(self, key: str) -> Product | BrokenRecord | None:
        """One product with everything; `None` when the shop does not show it in this company."""
        return await self._products.one(key)

    async def categories(self) -> list[Category]:
        """The shop's categories, as far as they are this company's, with the names that lead to them."""
        return await self._categories.all()

    async def image(self, url: str) -> tuple[bytes, str]:
        """The bytes and file name of a picture, at most 20 MB. Raises `SetAside` when it cannot be had."""
        address = picture_url(url)
        content = await self._client.picture(address, MAX_BYTES)
        return content, picture_name(address, content)

    async def statuses(self) -> dict[str, str]:
        """The letters of order statuses with the shop's words for them; N and T are never listed."""
        return await order_statuses(self._client, self._scope)

    async def clock(self) -> datetime:
        """What the shop's clock shows now; our own where the shop does not tell."""
        return (await self._client.clock())[0]

    async def ping(self) -> str:
        """The version of the API, as a proof that address and key are right."""
        return await self._client.version()
