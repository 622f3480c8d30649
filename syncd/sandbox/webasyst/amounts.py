"""Money (4 decimals) and quantities (3 decimals) as the shop's database keeps them (contracts/webasyst §3.1)."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from .errors import database_error

MONEY = Decimal("0.0001")
QUANTITY = Decimal("0.001")
RATE = Decimal("0.00000001")
CENT = Decimal("0.01")
ZERO = Decimal("0.0000")
NONE_LEFT = Decimal("0.000")
_LIMIT = Decimal(10) ** 11
_NUMBER = re.compile(r"^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)")


def loose(value: Any) -> Decimal:
    """Read a number as PHP's float cast does after the shop turned a comma into a point; garbage is 0."""
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        return Decimal(str(value))
    if not isinstance(value, str):
        return Decimal(1) if value else Decimal(0)
    found = _NUMBER.match(value.replace(",", "."))
    return Decimal(found[1]) if found else Decimal(0)


def is_numeric(value: Any) -> bool:
    """PHP is_numeric for parameters: the whole text is a number."""
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        return True
    if not isinstance(value, str):
        return False
    found = _NUMBER.match(value)
    return bool(found) and found is not None and value[found.end() :].strip() == ""


def money(value: Any) -> Decimal:
    """A price as stored, decimal(15,4); raises the database error when it does not fit (contracts/webasyst §3.5)."""
    number = loose(value)
    if abs(number) >= _LIMIT:
        raise database_error()
    return number.quantize(MONEY, ROUND_HALF_UP) + ZERO


def cents(value: Any) -> Decimal:
    """Rounded to 2 decimals as order.save does, still shown with 4 (contracts/webasyst §5.3)."""
    return loose(value).quantize(CENT, ROUND_HALF_UP).quantize(MONEY)


def quantity(value: Any) -> Decimal:
    """A quantity as stored, decimal(15,3)."""
    number = loose(value)
    if abs(number) >= _LIMIT * 10:
        raise database_error()
    return number.quantize(QUANTITY, ROUND_HALF_UP) + NONE_LEFT


def number(value: Decimal) -> int | float:
    """What PHP's json_encode shows for a computed float: 12 rather than 12.0."""
    whole = int(value)
    return whole if whole == value else float(value)


def text(value: Decimal | None) -> str | None:
    """A column of the database: text, or null."""
    return None if value is None else str(value)
