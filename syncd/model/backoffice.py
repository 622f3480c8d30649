"""Records as they stand in the back office (Webasyst), free of its wire format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from syncd.model.money import Rates
from syncd.model.product import BrokenRecord


@dataclass(frozen=True, slots=True)
class OfficeSku:
    """One SKU. `price` and `compare_price` are in the product's currency.

    `stock` maps a warehouse id to its count and holds only warehouses that have a row: a missing one means unlimited
    (contracts/webasyst §0.10). `count` is the total, `None` for unlimited.
    """

    sku_id: int
    product_id: int
    code: str
    name: str
    price: Decimal
    compare_price: Decimal
    count: Decimal | None
    stock: Mapping[int, Decimal]
    available: bool
    visible: bool


@dataclass(frozen=True, slots=True)
class OfficeImage:
    """One picture of a product; `file_name` is the name it was uploaded under. `uploaded_at` is `None` unless asked for.
    `url` is where its thumbnail lies, as the shop tells it.
    """

    image_id: int
    file_name: str
    uploaded_at: datetime | None = None
    url: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class OfficeProduct:
    """One product with all its SKUs, disabled ones included. `params` is empty unless asked for."""

    product_id: int
    name: str
    summary: str
    description: str
    meta_title: str
    meta_keywords: str
    meta_description: str
    url: str
    visible: bool
    currency: str
    main_sku_id: int
    skus: tuple[OfficeSku, ...]
    params: Mapping[str, str] = field(default_factory=dict)
    image_count: int = 0
    edited_at: datetime | None = None
    """When it was last edited, or made; stock and pictures move without it (contracts/webasyst §9)."""
    category_ids: tuple[int, ...] = ()
    """The main one first; empty unless asked for."""
    main_image_id: int | None = None
    images: tuple[OfficeImage, ...] | None = None
    """The pictures in the shown order; `None` unless asked for."""


@dataclass(frozen=True, slots=True)
class UnreadableProduct(BrokenRecord):
    """A product whose row is not what the contract promises; `codes` maps its SKU ids to codes, `None` when not even
    those can be read.
    """

    codes: Mapping[int, str] | None = None


@dataclass(frozen=True, slots=True)
class OfficeLine:
    """One line of an order; `sku_id` is `None` for a free line."""

    item_id: int
    sku_id: int | None
    product_id: int | None
    name: str
    code: str
    quantity: Decimal
    price: Decimal


@dataclass(frozen=True, slots=True)
class OfficeOrder:
    """One order. `address` holds the sub-fields of `params.shipping_address.*` (street, city, zip, country, region)."""

    order_id: int
    contact_id: int
    state: str
    currency: str
    created_at: datetime
    updated_at: datetime | None
    total: Decimal
    shipping: Decimal
    discount: Decimal
    comment: str
    lines: tuple[OfficeLine, ...]
    params: Mapping[str, str]

    @property
    def reference(self) -> str | None:
        """The external reference that ties the order to its source."""
        return self.params.get("syncd_ref")

    @property
    def reduced(self) -> bool:
        """Whether the office has taken the lines off its stock and not given them back (contracts/webasyst §5.1)."""
        return self.params.get("reduced", "") not in {"", "0"}

    @property
    def tracking_number(self) -> str:
        """The number of the parcel; empty for none."""
        return self.params.get("tracking_number", "").strip()

    @property
    def address(self) -> dict[str, str]:
        """The delivery address by sub-field."""
        prefix = "shipping_address."
        return {
            name.removeprefix(prefix): value for name, value in self.params.items() if name.startswith(prefix)
        }


@dataclass(frozen=True, slots=True)
class Warehouse:
    """A warehouse ("stock") of the back office."""

    stock_id: int
    name: str


@dataclass(frozen=True, slots=True)
class OfficeProfile:
    """What the back office says about itself: money, clock, workflow, warehouses (contracts/webasyst §7)."""

    rates: Rates
    timezone: str
    server_offset: float
    stock_counting_action: str
    workflow: Mapping[str, frozenset[str]]
    warehouses: tuple[Warehouse, ...]
    version: str = ""
