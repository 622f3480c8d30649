"""What the office order must say so that it tells the source's total: lines, extras, shipping and discount."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from syncd.model.exchange import DraftLine
from syncd.model.money import ZERO, to_cents
from syncd.model.order import Line, Order

ADJUSTMENT = "Other charges"
"""Name of the line for what the source's total says beyond everything it names."""


@dataclass(frozen=True, slots=True)
class SkuMatch:
    """The office's SKU for a source line."""

    sku_id: int
    product_id: int


@dataclass(frozen=True, slots=True)
class Expected:
    """The money side of an office order, in the order's currency."""

    lines: tuple[DraftLine, ...]
    shipping: Decimal
    discount: Decimal
    total: Decimal


def expect(order: Order, matches: Mapping[int, SkuMatch], *, discounts: bool) -> Expected:
    """Build the expected order.

    `matches` maps a line's position to its SKU; a line without one becomes a free line with its code in the name.
    With `discounts` off the order-level discount is not sent and the expected total is the one without it.
    """
    lines = [_product_line(line, matches.get(n)) for n, line in enumerate(order.lines)]
    charges = [line for line in order.extras if line.unit_price > 0]
    lines += [DraftLine(line.name, line.quantity, to_cents(line.unit_price)) for line in charges]
    rebates = -sum((line.total for line in order.extras if line.unit_price < 0), ZERO)
    discount = (order.discount if discounts else ZERO) + rebates
    rest = to_cents(order.unexplained)
    if rest > 0:
        lines.append(DraftLine(ADJUSTMENT, Decimal(1), rest))
    else:
        discount -= rest
    total = order.total if discounts else order.total + order.discount
    return Expected(tuple(lines), to_cents(order.shipping_cost), to_cents(discount), to_cents(total))


def _product_line(line: Line, match: SkuMatch | None) -> DraftLine:
    price = to_cents(line.unit_price)
    if match is not None:
        return DraftLine(line.name, line.quantity, price, match.sku_id, match.product_id)
    name = f"{line.name} [{line.code}]" if line.code else line.name
    return DraftLine(name, line.quantity, price)
