"""shop.order.save: creates without telling the id, edits any order, resets shipping (contracts/webasyst §5.3)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from syncd.sandbox import php

from . import contacts, order_create, order_stock, workflow
from .amounts import ZERO, cents, money
from .call import Call, Method, as_map, writes
from .errors import PhpFatal, server_error
from .order_totals import set_totals, spread_discount
from .reference import SHIPPING_METHOD
from .store import Item, Order

OK: dict[str, Any] = {"status": "ok", "data": []}


def save(call: Call) -> Any:
    """Create without `id`, edit with it."""
    if php.truthy(call.post.get("id")):
        return _edit(call)
    return _create(call)


def _fail(errors: Any) -> dict[str, Any]:
    return {"status": "fail", "errors": errors}


def _create(call: Call) -> Any:
    sent = as_map(call.post.get("items"))
    customer = as_map(call.post.get("customer"))
    if not sent:
        return _fail(["Order items not found."])
    errors = contacts.errors(customer)
    if errors:
        return _fail({"customer": errors})
    currency = php.to_str(call.post.get("currency") or call.state.settings.currency)
    if currency not in call.state.settings.currencies:
        raise PhpFatal("Call to a member function on null")
    order = order_create.new_order(call.state, _contact_id(call, customer), currency)
    order.comment = php.to_str(call.post.get("comment", ""))
    order.items = [_new_item(call, order, line) for line in sent.values() if isinstance(line, dict)]
    order.shipping = cents(call.post.get("shipping", "0"))
    set_totals(order, _discount(call, ZERO))
    spread_discount(order)
    _put_params(call, order, created=True)
    order_create.finish(call.state, order, call.user.contact_id)
    workflow.mail(call.state, order, "order.create")
    return OK


def _contact_id(call: Call, customer: dict[Any, Any]) -> int | None:
    contact_id = php.to_int(call.post.get("contact_id", "0"))
    if contact_id:
        return contact_id
    method = order_create.contact_method(call.post)
    contact = contacts.create(call.state, customer, method, call.user.contact_id)
    if customer:
        contacts.put_from_form(contact, customer)
    return contact.id


def _new_item(call: Call, order: Order, line: dict[Any, Any]) -> Item:
    amount = order_create.read_quantity(line.get("quantity", "1"))
    price = cents(line["price"]) if "price" in line else None
    sku = call.store.skus.get(php.to_int(line.get("sku_id", "0")))
    product_id = php.to_int(line.get("product_id", "0"))
    if sku is not None and product_id == sku.product_id:
        return order_create.catalogue_item(call.state, order, sku, amount, price)
    free = not product_id and not php.truthy(line.get("sku_id"))
    item = Item(
        id=call.store.items.reserve(),
        order_id=order.id,
        name=php.to_str(line.get("name", ""))[:255] if free else "",
        product_id=product_id,
        sku_id=php.to_int(line.get("sku_id", "0")),
        sku_code="",
        price=price or ZERO,
        quantity=amount,
    )
    return call.store.items.put(item.id, item)


def _discount(call: Call, kept: Decimal) -> Decimal:
    sent = call.post.get("discount")
    if sent is None:
        return kept
    return ZERO if sent == "calculate" else cents(sent)


def _put_params(call: Call, order: Order, created: bool) -> None:
    sent = dict(as_map(call.post.get("params")))
    if created or "shipping" in call.post:
        sent.pop("shipping_name", None)
    order_create.put_params(order, sent)
    if php.to_str(sent.get("shipping_id", "")) == SHIPPING_METHOD["id"]:
        order.params["shipping_name"] = SHIPPING_METHOD["name"]
    for kind in ("shipping_address", "billing_address"):
        address = as_map(call.post.get(kind))
        order_create.put_params(order, {f"{kind}.{part}": value for part, value in address.items()})
    order.params.setdefault("coupon_id", "0")
    if created:
        order.params.setdefault("sales_channel", "backend:")
        contact = call.store.contacts.get(order.contact_id)
        if php.truthy(call.post.get("customer")):
            for name, value in order_create.address_params(contact).items():
                order.params.setdefault(name, value)
    elif "storefront" in order.params:
        order.params["storefront_decoded"] = order.params["storefront"]


def _edit(call: Call) -> Any:
    order = call.store.orders.get(php.to_int(call.post["id"]))
    if order is None:
        raise server_error("Order not found.")
    contact_id = php.to_int(call.post.get("contact_id", "0"))
    if contact_id and contact_id != order.contact_id:
        raise server_error("Unable to change customer for an existing order.")
    customer = as_map(call.post.get("customer"))
    errors = contacts.errors(customer)
    if errors:
        return _fail({"customer": errors})
    contact = call.store.contacts.get(order.contact_id)
    if customer and contact is not None:
        contacts.put_from_form(contact, customer)
    if isinstance(call.post.get("items"), dict):
        put_items(call, order, call.post["items"])
    _put_money(call, order)
    if "comment" in call.post:
        order.comment = php.to_str(call.post["comment"])
    _put_params(call, order, created=False)
    order.update_datetime = call.state.now()
    workflow.log(call.state, order, "edit", before=order.state_id, by=call.user.contact_id)
    return OK


def _put_money(call: Call, order: Order) -> None:
    """Shipping that is not sent becomes 0; a discount that is not sent stays."""
    order.shipping = cents(call.post.get("shipping", "0"))
    before = order.discount
    set_totals(order, _discount(call, order.discount))
    spread_discount(order)
    if order.discount != before:
        text = f"Discount modified manually via backend editor: {order.discount.normalize():f}"
        workflow.log(call.state, order, "", before=order.state_id, by=call.user.contact_id, text=text)


def put_items(call: Call, order: Order, sent: dict[Any, Any]) -> None:
    """The complete new list: lines by item_id are kept, others are new, the rest is deleted."""
    kept = {item.id: item for item in order.items}
    listed = [_line(call, order, kept, line) for line in sent.values() if isinstance(line, dict)]
    for item in order.items:
        if item not in listed:
            move_stock(call, order, item, -item.quantity)
            call.store.items.drop(item.id)
    order.items = listed


def _line(call: Call, order: Order, kept: dict[int, Item], line: dict[Any, Any]) -> Item:
    item = kept.get(php.to_int(line.get("item_id", "0")))
    if item is None:
        item = _new_item(call, order, line)
        stock_id = php.to_int(line.get("stock_id", "0"))
        item.stock_id = stock_id if stock_id in call.store.stocks.rows else None
        move_stock(call, order, item, item.quantity)
        return item
    if "price" in line:
        item.price = money(cents(line["price"]))
    if "quantity" in line:
        wanted = order_create.read_quantity(line["quantity"])
        move_stock(call, order, item, wanted - item.quantity)
        item.quantity = wanted
    if php.to_int(line.get("stock_id", "0")) in call.store.stocks.rows:
        item.stock_id = php.to_int(line["stock_id"])
    return item


def move_stock(call: Call, order: Order, item: Item, amount: Decimal) -> None:
    """Once the stock of an order is subtracted, every difference goes to the stock too."""
    if order_stock.is_reduced(order):
        order_stock.take(call.state, order, item, amount)


METHODS: dict[str, Method] = {"order.save": writes(save)}
