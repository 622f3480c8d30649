"""What the streams and the shops' clients hand each other: pages read, drafts and changes to be written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Generic, TypeVar

from syncd.model.product import BrokenRecord

RecordT = TypeVar("RecordT")


@dataclass(frozen=True, slots=True)
class Page(Generic[RecordT]):
    """Some records of a listing, those that could not be read, the shop's clock when it answered, and the size of it all."""

    records: Sequence[RecordT]
    broken: Sequence[BrokenRecord]
    clock: datetime
    total: int | None = None


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A line to be written: `item_id` keeps an existing line, `sku_id` a product, neither is a free line."""

    name: str
    quantity: Decimal
    price: Decimal
    sku_id: int | None = None
    product_id: int | None = None
    item_id: int | None = None


@dataclass(frozen=True, slots=True)
class DraftContact:
    """A customer to be created with an order."""

    firstname: str
    lastname: str
    email: str
    phone: str
    company: str = ""


@dataclass(frozen=True, slots=True)
class OrderDraft:
    """An order to be created. Exactly one of `contact_id` and `contact` is given.

    `address` is already in the office's codes (sub-field -> value); `params` hold the external reference.
    """

    contact_id: int | None
    contact: DraftContact | None
    lines: tuple[DraftLine, ...]
    shipping: Decimal
    discount: Decimal
    comment: str
    address: Mapping[str, str]
    billing_address: Mapping[str, str]
    params: Mapping[str, str]
    currency: str
    stock_id: int | None


@dataclass(frozen=True, slots=True)
class OrderChanges:
    """A change of an existing order; `None` leaves a part alone.

    Left out, the shipping cost becomes 0 (contracts/webasyst §0.13): `shipping` is `None` only in the first of the two
    saves that change the shipping method's name, the second of which sends the cost again (§5.3).
    """

    shipping: Decimal | None
    lines: tuple[DraftLine, ...] | None = None
    discount: Decimal | None = None
    comment: str | None = None
    address: Mapping[str, str] | None = None
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SkuChange:
    """New values of one SKU for a batch; `None` leaves a field alone. Amounts in the product's currency.

    `stock` goes to the chosen warehouse; those in `fill` get a row with 0.
    """

    sku_id: int
    product_id: int
    price: Decimal | None = None
    compare_price: Decimal | None = None
    stock: Decimal | None = None
    visible: bool | None = None
    fill: tuple[int, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing changes."""
        values = (self.price, self.compare_price, self.stock, self.visible)
        return not self.fill and all(value is None for value in values)


@dataclass(frozen=True, slots=True)
class DraftSku:
    """A SKU to be created. `stock` is the count at the chosen warehouse; the others get 0."""

    code: str
    name: str
    price: Decimal
    compare_price: Decimal
    stock: Decimal
    visible: bool


@dataclass(frozen=True, slots=True)
class ProductDraft:
    """A product to be created; `fields` are product columns (name, summary, meta_title, url ...)."""

    fields: Mapping[str, str]
    visible: bool
    currency: str
    skus: tuple[DraftSku, ...]
    params: Mapping[str, str]
    category_ids: tuple[int, ...] = ()
    """The main one first; without any it goes where new products go by default."""


@dataclass(frozen=True, slots=True)
class SourceChange:
    """New values of one source product; `None` leaves a field alone. Amounts are in the source's primary currency.

    `texts` are fields of `Content` by name; `quantity` is in whole pieces.
    """

    key: str
    texts: Mapping[str, str] = field(default_factory=dict)
    price: Decimal | None = None
    list_price: Decimal | None = None
    quantity: int | None = None
    visible: bool | None = None
    category_ids: tuple[int, ...] | None = None
    """The complete new list, the main one first."""

    @property
    def empty(self) -> bool:
        """Whether nothing changes."""
        values = (self.price, self.list_price, self.quantity, self.visible, self.category_ids)
        return not self.texts and all(value is None for value in values)


@dataclass(frozen=True, slots=True)
class SourceDraft:
    """A product to be created at the source. `texts` are fields of `Content` by name, the name among them."""

    code: str
    texts: Mapping[str, str]
    price: Decimal
    list_price: Decimal
    quantity: int
    visible: bool
    category_ids: tuple[int, ...] = ()
    company: str | None = None


@dataclass(frozen=True, slots=True)
class Shipment:
    """A shipment of an order at the source; `items` maps the order's line ids to the pieces sent."""

    shipment_id: str
    tracking_number: str
    items: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A complete line to be written to an order at the source (contracts/cscart §4.6)."""

    product_key: str
    name: str
    quantity: int
    price: Decimal
