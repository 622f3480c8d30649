"""``POST orders``: reading the body, checking it in the shop's order, and the answer (cscart §4.5)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from syncd.sandbox import php
from syncd.sandbox.cscart.call import Call
from syncd.sandbox.cscart.context import Context
from syncd.sandbox.cscart.order_detail import ADDRESS, order_detail
from syncd.sandbox.cscart.placing import NOT_CREATED, Draft, Wanted, place, suborders
from syncd.sandbox.cscart.records import Order, User
from syncd.sandbox.cscart.replies import ApiError
from syncd.sandbox.cscart.store import Store

CUSTOMER_KEYS = frozenset(
    {"firstname", "lastname", "company", "email", "phone", "fax", "url", "s_address_type"}
    | {f"{side}_{key}" for side in ("b", "s") for key in ADDRESS}
)
COLUMN_KEYS = ("ip_address", "tax_exempt", "repaid", "validation_code", "localization_id", "storefront_id")
AMOUNT_KEYS = ("total", "shipping_cost", "subtotal_discount", "payment_surcharge")


def create(context: Context, call: Call) -> tuple[int, Any]:
    """Create an order; not idempotent, there is no key that would make it so."""
    store, data = context.store, call.data
    user = _user(store, call)
    for key in ("payment_id", "products"):
        if not php.truthy(data.get(key)):
            raise ApiError(400, f"The {key} field is required")
    if user is not None and call.company_id and user.company_id not in {0, call.company_id}:
        raise ApiError(403)
    wanted = wanted_lines(data["products"])
    shipping = _shipping(store, data, wanted)
    company_id = _company(store, call)
    draft = Draft(
        company_id, php.to_int(data["payment_id"]), _customer(user, data), wanted,
        user.user_id if user is not None else 0, shipping, coupon_codes(data),
        lang=call.lang,
    )  # fmt: skip
    _check_minimum(store, draft)
    order = place(context, draft)
    merge(order, data)
    result: dict[str, Any] = {
        "order_id": order.order_id,
        "order_data": order_detail(context, order, call.lang),
    }
    if order.is_parent:
        children = suborders(store, order)
        result["suborder_ids"] = [child.order_id for child in children]
        result["suborders_data"] = [order_detail(context, child, call.lang) for child in children]
    return 201, result


def _user(store: Store, call: Call) -> User | None:
    number = php.to_int(call.data.get("user_id"))
    user = store.users.get(number)
    if number and user is None:
        raise ApiError(400, "The user_id field is required")
    if user is None and not isinstance(call.data.get("user_data"), dict):
        raise ApiError(400, "The user_data field is required")
    return user


def _customer(user: User | None, data: php.PhpArray) -> dict[str, str]:
    given = customer_fields(data.get("user_data"))
    if user is None:
        return given
    own = {"firstname": user.firstname, "lastname": user.lastname, "company": user.company, "email": user.email,
           "phone": user.phone}  # fmt: skip
    return {**user.address, **own, **given}


def customer_fields(data: Any) -> dict[str, str]:
    """Keep the contact and address columns of a ``user_data`` block."""
    if not isinstance(data, dict):
        return {}
    return {str(key): php.to_str(value) for key, value in data.items() if key in CUSTOMER_KEYS}


def wanted_lines(products: Any) -> tuple[Wanted, ...]:
    """Read the lines: key 0 is lost (the first line of a JSON list), lines without amount are skipped."""
    if not isinstance(products, dict):
        return ()
    result = []
    for key, row in products.items():
        if key in (0, "") or not isinstance(row, dict):
            continue
        amount = php.to_int(row.get("amount"))
        if amount:
            number = php.to_int(row.get("product_id", key))
            result.append(Wanted(number, amount, line_options(row), line_extra(row)))
    return tuple(result)


def line_options(row: php.PhpArray) -> dict[int, int]:
    """Return the chosen variants by option id."""
    options = row.get("product_options")
    return {php.to_int(k): php.to_int(v) for k, v in options.items()} if isinstance(options, dict) else {}


def line_extra(row: php.PhpArray) -> dict[str, Any]:
    """Return what a caller keeps with a line; the options have their own place."""
    extra = row.get("extra")
    if not isinstance(extra, dict):
        return {}
    return {str(key): value for key, value in extra.items() if key != "product_options"}


def _shipping(store: Store, data: php.PhpArray, wanted: tuple[Wanted, ...]) -> int | Mapping[int, int] | None:
    goods = [store.products[want.product_id] for want in wanted if want.product_id in store.products]
    if not any(product.column("is_edp", "N") != "Y" for product in goods):
        return None
    asked = data.get("shipping_id", data.get("shipping_ids"))
    if not php.truthy(asked):
        raise ApiError(400, "The shipping_id field is required")
    return (
        {php.to_int(k): php.to_int(v) for k, v in asked.items()}
        if isinstance(asked, dict)
        else php.to_int(asked)
    )


def _company(store: Store, call: Call) -> int:
    if call.company_id:
        return call.company_id
    if store.edition == "MULTIVENDOR":
        return 0
    if len(store.companies) != 1:
        raise ApiError(400, NOT_CREATED, errors=("Please select a store first",))
    return next(iter(store.companies))


def coupon_codes(data: php.PhpArray) -> tuple[str, ...]:
    """Return the coupon codes of a body, one text or a map."""
    codes = data.get("coupon_codes")
    if isinstance(codes, dict):
        return tuple(php.to_str(code) for code in codes.values())
    return (php.to_str(codes),) if codes else ()


def _check_minimum(store: Store, draft: Draft) -> None:
    least = store.settings.minimum_order_total
    if least:
        total = sum(
            float(store.products[want.product_id].price) * want.amount
            for want in draft.wanted
            if want.product_id in store.products
        )
        if total < least:
            raise ApiError(403, f"The minimum allowed order amount is {least:.2f}")


def merge(order: Order, data: php.PhpArray) -> None:
    """Store top-level keys as given, after the calculation and without a new one (cscart §4.5)."""
    for key in AMOUNT_KEYS:
        if key in data:
            setattr(order, key, decimal(data[key]))
    for key in ("notes", "details"):
        if key in data:
            setattr(order, key, php.to_str(data[key]))
    if "timestamp" in data:
        order.timestamp = php.to_int(data["timestamp"])
    for key in COLUMN_KEYS:
        if key in data:
            order.columns[key] = php.to_str(data[key])


def decimal(value: Any) -> Decimal:
    """Read an amount like a DECIMAL(12,2) column does."""
    try:
        return Decimal(php.fixed(php.to_float(value)))
    except InvalidOperation:
        return Decimal(0)
