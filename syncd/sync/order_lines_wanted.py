"""What the source's order is to say after the office's lines were written over its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from syncd.errors import Held
from syncd.model.exchange import SourceLine
from syncd.model.money import to_cents
from syncd.model.order import Order


@dataclass(frozen=True, slots=True)
class WantedLines:
    """Lines, order-level discount, and the total that must come of them, in cents."""

    lines: Sequence[SourceLine]
    discount: Decimal
    total: Decimal

    def stands(self, order: Order) -> bool:
        """Whether the order has these lines and this discount, whatever it says besides. An equal total is no proof."""
        wanted = Counter((line.product_key, Decimal(line.quantity), line.price) for line in self.lines)
        there = Counter((line.product_key, line.quantity, to_cents(line.unit_price)) for line in order.lines)
        return wanted == there and to_cents(order.discount) == self.discount

    def agrees(self, order: Order) -> bool:
        """Whether nothing is left to say."""
        return self.stands(order) and to_cents(order.total) == self.total

    def missed(self, order: Order) -> Held:
        """Why the order does not say it after it was written."""
        if not self.stands(order):
            return Held(
                f"order {order.number}: CS-Cart answered yes, but does not show the lines and the discount of Webasyst; "
                "compare both orders and edit it there by hand",
                code="not-taken",
            )
        return Held(
            f"order {order.number}: with the lines of Webasyst CS-Cart reckons {to_cents(order.total)}, Webasyst "
            f"{self.total}; compare shipping, taxes and discounts and correct one of them",
            code="totals-differ",
        )
