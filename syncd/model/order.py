"""An order as the source shop sold it, in the source's currency, with UTC times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from syncd.model.money import ZERO

_SHOWN = 4
"""Letters of a licence number that are shown at its end, of those that are long enough to keep the rest secret."""


def masked_licence(number: str) -> str:
    """A licence number to be shown: its ends, as in `CSC-****-0001`; a short or plain one is hidden whole.

    >>> masked_licence("CSC-8F2K-19QX-0001")
    'CSC-****-0001'
    """
    first, *rest = number.split("-")
    shown = len(rest) > 1 and len(rest[-1]) <= _SHOWN
    return f"{first}-****-{rest[-1]}" if shown else "****"


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
    """Who bought. `key` is the source's user id, or empty for a guest or a source whose ids tell nobody apart."""

    key: str
    firstname: str
    lastname: str
    email: str
    phone: str
    company: str = ""
    phone_first: bool = False
    """Whether the source knows its customers by phone rather than by e-mail."""


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
    licences: tuple[str, ...] = ()
    """Licence numbers sold with the line: secrets, which go into the office order and nowhere else in clear text."""

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
    comment_told: bool = True
    """Whether the source told the comment, or that there is none; an untold one changes nothing."""
    is_parent: bool = False
    shipping_id: str = ""
    """The source's key of the shipping method; empty when nothing is shipped or the groups are shipped differently."""
    shipped: bool = False
    """Whether the source has shipments of the order."""
    paid: bool = False
    """Whether the source tells, apart from the status, that the order is paid."""
    awaits: str = ""
    """What the source has announced but not told yet, in words ("its licence numbers"); such an order is read again."""
    notes: Mapping[str, str] = field(default_factory=dict)
    """Further facts that the office keeps in the order's params, by the param's name."""
    flags: tuple[str, ...] = ()
    """What a person should know about the order, one short sentence each ("the total differs from the lines by 1.00")."""

    @property
    def standing(self) -> str:
        """The status with the payment: what moves the order on in the office."""
        return f"{self.status}+paid" if self.paid else self.status

    def without_secrets(self) -> Order:
        """The same order for the eyes of logs and failures: of licence numbers only the ends are left."""
        lines = tuple(
            replace(line, licences=tuple(map(masked_licence, line.licences))) for line in self.lines
        )
        return replace(self, lines=lines)

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
