"""Orders of Horoshop: from a row of `orders/get` to `Order` (contracts/sources §1.4)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from syncd.errors import BrokenAnswer
from syncd.model.money import ZERO, to_cents
from syncd.model.order import Address, Customer, Line, LineKind, Order
from syncd.shops.horoshop.local_time import to_utc
from syncd.shops.horoshop.notes import notes_of
from syncd.shops.horoshop.totals import Totals, check
from syncd.shops.php import as_flag
from syncd.shops.row import Row

_ONE = Decimal(1)
_NAMED_DISCOUNTS = ("discount_value", "discount_percent", "coupon_discount_value", "manager_discount")
_WITHIN_ANOTHER = frozenset({"gift", "set_item"})
_UKRAINE = frozenset({"україна", "украина", "ukraine"})
_CARRIER_TARIFF = "delivery is charged by the carrier's tariff"


def decode_order(value: Any, *, zone: ZoneInfo, currency: str | None) -> Order:
    """The order in a row; `currency` stands in where the row tells none, `zone` is the shop's.

    There is no time of change: `updated_at` is the time of creation. `user` is no customer key: nearly every order has one
    of its own. Raises `BrokenAnswer` with the field's name when something is not what the contract promises.
    """
    row = Row.of(value, "order")
    key = row.identifier("order_id")
    if not row.has("products"):
        raise BrokenAnswer(f"order {key}: the answer has no products")
    placed = to_utc(row.needed_text("stat_created"), zone)
    lines = tuple(_line(line) for line in row.rows("products"))
    totals = _totals(row, lines)
    delivery = max(row.money("delivery_price"), ZERO)
    address = _address(row)
    return Order(
        key=key,
        number=key,
        company="",
        status=row.needed_text("stat_status"),
        placed_at=placed,
        updated_at=placed,
        currency=row.text("currency").upper() or _needed(currency),
        customer=_customer(row),
        shipping_address=address,
        billing_address=Address(),
        lines=lines,
        extras=(),
        shipping_name=row.row("delivery_type").text("title"),
        shipping_cost=delivery,
        payment_name=row.row("payment_type").text("title"),
        discount=totals.discount,
        coupons=tuple(filter(None, (row.text("coupon_code"),))),
        total=row.needed_money("total_sum") + delivery,
        comment=row.text("comment"),
        shipping_id=row.row("delivery_type").text("id"),
        paid=as_flag(row.text("payed"), "order.payed"),
        notes=notes_of(row),
        flags=(*_delivery_flags(row), *totals.flags),
    )


def _customer(row: Row) -> Customer:
    """Who bought. The full name is one text in any order of its parts, so it is not split."""
    return Customer(
        key="",
        firstname=row.text("delivery_name"),
        lastname="",
        email=row.text("delivery_email"),
        phone=row.text("delivery_phone"),
        phone_first=True,  # its user id is no customer's key (contracts/sources §1.4)
    )


def _address(row: Row) -> Address:
    """Where it goes. The `@` between the parts of an UkrPoshta address become commas: which part is what, nobody tells."""
    parts = (part.strip() for part in row.text("delivery_address").split("@"))
    country = row.text("delivery_country")
    return Address(
        firstname=row.text("delivery_name"),
        phone=row.text("delivery_phone"),
        street=", ".join(filter(None, parts)),
        city=row.first_text("delivery_city", "delivery_city_stable"),
        country="UA" if country.lower() in _UKRAINE else "",
    )


def _line(row: Row) -> Line:
    """One line, its price per piece by `total_price`, which is what counts: pieces of gifts and sets cost nothing there,
    whatever their price says."""
    quantity = row.number("quantity") if row.has("quantity") else _ONE
    price = row.money("price")
    if not row.has("total_price"):
        price = ZERO if row.text("type") in _WITHIN_ANOTHER else price
    elif quantity and price * quantity != row.money("total_price"):
        price = to_cents(row.money("total_price") / quantity)
    code = row.text("article")
    return Line(
        kind=LineKind.PRODUCT,
        name=row.text("title") or code or "Product",
        quantity=quantity,
        unit_price=price,
        code=code,
    )


def _totals(row: Row, lines: tuple[Line, ...]) -> Totals:
    after = row.needed_money("total_sum")
    return check(
        lines=sum((line.total for line in lines), ZERO),
        before=row.money("total_default"),
        after=after,
        named=any(row.money(name) for name in _NAMED_DISCOUNTS),
    )


def _delivery_flags(row: Row) -> tuple[str, ...]:
    """A price below zero says that it is not known here: the buyer pays the carrier, or nobody has reckoned it yet."""
    return (_CARRIER_TARIFF,) if row.money("delivery_price") < 0 else ()


def _needed(currency: str | None) -> str:
    if currency is None:
        raise BrokenAnswer("order.currency is missing, and no currency is set for the shop")
    return currency
