"""Edits of orders: what customers buy and what staff does with it (see the table in ``edits``)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from syncd.sandbox.cscart.cart import apply_taxes, make_line, settle
from syncd.sandbox.cscart.context import Context
from syncd.sandbox.cscart.edit_goods import find_product
from syncd.sandbox.cscart.order_update import remove
from syncd.sandbox.cscart.placing import Draft, Wanted, choose_shippings, place, suborders
from syncd.sandbox.cscart.records import Line, Order, Shipment, Tax
from syncd.sandbox.cscart.stock import change_status, move_stock

Args = dict[str, Any]
FORCED = {"shipping_cost": "shipping_cost", "discount": "subtotal_discount", "surcharge": "payment_surcharge",
          "total": "total"}  # fmt: skip
OWN_TAX = 900


def find_order(context: Context, args: Args) -> Order:
    """Return the order that ``order_id`` names; raises ValueError."""
    order = context.store.orders.get(int(args["order_id"]))
    if order is None:
        raise ValueError(f"no order {args['order_id']}")
    return order


def place_order(context: Context, args: Args) -> dict[str, Any]:
    """Place an order as a customer in the shop does."""
    store = context.store
    user = store.users.get(int(args.get("user_id", 0)))
    customer = {str(key): str(value) for key, value in args.get("customer", {}).items()}
    if user is not None:
        own = {"firstname": user.firstname, "lastname": user.lastname, "email": user.email, "phone": user.phone,
               "company": user.company}  # fmt: skip
        customer = {**user.address, **own, **customer}
    wanted = tuple(_wanted(context, row, oversell=bool(args.get("oversell"))) for row in args["lines"])
    draft = Draft(
        int(args.get("company_id", next(iter(store.companies)))), int(args.get("payment_id", 12)), customer, wanted,
        user.user_id if user is not None else 0, _shipping(args.get("shipping", 2)), _coupons(args),
        str(args.get("notes", "")), str(args.get("details", "")), args.get("timestamp"),
        str(args.get("lang", store.default_language)), forced(args), _rates(args.get("tax")),
    )  # fmt: skip
    order = _placed(context, draft, args)
    return {"order_id": order.order_id, "suborder_ids": [row.order_id for row in suborders(store, order)]}


def _placed(context: Context, draft: Draft, args: Args) -> Order:
    settings = context.store.settings
    before, settings.allow_negative_stock = settings.allow_negative_stock, bool(args.get("oversell"))
    settings.allow_negative_stock |= before
    try:
        order = place(context, draft, args.get("status"))
    finally:
        settings.allow_negative_stock = before
    _force_prices(context, order, args)
    return order


def _force_prices(context: Context, order: Order, args: Args) -> None:
    """Give lines the prices that a manager typed in, and add everything up again."""
    prices = {find_product(context, row).product_id: row["price"] for row in args["lines"] if "price" in row}
    if not prices:
        return
    for line in order.lines:
        if line.product_id in prices:
            line.price = line.original_price = line.base_price = Decimal(str(prices[line.product_id]))
            line.discount, line.promotions = Decimal(0), {}
            line.extra["stored_price"] = "Y"
    apply_taxes(context.store, order, _rates(args.get("tax")))
    settle(context.store, order, {"subtotal_discount": order.subtotal_discount, **forced(args)})


def _wanted(context: Context, row: Args, *, oversell: bool) -> Wanted:
    product = find_product(context, row)
    amount = int(row.get("amount", 1))
    free = oversell or context.store.settings.allow_negative_stock or product.column("tracking", "B") != "B"
    if not free and product.amount < amount:
        raise ValueError(f"order.place: only {product.amount} of {product.code!r} in stock, {amount} wanted")
    options = {int(key): int(value) for key, value in row.get("options", {}).items()}
    return Wanted(product.product_id, amount, options, dict(row.get("extra", {})))


def _shipping(value: Any) -> int | Mapping[int, int] | None:
    if isinstance(value, dict):
        return {int(key): int(number) for key, number in value.items()}
    return None if value is None else int(value)


def _coupons(args: Args) -> tuple[str, ...]:
    return (str(args["coupon"]),) if args.get("coupon") else ()


def forced(args: Args) -> dict[str, Decimal]:
    """Return the amounts that were typed in."""
    return {column: Decimal(str(args[key])) for key, column in FORCED.items() if args.get(key) is not None}


def _rates(tax: Any) -> dict[int, Tax] | None:
    if tax is None:
        return None
    rate, included = (tax["rate"], bool(tax.get("included"))) if isinstance(tax, dict) else (tax, False)
    if not Decimal(str(rate)):
        return {}
    name = f"Tax {rate}%"
    return {OWN_TAX: Tax(OWN_TAX, {"en": name, "ru": name}, Decimal(str(rate)), included)}


def set_status(context: Context, args: Args) -> str:
    """Change the status in the admin panel; returns the letter that was stored."""
    order = find_order(context, args)
    change_status(context, order, str(args["status"])[:1])
    return order.status


def edit_order(context: Context, args: Args) -> int:
    """Save an order in the admin panel; lines are priced anew and stock follows."""
    store, order = context.store, find_order(context, args)
    status = order.status
    if "lines" in args:
        lines = [_line(context, row) for row in args["lines"]]
        move_stock(store, order, "N")
        order.status, order.lines = "N", lines
    if args.get("shipping") is not None:
        order.shippings = choose_shippings(store, order, _shipping(args["shipping"]) or 0)
    order.customer |= {str(key): str(value) for key, value in args.get("customer", {}).items()}
    for key in ("notes", "details"):
        setattr(order, key, str(args.get(key, getattr(order, key))))
    order.user_id = int(args.get("user_id", order.user_id))
    order.payment_info |= {str(key): str(value) for key, value in args.get("payment_info", {}).items()}
    order.fields |= {int(key): str(value) for key, value in args.get("fields", {}).items()}
    if args.keys() & {"lines", "shipping", *FORCED}:
        own = {number: row["tax"] for number, row in order.taxes.items() if number == OWN_TAX}
        apply_taxes(store, order, own or None)
        settle(store, order, {"subtotal_discount": order.subtotal_discount, **forced(args)})
    change_status(context, order, status)
    order.updated_at = store.now
    return order.order_id


def _line(context: Context, row: Args) -> Line:
    options = {int(key): int(value) for key, value in row.get("options", {}).items()}
    amount = int(row.get("amount", 1))
    line = make_line(context.store, find_product(context, row), amount, options, dict(row.get("extra", {})))
    if "price" in row:
        line.price = line.original_price = line.base_price = Decimal(str(row["price"]))
        line.discount, line.promotions = Decimal(0), {}
        line.extra["stored_price"] = "Y"
    return line


def delete_order(context: Context, args: Args) -> int:
    """Delete an order."""
    order = find_order(context, args)
    remove(context.store, order)
    return order.order_id


def break_order(context: Context, args: Args) -> int:
    """Serve an order broken until it is mended."""
    order = find_order(context, args)
    how = {key: value for key, value in args.items() if key != "order_id"}
    if not how or how.keys() - {"set", "drop", "invalid_json", "invalid_utf8"}:
        raise ValueError("order.break: say set, drop, invalid_json or invalid_utf8")
    context.store.broken[order.order_id] = how
    return order.order_id


def mend_order(context: Context, args: Args) -> int:
    """Serve an order, or all, as they are again; returns how many were broken."""
    broken = context.store.broken
    chosen = [find_order(context, args).order_id] if "order_id" in args else list(broken)
    return sum(broken.pop(number, None) is not None for number in chosen)


def hide_order(context: Context, args: Args) -> int:
    """Keep an order out of the lists."""
    context.store.hidden_orders.add(find_order(context, args).order_id)
    return int(args["order_id"])


def show_order(context: Context, args: Args) -> int:
    """Let an order be listed again."""
    context.store.hidden_orders.discard(find_order(context, args).order_id)
    return int(args["order_id"])


def touch_order(context: Context, args: Args) -> int:
    """Set ``updated_at`` alone."""
    find_order(context, args).updated_at = int(args["updated_at"])
    return int(args["order_id"])


def issue_license(context: Context, args: Args) -> bool:
    """Issue Marketplace licences for an order and call the hook; returns whether the hook took it (cscart §6)."""
    order = find_order(context, args)
    for line in order.lines:
        line.extra["external_id"] = str(
            args.get("external_id", f"ext-{order.order_id:06d}-{line.product_id}")
        )
        line.extra["license_number"] = str(
            args.get("license_number", f"LIC-{order.order_id:06d}-{line.product_id}")
        )
    url = str(args.get("url") or context.store.settings.marketplace_hook_url)
    return bool(url) and context.network.post(url, {"order_id": order.order_id})


def create_shipment(context: Context, args: Args) -> int:
    """Send everything of an order in one parcel; ``updated_at`` stays (cscart §4.2)."""
    store, order = context.store, find_order(context, args)
    number = store.next_id("shipment")
    method = order.shippings[0]["shipping_id"] if order.shippings else 0
    store.shipments[number] = Shipment(
        number, order.order_id, method, store.now, {line.item_id: line.amount for line in order.lines},
        str(args.get("tracking_number", "")), str(args.get("carrier", "")),
    )  # fmt: skip
    return number


OPERATIONS = {
    "order.place": place_order,
    "order.status": set_status,
    "order.edit": edit_order,
    "order.delete": delete_order,
    "order.break": break_order,
    "order.mend": mend_order,
    "order.hide": hide_order,
    "order.show": show_order,
    "order.touch": touch_order,
    "license.issue": issue_license,
    "shipment.create": create_shipment,
}
