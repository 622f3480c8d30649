"""The rows of the shop and their tables. Columns keep the shop's own names; memory is kept lean with slots."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Generic, TypeVar

from .amounts import ZERO

Row = TypeVar("Row")


@dataclass(slots=True)
class Sku:
    """A product variant; prices are in the product's currency (contracts/webasyst §3.1)."""

    id: int
    product_id: int
    sku: str = ""
    name: str = ""
    sort: int = 1
    price: Decimal = ZERO
    primary_price: Decimal = ZERO
    purchase_price: Decimal = ZERO
    compare_price: Decimal = ZERO
    count: Decimal | None = None
    available: str = "1"
    status: str = "1"
    image_id: int | None = None
    stock: dict[int, Decimal] | None = None


@dataclass(slots=True)
class Image:
    """A product image with the bytes that were uploaded (contracts/webasyst §3.8)."""

    id: int
    product_id: int
    upload_datetime: str
    description: str | None
    sort: int
    width: int | None
    height: int | None
    size: int
    original_filename: str
    ext: str
    content: bytes
    digest: str
    broken: bool = False


@dataclass(slots=True)
class Product:
    """A product; columns that hardly ever differ from their default live in `extra`."""

    id: int
    name: str | None
    create_datetime: str
    url: str = ""
    edit_datetime: str | None = None
    summary: str | None = None
    description: str | None = None
    status: str = "1"
    type_id: str | None = None
    currency: str = "USD"
    sku_id: int | None = None
    price: Decimal = ZERO
    compare_price: Decimal = ZERO
    min_price: Decimal = ZERO
    max_price: Decimal = ZERO
    count: Decimal | None = None
    sku_count: int = 0
    category_id: int | None = None
    image_id: int | None = None
    ext: str | None = None
    skus: list[Sku] = field(default_factory=list)
    category_ids: tuple[int, ...] = ()
    tags: tuple[str, ...] = ()
    images: tuple[Image, ...] = ()
    params: dict[str, str] | None = None
    features: dict[str, Any] | None = None
    sku_features: dict[int, dict[str, Any]] | None = None
    extra: dict[str, Any] | None = None


@dataclass(slots=True)
class Category:
    """A category; left_key, right_key and depth are worked out from parents and order when shown."""

    id: int
    name: str
    create_datetime: str
    parent_id: int = 0
    url: str = ""
    description: str | None = None
    meta_title: str | None = None
    meta_keywords: str | None = None
    meta_description: str | None = None
    type: str = "0"
    status: str = "1"
    include_sub_categories: str = "0"
    edit_datetime: str | None = None
    sort_products: str | None = None
    children: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Contact:
    """A person; customers are contacts with at least one order (contracts/webasyst §6)."""

    id: int
    create_datetime: str
    firstname: str = ""
    middlename: str = ""
    lastname: str = ""
    company: str = ""
    name: str = ""
    emails: list[str] = field(default_factory=list)
    phones: list[str] = field(default_factory=list)
    addresses: list[dict[str, Any]] = field(default_factory=list)
    is_user: str = "0"
    login: str | None = None
    last_datetime: str | None = None
    create_app_id: str = "shop"
    create_method: str = "add"
    create_contact_id: int = 1
    locale: str = ""
    is_customer: bool = False
    total_spent: Decimal = ZERO
    number_of_orders: int = 0
    last_order_id: int | None = None
    other: dict[str, str] = field(default_factory=dict)

    def address(self, ext: str) -> dict[str, str] | None:
        """The first address of the kind "shipping" or "billing"; None when there is none."""
        return next((row["data"] for row in self.addresses if row["ext"] == ext), None)


@dataclass(slots=True)
class Item:
    """A line of an order."""

    id: int
    order_id: int
    name: str
    product_id: int
    sku_id: int
    sku_code: str
    price: Decimal
    quantity: Decimal
    stock_id: int | None = None
    purchase_price: Decimal = ZERO
    total_discount: Decimal = ZERO
    type: str = "product"
    taken_from: int | None = None
    virtualstock_id: int | None = None


@dataclass(slots=True)
class Order:
    """An order row with its params and items (contracts/webasyst §5)."""

    id: int
    contact_id: int | None
    create_datetime: str
    currency: str
    rate: Decimal
    state_id: str = "new"
    update_datetime: str | None = None
    total: Decimal = ZERO
    tax: Decimal = ZERO
    shipping: Decimal = ZERO
    discount: Decimal = ZERO
    comment: str | None = ""
    assigned_contact_id: int | None = None
    paid_datetime: str | None = None
    is_first: int = 0
    shipping_datetime: str | None = None
    fulfillment_contact_id: int | None = None
    unsettled: int = 0
    params: dict[str, str] = field(default_factory=dict)
    items: list[Item] = field(default_factory=list)
    half_written: bool = False
    state_before_delete: str | None = None
    paid_before: str | None = None


@dataclass(slots=True)
class LogRow:
    """One row of an order's history."""

    id: int
    order_id: int
    contact_id: int | None
    action_id: str
    datetime: str
    before_state_id: str
    after_state_id: str
    text: str | None = None
    params: dict[str, str] = field(default_factory=dict)


class Table(Generic[Row]):
    """Rows by id with an auto-increment and the ids in ascending order, so that pages are cheap."""

    def __init__(self) -> None:
        self.rows: dict[int, Row] = {}
        self.ids: list[int] = []
        self.next_id = 1

    def reserve(self) -> int:
        """The next id; it is never used again even if the row is deleted."""
        self.next_id += 1
        return self.next_id - 1

    def put(self, key: int, row: Row) -> Row:
        """Add or replace a row; the auto-increment moves past explicit ids as MySQL does."""
        if key not in self.rows:
            if not self.ids or key > self.ids[-1]:
                self.ids.append(key)
            else:
                insort(self.ids, key)
        self.rows[key] = row
        self.next_id = max(self.next_id, key + 1)
        return row

    def drop(self, key: int) -> None:
        """Delete a row; unknown keys are ignored."""
        if self.rows.pop(key, None) is not None:
            del self.ids[bisect_left(self.ids, key)]

    def get(self, key: int | None) -> Row | None:
        """The row, or None."""
        return None if key is None else self.rows.get(key)

    def __iter__(self) -> Iterator[Row]:
        return (self.rows[key] for key in self.ids)

    def __len__(self) -> int:
        return len(self.rows)


class Store:
    """All tables of one shop."""

    def __init__(self) -> None:
        self.products: Table[Product] = Table()
        self.skus: Table[Sku] = Table()
        self.images: Table[Image] = Table()
        self.categories: Table[Category] = Table()
        self.root_categories: list[int] = []
        self.in_category: dict[int, dict[int, None]] = {}
        self.contacts: Table[Contact] = Table()
        self.orders: Table[Order] = Table()
        self.items: Table[Item] = Table()
        self.log: Table[LogRow] = Table()
        self.order_log: dict[int, list[LogRow]] = {}
        self.types: Table[dict[str, Any]] = Table()
        self.stocks: Table[dict[str, Any]] = Table()
        self.features: Table[dict[str, Any]] = Table()
        self.feature_values: Table[dict[str, Any]] = Table()
        self.channels: Table[dict[str, Any]] = Table()
        self.sets: list[dict[str, Any]] = []
        self.tags: dict[str, int] = {}
        self.mails: list[dict[str, Any]] = []

    def add_log(self, row: LogRow) -> LogRow:
        """File a row of history under its order."""
        self.log.put(row.id, row)
        self.order_log.setdefault(row.order_id, []).append(row)
        return row
