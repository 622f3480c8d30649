"""Creating orders: what order.add, order.save, addSale and addInvoice share (contracts/webasyst §5.2-5.4)."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import Any

from syncd.sandbox import php

from . import order_stock, workflow
from .amounts import RATE, quantity
from .call import Call, as_map
from .errors import PhpFatal
from .state import State
from .store import Contact, Item, Order, Sku

NAME_LIMIT = 64
VALUE_LIMIT = 255


def new_order(state: State, contact_id: int | None, currency: str) -> Order:
    """An order row in state "new"; update_datetime stays null (contracts/webasyst §0.16)."""
    order = Order(
        id=state.store.orders.reserve(),
        contact_id=contact_id,
        create_datetime=state.now(),
        currency=currency,
        rate=state.rate(currency).quantize(RATE),
    )
    return state.store.orders.put(order.id, order)


def put_params(order: Order, sent: dict[Any, Any]) -> None:
    """Merge params: names cut at 64, values at 255 characters, silently; arrays become "Array"."""
    for name, value in sent.items():
        order.params[str(name)[:NAME_LIMIT]] = php.to_str(value)[:VALUE_LIMIT]


def sold_name(state: State, sku: Sku) -> str:
    """The name of a line: the product's, with the SKU's in brackets."""
    product = state.store.products.get(sku.product_id)
    name = "" if product is None else product.name or ""
    return f"{name} ({sku.name})" if sku.name else name


def catalogue_item(
    state: State, order: Order, sku: Sku, amount: Decimal, price: Decimal | None = None
) -> Item:
    """A line of a SKU; without a price the catalogue's, in the order's currency."""
    if price is None:
        price = _converted(state, sku.primary_price, state.settings.currency, order)
    item = Item(
        id=state.store.items.reserve(),
        order_id=order.id,
        name=sold_name(state, sku),
        product_id=sku.product_id,
        sku_id=sku.id,
        sku_code=sku.sku,
        price=price,
        quantity=amount,
        purchase_price=sku.purchase_price,
    )
    return state.store.items.put(item.id, item)


def _converted(state: State, price: Decimal, currency: str, order: Order) -> Decimal:
    if currency == order.currency:
        return price
    return (price * state.rate(currency) / order.rate).quantize(Decimal("0.01")).quantize(Decimal("0.0001"))


def read_quantity(value: Any) -> Decimal:
    """A quantity; text that is no number is a PHP fatal error (contracts/webasyst §5.2)."""
    if not php.is_numeric(value):
        raise PhpFatal("Unsupported operand types: string * float")
    return quantity(value)


def address_params(contact: Contact | None) -> dict[str, str]:
    """The stored addresses of the contact as order params; they win over what the client sends."""
    found: dict[str, str] = {}
    for kind in ("shipping", "billing"):
        address = None if contact is None else contact.address(kind)
        for part, value in (address or {}).items():
            found[f"{kind}_address.{part}"] = value
    return found


def storefront_params(call: Call) -> dict[str, str]:
    """What the server itself puts first and does not let the client override."""
    return {"storefront": call.state.settings.domain, **client_params(call)}


def client_params(call: Call) -> dict[str, str]:
    """Address and program of the caller."""
    return {"ip": "127.0.0.1", "user_agent": call.headers.get("user-agent", "")[:VALUE_LIMIT]}


def contact_method(sent: dict[Any, Any]) -> str:
    """`create_method` of a contact that comes with an order: it names the channel if one was sent."""
    channel = as_map(sent.get("params")).get("sales_channel")
    return f"order/{php.to_str(channel)}" if channel else "order"


def entropy(order: Order) -> str:
    """A random-looking value that is the same in every run."""
    return hashlib.md5(f"order {order.id}".encode(), usedforsecurity=False).hexdigest()


def count_customer(state: State, order: Order) -> None:
    """The contact becomes a customer; its counters move."""
    contact = state.store.contacts.get(order.contact_id)
    if contact is not None:
        contact.is_customer = True
        contact.number_of_orders += 1
        contact.last_order_id = order.id


def finish(state: State, order: Order, by: int) -> None:
    """History, stock at creation if so set, mails, counters."""
    workflow.log(state, order, "create", before="", by=by)
    if state.settings.stock_counting_action == "create":
        order_stock.reduce(state, order)
    count_customer(state, order)
