"""Edits of the shop's own settings and lists (see the table in ``edits``)."""

from __future__ import annotations

from typing import Any

from syncd.sandbox.cscart.context import Context
from syncd.sandbox.cscart.records import Category
from syncd.sandbox.plain import plain

Args = dict[str, Any]


def setting(context: Context, args: Args) -> Any:
    """Change settings; returns all of them."""
    for name, value in args.items():
        context.store.settings.change(name, value)
    return plain(context.store.settings)


def delete_payment(context: Context, args: Args) -> int:
    """Delete a payment method; orders that used it lose its name."""
    return _pop(context.store.payments, int(args["payment_id"]), "payment method")


def delete_user(context: Context, args: Args) -> int:
    """Delete a customer; the orders stay."""
    return _pop(context.store.users, int(args["user_id"]), "user")


def _pop(table: dict[int, Any], number: int, name: str) -> int:
    if table.pop(number, None) is None:
        raise ValueError(f"no {name} {number}")
    return number


def disable_shipping(context: Context, args: Args) -> int:
    """Switch a shipping method off."""
    method = context.store.shippings.get(int(args["shipping_id"]))
    if method is None:
        raise ValueError(f"no shipping method {args['shipping_id']}")
    method.status = "D"
    return method.shipping_id


def create_category(context: Context, args: Args) -> int:
    """Create a category."""
    store = context.store
    number = store.next_id("category")
    store.categories[number] = Category(
        number, int(args.get("parent_id", 0)), str(args["name"]), company_id=int(args.get("company_id", 1)),
        timestamp=store.now,
    )  # fmt: skip
    return number


OPERATIONS = {
    "setting": setting,
    "payment.delete": delete_payment,
    "user.delete": delete_user,
    "shipping.disable": disable_shipping,
    "category.create": create_category,
}
