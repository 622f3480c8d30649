"""PHP's habits in JSON and forms, met in one place: strings for numbers, `[]` for empty maps, maps that became lists.

Facts: contracts/webasyst §2 (scalars of the database are strings), contracts/cscart §1.7 (types and shape traps). Every
reader takes the value and the field's name, and raises `BrokenAnswer` with that name when the value is of another kind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, NoReturn

from syncd.errors import BrokenAnswer
from syncd.model.money import plain

_TRUE = frozenset({"1", "Y", "y", "true"})
_FALSE = frozenset({"", "0", "N", "n", "false"})
_EXCERPT = 40
_MOST_DIGITS = 30
"""Beyond what any shop stores; `1e999999` must not become a number with a million digits."""
_SHORT = 20
"""Texts below this length are numbers of a usual size."""


def as_map(value: Any, field: str = "value") -> dict[str, Any]:
    """An object by its keys. `[]` and null are the empty map; a list is a map by index (contracts/cscart §1.7)."""
    if isinstance(value, dict):
        return value
    if value is None:
        return {}
    if isinstance(value, list):
        return {str(index): item for index, item in enumerate(value)}
    _broken(field, value, "an object")


def as_list(value: Any, field: str = "value") -> list[Any]:
    """A list in the shop's order. An object gives its values; null is the empty list."""
    if isinstance(value, list):
        return value
    if value is None:
        return []
    if isinstance(value, dict):
        return list(value.values())
    _broken(field, value, "a list")


@lru_cache(maxsize=8192)
def _short_number(text: str) -> Decimal | None:
    """The number that a plain short text says; `None` for any other text."""
    return Decimal(text) if text.replace(".", "", 1).isdecimal() else None


def as_decimal(value: Any, field: str = "value") -> Decimal:
    """A finite number from a number or a numeric text, never by way of a float's binary digits."""
    if type(value) is str and len(value) < _SHORT and (known := _short_number(value)) is not None:
        return known  # nearly every number of a large listing is such a plain text, and many come again
    if isinstance(value, str | int | float | Decimal) and not isinstance(value, bool):
        try:
            number = Decimal(str(value).strip())
        except InvalidOperation:
            _broken(field, value, "a number")
        if number.is_finite() and abs(number.adjusted()) <= _MOST_DIGITS:
            return number
    _broken(field, value, "a number")


def as_int(value: Any, field: str = "value") -> int:
    """A whole number; "10.000" is 10 (contracts/webasyst §2: counts are decimals), "10.5" is broken."""
    if type(value) is str and len(value) < _SHORT and value.isdecimal():
        return int(value)
    number = as_decimal(value, field)
    if number != number.to_integral_value():
        _broken(field, value, "a whole number")
    return int(number)


def as_text(value: Any, field: str = "value") -> str:
    """A text as it came; numbers become text, null is the empty text, true is "1" and false is "" as in PHP."""
    if isinstance(value, str):
        return value
    if value is None or value is False:
        return ""
    if value is True:
        return "1"
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, int | float):
        return str(value)
    _broken(field, value, "a text")


def as_flag(value: Any, field: str = "value") -> bool:
    """Yes or no, from true, 1, "1", "Y" and their opposites; null and the empty text are no."""
    text = as_text(value, field).strip()
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    _broken(field, value, "a flag")


def nested(prefix: str, value: Any) -> list[tuple[str, str]]:
    """Form fields with PHP's nested names: `nested("items", [{"sku_id": 11}])` is `[("items[0][sku_id]", "11")]`.

    True is "1", false is "0", null is the empty text; an empty map or list gives no field at all.
    """
    return list(_nested(prefix, value))


def _nested(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _nested(f"{name}[{key}]", item)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for index, item in enumerate(value):
            yield from _nested(f"{name}[{index}]", item)
    else:
        yield name, "0" if value is False else as_text(value, name)


def _broken(field: str, value: Any, expected: str) -> NoReturn:
    shown = repr(value)
    shown = shown if len(shown) <= _EXCERPT else f"{shown[:_EXCERPT]}..."
    raise BrokenAnswer(f"{field}: {expected} was expected, {shown} came")
