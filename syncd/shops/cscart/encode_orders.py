"""Orders and shipments for CS-Cart: from what shall change to what the API takes (contracts/cscart §4.6, §5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from syncd.errors import Held
from syncd.model.exchange import SourceLine
from syncd.model.money import ZERO, to_cents
from syncd.shops.cscart.columns import amount_of_money, short_text

_NOTIFIED = frozenset({"user", "department", "vendor"})


def status_change(letter: str, notify: frozenset[str]) -> dict[str, str]:
    """The body that moves an order to a status and does nothing else: one more key, and the shop rebuilds the order.

    Those in `notify` (user, department, vendor) get a mail; for the others the flag stays away, for "N" means yes. Raises
    `Held` for what is no letter, and `ValueError` for anybody else to be notified.
    """
    if len(letter) != 1 or not letter.isalnum():
        raise Held(
            f"{letter!r} is not the letter of an order status, and CS-Cart would store it all the same"
        )
    if unknown := notify - _NOTIFIED:
        raise ValueError(f"CS-Cart cannot notify {', '.join(sorted(unknown))}")
    return {"status": letter} | {f"notify_{who}": "1" for who in sorted(notify)}


def new_shipment(order_id: str, shipping_id: str, tracking_number: str) -> dict[str, str]:
    """The body of a `POST shipments`. Without `products` everything that is left is shipped, and without `order_status` and
    `notify_user` the order and its customer are left alone."""
    return {"order_id": order_id, "shipping_id": shipping_id, "tracking_number": tracking_number}


def tracking_change(tracking_number: str) -> dict[str, str]:
    """The body of a `PUT shipments/{id}`; keys beyond the shop's four would be refused."""
    return {"tracking_number": tracking_number}


def line_map(
    lines: Sequence[SourceLine], company: str, extras: Mapping[str, Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    """All lines of an order as the shop takes them literally, prices included (contracts/cscart §4.6).

    A map with the keys "1", "2" ...: of a list the first line gets lost. Every line is complete; `extras` holds by product
    what add-ons noted on its line. Raises `Held` for lines that the shop would drop, mix up or store otherwise.
    """
    if not lines:
        raise Held("an order without lines cannot be stored in CS-Cart")
    if len({line.product_key for line in lines}) < len(lines):
        raise Held("two lines are of one product, and CS-Cart tells lines apart by their products")
    return {
        str(place): _line(line, company, extras.get(line.product_key, {}))
        for place, line in enumerate(lines, start=1)
    }


def discount_change(discount: Decimal, total: Decimal) -> dict[str, str]:
    """The order-level discount, and the total that goes with it: the shop stores the one as it is sent, but computes the
    other before it takes it in (contracts/cscart §4.5)."""
    return {
        "subtotal_discount": amount_of_money(discount, "the discount"),
        "total": amount_of_money(total, "the total"),
    }


def checked_discount(discount: Decimal, lines: Sequence[SourceLine]) -> Decimal:
    """The discount in cents, which must lie between nothing and the price of all lines; raises `Held`."""
    goods = sum((line.price * line.quantity for line in lines), ZERO)
    if not 0 <= discount <= goods:
        raise Held(f"a discount of {discount} does not fit lines of {goods} in all")
    return to_cents(discount)


def _line(line: SourceLine, company: str, extra: Mapping[str, Any]) -> dict[str, Any]:
    if not (line.product_key.isascii() and line.product_key.isdigit() and int(line.product_key)):
        raise Held(f"the line {line.name!r} is of no product of CS-Cart, which has no free lines")
    if line.quantity < 1:
        raise Held(
            f"the line {line.name!r} has a quantity of {line.quantity}; CS-Cart would drop it silently"
        )
    price = amount_of_money(line.price, f"the price of {line.name!r}")
    owner = {"company_id": company} if company not in {"", "0"} else {}
    return {
        "product_id": line.product_key,
        "product": short_text(line.name),
        "amount": line.quantity,
        "price": price,
        "base_price": price,
        "discount": 0,
        "stored_price": "Y",
        "is_edp": "N",
        "extra": dict(extra),
        **owner,
    }
