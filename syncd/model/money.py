"""Amounts of money: Decimal with two places inside one currency, converted only by a shop's own rate."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
ZERO = Decimal("0.00")


def to_cents(amount: Decimal) -> Decimal:
    """The amount with two places, halves away from zero, as both shops round (contracts/webasyst §5.3)."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def plain(amount: Decimal) -> str:
    """The amount as a shop reads it: no exponent, no needless zeros, no minus before 0; `Decimal("1E+2")` is `"100"`."""
    text = format(amount if amount else abs(amount), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


class Rates:
    """Exchange rates of one shop: how many units of its primary currency one unit of a currency is worth.

    Webasyst gives them in `settings.get` as `currencies{code:{rate}}` (contracts/webasyst §7).
    """

    def __init__(self, primary: str, rates: Mapping[str, Decimal]) -> None:
        self.primary = primary
        self._rates = {primary: Decimal(1), **rates}

    def knows(self, currency: str) -> bool:
        """Whether the shop has this currency with a rate above zero."""
        return self._rates.get(currency, ZERO) > 0

    def convert(self, amount: Decimal, source: str, target: str) -> Decimal:
        """The amount of `source` in `target`, in cents. Raises `KeyError` for a currency the shop does not have."""
        if source == target:
            return to_cents(amount)
        return to_cents(amount * self._rates[source] / self._rates[target])
