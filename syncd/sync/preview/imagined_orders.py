"""Orders of the office as they would stand after a plan's writes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from syncd.model.backoffice import OfficeLine, OfficeOrder
from syncd.model.exchange import DraftLine, OrderChanges, OrderDraft

_ADDRESS = "shipping_address."


def made_of(
    draft: OrderDraft, order_id: int, contact_id: int, number: Callable[[], int], now: datetime
) -> OfficeOrder:
    """The order that a draft leads to once it is complete. `number` gives out ids."""
    made = tuple(line_of(line, "", number) for line in draft.lines)
    address = {_ADDRESS + name: value for name, value in draft.address.items()}
    return OfficeOrder(
        order_id=order_id,
        contact_id=contact_id,
        state="new",
        currency=draft.currency,
        created_at=now,
        updated_at=None,
        total=total_of(made, draft.shipping, draft.discount),
        shipping=draft.shipping,
        discount=draft.discount,
        comment=draft.comment,
        lines=made,
        params={**draft.params, **address},
    )


def line_of(line: DraftLine, code: str, number: Callable[[], int]) -> OfficeLine:
    """A written line as it is read."""
    item_id = number() if line.item_id is None else line.item_id
    return OfficeLine(item_id, line.sku_id, line.product_id, line.name, code, line.quantity, line.price)


def total_of(lines: Iterable[OfficeLine], shipping: Decimal, discount: Decimal) -> Decimal:
    """What the office reckons."""
    return sum((line.price * line.quantity for line in lines), Decimal(0)) + shipping - discount


def saved(order: OfficeOrder, changes: OrderChanges, number: Callable[[], int], now: datetime) -> OfficeOrder:
    """The order after a save; left out, the shipping cost becomes 0 (contracts/webasyst §0.13)."""
    codes = {line.item_id: line.code for line in order.lines}
    lines = order.lines
    if changes.lines is not None:
        lines = tuple(line_of(line, codes.get(line.item_id or 0, ""), number) for line in changes.lines)
    shipping = Decimal(0) if changes.shipping is None else changes.shipping
    discount = order.discount if changes.discount is None else changes.discount
    address = {_ADDRESS + name: value for name, value in (changes.address or {}).items()}
    return replace(
        order,
        lines=lines,
        shipping=shipping,
        discount=discount,
        total=total_of(lines, shipping, discount),
        comment=order.comment if changes.comment is None else changes.comment,
        params={**order.params, **address, **changes.params},
        updated_at=now,
    )
