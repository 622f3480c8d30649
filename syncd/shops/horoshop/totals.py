"""The money check of an order: what lines, totals and named discounts say together (contracts/sources §1.4)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from syncd.model.money import CENT, ZERO, plain


@dataclass(frozen=True, slots=True)
class Totals:
    """The order-level discount, and what a person should know. The declared total is never changed."""

    discount: Decimal
    flags: tuple[str, ...] = ()


def check(*, lines: Decimal, before: Decimal, after: Decimal, named: bool) -> Totals:
    """`lines` is the sum of the lines, `before` and `after` the totals before and after order-level discounts, all without
    shipping; `named` tells whether a coupon, a manager's or another discount is named.

    Amounts that differ by a cent are equal. What the totals leave open is a flag, never a rejection.
    """
    if not _same(lines, before) and _same(lines, after):
        return Totals(ZERO)  # the discount is in the lines already
    discount = max(before - after, ZERO)
    rest = after - (lines - discount)
    flags = []
    if discount and not named:
        flags.append(f"the order is {plain(discount)} cheaper than its lines, and no discount is named")
    if not _same(rest, ZERO):
        flags.append(f"the total differs from the lines by {plain(rest)}")
    return Totals(discount, tuple(flags))


def _same(one: Decimal, other: Decimal) -> bool:
    return abs(one - other) <= CENT
