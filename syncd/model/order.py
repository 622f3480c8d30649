"""An order as the source shop sold it, in the source's currency, with UTC times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from syncd.model.money import ZERO


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address. `country` is ISO 3166 alpha-2 upper case, `region` the source's own code, `region_name` its name."""

    firstname: str = ""
    lastname: str = ""
    phone: str = ""
    street: str = ""
    city: str = ""
    zip: str = ""
    country: str = ""
    region: str = ""
    region_name: str = ""

    @property
    def empty(self) -> bool:
        """Whether there is no street, city or zip: shops fill country and region by default (contracts/cscart §4.3)."""
        return not (self.street or self.city or self.zip)


@dataclass(frozen=True, slots=True)
class Customer:
    """Who bought. `key` is the source's user id, or empty for a guest."""

    key: str
    firstname: str
    lastname: str
    email: str
    phone: str
    company: str = ""


class LineKind(StrEnum):
    """What a line stands for."""

    PRODUCT = "product"
    TAX = "tax"
    SURCHARGE = "surcharge"
    ADJUSTMENT = "adjustment"


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `unit_price` is what the customer paid per piece, line discounts already taken off."""

    kind: LineKind
    name: str
    quantity: Decimal
    unit_price: Decimal
    code: str = ""
    product_key: str = ""

    @property
    def total(self) -> Decimal:
        """Price times quantity."""
        return self.unit_price * self.quantity


@dataclass(frozen=True, slots=True)
class Order:
    """One order of the source.

    `total` is what the source says the customer pays, and is the truth; `discount` is the order-level discount only.
    `extras` are amounts outside the lines that the source names: taxes outside the prices, payment surcharges.
    """

    key: str
    number: str
    company: str
    status: str
    placed_at: datetime
    updated_at: datetime
    currency: str
    customer: Customer
    shipping_address: Address
    billing_address: Address
    lines: tuple[Line, ...]
    extras: tuple[Line, ...]
    shipping_name: str
    shipping_cost: Decimal
    payment_name: str
    discount: Decimal
    coupons: tuple[str, ...]
    total: Decimal
    comment: str
    is_parent: bool = False
    shipping_id: str = ""
    """The source's key of the shipping method; empty when nothing is shipped or the groups are shipped differently."""
    shipped: bool = False
    """Whether the source has shipments of the order."""

    @property
    def recipient(self) -> str:
        """Who takes the delivery, when that is somebody else than the buyer: name and phone."""
        address = self.shipping_address
        name = f"{address.firstname} {address.lastname}".strip()
        buyer = f"{self.customer.firstname} {self.customer.lastname}".strip()
        if not name or name == buyer:
            return ""
        return f"{name}, {address.phone}" if address.phone else name

    @property
    def unexplained(self) -> Decimal:
        """What the total says beyond lines, extras, shipping and discount; zero for an ordinary order."""
        parts = sum((line.total for line in (*self.lines, *self.extras)), ZERO)
        return self.total - (parts + self.shipping_cost - self.discount)
