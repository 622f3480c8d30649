"""Orders as a buyer places them: what was asked for, and good guesses for the rest."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

from syncd.sandbox.justclick.records import CUSTOMER, Item, Order
from syncd.sandbox.justclick.store import Store

Args = dict[str, Any]
BUYERS = (
    ("Иван", "Тестов", "", "ivan@example.com", "+7 900 000-00-01", "Москва", "Россия", "ул. Примерная, 1", "", "101000"),
    ("Мария", "", "", "maria+t@example.com", "", "", "", "", "", ""),
    ("Zoë", "O'Neil", "M.", "zoe@example.com", "8 (900) 000 00 03", "Kraków", "PL", "ul. ~ 1/2", "", "30-001"),
)  # fmt: skip
PLAIN = ("payway", "comment", "tag", "coupon", "domain", "recurrent", "rpo")


def new_order(store: Store, rng: random.Random, args: Args) -> Order:
    """Make a waiting order, not stored yet; raises ValueError for what the account does not know."""
    customer = dict(zip(CUSTOMER, rng.choice(BUYERS), strict=True))
    asked = args.get("order_id")
    number = store.next_order(None if asked is None else int(asked))
    visit = {"medium": "cpc", "source": "google", "campaign": "book", "content": "", "term": ""}
    order = Order(number, int(args.get("created", store.now)), customer, [], utm=rng.choice(({}, visit)))
    apply(store, order, {"lines": _some_lines(store, rng), **args})
    return order


def _some_lines(store: Store, rng: random.Random) -> list[Args]:
    codes = rng.sample(list(store.goods), min(len(store.goods), rng.randint(1, 2)))
    return [{"sku": code, "quantity": rng.randint(1, 2)} for code in codes]


def apply(store: Store, order: Order, args: Args) -> None:
    """Set what ``args`` name (see the table in ``edits``); raises ValueError before anything was changed."""
    items = (
        [item for row in args["lines"] for item in make_items(store, row)] if "lines" in args else order.items
    )
    customer = {str(key): str(value) for key, value in args.get("customer", {}).items()}
    if unknown := customer.keys() - set(CUSTOMER):
        raise ValueError(f"a customer has no {', '.join(sorted(unknown))}; known: {', '.join(CUSTOMER)}")
    order.items, order.customer = items, {**order.customer, **customer}
    for name in PLAIN:
        setattr(order, name, args.get(name, getattr(order, name)))
    order.utm = dict(args.get("utm", order.utm))
    if "price" in args:
        order.declared = None if args["price"] is None else Decimal(str(args["price"]))


def make_items(store: Store, row: Args) -> list[Item]:
    """Make one item per piece from ``sku`` and what overrides the product; raises ValueError."""
    code = str(row.get("sku", ""))
    good = store.goods.get(code)
    if good is None and ("price" not in row or "title" not in row):
        raise ValueError(f"no product {code!r} in the account: say its title and price")
    price = Decimal(str(row["price"] if "price" in row or good is None else good.price))
    title = str(row["title"] if "title" in row or good is None else good.title)
    paid = Decimal(str(row.get("sum", price)))
    pincode = str(row.get("pincode", ""))
    partners = [{"id": "p1", "sum": "100.00"}] if row.get("partner") else []
    return [
        Item(code, title, paid, price, pincode, list(partners)) for _ in range(int(row.get("quantity", 1)))
    ]
