"""Deterministic products and orders of a developer; they take turns at the traps of contracts/sources §3.2."""

from __future__ import annotations

import random
from collections.abc import Sequence
from decimal import Decimal

from syncd.sandbox.marketplace.changes import issue
from syncd.sandbox.marketplace.placing import new_order
from syncd.sandbox.marketplace.records import PAID_LETTERS, Product
from syncd.sandbox.marketplace.store import Store

HOUR = 3600
LETTERS = "POCHFAEIBDJ"
TITLES = ("Bridge add-on", "Extended support, 1 year", "Импорт <CSV> & more", "Theme “Föhre”")
BY_CODE = 4
"""Every fourth product has no external id: then the product code is the SKU."""


def fill(store: Store, rng: random.Random, skus: Sequence[str], orders: int) -> None:
    """Put products and ``orders`` orders in, one per hour up to now; raises ValueError for orders without goods."""
    if orders and not skus:
        raise ValueError("orders need goods: give skus, or ask for products")
    for place, sku in enumerate(skus, 1):
        number = store.next_id("product")
        by_code = place % BY_CODE == 0
        store.products[number] = Product(
            number, sku if by_code else f"ADDON-{place}" if place % 2 else "", "" if by_code else sku,
            f"{TITLES[place % 4]} {place}", Decimal(rng.randrange(19, 500)),
        )  # fmt: skip
    for place in range(orders):
        moment = store.now - (orders - place) * HOUR
        order = new_order(store, rng, {"timestamp": moment, "status": LETTERS[place % len(LETTERS)]})
        if place % 3 == 2:  # noqa: PLR2004 - every third buyer is a guest
            order.user_id = 0
        store.orders[order.order_id] = order
        if order.status in PAID_LETTERS:
            for line in order.lines:
                issue(store, order, line, new_number(rng), shown=True)
            order.updated_at = moment


def new_number(rng: random.Random) -> str:
    """Return a licence number."""
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
    parts = ("".join(rng.choices(letters, k=4)) for _ in range(3))
    return f"CSC-{'-'.join(parts)}-{rng.randrange(10**4):04d}"
