"""The rows of the account: goods, orders and their items."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

ZERO = Decimal(0)
CUSTOMER = (
    "first_name", "last_name", "middle_name", "email", "phone", "city", "country", "address", "region", "postalcode",
)  # fmt: skip
EVENTS = ("created", "paid", "prepaid", "canceled", "moneyback")


@dataclass(slots=True)
class Good:
    """One product; ``code`` is what the API calls ``good_name``. ``urls`` has the address of each hook that is set."""

    code: str
    title: str
    price: Decimal
    kind: str = "digital"
    urls: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Item:
    """One piece: two pieces of a product are two items. ``sum`` was paid, ``price`` is the list price."""

    code: str
    title: str
    sum: Decimal
    price: Decimal
    pincode: str = ""
    partners: list[dict[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Order:
    """One order; times are unix seconds, ``paid`` 0 while unpaid. ``declared`` is a price the items do not explain."""

    order_id: int
    created: int
    customer: dict[str, str]
    items: list[Item]
    status: str = "waiting"
    paid: int = 0
    payway: str = ""
    comment: str = ""
    tag: str = ""
    coupon: str = ""
    utm: dict[str, str] = field(default_factory=dict)
    domain: str = "shop.example"
    recurrent: bool = False
    declared: Decimal | None = None
    prepaid: Decimal = ZERO
    last_payment: Decimal = ZERO
    rpo: str = ""

    @property
    def price(self) -> Decimal:
        """The total of the order."""
        return sum((item.sum for item in self.items), ZERO) if self.declared is None else self.declared
