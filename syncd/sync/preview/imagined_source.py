"""The source as it would stand after a plan's writes: reads see what was written, and nothing leaves this process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from itertools import count
from typing import Any

from syncd.errors import Held
from syncd.model.exchange import Page, Shipment, SourceChange, SourceDraft, SourceLine
from syncd.model.order import Line, LineKind, Order
from syncd.model.product import BrokenRecord, Content, Image, Product
from syncd.sync.ports import ShopSource, Target


class ImaginedSource:
    """Both sides of the source: what is read from it, and what is written to it. What it makes has keys below zero."""

    def __init__(self, source: ShopSource, target: Target, now: Callable[[], datetime]) -> None:
        self._source = source
        self._target = target
        self._now = now
        self._number = count(1)
        self._products: dict[str, Product] = {}
        self._orders: dict[str, Order] = {}
        self._shipments: dict[str, list[Shipment]] = {}

    def __getattr__(self, name: str) -> Any:
        """What no write changes."""
        return getattr(self._source, name) if hasattr(self._source, name) else getattr(self._target, name)

    def _next(self) -> str:
        return str(-next(self._number))

    # -- orders ---------------------------------------------------------------------------------------------------------

    async def order(self, key: str) -> Order | BrokenRecord | None:
        """As `OrderSource.order`."""
        return self._orders.get(key) or await self._source.order(key)

    async def changed_orders(self, since: datetime | None) -> AsyncIterator[Page[Order]]:
        """As `OrderSource.changed_orders`."""
        async for page in self._source.changed_orders(since):
            yield replace(page, records=[self._orders.get(order.key, order) for order in page.records])

    async def set_status(self, key: str, letter: str, notify: frozenset[str]) -> None:
        """As `OrderTarget.set_status`."""
        self._orders[key] = replace(await self._order(key), status=letter)

    async def shipments(self, key: str) -> list[Shipment]:
        """As `OrderTarget.shipments`."""
        if key not in self._shipments:
            self._shipments[key] = list(await self._target.shipments(key))
        return list(self._shipments[key])

    async def add_shipment(self, key: str, shipping_id: str, tracking_number: str) -> str:
        """As `OrderTarget.add_shipment`."""
        there = await self.shipments(key)
        items = {str(n): line.quantity for n, line in enumerate((await self._order(key)).lines)}
        made = Shipment(self._next(), tracking_number, items)
        self._shipments[key] = [*there, made]
        return made.shipment_id

    async def change_shipment(self, shipment_id: str, tracking_number: str) -> None:
        """As `OrderTarget.change_shipment`."""
        for key, there in self._shipments.items():
            self._shipments[key] = [
                replace(one, tracking_number=tracking_number) if one.shipment_id == shipment_id else one
                for one in there
            ]

    async def write_lines(self, key: str, lines: Sequence[SourceLine], discount: Decimal) -> None:
        """As `OrderTarget.write_lines`; what the shop reckons anew is taken to stay as it is."""
        order = await self._order(key)
        new = tuple(_line(line, order.lines) for line in lines)
        moved = sum((line.total for line in new), Decimal(0)) - sum(
            (line.total for line in order.lines), Decimal(0)
        )
        total = order.total + moved - (discount - order.discount)
        self._orders[key] = replace(order, lines=new, discount=discount, total=total)

    async def _order(self, key: str) -> Order:
        found = await self.order(key)
        if not isinstance(found, Order):
            raise Held(f"CS-Cart shows no order {key} that can be read", code="gone")
        return found

    # -- products -------------------------------------------------------------------------------------------------------

    async def changed_products(self, since: datetime | None) -> AsyncIterator[Page[Product]]:
        """As `ProductSource.changed_products`."""
        async for page in self._source.changed_products(since):
            yield replace(page, records=self._as_imagined(page.records))

    async def amounts(self) -> AsyncIterator[Page[Product]]:
        """As `ProductSource.amounts`."""
        async for page in self._source.amounts():
            yield replace(page, records=[self._sketch(product) for product in page.records])

    async def products(self, keys: Sequence[str]) -> Page[Product]:
        """As `ProductSource.products`."""
        page = await self._source.products([key for key in keys if not key.startswith("-")])
        made = [self._products[key] for key in keys if key.startswith("-") and key in self._products]
        return replace(page, records=[*self._as_imagined(page.records), *made])

    async def product(self, key: str) -> Product | BrokenRecord | None:
        """As `ProductSource.product`."""
        return self._products.get(key) or await self._source.product(key)

    async def image(self, url: str) -> tuple[bytes, str]:
        """As `ProductSource.image`; a plan fetches no picture, its address stands for it."""
        return url.encode(), url.rpartition("/")[2] or "picture"

    async def products_with_code(self, code: str) -> list[Product]:
        """As `ProductTarget.products_with_code`."""
        wanted = code.strip().casefold()
        made = [product for product in self._products.values() if product.key.startswith("-")]
        found = await self._target.products_with_code(code)
        return self._as_imagined(found) + [one for one in made if one.code.strip().casefold() == wanted]

    async def change_product(self, change: SourceChange) -> None:
        """As `ProductTarget.change_product`."""
        product = await self._product(change.key)
        self._products[change.key] = replace(
            product,
            content=replace(product.content, **change.texts),
            price=product.price if change.price is None else change.price,
            list_price=product.list_price if change.list_price is None else change.list_price,
            quantity=product.quantity if change.quantity is None else Decimal(change.quantity),
            visible=product.visible if change.visible is None else change.visible,
            category_ids=product.category_ids if change.category_ids is None else change.category_ids,
            updated_at=self._now(),
        )

    async def create_product(self, draft: SourceDraft) -> str:
        """As `ProductTarget.create_product`."""
        key = self._next()
        self._products[key] = Product(
            key=key,
            code=draft.code,
            company=draft.company or "",
            content=Content(**{"name": "", **draft.texts}),
            price=draft.price,
            list_price=draft.list_price,
            quantity=Decimal(draft.quantity),
            visible=draft.visible,
            updated_at=self._now(),
            category_ids=draft.category_ids,
        )
        return key

    async def replace_images(self, key: str, urls: Sequence[str]) -> None:
        """As `ProductTarget.replace_images`."""
        product = await self._product(key)
        pictures = tuple(Image(url) for url in urls)
        self._products[key] = replace(product, images=pictures, updated_at=self._now())

    async def _product(self, key: str) -> Product:
        page = await self.products([key])
        if not page.records:
            raise Held(f"CS-Cart shows no product {key}", code="gone")
        return page.records[0]

    def _as_imagined(self, products: Iterable[Product]) -> list[Product]:
        return [self._products.get(product.key, product) for product in products]

    def _sketch(self, product: Product) -> Product:
        """A row of a short listing, which tells no texts."""
        known = self._products.get(product.key)
        if known is None:
            return product
        return replace(
            product,
            content=replace(product.content, name=known.content.name),
            price=known.price,
            list_price=known.list_price,
            quantity=known.quantity,
            visible=known.visible,
        )


def _line(line: SourceLine, there: Sequence[Line]) -> Line:
    same = next((one for one in there if one.product_key == line.product_key), None)
    if same is not None:
        return replace(same, quantity=Decimal(line.quantity), unit_price=line.price)
    return Line(LineKind.PRODUCT, line.name, Decimal(line.quantity), line.price, product_key=line.product_key)
