"""Deterministic goods and orders of a new account; the orders take turns at the traps of contracts/sources §2.5."""

# ruff: noqa: RUF001 - titles in Russian

from __future__ import annotations

import random
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from syncd.sandbox.justclick import changes
from syncd.sandbox.justclick.placing import new_order
from syncd.sandbox.justclick.records import Good
from syncd.sandbox.justclick.store import Store

HOUR = 3600
TITLES = ("Книга", "Курс «Основы»", "Бонус", "Вебинар 50%", "Kniha ~ č. 1")


def fill(store: Store, rng: random.Random, skus: Sequence[str], orders: int) -> None:
    """Put goods and ``orders`` orders in, one per hour up to now; raises ValueError for orders without goods."""
    if orders and not skus:
        raise ValueError("orders need goods: give skus, or ask for products")
    for place, code in enumerate(skus):
        price = Decimal(rng.randrange(100, 5000))
        kind = "physical" if place % 3 == 0 else "digital"
        store.goods[code] = Good(code, f"{TITLES[place % 5]} {place + 1}", price, kind)
    for place in range(orders):
        created = store.now - (orders - place) * HOUR
        order = new_order(store, rng, {"created": created, **_oddity(skus, place)})
        store.orders[order.order_id] = order
        if place % 5 in {1, 3}:
            changes.pay(store, order, order.price, created + HOUR // 2)
        elif place % 5 == 2:  # noqa: PLR2004 - of five orders one is cancelled
            changes.set_status(store, order, "cancel")


def _oddity(skus: Sequence[str], place: int) -> dict[str, Any]:
    """What makes this order special: repeated items, a gift, a product that is gone, a price of its own."""
    first = skus[place % len(skus)]
    oddities: tuple[dict[str, Any], ...] = (
        {"comment": "Позвоните, пожалуйста"},
        {"coupon": "TEST10", "tag": "autumn", "lines": [
            {"sku": first, "quantity": 2, "price": "1390", "sum": "1245", "partner": True},
            {"sku": "bonus", "title": "Бонус", "price": 0}]},
        {"recurrent": True},
        {"lines": [{"sku": first, "quantity": 2}, {"sku": first, "sum": "1"}]},
        {"lines": [{"sku": first}], "price": "99.90"},
    )  # fmt: skip
    return oddities[place % len(oddities)]
