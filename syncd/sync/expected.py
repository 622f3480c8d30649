"""What the office order must say so that it tells the source's total: lines, extras, shipping and discount."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from syncd.model.exchange import DraftLine
from syncd.model.money import CENT, ZERO, to_cents
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
    discount = to_cents((order.discount if discounts else ZERO) + rebates)
    shipping = to_cents(order.shipping_cost)
    total = to_cents(order.total if discounts else order.total + order.discount)
    # What is written is rounded to cents, so the rest is taken from that and not from the source's own parts.
    rest = total - to_cents(_worth(lines) + shipping - discount)
    if rest > 0:
        lines.append(DraftLine(ADJUSTMENT, Decimal(1), rest))
    else:
        discount -= rest
    moved = _beyond_lines(lines, discount, shipping)
    return Expected(tuple(lines), shipping - moved, discount - moved, total)


def _worth(lines: Iterable[DraftLine]) -> Decimal:
    return sum((line.price * line.quantity for line in lines), ZERO)


def _beyond_lines(lines: Iterable[DraftLine], discount: Decimal, shipping: Decimal) -> Decimal:
    """What a discount takes off the shipping cost, as a gift certificate does.

    The office cuts a discount that is too large (contracts/webasyst §5.3), so it never gets more than the lines are worth.
    """
    worth = _worth(lines).quantize(CENT, rounding=ROUND_DOWN)
    return max(min(discount - worth, shipping), ZERO)


def _product_line(line: Line, match: SkuMatch | None) -> DraftLine:
    price = to_cents(line.unit_price)
    if match is not None:
        return DraftLine(line.name, line.quantity, price, match.sku_id, match.product_id)
    name = f"{line.name} [{line.code}]" if line.code else line.name
    return DraftLine(name, line.quantity, price)
