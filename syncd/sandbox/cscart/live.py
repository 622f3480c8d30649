"""Random life in the shop: one small thing that a customer or the staff does."""

# ruff: noqa: PLR2004 - plain proportions

from __future__ import annotations

import random
from typing import Any

from syncd.sandbox.cscart import edit_goods, edit_orders
from syncd.sandbox.cscart.context import Context

LETTERS = ("P", "C", "I", "O")


def live(context: Context, rng: random.Random) -> dict[str, Any]:
    """Do one random thing and say what it was."""
    goods = [
        row for row in context.store.products.values() if row.status == "A" and context.store.visible(row)
    ]
    if not goods:
        return {"op": "nothing", "why": "the shop has no products on sale"}
    product = goods[rng.randrange(len(goods))]
    choice = rng.randrange(10)
    if choice < 4 and product.amount > 0:
        return _buy(context, rng, product.product_id)
    if choice < 6 and context.store.orders:
        order_id = rng.choice(list(context.store.orders))
        letter = edit_orders.set_status(context, {"order_id": order_id, "status": rng.choice(LETTERS)})
        return {"op": "order.status", "order_id": order_id, "status": letter}
    if choice < 8:
        price = f"{rng.randrange(100, 50000) / 100:.2f}"
        edit_goods.update(context, {"product_id": product.product_id, "price": price})
        return {"op": "product.update", "product_id": product.product_id, "price": price}
    amount = rng.randrange(1, 200)
    edit_goods.update(context, {"product_id": product.product_id, "amount": amount})
    return {"op": "product.update", "product_id": product.product_id, "amount": amount}


def _buy(context: Context, rng: random.Random, product_id: int) -> dict[str, Any]:
    customers = [row.user_id for row in context.store.users.values() if row.user_type == "C"]
    product = context.store.products[product_id]
    args: dict[str, Any] = {
        "lines": [{"product_id": product_id, "amount": rng.randint(1, min(3, product.amount))}],
        "company_id": product.company_id,
        "payment_id": rng.choice(list(context.store.payments)),
        "shipping": rng.choice(
            [row.shipping_id for row in context.store.shippings.values() if row.status == "A"]
        ),
    }
    if customers and rng.random() < 0.7:
        args["user_id"] = rng.choice(customers)
    else:
        args["customer"] = {"email": f"guest{rng.randrange(10**6)}@example.test", "firstname": "Гость"}
    return {"op": "order.place", **edit_orders.place_order(context, args)}
