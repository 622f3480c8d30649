"""What the shop's columns can hold: texts and amounts are made fit before they are sent (contracts/cscart §3.3)."""

from __future__ import annotations

import re
from decimal import Decimal

from syncd.errors import Held
from syncd.model.money import plain, to_cents
from syncd.model.text import COLUMN, shorten

_FOUR_BYTES = re.compile("[\U00010000-\U0010ffff]")


def long_text(text: str) -> str:
    """A text without the characters of four bytes (emoji), which the shop's charset lacks: one would cut off everything
    after it."""
    return _FOUR_BYTES.sub("", text)


def short_text(text: str) -> str:
    """The same within the 255 characters of a short column, the cut marked."""
    return shorten(long_text(text), COLUMN)


def amount_of_money(amount: Decimal, what: str) -> str:
    """An amount as the shop reads it. Raises `Held` for one below zero: the shop would store it without its sign."""
    if amount < 0:
        raise Held(
            f"{what} is {amount}, and CS-Cart would make {abs(amount)} of it. Put it right where it comes from."
        )
    return plain(to_cents(amount))
