"""Deterministic goods and orders of a new shop; the orders take turns at every trap of contracts/sources §1.4."""

# ruff: noqa: RUF001 - names in other scripts are the point here

from __future__ import annotations

import random
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from syncd.sandbox.horoshop.changes import move_stock
from syncd.sandbox.horoshop.placing import new_order
from syncd.sandbox.horoshop.records import Good
from syncd.sandbox.horoshop.store import Store
from syncd.sandbox.horoshop.titles import SELF, UKRPOSHTA

HOUR = 3600
TITLES = ("Термос 0,5 л, синій", 'Рюкзак "Карпати" 30 л', "Плед", "Набір «Пікнік»", "Ніж", "Брелок")
UKRPOSHTA_ADDRESS = "Україна@Львівська обл.@Львів@79000@вул. Прикладна@7@12"


def fill(store: Store, rng: random.Random, skus: Sequence[str], orders: int) -> None:
    """Put goods and ``orders`` orders in, one per hour up to now; raises ValueError for orders without goods."""
    if orders and not skus:
        raise ValueError("orders need goods: give skus, or ask for products")
    for place, article in enumerate(skus):
        price = Decimal(rng.randrange(50, 3000))
        old = price + rng.choice((0, 0, 70))
        store.goods[article] = Good(article, article, f"{TITLES[place % 6]} {place + 1}", price, old, 500)
    for place in range(orders):
        order = new_order(
            store, rng, {"created": store.now - (orders - place) * HOUR, **_oddity(skus, place)}
        )
        order.status, order.paid = ((1, False), (2, True), (6, True), (3, False), (17, False))[place % 5]
        order.tracking = f"2045{order.order_id:010d}" if order.status == 6 else ""  # noqa: PLR2004 - on its way
        store.orders[order.order_id] = order
        move_stock(store, order, -1)


def _oddity(skus: Sequence[str], place: int) -> dict[str, Any]:
    """What makes this order special: six traps and two plain orders in turn."""
    first, last = skus[place % len(skus)], skus[-1]
    gift = {"sku": last, "price": 0, "type": "gift"}
    oddities: tuple[dict[str, Any], ...] = (
        {"comment": "Передзвоніть, будь ласка"},
        {"user": 0, "customer": {"email": "", "address": UKRPOSHTA_ADDRESS}, "delivery_id": UKRPOSHTA,
         "payment_id": 15, "without_callback": True, "lines": [{"sku": first, "price": "799.5"}]},
        {"coupon": {"code": "TEST25", "percent": 25}, "lines": [{"sku": first, "price": 799}]},
        {"delivery_id": SELF, "delivery_price": 0, "payment_id": 12, "customer": {"address": ""}, "lines": [
            {"sku": first, "type": "set_main"}, {"sku": last, "price": 0, "type": "set_item"},
            {"sku": first, "type": "gift_parent"}, gift]},
        {"lines": [{"sku": f" {first} ", "quantity": 2}]},
        {"lines": [{"sku": first}, {"title": "Подарункове пакування", "price": 30}]},
        {"discount_percent": 5, "manager_discount": 10, "delivery_id": 42},
        {"lines": [{"sku": first, "quantity": 3}], "total_sum": 1, "payment_id": 13},
    )  # fmt: skip
    return oddities[place % len(oddities)]
