"""What staff edited in an office order since both sides agreed on it, and what of it both sides sold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from syncd.model.backoffice import OfficeLine, OfficeOrder
from syncd.model.exchange import DraftLine
from syncd.model.money import ZERO, plain, to_cents
from syncd.model.order import Order
from syncd.sync.facets import MONEY, Facet, facets_of
from syncd.sync.order_changes import office_lines, spell_lines

Base = Mapping[str, Any]
"""A link's base: `facets` of the source order, `lines` the fingerprint of the office's, and `office`, the same lines to be
shown (SKU id, name, quantity, price) with shipping and discount. Links from before the way back have no `office`."""


def agree(order: Order, base: Base, actual: OfficeOrder, facets: frozenset[Facet]) -> dict[str, Any]:
    """The base after these facets were compared and agree; what was not compared stays as it was agreed before, so that
    an edit by staff is not taken for agreed when something else moves."""
    whole = Facet.LINES in facets or "lines" not in base
    lines = office_lines(actual.lines) if whole else base["lines"]
    agreed = {"facets": facets_of(order), "lines": lines}
    money = _money(actual)
    if whole or ("office" not in base and lines == office_lines(actual.lines)):
        return agreed | {"office": money}
    if "office" not in base:
        return agreed
    return agreed | {
        "office": money | {"lines": base["office"]["lines"]} if facets & MONEY else base["office"]
    }


def edit_of(base: Base, order: OfficeOrder) -> str | None:
    """What the office order says otherwise than agreed, in words with both values; `None` when it says the same."""
    if "lines" not in base:
        return None
    found = []
    edited = base["lines"] != office_lines(order.lines)
    agreed = base.get("office")
    if agreed is None:
        return (
            f"lines are {spell_lines(order.lines)}, and were not when both shops agreed" if edited else None
        )
    lines = [_line(row) for row in agreed["lines"]]
    if edited:
        found.append(f"lines are {spell_lines(order.lines)}, agreed {spell_lines(lines)}")
    shipping, discount = Decimal(agreed["shipping"]), Decimal(agreed["discount"])
    total = to_cents(sum((line.price * line.quantity for line in lines), ZERO) + shipping - discount)
    amounts = [
        ("shipping", order.shipping, shipping),
        ("discount", order.discount, discount),
        ("total", order.total, total),
    ]
    found += [
        f"{name} is {to_cents(now)}, agreed {was}" for name, now, was in amounts if to_cents(now) != was
    ]
    return "; ".join(found) or None


def pieces(base: Base, order: OfficeOrder) -> dict[int, Decimal]:
    """SKU id -> pieces that both shops count as sold by this order: what staff put into it besides is the office's own
    sale, and what they took out of it was never taken off the office's stock."""
    now = _sum((line.sku_id, line.quantity) for line in order.lines)
    agreed = base.get("office")
    if agreed is not None:
        was = _sum((row[0], Decimal(row[2])) for row in agreed["lines"])
        now = {sku_id: min(quantity, was.get(sku_id, ZERO)) for sku_id, quantity in now.items()}
    return {sku_id: quantity for sku_id, quantity in now.items() if quantity > 0}


def _money(order: OfficeOrder) -> dict[str, Any]:
    return {
        "lines": [_row(line) for line in order.lines],
        "shipping": str(to_cents(order.shipping)),
        "discount": str(to_cents(order.discount)),
    }


def _row(line: OfficeLine) -> list[Any]:
    return [line.sku_id, line.name, plain(line.quantity), str(to_cents(line.price))]


def _line(row: list[Any]) -> DraftLine:
    sku_id, name, quantity, price = row
    return DraftLine(name, Decimal(quantity), Decimal(price), sku_id)


def _sum(pairs: Iterable[tuple[int | None, Decimal]]) -> dict[int, Decimal]:
    found: dict[int, Decimal] = {}
    for sku_id, quantity in pairs:
        if sku_id is not None:
            found[sku_id] = found.get(sku_id, ZERO) + quantity
    return found
