"""The rows of the shop: goods, orders and their lines, subscribers."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

ZERO = Decimal(0)


@dataclass(slots=True)
class Good:
    """One article of the catalogue; ``stock`` is in pieces."""

    article: str
    parent_article: str
    title: str
    price: Decimal
    price_old: Decimal
    stock: int


@dataclass(slots=True)
class Line:
    """One line of an order; ``kind`` is what the API calls ``type``."""

    article: str
    title: str
    price: Decimal
    quantity: Decimal
    kind: str = "product"
    discount_marker: str = "NONE"

    @property
    def total(self) -> Decimal:
        """Price times pieces."""
        return self.price * self.quantity


@dataclass(slots=True)
class Coupon:
    """A coupon: ``kind`` 1 is a certificate over ``amount``, 2 a reusable code over ``percent``."""

    code: str
    kind: int
    percent: Decimal = ZERO
    amount: Decimal = ZERO


@dataclass(slots=True)
class Order:
    """One order. ``created`` is unix seconds; ``declared`` is a total that does not follow from the lines.

    ``final`` is set when a status 4 came by the API: nothing moves it again (contracts/sources §1.5).
    """

    order_id: int
    created: int
    customer: dict[str, str]
    lines: list[Line]
    user: int = 0
    status: int = 1
    paid: bool = False
    delivery_id: int = 3
    payment_id: int = 14
    delivery_price: Decimal = Decimal(-1)
    comment: str = ""
    coupon: Coupon | None = None
    discount_percent: Decimal = ZERO
    discount_value: Decimal = ZERO
    manager_discount: Decimal = ZERO
    declared: Decimal | None = None
    currency: str = "UAH"
    tracking: str = ""
    without_callback: bool = False
    analytics: dict[str, Any] = field(default_factory=dict)
    final: bool = False

    @property
    def total_default(self) -> Decimal:
        """The lines, before discounts of the whole order."""
        return sum((line.total for line in self.lines), ZERO)

    @property
    def coupon_discount(self) -> Decimal:
        """What the coupon takes off, in whole units: 25 % of 799 is 200 (contracts/sources §1.4)."""
        if self.coupon is None:
            return ZERO
        amount = self.coupon.amount or self.total_default * self.coupon.percent / 100
        return amount.quantize(Decimal(1), ROUND_HALF_UP)

    @property
    def order_discount(self) -> Decimal:
        """What the discount of the whole order takes off; a percentage is rounded to whole units too."""
        percent = (self.total_default * self.discount_percent / 100).quantize(Decimal(1), ROUND_HALF_UP)
        return self.discount_value or percent

    @property
    def total_sum(self) -> Decimal:
        """What the buyer pays without shipping."""
        if self.declared is not None:
            return self.declared
        taken = self.coupon_discount + self.order_discount + self.manager_discount
        return max(ZERO, self.total_default - taken)


@dataclass(slots=True)
class Subscriber:
    """Who wants to hear of an event."""

    number: int
    event: str
    url: str
