"""The rows of the Marketplace: the developer's products, orders with their lines, licences."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

ZERO = Decimal(0)
PAID_LETTERS = frozenset("PC")
STATUSES = {
    "P": "Paid", "C": "Complete", "O": "Open", "F": "Failed", "D": "Declined", "B": "Backordered", "I": "Canceled",
    "A": "Awaiting call", "E": "Returned", "H": "External", "J": "Awaiting payment",
}  # fmt: skip
"""Letters of the Marketplace, which differ from those of a shop (contracts/sources §3.3)."""


@dataclass(slots=True)
class Product:
    """A product of the developer: ``external_id`` is the developer's own id of it, maybe empty, as may be ``code``."""

    product_id: int
    code: str
    external_id: str
    title: str
    price: Decimal


@dataclass(slots=True)
class Line:
    """A line of an order; ``licence`` is the number that the line shows, a secret, empty while there is none."""

    item_id: int
    product_id: int
    code: str
    external_id: str
    title: str
    price: Decimal
    amount: int = 1
    licence: str = ""

    @property
    def subtotal(self) -> Decimal:
        """Price times amount."""
        return self.price * self.amount


@dataclass(slots=True)
class Order:
    """An order; times are unix seconds. ``declared`` is a total that does not follow from the lines."""

    order_id: int
    timestamp: int
    updated_at: int
    customer: dict[str, str]
    lines: list[Line]
    user_id: int = 0
    company_id: int = 812
    status: str = "O"
    notes: str = ""
    discount: Decimal = ZERO
    declared: Decimal | None = None
    currency: str = "USD"
    payment: str = "Card"
    licensed: list[int] = field(default_factory=list)

    @property
    def subtotal(self) -> Decimal:
        """The lines."""
        return sum((line.subtotal for line in self.lines), ZERO)

    @property
    def total(self) -> Decimal:
        """What was to be paid."""
        return self.subtotal - self.discount if self.declared is None else self.declared


@dataclass(slots=True)
class Licence:
    """A licence; ``expires_at`` 0 means never. ``number`` is a secret."""

    purchase_id: int
    order_id: int
    product_id: int
    created_at: int
    number: str
    email: str
    user_id: int
    expires_at: int = 0
    domains: str = ""
