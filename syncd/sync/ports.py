"""The narrow protocols behind which the shops live: a source and an office that yield changed records and take actions.

`sync` knows these and the model only; the shops' clients implement them (`syncd/shops`).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from syncd.model.backoffice import OfficeImage, OfficeOrder, OfficeProduct, OfficeProfile
from syncd.model.category import Category
from syncd.model.exchange import (
    DraftSku,
    OrderChanges,
    OrderDraft,
    Page,
    ProductDraft,
    Shipment,
    SkuChange,
    SourceChange,
    SourceDraft,
    SourceLine,
)
from syncd.model.order import Address, Order
from syncd.model.product import BrokenRecord, Product


class OrderSource(Protocol):
    """A shop that orders come from."""

    def changed_orders(self, since: datetime | None) -> AsyncIterator[Page[Order]]:
        """Orders changed at or after `since` (the shop's clock, aware UTC), in pages, none missed while paging.

        Raises `RetryLater` when the shop is unwell, `NotAuthorised` when it refuses us.
        """

    async def order(self, key: str) -> Order | BrokenRecord | None:
        """One order by its key; `None` when the shop does not have it (any more)."""


class ProductSource(Protocol):
    """A shop that products come from."""

    def changed_products(self, since: datetime | None) -> AsyncIterator[Page[Product]]:
        """Products changed at or after `since`, with texts; `None` yields every product."""

    def amounts(self) -> AsyncIterator[Page[Product]]:
        """Every product with price, quantity and status only (texts are `None` but the name), in large pages."""

    async def products(self, keys: Sequence[str]) -> Page[Product]:
        """These products with all texts and images that the listing tells; missing ones are just absent."""

    async def product(self, key: str) -> Product | BrokenRecord | None:
        """One product with everything, the page address included."""

    async def categories(self) -> list[Category]:
        """Every category that our products may stand in."""

    async def image(self, url: str) -> tuple[bytes, str]:
        """The bytes and file name of a picture. Raises `SetAside` when it cannot be had."""


class ProductTarget(Protocol):
    """The source shop as the stream of the office's product changes sees it.

    A write raises `InDoubt` when its outcome is unknown and `Refused` when the shop rejected it; reads raise `RetryLater`.
    """

    async def change_product(self, change: SourceChange) -> None:
        """Write the given fields and nothing else. An answer proves little: read back what matters."""

    async def create_product(self, draft: SourceDraft) -> str:
        """Create a product; answers its key. Not idempotent: look for the code first, and after a doubt."""

    async def products_with_code(self, code: str) -> list[Product]:
        """Every product with exactly this code but for case and blanks around it, whatever its company."""

    async def replace_images(self, key: str, urls: Sequence[str]) -> None:
        """Put these pictures in place of all that the product has, the first as its main one; the shop fetches them
        itself. It takes the old ones away first: never call this for an address that does not answer."""


class StatusTarget(Protocol):
    """A source of orders as it is told statuses. Errors as in `ProductTarget`."""

    async def order(self, key: str) -> Order | BrokenRecord | None:
        """One order by its key; `None` when the shop does not have it (any more)."""

    async def statuses(self) -> dict[str, str]:
        """The shop's order statuses with its words for them."""

    async def set_status(self, key: str, letter: str, notify: frozenset[str]) -> None:
        """Move an order to a status; `notify` names who gets a mail: user, department, vendor. CS-Cart answers yes to
        everything, an unknown letter included: check before, and read the order back."""


class OrderTarget(StatusTarget, Protocol):
    """The shop whose products are synced as the stream of the office's order changes sees it."""

    async def shipments(self, key: str) -> list[Shipment]:
        """The order's shipments."""

    async def add_shipment(self, key: str, shipping_id: str, tracking_number: str) -> str:
        """Ship everything that is not shipped yet; answers the shipment's id. Not idempotent."""

    async def change_shipment(self, shipment_id: str, tracking_number: str) -> None:
        """Give a shipment another tracking number."""

    async def write_lines(self, key: str, lines: Sequence[SourceLine], discount: Decimal) -> None:
        """Replace the order's lines and its order-level discount; the shop computes everything else anew."""


class OrderOffice(Protocol):
    """The back office as the orders stream sees it.

    A write raises `InDoubt` when its outcome is unknown, `Refused` when
    the office rejected it; reads raise `RetryLater`.
    """

    async def profile(self) -> OfficeProfile:
        """Money, clock, workflow and warehouses."""

    async def stock_id(self) -> int | None:
        """The warehouse that order lines are taken from; `None` when the office has no warehouses."""

    def address(self, address: Address) -> dict[str, str]:
        """An address in the office's sub-fields and codes (street, city, zip, country, region), without empty ones."""

    async def orders_by_reference(self, references: Sequence[str]) -> list[OfficeOrder]:
        """Every order that carries one of these external references; a reference may bring several orders."""

    async def orders_created_since(self, since: datetime) -> list[OfficeOrder]:
        """Orders created since then, half-written ones included."""

    async def orders_touched_since(self, since: datetime) -> Page[OfficeOrder]:
        """Orders that something happened to since then, with those that cannot be read, and the office's clock; a creation
        alone is not told (contracts/webasyst §9)."""

    async def order(self, order_id: int) -> OfficeOrder | None:
        """One order as it stands now; names unescaped."""

    async def has_contact(self, contact_id: int) -> bool:
        """Whether the office has this contact."""

    async def contact_by_email(self, email: str) -> int | None:
        """The customer with exactly this e-mail, the oldest when there are several."""

    async def contact_by_phone(self, phone: str) -> int | None:
        """The customer with exactly these digits as phone, the oldest when there are several."""

    async def add_order(self, draft: OrderDraft) -> OfficeOrder:
        """Create by `order.add`: catalogue prices, no shipping, no discount; answers what was made."""

    async def save_new_order(self, draft: OrderDraft) -> None:
        """Create by `order.save` in a currency of its own; answers nothing, find it by its reference."""

    async def save_order(self, order_id: int, changes: OrderChanges) -> None:
        """Change an order."""

    async def act(self, order_id: int, action: str, text: str = "") -> str:
        """Run a workflow action; answers the state it led to. Raises `Held` when the state does not allow it."""


class ProductOffice(Protocol):
    """The back office as the products stream sees it."""

    async def profile(self) -> OfficeProfile:
        """Money, clock, workflow and warehouses."""

    async def stock_id(self) -> int | None:
        """The warehouse that stock is written to; `None` when the office has no warehouses."""

    def scan(self) -> AsyncIterator[Page[OfficeProduct]]:
        """Every product with its SKUs and warehouse counts, 1000 a page, by id."""

    async def products(self, product_ids: Sequence[int]) -> list[OfficeProduct]:
        """These products with SKUs, warehouse counts and params; what cannot be read is left out."""

    async def products_and_broken(
        self, product_ids: Sequence[int]
    ) -> tuple[list[OfficeProduct], list[BrokenRecord]]:
        """The same, with those that stand there but cannot be read; their key is the product id."""

    async def products_touched_since(self, since: datetime) -> list[OfficeProduct]:
        """What was created or edited since then, with SKUs and params."""

    async def products_like(self, code: str) -> list[OfficeProduct]:
        """A fuzzy search; every hit must be checked for equality by the caller (contracts/webasyst §3.2)."""

    async def add_product(self, draft: ProductDraft) -> OfficeProduct:
        """Create a product with its SKUs."""

    async def most_skus(self) -> int:
        """How many SKUs a new product can be created with; further ones are added one by one."""

    async def add_sku(self, product_id: int, draft: DraftSku) -> int:
        """Add a SKU to a product; answers its id."""

    async def change_skus(self, changes: Sequence[SkuChange]) -> None:
        """Prices, stock and flags of many SKUs in one call; silent skips are possible, verify where it matters."""

    async def update_product(
        self, product_id: int, fields: Mapping[str, str], category_ids: Sequence[int] | None = None
    ) -> OfficeProduct:
        """Change product columns, and the complete list of categories, the main one first, where one is given; SKUs are
        never sent here (contracts/webasyst §0.6)."""

    async def categories(self) -> list[Category]:
        """Every category that a product can be put into."""

    async def images(self, product_id: int) -> list[OfficeImage]:
        """The pictures of a product with the names they were uploaded under."""

    async def add_image(
        self, product_id: int, content: bytes, file_name: str, description: str
    ) -> OfficeImage:
        """Upload a picture."""

    async def see_image(self, product_id: int, image: OfficeImage) -> None:
        """Look whether the office can show a picture that it lists. Raises `Held` when it cannot."""

    async def touched_products(self, since: datetime, *, created: bool = True) -> Page[OfficeProduct]:
        """What was created or edited since then (edited only, without `created`), with those that cannot be read, and the
        office's clock."""

    async def image_addresses(self, product_id: int) -> list[str]:
        """Where the product's pictures can be fetched, the main one first, then in the shown order; each of them has
        answered with a picture.

        Raises `Held` for one that does not."""


class ShopSource(OrderSource, ProductSource, Protocol):
    """The shop whose products are synced, as it is read."""

    async def placed_orders(
        self, start: datetime, end: datetime | None, page: int, size: int
    ) -> tuple[Page[Order], bool]:
        """One page of the orders placed from `start` until before `end`, the oldest first, and whether it is the last."""


class Target(ProductTarget, OrderTarget, Protocol):
    """The same shop, as it is written to."""


class Office(OrderOffice, ProductOffice, Protocol):
    """The back office, as all streams see it."""
