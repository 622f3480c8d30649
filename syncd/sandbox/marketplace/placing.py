"""Orders as a buyer places them: what was asked for, and good guesses for the rest."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

from syncd.sandbox.marketplace.records import STATUSES, Line, Order, Product
from syncd.sandbox.marketplace.store import Store

Args = dict[str, Any]
BUYERS = (
    {"firstname": "Jane", "lastname": "Example", "company": "Example Ltd", "email": "jane@example.com",
     "b_firstname": "Jane", "b_lastname": "Example", "b_address": "1 Sample St", "b_city": "Sampletown",
     "b_state": "CA", "b_country": "US", "b_zipcode": "90000"},
    {"firstname": "", "lastname": "", "email": "zoe+dev@example.com", "phone": "+48 600 100 200",
     "b_firstname": "Zoë", "b_lastname": "O'Neil & Söhne", "b_country": "PL"},
)  # fmt: skip
PLAIN = ("user_id", "company_id", "notes", "currency", "payment")


def new_order(store: Store, rng: random.Random, args: Args) -> Order:
    """Make an order, not stored yet; raises ValueError for what the Marketplace does not know."""
    asked = args.get("order_id")
    number = store.next_id("order") if asked is None else store.take_id("order", int(asked))
    if number in store.orders:
        raise ValueError(f"order {number} is there already")
    moment = int(args.get("timestamp", store.now))
    order = Order(number, moment, int(args.get("updated_at", moment)), dict(rng.choice(BUYERS)), [])
    order.user_id, order.company_id = store.next_id("user"), store.company_id
    order.status = known_letter(args.get("status", "O"))
    apply(store, order, {"lines": _some_lines(store, rng), **args})
    return order


def known_letter(letter: Any) -> str:
    """Return a status letter; raises ValueError when there is none like it."""
    if letter not in STATUSES:
        raise ValueError(f"no status {letter!r}; known: {', '.join(STATUSES)}")
    return str(letter)


def _some_lines(store: Store, rng: random.Random) -> list[Args]:
    numbers = rng.sample(list(store.products), min(len(store.products), rng.randint(1, 2)))
    return [{"product_id": number} for number in numbers]


def apply(store: Store, order: Order, args: Args) -> None:
    """Set what ``args`` name (see the table in ``edits``); raises ValueError before anything was changed."""
    order.lines = [make_line(store, row) for row in args["lines"]] if "lines" in args else order.lines
    changed = {str(key): str(value) for key, value in args.get("customer", {}).items()}
    order.customer = {**order.customer, **changed}
    for name in PLAIN:
        setattr(order, name, args.get(name, getattr(order, name)))
    order.discount = Decimal(str(args.get("discount", order.discount)))
    if "total" in args:
        order.declared = None if args["total"] is None else Decimal(str(args["total"]))


def make_line(store: Store, row: Args) -> Line:
    """Make a line from ``product_id`` or ``sku`` and what overrides the product; raises ValueError."""
    product = find_product(store, row)
    external = row.get("external_id", product.external_id)
    code = row.get("product_code", product.code)
    return Line(
        store.next_id("item"), product.product_id, str(code), str(external), str(row.get("title", product.title)),
        Decimal(str(row.get("price", product.price))), int(row.get("amount", 1)), str(row.get("licence", "")),
    )  # fmt: skip


def find_product(store: Store, row: Args) -> Product:
    """Return the product that ``product_id`` or ``sku`` (external id, or code) names; raises ValueError."""
    for product in store.products.values():
        if "product_id" in row and product.product_id == int(row["product_id"]):
            return product
        if row.get("sku") and row["sku"] in {product.external_id, product.code}:
            return product
    raise ValueError(f"no product {row.get('product_id', row.get('sku'))!r}")
