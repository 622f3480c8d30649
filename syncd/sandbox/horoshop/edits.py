"""What buyers and staff do in the shop itself, outside the API (``edit`` of the shop and of the control API).

===================== ===================================================================================
operation             arguments and result
===================== ===================================================================================
``place_order``       any of ``lines``: list of ``{"sku", "quantity"?, "price"?, "title"?, "type"?,
                      "discount_marker"?}`` (without it: some goods); ``customer``: ``name``, ``email``,
                      ``phone``, ``city``, ``address``; ``user``, ``created`` (unix seconds), ``order_id``,
                      ``status``, ``paid``, ``delivery_id``, ``payment_id``, ``delivery_price``, ``comment``,
                      ``coupon``: ``{"code", "percent"|"amount"}``, ``discount_percent``, ``discount_value``,
                      ``manager_discount``, ``total_sum`` (a total that does not follow from the lines),
                      ``currency``, ``tracking``, ``analytics``, ``without_callback``. Returns ``order_id``
``change_order``      ``order_id`` and any of the above but ``created``, ``status`` and ``paid``
``change_status``     ``order_id``, ``status``. A status 4 given here puts the goods back into the stock
``pay``               ``order_id``, ``paid`` (true)
``delete_order``      ``order_id``
``add_status``        ``status`` (its id), ``title``, ``successful``: a status of the shop's own
``flush_hooks``       Calls every waiting subscriber now, over HTTP; returns a list of ``event``, ``method``,
                      ``url``, ``order_id``, ``status``, ``tries`` and ``state`` (``delivered``, ``waiting``,
                      ``given up`` after the tenth try). Call it from another thread than the subscriber's
``remove_subscriber`` ``id``: the staff takes a subscriber out, which is told so by a DELETE
``challenge``         ``when``: ``always`` (default), ``unless_browser``, ``never``: the anti-bot page
``expire_tokens``     Makes all tokens worthless; returns how many
``setting``           any of ``syncd.sandbox.horoshop.settings.Settings`` by name; returns all of them
===================== ===================================================================================

Every operation raises ValueError with a clear text when it cannot be done.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, Protocol

from syncd.sandbox.horoshop import changes, hooks
from syncd.sandbox.horoshop.login import Tokens
from syncd.sandbox.horoshop.placing import apply, new_order
from syncd.sandbox.horoshop.records import Order
from syncd.sandbox.horoshop.store import Store
from syncd.sandbox.horoshop.titles import NOT_DELIVERED, Status
from syncd.sandbox.plain import plain

Args = dict[str, Any]


class Editable(Protocol):
    """What an edit needs of a shop."""

    store: Store
    tokens: Tokens
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
    status = _status(shop, args.get("status", 1))
    order = new_order(shop.store, shop.random, args)
    order.status, order.paid = status, bool(args.get("paid", False))
    shop.store.orders[order.order_id] = order
    changes.move_stock(shop.store, order, -1)
    changes.announce_new(shop.store, order)
    return order.order_id


def _order(shop: Editable, args: Args) -> Order:
    order = shop.store.orders.get(int(args["order_id"]))
    if order is None:
        raise ValueError(f"no order {args['order_id']}")
    return order


def _status(shop: Editable, status: Any) -> int:
    if status not in shop.store.statuses:
        raise ValueError(f"no status {status!r}; known: {', '.join(map(str, shop.store.statuses))}")
    return int(status)


def _change(shop: Editable, args: Args) -> bool:
    order = _order(shop, args)
    changes.move_stock(shop.store, order, 1)
    try:
        apply(shop.store, order, args)
    finally:
        changes.move_stock(shop.store, order, -1)
    return True


def _change_status(shop: Editable, args: Args) -> bool:
    order, status = _order(shop, args), _status(shop, args["status"])
    if status == NOT_DELIVERED != order.status:
        changes.move_stock(shop.store, order, 1)
    changes.set_status(shop.store, order, status)
    return True


def _pay(shop: Editable, args: Args) -> bool:
    changes.pay(shop.store, _order(shop, args), paid=bool(args.get("paid", True)))
    return True


def _delete(shop: Editable, args: Args) -> bool:
    del shop.store.orders[_order(shop, args).order_id]
    return True


def _add_status(shop: Editable, args: Args) -> bool:
    title = str(args["title"])
    shop.store.statuses[int(args["status"])] = Status(title, title, bool(args.get("successful", False)))
    return True


def _remove_subscriber(shop: Editable, args: Args) -> bool:
    hooks.remove(shop.store, int(args["id"]))
    return True


def _setting(shop: Editable, args: Args) -> Any:
    shop.store.settings.change(args)
    return plain(shop.store.settings)


def _challenge(shop: Editable, args: Args) -> Any:
    return _setting(shop, {"challenge": args.get("when", "always")})


OPERATIONS: dict[str, Callable[[Editable, Args], Any]] = {
    "place_order": _place,
    "change_order": _change,
    "change_status": _change_status,
    "pay": _pay,
    "delete_order": _delete,
    "add_status": _add_status,
    "flush_hooks": lambda shop, args: shop.store.queue.flush(),
    "remove_subscriber": _remove_subscriber,
    "challenge": _challenge,
    "expire_tokens": lambda shop, args: shop.tokens.forget(),
    "setting": _setting,
}
