"""Edits of orders and contacts (listed in `edits`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import contacts, order_create, order_save, workflow
from .amounts import cents, loose, quantity
from .call import Call, as_map
from .edits_values import as_form, without
from .order_totals import set_totals, spread_discount
from .state import State
from .store import Contact, Item, Order

if TYPE_CHECKING:
    from .shop import WebasystShop


def _order(state: State, key: Any) -> Order:
    order = state.store.orders.get(int(key))
    if order is None:
        raise ValueError(f"There is no order {key}.")
    return order


def _contact(state: State, key: Any) -> Contact:
    contact = state.store.contacts.get(int(key))
    if contact is None:
        raise ValueError(f"There is no contact {key}.")
    return contact


def create(shop: WebasystShop, args: dict[str, Any]) -> int:
    """order.create: what a customer buys in the storefront, at the catalogue's or the given price."""
    state = shop.state
    channel = f"storefront:{state.settings.domain}"
    if "contact_id" in args:
        contact = _contact(state, args["contact_id"])
    else:
        contact = contacts.create(state, as_form(args.get("contact", {})), f"order/{channel}", 0)
    order = order_create.new_order(state, contact.id, args.get("currency", state.settings.currency))
    order.comment = str(args.get("comment", ""))
    order.items = [_item(state, order, line) for line in args["items"]]
    order.shipping = cents(args.get("shipping", 0))
    set_totals(order, cents(args.get("discount", 0)))
    spread_discount(order)
    order.params.update(order_create.address_params(contact))
    order_create.put_params(
        order, {"storefront": state.settings.domain, **as_map(as_form(args.get("params", {})))}
    )
    order.params.setdefault("sales_channel", channel)
    order_create.finish(state, order, contact.id)
    workflow.mail(state, order, "order.create")
    return order.id


def _item(state: State, order: Order, line: dict[str, Any]) -> Item:
    sku = state.store.skus.get(int(line["sku_id"]))
    if sku is None:
        raise ValueError(f"There is no SKU {line['sku_id']}.")
    price = cents(line["price"]) if "price" in line else None
    item = order_create.catalogue_item(state, order, sku, quantity(loose(line.get("quantity", 1))), price)
    item.stock_id = line.get("stock_id")
    return item


def action(shop: WebasystShop, args: dict[str, Any]) -> str:
    """order.action: refused when the workflow does not allow it now."""
    state, order, name = shop.state, _order(shop.state, args["id"]), str(args["action"])
    allowed = workflow.available(state, order)
    if name not in allowed:
        raise ValueError(
            f"Order {order.id} is {order.state_id}: {name} is not possible, only {', '.join(allowed)}."
        )
    workflow.perform(state, order, name, without(args, "id", "action"), by=1, shown_id=order.id)
    return order.state_id


def edit(shop: WebasystShop, args: dict[str, Any]) -> int:
    """order.edit: the editor of the back office, which always sends the shipping cost."""
    state, order = shop.state, _order(shop.state, args["id"])
    form = {"shipping": str(order.shipping), **without(args)}
    answer = order_save.save(Call(state, state.user(1), {}, form))
    if answer["status"] != "ok":
        raise ValueError(f"Order {order.id} was not saved: {answer['errors']}")
    return order.id


def contact_create(shop: WebasystShop, args: dict[str, Any]) -> int:
    """contact.create."""
    return contacts.create(shop.state, without(args), "add").id


def contact_update(shop: WebasystShop, args: dict[str, Any]) -> int:
    """contact.update."""
    contact = _contact(shop.state, args["id"])
    contacts.put(contact, without(args, "id"))
    return contact.id


def contact_delete(shop: WebasystShop, args: dict[str, Any]) -> bool:
    """contact.delete: orders keep the dangling id."""
    shop.state.store.contacts.drop(_contact(shop.state, args["id"]).id)
    return True


def half_write(shop: WebasystShop, args: dict[str, Any]) -> bool:
    """half_write: the next order.add leaves a row without params (contracts/webasyst §8)."""
    shop.state.die_in_next_order = int(args.get("times", 1))
    return True


def clear_mails(shop: WebasystShop, args: dict[str, Any]) -> int:
    """mails.clear."""
    count = len(shop.state.store.mails)
    shop.state.store.mails.clear()
    return count


OPERATIONS: dict[str, Callable[[WebasystShop, dict[str, Any]], Any]] = {
    "order.create": create,
    "order.action": action,
    "order.edit": edit,
    "contact.create": contact_create,
    "contact.update": contact_update,
    "contact.delete": contact_delete,
    "half_write": half_write,
    "mails.clear": clear_mails,
}
