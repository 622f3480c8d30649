"""The rows a CS-Cart shop keeps, in natural types: money is Decimal, times are unix seconds, ids are int."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

ZERO = Decimal(0)


@dataclass(slots=True)
class Image:
    """One image pair of a product: the detailed picture and its place (cscart §3.2)."""

    pair_id: int
    detailed_id: int
    path: str
    alt: str = ""
    position: int = 0
    width: int = 16
    height: int = 16


@dataclass(slots=True)
class Product:
    """One row of the products table with its texts, images and category links."""

    product_id: int
    code: str
    name: str
    price: Decimal
    amount: int
    timestamp: int
    updated_timestamp: int
    status: str = "A"
    company_id: int = 1
    category_ids: tuple[int, ...] = ()
    list_price: Decimal = ZERO
    weight: Decimal = ZERO
    tax_ids: tuple[int, ...] = ()
    product_type: str = "P"
    parent_product_id: int = 0
    group_id: int = 0
    main_image: Image | None = None
    images: list[Image] | None = None
    texts: dict[str, str] | None = None
    translations: dict[str, dict[str, str] | None] | None = None
    columns: dict[str, str] | None = None
    prices: list[dict[str, str]] | None = None
    features: dict[int, dict[str, Any]] | None = None

    def text(self, key: str, lang: str) -> str | None:
        """Return a text in a language; None when the language has no description row (cscart §3.2)."""
        if self.translations is not None and lang in self.translations:
            own = self.translations[lang]
            if own is None:
                return None
            if key in own:
                return own[key]
        return self.name if key == "product" else (self.texts or {}).get(key, "")

    def column(self, key: str, default: str) -> str:
        """Return one of the rarely used columns."""
        return default if self.columns is None else self.columns.get(key, default)


@dataclass(slots=True)
class Option:
    """A product option of the old scheme: price modifiers only (cscart §3.8)."""

    option_id: int
    product_id: int
    name: str
    variants: dict[int, tuple[str, Decimal]]


@dataclass(slots=True)
class VariationGroup:
    """Products that are variations of each other; ``labels`` holds the feature values shown in brackets."""

    group_id: int
    code: str
    created_at: int
    updated_at: int
    features: list[tuple[int, str]]
    labels: dict[int, dict[int, tuple[int, str]]]


@dataclass(slots=True)
class Line:
    """One line of an order, with the product as it was when the order was placed."""

    item_id: int
    product_id: int
    code: str
    name: str
    price: Decimal
    amount: int
    base_price: Decimal
    original_price: Decimal
    company_id: int
    updated_timestamp: int
    discount: Decimal = ZERO
    options: dict[int, int] = field(default_factory=dict)
    option_values: list[dict[str, str]] = field(default_factory=list)
    promotions: dict[int, Any] = field(default_factory=dict)
    is_edp: str = "N"
    tax_value: Decimal = ZERO
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def subtotal(self) -> Decimal:
        """Price of the whole line."""
        return self.price * self.amount


@dataclass(slots=True)
class Order:
    """One order. ``customer`` holds the contact and address columns by their names."""

    order_id: int
    company_id: int
    user_id: int
    timestamp: int
    updated_at: int
    status: str
    payment_id: int
    customer: dict[str, str]
    lines: list[Line]
    is_parent: bool = False
    parent_order_id: int = 0
    total: Decimal = ZERO
    subtotal_discount: Decimal = ZERO
    payment_surcharge: Decimal = ZERO
    shipping_cost: Decimal = ZERO
    tax_subtotal: Decimal = ZERO
    shipping_tax: Decimal = ZERO
    shippings: list[dict[str, Any]] = field(default_factory=list)
    taxes: dict[int, dict[str, Any]] = field(default_factory=dict)
    promotions: dict[int, dict[str, Any]] = field(default_factory=dict)
    coupons: dict[str, list[int]] = field(default_factory=dict)
    notes: str = ""
    details: str = ""
    lang_code: str = "en"
    currency: str = "USD"
    issuer_id: int | None = None
    profile_id: int = 0
    invoice_id: int | None = None
    credit_memo_id: int | None = None
    payment_info: dict[str, str] = field(default_factory=dict)
    fields: dict[int, str] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)

    @property
    def subtotal(self) -> Decimal:
        """Sum of all lines after line discounts."""
        return sum((line.subtotal for line in self.lines), ZERO)


@dataclass(slots=True)
class User:
    """A registered customer or an administrator; guests have no row (cscart §5)."""

    user_id: int
    email: str
    firstname: str = ""
    lastname: str = ""
    phone: str = ""
    user_type: str = "C"
    status: str = "A"
    company: str = ""
    company_id: int = 1
    timestamp: int = 0
    last_login: int = 0
    address: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Category:
    """One category; ``id_path`` follows from the parents."""

    category_id: int
    parent_id: int
    name: str
    position: int = 10
    status: str = "A"
    company_id: int = 1
    timestamp: int = 0
    columns: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Company:
    """A storefront owner (ULTIMATE) or a vendor (MULTIVENDOR)."""

    company_id: int
    name: str
    email: str
    lang_code: str = "en"
    timestamp: int = 1_269_610_461
    status: str = "A"


@dataclass(slots=True)
class Status:
    """One order or shipment status; ``params`` decides about stock and documents (cscart §5)."""

    status_id: int
    letter: str
    kind: str
    names: dict[str, str]
    subject: str = ""
    header: str = ""
    params: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Payment:
    """A payment method; the surcharge is an amount and a percentage of the order."""

    payment_id: int
    names: dict[str, str]
    category: str = "tab1"
    processor: str | None = None
    processor_id: int = 0
    surcharge: Decimal = ZERO
    surcharge_percent: Decimal = ZERO
    status: str = "A"


@dataclass(slots=True)
class Shipping:
    """A shipping method with one fixed rate."""

    shipping_id: int
    names: dict[str, str]
    rate: Decimal
    delivery_time: str = ""
    free: bool = False
    position: int = 10
    status: str = "A"
    tax_ids: tuple[int, ...] = ()


@dataclass(slots=True)
class Tax:
    """A tax rate in percent, inside the prices or on top of them."""

    tax_id: int
    names: dict[str, str]
    rate: Decimal
    included: bool


@dataclass(slots=True)
class Promotion:
    """A discount in percent: ``catalog`` lowers prices, ``cart`` lowers the order (with or without a coupon)."""

    promotion_id: int
    zone: str
    name: str
    percent: Decimal = ZERO
    product_ids: frozenset[int] | None = None
    coupon: str = ""
    free_shipping: bool = False
    active: bool = True

    def covers(self, product: Product) -> bool:
        """Tell whether the promotion is about a product; without a list it is about all."""
        return self.product_ids is None or product.product_id in self.product_ids


@dataclass(slots=True)
class Shipment:
    """A parcel: item ids and how many pieces of each."""

    shipment_id: int
    order_id: int
    shipping_id: int
    timestamp: int
    products: dict[int, int]
    tracking_number: str = ""
    carrier: str = ""
    comments: str = ""
    status: str = "S"


@dataclass(slots=True)
class Hook:
    """A subscription of the Zapier add-on (cscart §6)."""

    hook_id: int
    url: str
    trigger: str
