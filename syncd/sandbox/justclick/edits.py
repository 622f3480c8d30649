"""What buyers and staff do in the account itself, outside the API (``edit`` of the shop and of the control API).

================= =======================================================================================
operation         arguments and result
================= =======================================================================================
``place_order``   any of ``lines``: list of ``{"sku", "quantity"?, "price"?, "sum"?, "title"?, "pincode"?,
                  "partner"?}`` (without it: some products); ``customer``: ``first_name``, ``last_name``,
                  ``middle_name``, ``email``, ``phone``, ``city``, ``country``, ``address``, ``region``,
                  ``postalcode``; ``created`` (unix seconds), ``order_id``, ``payway``, ``comment``, ``tag``,
                  ``coupon``, ``utm``, ``domain``, ``recurrent``, ``price`` (a total that the items do not
                  explain). Returns ``order_id``
``change_order``  ``order_id`` and any of the above but ``created``
``change_status`` ``order_id``, ``status``: ``waiting``, ``sent``, ``cancel``, ``moneyback``, ``return`` or any other
                  word; cancelling and giving back call hooks
``pay``           ``order_id``, ``sum`` (the rest; less is a prepayment), ``moment`` (now, unix seconds)
``delete_order``  ``order_id``
``hook_urls``     any of ``created``, ``paid``, ``prepaid``, ``canceled``, ``moneyback``: addresses; ``sku`` for one
                  product, without it for all. Returns how many products were set
``flush_hooks``   Calls every waiting address now, over HTTP; returns a list of ``event``, ``method``, ``url``,
                  ``order_id``, ``status``, ``tries`` and ``state`` (``delivered`` or ``given up``: there are no
                  retries). Call it from another thread than the receiver's
``refuse``        ``code``: 5 no such user, 6 IP not allowed, 7 disabled, 8 too often; 0 ends it
``setting``       any of ``syncd.sandbox.justclick.settings.Settings`` by name; returns all of them
================= =======================================================================================

Every operation raises ValueError with a clear text when it cannot be done.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Protocol

from syncd.sandbox.justclick import changes
from syncd.sandbox.justclick.answers import TEXTS
from syncd.sandbox.justclick.placing import apply, new_order
from syncd.sandbox.justclick.records import EVENTS, Order
from syncd.sandbox.justclick.store import Store
from syncd.sandbox.plain import plain

Args = dict[str, Any]


class Editable(Protocol):
    """What an edit needs of a shop."""

    store: Store
    random: random.Random


def run_edit(shop: Editable, op: str, args: Args) -> Any:
    """Run one operation; raises ValueError for an unknown one, or for arguments that make no sense."""
    if op not in OPERATIONS:
        raise ValueError(f"no operation {op!r}; known: {', '.join(sorted(OPERATIONS))}")
    try:
        return OPERATIONS[op](shop, args)
    except KeyError as error:
        raise ValueError(f"{op}: argument or record {error} is missing") from error


def _place(shop: Editable, args: Args) -> int:
    order = new_order(shop.store, shop.random, args)
    shop.store.orders[order.order_id] = order
    changes.announce(shop.store, "created", order)
    return order.order_id


def _order(shop: Editable, args: Args) -> Order:
    order = shop.store.orders.get(int(args["order_id"]))
    if order is None:
        raise ValueError(f"no order {args['order_id']}")
    return order


def _change(shop: Editable, args: Args) -> bool:
    apply(shop.store, _order(shop, args), args)
    return True


def _change_status(shop: Editable, args: Args) -> bool:
    status = str(args["status"])
    if status == "paid":
        raise ValueError("an order becomes paid by the operation 'pay'")
    changes.set_status(shop.store, _order(shop, args), status)
    return True


def _pay(shop: Editable, args: Args) -> bool:
    order = _order(shop, args)
    amount = Decimal(str(args.get("sum", order.price - order.prepaid)))
    changes.pay(shop.store, order, amount, int(args.get("moment", shop.store.now)))
    return True


def _delete(shop: Editable, args: Args) -> bool:
    del shop.store.orders[_order(shop, args).order_id]
    return True


def _hook_urls(shop: Editable, args: Args) -> int:
    urls = {key: str(value) for key, value in args.items() if key != "sku"}
    if unknown := urls.keys() - set(EVENTS):
        raise ValueError(f"no hook {', '.join(sorted(unknown))}; known: {', '.join(EVENTS)}")
    goods = [shop.store.goods[args["sku"]]] if "sku" in args else list(shop.store.goods.values())
    for good in goods:
        good.urls.update(urls)
    return len(goods)


def _setting(shop: Editable, args: Args) -> Any:
    if args.get("refusal", 0) not in TEXTS:
        raise ValueError(f"no code {args['refusal']!r}; known: {', '.join(map(str, TEXTS))}")
    shop.store.settings.change(args)
    return plain(shop.store.settings)


OPERATIONS: dict[str, Callable[[Editable, Args], Any]] = {
    "place_order": _place,
    "change_order": _change,
    "change_status": _change_status,
    "pay": _pay,
    "delete_order": _delete,
    "hook_urls": _hook_urls,
    "flush_hooks": lambda shop, args: shop.store.queue.flush(),
    "refuse": lambda shop, args: _setting(shop, {"refusal": args["code"]}),
    "setting": _setting,
}
