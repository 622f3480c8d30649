"""What staff does in the demo's Webasyst: it moves an order on, or changes a price or a name there."""

from __future__ import annotations

import random
from typing import Any

from syncd.demo import webasyst_reader
from syncd.demo.shops import DemoShop

NEXT = {"new": "process", "processing": "complete"}
"""The next action of an order in this state."""


def staff_works(shop: DemoShop) -> dict[str, Any]:
    """Do one thing, chosen by chance. Answers what was done. Raises `ValueError` when the shop refuses."""
    orders = [order for order in webasyst_reader.orders(shop) if order.status in NEXT]
    if orders and random.getrandbits(1):
        order = random.choice(orders)
        action = NEXT[order.status]
        order_id = order.shown_id.removeprefix("#100")
        shop.edit("order.action", id=int(order_id), action=action)
        return {"op": "order.action", "order": order.shown_id, "action": action}
    product = random.choice(webasyst_reader.products(shop))
    name = f"{product.texts['name'].split(' - ')[0]} - {random.choice(('new', 'best', 'last'))}"
    shop.edit("product.update", id=int(product.owner), name=name)
    return {"op": "product.update", "sku": product.sku, "name": name}
