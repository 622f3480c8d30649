"""What buyers and the Marketplace do, outside the API (``edit`` of the shop and of the control API).

================= =======================================================================================
operation         arguments and result
================= =======================================================================================
``place_order``   any of ``lines``: list of ``{"sku"|"product_id", "amount"?, "price"?, "title"?,
                  "external_id"?, "product_code"?, "licence"?}`` (without it: some products); ``customer``:
                  columns by name (``email``, ``firstname``, ``b_city`` ...); ``timestamp``, ``updated_at``
                  (unix seconds), ``order_id``, ``status`` (``O``), ``user_id`` (0: a guest), ``company_id``
                  (another developer's: not seen), ``notes``, ``discount``, ``total`` (one that does not
                  follow from the lines), ``currency``, ``payment``. Returns ``order_id``
``change_order``  ``order_id`` and any of the above but the times and ``status``
``change_status`` ``order_id``, ``status``: a letter
``pay``           ``order_id``: the letter P
``delete_order``  ``order_id``
``issue_licence`` ``order_id``; ``line``: place of one line from 1 (default: every line without a licence);
                  ``licence_number``; ``shown`` (true): false leaves the line without it for now, so that
                  the webhook comes first. Returns the numbers of the records
``show_licences`` ``order_id``: lines get what was issued unshown
``flush_hooks``   Calls the webhook's address for every waiting call now, over HTTP; returns a list of
                  ``event``, ``method``, ``url``, ``order_id``, ``status``, ``tries`` and ``state``
                  (``delivered`` or ``given up``: there are no retries). Call it from another thread than
                  the receiver's
``setting``       any of ``syncd.sandbox.marketplace.settings.Settings`` by name, e.g. ``hook_url``; returns
                  all of them
================= =======================================================================================

Every operation raises ValueError with a clear text when it cannot be done.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, Protocol

from syncd.sandbox.marketplace import changes
from syncd.sandbox.marketplace.placing import apply, known_letter, new_order
from syncd.sandbox.marketplace.records import Line, Order
from syncd.sandbox.marketplace.seed import new_number
from syncd.sandbox.marketplace.store import Store
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
    return order.order_id


def _order(shop: Editable, args: Args) -> Order:
    order = shop.store.orders.get(int(args["order_id"]))
    if order is None:
        raise ValueError(f"no order {args['order_id']}")
    return order


def _change(shop: Editable, args: Args) -> bool:
    order = _order(shop, args)
    apply(shop.store, order, args)
    changes.touch(shop.store, order)
    return True


def _change_status(shop: Editable, args: Args) -> bool:
    changes.set_status(shop.store, _order(shop, args), known_letter(args["status"]))
    return True


def _pay(shop: Editable, args: Args) -> bool:
    return _change_status(shop, {**args, "status": "P"})


def _delete(shop: Editable, args: Args) -> bool:
    del shop.store.orders[_order(shop, args).order_id]
    return True


def _issue(shop: Editable, args: Args) -> list[int]:
    order = _order(shop, args)
    lines = (
        [_line(order, int(args["line"]))]
        if "line" in args
        else [row for row in order.lines if not row.licence]
    )
    before = len(order.licensed)
    for line in lines:
        number = str(args.get("licence_number", new_number(shop.random)))
        changes.issue(shop.store, order, line, number, shown=bool(args.get("shown", True)))
    return order.licensed[before:]


def _line(order: Order, place: int) -> Line:
    if not 1 <= place <= len(order.lines):
        raise ValueError(f"order {order.order_id} has {len(order.lines)} lines, none at place {place}")
    return order.lines[place - 1]


def _show(shop: Editable, args: Args) -> bool:
    order = _order(shop, args)
    unshown = [shop.store.licences[key] for key in order.licensed]
    for licence in unshown:
        shown = {line.licence for line in order.lines}
        for line in order.lines:
            if line.product_id == licence.product_id and not line.licence and licence.number not in shown:
                line.licence = licence.number
                break
    changes.touch(shop.store, order)
    return True


def _setting(shop: Editable, args: Args) -> Any:
    shop.store.settings.change(args)
    return plain(shop.store.settings)


OPERATIONS: dict[str, Callable[[Editable, Args], Any]] = {
    "place_order": _place,
    "change_order": _change,
    "change_status": _change_status,
    "pay": _pay,
    "delete_order": _delete,
    "issue_licence": _issue,
    "show_licences": _show,
    "flush_hooks": lambda shop, args: shop.store.queue.flush(),
    "setting": _setting,
}
