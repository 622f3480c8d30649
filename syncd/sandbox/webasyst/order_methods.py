"""addSale, addInvoice, setShippingAddress, contactSave, saveItem (contracts/webasyst §5.4, §5.10)."""

from __future__ import annotations

from typing import Any

from syncd.sandbox import php

from . import contacts, order_create, order_rows, workflow
from .amounts import ZERO, cents, quantity
from .call import Call, Method, as_map, writes
from .errors import ApiError
from .order_add import contact_of, put_add_params
from .order_save import move_stock
from .order_totals import set_totals
from .store import Item, Order


def add_sale(call: Call) -> Any:
    """shop.order.addSale: prices, currency and discount count; the state is pos; no mails."""
    sent = as_map(call.need("items"))
    lines = [line for line in sent.values() if isinstance(line, dict)]
    skus = [(line, call.store.skus.get(php.to_int(line.get("sku_id", "0")))) for line in lines]
    if not any(sku is not None for _, sku in skus):
        raise ApiError(400, "items_required", "Order items are required.")
    currency = call.form("currency") or call.state.settings.currency
    order = order_create.new_order(call.state, contact_of(call), currency)
    order.state_id, order.comment = "pos", call.form("comment")
    for line, sku in skus:
        if sku is not None:
            amount = order_create.read_quantity(line.get("quantity", "1"))
            price = cents(line["price"]) if "price" in line else None
            order.items.append(order_create.catalogue_item(call.state, order, sku, amount, price))
    set_totals(order, cents(call.post.get("discount", "0")))
    order_create.put_params(order, as_map(call.post.get("params")))
    order.params.setdefault("sales_channel", "pos:")
    order.params.update({**order_create.client_params(call), "api_contact_id": str(call.user.contact_id)})
    order_create.finish(call.state, order, call.user.contact_id)
    return order_rows.info(call.state, order)


def add_invoice(call: Call) -> Any:
    """shop.order.addInvoice: one free line with `total`; the comment becomes its name."""
    total = call.need("total")
    order = order_create.new_order(call.state, contact_of(call), call.state.settings.currency)
    item = Item(
        id=call.store.items.reserve(),
        order_id=order.id,
        name=call.form("comment"),
        product_id=0,
        sku_id=0,
        sku_code="",
        price=cents(total),
        quantity=quantity("1"),
    )
    order.items = [call.store.items.put(item.id, item)]
    set_totals(order, ZERO)
    put_add_params(call, order)
    order.params.update({"api_contact_id": str(call.user.contact_id), "prepayment": "1"})
    order_create.finish(call.state, order, call.user.contact_id)
    return order_rows.info(call.state, order)


def set_shipping_address(call: Call) -> Any:
    """shop.order.setShippingAddress: missing subfields are blanked; needs the edit action."""
    order = order_rows.find(call.state, call.need("id"))
    if "edit" not in workflow.available(call.state, order):
        raise ApiError(403, "access_denied", "The “edit” action is not allowed.")
    sent = as_map(call.post.get("address"))
    for part in contacts.ADDRESS_PARTS:
        order.params[f"shipping_address.{part}"] = php.to_str(sent.get(part, ""))[:255]
    order.update_datetime = call.state.now()
    workflow.log(call.state, order, "edit", before=order.state_id, by=call.user.contact_id)
    return "ok"


def contact_save(call: Call) -> Any:
    """shop.order.contactSave: edits the shared contact; the order is not touched."""
    order = order_rows.find(call.state, call.form("order_id"))
    sent = as_map(call.post.get("contact"))
    errors = contacts.errors(sent)
    if errors:
        return {"errors": errors}
    contact = call.store.contacts.get(order.contact_id)
    if contact is not None:
        contacts.put_from_form(contact, sent)
    return {"status": "ok"}


def save_item(call: Call) -> Any:
    """shop.order.saveItem: quantity 0 deletes the line; the shipping cost becomes 0."""
    if not php.truthy(call.post.get("item_id")):
        return {"status": "fail", "errors": ["No order items specified."]}
    item = call.store.items.get(php.to_int(call.post["item_id"]))
    order = None if item is None else call.store.orders.get(item.order_id)
    if item is not None and order is not None:
        _set_quantity(call, order, item)
    return {"status": "ok", "data": []}


def _set_quantity(call: Call, order: Order, item: Item) -> None:
    wanted = order_create.read_quantity(call.form("quantity", "1"))
    move_stock(call, order, item, wanted - item.quantity)
    if wanted:
        item.quantity = wanted
    else:
        order.items.remove(item)
        call.store.items.drop(item.id)
    order.shipping = ZERO
    set_totals(order, ZERO)
    for one in order.items:
        one.total_discount = ZERO
    order.update_datetime = call.state.now()
    workflow.log(call.state, order, "edit", before=order.state_id, by=call.user.contact_id)


METHODS: dict[str, Method] = {
    "order.addSale": writes(add_sale),
    "order.addInvoice": writes(add_invoice),
    "order.setShippingAddress": writes(set_shipping_address),
    "order.contactSave": writes(contact_save),
    "order.saveItem": writes(save_item),
}
