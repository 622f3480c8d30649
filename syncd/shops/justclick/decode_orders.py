"""Orders of JustClick: from what `getOrdersWithGoods` answers to `Order` (contracts/sources §2.5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from syncd.errors import BrokenAnswer
from syncd.model.money import CENT, ZERO, plain
from syncd.model.order import Address, Customer, Line, LineKind, Order
from syncd.shops.justclick.countries import country_code
from syncd.shops.row import Row

_UNPAID = frozenset({"", "0"})
_DECIDED = frozenset({"paid", "sent", "cancel", "moneyback", "return"})
"""Statuses after which it no longer matters how much was paid in advance."""
_MOST_DIGITS = 11
"""Of a UNIX time; more are no time."""
_UTM = ("source", "medium", "campaign", "content", "term")


def decode_order(value: Any, currency: str) -> Order:
    """The order in a row with goods; amounts are in `currency`, which JustClick never tells.

    A total that differs from the lines is a flag, and so is a payment of a part only, which does not make the order paid:
    a prepayment bears a time of payment like any other (contracts/sources §2.6). Pin codes that were sold are not read at
    all: they are the buyer's.
    Raises `BrokenAnswer` with the field's name when something is not what the contract promises.
    """
    row = Row.of(value, "order")
    key = row.identifier("id")
    if "items" not in value:
        raise BrokenAnswer(f"order {key}: the answer tells no goods; it is a row of GetOrders")
    placed_at = row.first_time("created")
    status, lines, total = row.needed_text("pay_status"), _lines(row), row.needed_money("price")
    prepaid = ZERO if status in _DECIDED else row.money("prepayment_sum")
    partly = ZERO < prepaid < total
    address = _address(row)
    return Order(
        key=key,
        number=key,
        company="",
        status=status,
        placed_at=placed_at,
        updated_at=_updated_at(row, placed_at),
        currency=currency,
        customer=Customer(
            key="",
            firstname=address.firstname,
            lastname=address.lastname,
            email=row.text("email"),
            phone=address.phone,
        ),
        shipping_address=address,
        billing_address=Address(),
        lines=lines,
        extras=(),
        shipping_name="",
        shipping_cost=ZERO,
        payment_name=row.text("payway"),
        discount=ZERO,
        coupons=tuple(filter(None, (row.first_text("kupon", "coupon"),))),
        total=total,
        comment=row.text("comment"),
        paid=row.text("paid") not in _UNPAID and not partly,
        notes=_notes(row),
        flags=(
            *((f"only {plain(prepaid)} of {plain(total)} is paid",) if partly else ()),
            *_flags(lines, total),
        ),
    )


def may_be_prepaid(order: Order, row: Mapping[str, Any]) -> bool:
    """Whether the order looks paid while its status still waits, and its row is one of a window, which tells of no
    prepayment: only the order's details do (contracts/sources §2.3)."""
    return order.paid and order.status not in _DECIDED and "prepayment_sum" not in row


def _updated_at(row: Row, placed_at: datetime) -> datetime:
    """The payment, or the creation: no other change is stamped. Some rows tell only that they are paid, not when."""
    paid = row.text("paid")
    if not (paid.isascii() and paid.isdigit() and len(paid) <= _MOST_DIGITS):
        return placed_at
    return max(placed_at, datetime.fromtimestamp(int(paid), UTC))


def _address(row: Row) -> Address:
    """Where it goes; digital goods have no address. A middle name stands behind the first one, as in Russian use."""
    return Address(
        firstname=" ".join(filter(None, (row.text("first_name"), row.text("middle_name")))),
        lastname=row.text("last_name"),
        phone=row.text("phone"),
        street=row.text("address"),
        city=row.text("city"),
        zip=row.text("postalcode"),
        country=country_code(row.text("country")),
        region_name=row.text("region"),
    )


def _lines(row: Row) -> tuple[Line, ...]:
    """One line per code and sum: there is no quantity, pieces are items that come again. `sum` is what was paid for one.

    Items without a code are one line only where they bear the same title.
    """
    pieces: Counter[tuple[str, Decimal, str]] = Counter()
    names: dict[tuple[str, Decimal, str], str] = {}
    for item in row.rows("items"):
        code, title = item.text("id"), item.text("title")
        piece = (code, item.needed_money("sum"), "" if code else title)
        pieces[piece] += 1
        names.setdefault(piece, title or code or "Item without a name")
    return tuple(
        Line(
            kind=LineKind.PRODUCT,
            name=names[piece],
            quantity=Decimal(count),
            unit_price=piece[1],
            code=piece[0],
        )
        for piece, count in pieces.items()
    )


def _notes(row: Row) -> dict[str, str]:
    """Where the buyer came from, the order's page, and a country that has no code here."""
    utm = row.row("utm")
    notes = {f"utm_{name}": utm.text(name) for name in _UTM} | {"link": row.text("link")}
    if not country_code(row.text("country")):
        notes["country"] = row.text("country")
    return {name: text for name, text in notes.items() if text}


def _flags(lines: tuple[Line, ...], total: Decimal) -> tuple[str, ...]:
    """A difference of more than a cent between the total and its lines (contracts/sources §4)."""
    difference = total - sum((line.total for line in lines), ZERO)
    if abs(difference) <= CENT:
        return ()
    return (f"the total differs from the lines by {plain(difference)}",)
