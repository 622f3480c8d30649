"""Orders as a buyer places them: what was asked for, and good guesses for the rest."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

from syncd.sandbox.horoshop.records import Coupon, Line, Order
from syncd.sandbox.horoshop.store import Store
from syncd.sandbox.horoshop.titles import DELIVERIES, PAYMENTS

Args = dict[str, Any]
BUYERS = (
    ("Тест Олена Іванівна", "olena@example.com", "+38 (050) 000-00-01", "Київ"),
    ("Зразок Андрій", "andriy@example.com", "+38 (067) 000-00-02", "Львів"),
    ("O'Neil Conan", "conan@example.com", "+38 (093) 000-00-03", "Одеса"),
)
ADDRESS = "Відділення № 1: вул. Прикладна, 1"
AMOUNTS = ("delivery_price", "discount_percent", "discount_value", "manager_discount")
PLAIN = ("comment", "currency", "tracking", "without_callback", "user")


def new_order(store: Store, rng: random.Random, args: Args) -> Order:
    """Make an order, not stored yet; raises ValueError for what the shop does not know."""
    name, email, phone, city = rng.choice(BUYERS)
    customer = {"name": name, "email": email, "phone": phone, "city": city, "address": ADDRESS}
    asked = args.get("order_id")
    number = store.next_id("order") if asked is None else store.take_id("order", int(asked))
    if number in store.orders:
        raise ValueError(f"order {number} is there already")
    order = Order(
        number, int(args.get("created", store.now)), customer, [], user=store.next_id("user"), analytics=_visit(rng)
    )  # fmt: skip
    apply(store, order, {"lines": _some_lines(store, rng), **args})
    return order


def _visit(rng: random.Random) -> dict[str, Any]:
    """Where the buyer came from: a campaign whose name is a number, or nowhere."""
    rest = {"utm_term": "", "utm_content": ""}
    if rng.random() < 0.5:  # noqa: PLR2004 - half and half
        return {
            "utm_source": "(direct)",
            "utm_medium": "(none)",
            "utm_campaign": "",
            **rest,
            "google_client_id": "",
        }
    return {
        "utm_source": "google", "utm_medium": "cpc", "utm_campaign": 20000000001, **rest,
        "google_client_id": "GA1.2.100.200",
    }  # fmt: skip


def _some_lines(store: Store, rng: random.Random) -> list[Args]:
    articles = rng.sample(list(store.goods), min(len(store.goods), rng.randint(1, 3)))
    return [{"sku": article, "quantity": rng.randint(1, 2)} for article in articles]


def apply(store: Store, order: Order, args: Args) -> None:
    """Set what ``args`` name (see the table in ``edits``); raises ValueError before anything was changed."""
    delivery, payment = args.get("delivery_id", order.delivery_id), args.get("payment_id", order.payment_id)
    if delivery not in DELIVERIES or payment not in PAYMENTS:
        raise ValueError(f"no delivery {delivery} or no payment {payment}")
    lines = [make_line(store, row) for row in args["lines"]] if "lines" in args else order.lines
    if not lines:
        raise ValueError("an order needs lines")
    order.delivery_id, order.payment_id, order.lines = delivery, payment, lines
    order.customer = {
        **order.customer,
        **{key: str(value) for key, value in args.get("customer", {}).items()},
    }
    for name in PLAIN:
        setattr(order, name, args.get(name, getattr(order, name)))
    for name in AMOUNTS:
        setattr(order, name, Decimal(str(args.get(name, getattr(order, name)))))
    order.analytics = dict(args.get("analytics", order.analytics))
    if "coupon" in args:
        order.coupon = _coupon(args["coupon"])
    if "total_sum" in args:
        order.declared = None if args["total_sum"] is None else Decimal(str(args["total_sum"]))


def make_line(store: Store, row: Args) -> Line:
    """Make a line from ``sku`` (or nothing: an empty article) and what overrides the catalogue; raises ValueError."""
    article = str(row.get("sku", ""))
    good = store.goods.get(article.strip())
    if good is None and ("price" not in row or "title" not in row):
        raise ValueError(f"no article {article!r} in the catalogue: say its title and price")
    price = row["price"] if "price" in row or good is None else good.price
    title = row["title"] if "title" in row or good is None else good.title
    reduced = good is not None and good.price_old > good.price
    return Line(
        article, str(title), Decimal(str(price)), Decimal(str(row.get("quantity", 1))),
        str(row.get("type", "product")), str(row.get("discount_marker", "PRICE_OLD" if reduced else "NONE")),
    )  # fmt: skip


def _coupon(value: Any) -> Coupon | None:
    if value is None:
        return None
    amount = Decimal(str(value.get("amount", 0)))
    return Coupon(str(value["code"]), 1 if amount else 2, Decimal(str(value.get("percent", 0))), amount)
