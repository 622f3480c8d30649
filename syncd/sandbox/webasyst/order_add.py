"""shop.order.add: catalogue prices only, always the primary currency, and an order even on 500 (contracts/webasyst §5.2)."""

from __future__ import annotations

from typing import Any

from syncd.sandbox import php

from . import contacts, order_create, order_rows, workflow
from .amounts import ZERO
from .call import Call, Method, as_map, writes
from .errors import PhpFatal, missing, server_error
from .order_totals import set_totals, spread_discount
from .store import Item, Order

PROTECTED = ("storefront", "ip", "user_agent", "auth_code", "auth_pin")


def add(call: Call) -> Any:
    """Create an order; price, name, currency, shipping, discount and state of the client are ignored."""
    require_contact(call)
    sent = call.need("items")
    for line in as_map(sent).values():
        if isinstance(line, dict) and "quantity" in line:
            order_create.read_quantity(line["quantity"])
    contact_id = contact_of(call)
    order = order_create.new_order(call.state, contact_id, call.state.settings.currency)
    order.comment = php.to_str(call.post.get("comment", ""))
    order.items = _items(call, order, as_map(sent))
    set_totals(order, ZERO)
    spread_discount(order)
    _die_if_told(call, order)
    put_add_params(call, order)
    order_create.finish(call.state, order, call.user.contact_id)
    if contact_id not in call.store.contacts.rows:
        raise server_error(f"Contact does not exist: {contact_id}")
    workflow.mail(call.state, order, "order.create")
    workflow.mail(call.state, order, "order.create.admin")
    return order_rows.info(call.state, order)


def require_contact(call: Call) -> None:
    """400 when neither contact_id nor contact was sent."""
    if not php.truthy(call.post.get("contact_id")) and not php.truthy(call.post.get("contact")):
        raise missing("contact")


def contact_of(call: Call) -> int:
    """The contact id that was sent, known or not, or that of a new contact."""
    require_contact(call)
    known = php.to_int(call.post.get("contact_id", "0"))
    if known:
        return known
    return contacts.create(
        call.state, call.post["contact"], order_create.contact_method(call.post), call.user.contact_id
    ).id


def _items(call: Call, order: Order, sent: dict[Any, Any]) -> list[Item]:
    """Lines of known SKUs; the others are dropped without a word."""
    found = []
    for line in sent.values():
        sku = call.store.skus.get(php.to_int(line.get("sku_id", "0"))) if isinstance(line, dict) else None
        if sku is None:
            continue
        amount = order_create.read_quantity(line.get("quantity", "1"))
        item = order_create.catalogue_item(call.state, order, sku, amount)
        stock_id = php.to_int(line.get("stock_id", "0"))
        item.stock_id = stock_id if stock_id in call.store.stocks.rows else None
        found.append(item)
    return found


def _die_if_told(call: Call, order: Order) -> None:
    """The window between the row and its params, made as wide as a crash (contracts/webasyst §8)."""
    if call.state.die_in_next_order:
        call.state.die_in_next_order -= 1
        order.half_written = True
        raise PhpFatal("died between the order and its params")


def put_add_params(call: Call, order: Order) -> None:
    """Params as order.add merges them: the server's and the contact's win."""
    sent = {key: value for key, value in as_map(call.post.get("params")).items() if key not in PROTECTED}
    contact = call.store.contacts.get(order.contact_id)
    own = order_create.address_params(contact)
    kinds = {name.split(".")[0] + "." for name in own}
    kept = {key: value for key, value in sent.items() if not str(key).startswith(tuple(kinds) or ("\0",))}
    order_create.put_params(order, {**order_create.storefront_params(call), **own, **kept})
    order.params.setdefault("sales_channel", f"storefront:{call.state.settings.domain}")
    _apply_channel(call, order)
    order.params["signup_url"] = ""
    order.params["entropy"] = order_create.entropy(order)


def _apply_channel(call: Call, order: Order) -> None:
    """`channel_id=pos:1` of an existing channel names it and sets the warehouse of the lines."""
    kind, _, key = order.params.pop("channel_id", "").partition(":")
    channel = call.store.channels.get(php.to_int(key))
    if channel is None or channel["type"] != kind:
        return
    order.params["sales_channel"] = f"{kind}:{channel['id']}"
    order.params["sales_channel_name"] = channel["name"]
    stock_id = php.to_int(as_map(channel["params"]).get("stock_id", "0"))
    for item in order.items:
        item.stock_id = item.stock_id or stock_id or None


METHODS: dict[str, Method] = {"order.add": writes(add)}
