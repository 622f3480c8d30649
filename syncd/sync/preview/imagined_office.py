"""The office as it would stand after a plan's writes: reads see what was written, and nothing leaves this process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import count
from typing import Any

from syncd.errors import Held
from syncd.model.backoffice import OfficeImage, OfficeOrder, OfficeProduct
from syncd.model.exchange import DraftSku, OrderChanges, OrderDraft, Page, ProductDraft, SkuChange
from syncd.model.product import BrokenRecord
from syncd.model.status import ACTION_OF, STATE_OF
from syncd.sync.ports import Office
from syncd.sync.preview import imagined_orders, imagined_products
from syncd.sync.preview.imagined_products import Shelf

_LEADS_TO = {action: STATE_OF[status] for status, action in ACTION_OF.items()}
_TAKES_STOCK = frozenset({"process", "pay", "ship"})
"""Actions the first of which takes an order's lines off the stock by default; `complete` does so from `new` only
(contracts/webasyst §5.1)."""


class ImaginedOffice:
    """Answers writes as the office would; what it makes has numbers below zero."""

    def __init__(self, office: Office, now: Callable[[], datetime]) -> None:
        self._office = office
        self._now = now
        self._number = count(1)
        self._orders: dict[int, OfficeOrder] = {}
        self._products: dict[int, OfficeProduct] = {}
        self._contacts: set[int] = set()
        self._images: dict[int, list[OfficeImage]] = {}

    def __getattr__(self, name: str) -> Any:
        """What no write changes."""
        return getattr(self._office, name)

    def _next(self) -> int:
        return -next(self._number)

    # -- orders ---------------------------------------------------------------------------------------------------------

    async def order(self, order_id: int) -> OfficeOrder | None:
        """As `OrderOffice.order`."""
        known = self._orders.get(order_id)
        return known if known is not None or order_id < 0 else await self._office.order(order_id)

    async def orders_by_reference(self, references: Sequence[str]) -> list[OfficeOrder]:
        """As `OrderOffice.orders_by_reference`."""
        wanted = set(references)
        made = [order for order in self._orders.values() if order.order_id < 0 and order.reference in wanted]
        return self._as_imagined(await self._office.orders_by_reference(references)) + made

    async def orders_touched_since(self, since: datetime) -> Page[OfficeOrder]:
        """As `OrderOffice.orders_touched_since`; orders that were written only here are no news to anybody."""
        page = await self._office.orders_touched_since(since)
        return replace(page, records=self._as_imagined(page.records))

    async def has_contact(self, contact_id: int) -> bool:
        """As `OrderOffice.has_contact`."""
        return contact_id in self._contacts or await self._office.has_contact(contact_id)

    async def add_order(self, draft: OrderDraft) -> OfficeOrder:
        """As `OrderOffice.add_order`, with the prices that it is given right afterwards."""
        contact_id = draft.contact_id
        if contact_id is None:
            contact_id = self._next()
            self._contacts.add(contact_id)
        made = imagined_orders.made_of(draft, self._next(), contact_id, self._next, self._now())
        self._orders[made.order_id] = made
        if (await self._office.profile()).stock_counting_action == "create":
            await self._take_stock(made)
        return self._orders[made.order_id]

    async def save_new_order(self, draft: OrderDraft) -> None:
        """As `OrderOffice.save_new_order`."""
        await self.add_order(draft)

    async def save_order(self, order_id: int, changes: OrderChanges) -> None:
        """As `OrderOffice.save_order`."""
        order = await self._existing(order_id)
        self._orders[order_id] = imagined_orders.saved(order, changes, self._next, self._now())

    async def act(self, order_id: int, action: str, text: str = "") -> str:
        """As `OrderOffice.act`, for the actions that syncd knows."""
        order = await self._existing(order_id)
        state = _LEADS_TO[action]
        self._orders[order_id] = replace(order, state=state, updated_at=self._now())
        takes = action in _TAKES_STOCK or (action == "complete" and order.state == "new")
        counts = (await self._office.profile()).stock_counting_action == "processing"
        if counts and takes and not order.reduced:
            await self._take_stock(self._orders[order_id])
        elif state in {"deleted", "refunded"} and order.reduced:
            await self._take_stock(self._orders[order_id], back=True)
        return state

    async def _existing(self, order_id: int) -> OfficeOrder:
        order = await self.order(order_id)
        if order is None:
            raise Held(f"Webasyst has no order {order_id}", code="vanished")
        return order

    async def _take_stock(self, order: OfficeOrder, *, back: bool = False) -> None:
        stock_id = await self._office.stock_id()
        for line in order.lines:
            if line.sku_id and line.product_id:
                for product in await self.products([line.product_id]):
                    taken = -line.quantity if back else line.quantity
                    self._keep(imagined_products.sold(product, line.sku_id, taken, stock_id))
        self._orders[order.order_id] = replace(
            order, params={**order.params, "reduced": "0" if back else "1"}
        )

    def _as_imagined(self, orders: Iterable[OfficeOrder]) -> list[OfficeOrder]:
        return [self._orders.get(order.order_id, order) for order in orders]

    # -- products -------------------------------------------------------------------------------------------------------

    async def scan(self) -> AsyncIterator[Page[OfficeProduct]]:
        """As `ProductOffice.scan`."""
        last: Page[OfficeProduct] | None = None
        async for page in self._office.scan():
            if last is not None:
                yield last
            last = replace(page, records=self._as_kept(page.records))
        made = [product for product in self._products.values() if product.product_id < 0]
        if last is not None:
            yield replace(last, records=[*last.records, *made])

    async def products(self, product_ids: Sequence[int]) -> list[OfficeProduct]:
        """As `ProductOffice.products`."""
        found, _ = await self.products_and_broken(product_ids)
        return found

    async def products_and_broken(
        self, product_ids: Sequence[int]
    ) -> tuple[list[OfficeProduct], list[BrokenRecord]]:
        """As `ProductOffice.products_and_broken`."""
        known = [self._products[number] for number in product_ids if number in self._products]
        others = [number for number in product_ids if number not in self._products and number > 0]
        if not others:
            return known, []
        found, broken = await self._office.products_and_broken(others)
        return [*known, *found], broken

    async def products_touched_since(self, since: datetime) -> list[OfficeProduct]:
        """As `ProductOffice.products_touched_since`."""
        return self._as_kept(await self._office.products_touched_since(since))

    async def touched_products(self, since: datetime, *, created: bool = True) -> Page[OfficeProduct]:
        """As `ProductOffice.touched_products`."""
        page = await self._office.touched_products(since, created=created)
        return replace(page, records=self._as_kept(page.records))

    async def products_like(self, code: str) -> list[OfficeProduct]:
        """As `ProductOffice.products_like`."""
        made = [product for product in self._products.values() if product.product_id < 0]
        return self._as_kept(await self._office.products_like(code)) + made

    async def add_product(self, draft: ProductDraft) -> OfficeProduct:
        """As `ProductOffice.add_product`."""
        profile, stock_id = await self._office.profile(), await self._office.stock_id()
        shelf = Shelf(stock_id, profile.warehouses)
        return self._keep(imagined_products.made_of(draft, shelf, self._next, self._now()))

    async def add_sku(self, product_id: int, draft: DraftSku) -> int:
        """As `ProductOffice.add_sku`."""
        product = await self._there(product_id)
        profile, stock_id = await self._office.profile(), await self._office.stock_id()
        sku = imagined_products.sku_of(draft, self._next(), product_id, Shelf(stock_id, profile.warehouses))
        self._keep(replace(product, skus=(*product.skus, sku), edited_at=self._now()))
        return sku.sku_id

    async def change_skus(self, changes: Sequence[SkuChange]) -> None:
        """As `ProductOffice.change_skus`."""
        stock_id = await self._office.stock_id()
        wanted = sorted({change.product_id for change in changes})
        found = {product.product_id: product for product in await self.products(wanted)}
        for change in changes:
            product = found.get(change.product_id)
            if product is not None:
                found[change.product_id] = self._keep(
                    imagined_products.changed(product, change, stock_id, self._now())
                )

    async def update_product(
        self, product_id: int, fields: Mapping[str, str], category_ids: Sequence[int] | None = None
    ) -> OfficeProduct:
        """As `ProductOffice.update_product`."""
        product = await self._there(product_id)
        return self._keep(imagined_products.updated(product, fields, category_ids, self._now()))

    async def images(self, product_id: int) -> list[OfficeImage]:
        """As `ProductOffice.images`."""
        there = await self._office.images(product_id) if product_id > 0 else []
        return [*there, *self._images.get(product_id, [])]

    async def add_image(
        self, product_id: int, content: bytes, file_name: str, description: str
    ) -> OfficeImage:
        """As `ProductOffice.add_image`."""
        made = OfficeImage(self._next(), file_name, self._now())
        self._images.setdefault(product_id, []).append(made)
        product = await self._there(product_id)
        shown = None if product.images is None else (*product.images, made)
        self._keep(
            replace(
                product,
                images=shown,
                image_count=product.image_count + 1,
                main_image_id=product.main_image_id or made.image_id,
            )
        )
        return made

    async def see_image(self, product_id: int, image: OfficeImage) -> None:
        """As `ProductOffice.see_image`; what was sent only here can be seen."""
        if image not in self._images.get(product_id, []):
            await self._office.see_image(product_id, image)

    async def _there(self, product_id: int) -> OfficeProduct:
        found = await self.products([product_id])
        if not found:
            raise Held(f"Webasyst has no product {product_id}", code="vanished")
        return found[0]

    def _keep(self, product: OfficeProduct) -> OfficeProduct:
        self._products[product.product_id] = product
        return product

    def _as_kept(self, products: Iterable[OfficeProduct]) -> list[OfficeProduct]:
        return [self._products.get(product.product_id, product) for product in products]
