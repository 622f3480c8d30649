"""One JSON object of a PHP shop, read field by field, whatever PHP made of its types (contracts/cscart §1.7)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NoReturn

from syncd.errors import BrokenAnswer
from syncd.model.money import ZERO, to_cents
from syncd.shops.php import as_decimal, as_int, as_list, as_map, as_text

_TOO_MUCH = Decimal(10) ** 15
_FINEST = Decimal("0.000001")
"""Finer than any amount of the shop, coarser than the noise of its floats."""
_END_OF_TIME = 253402300800
_UNSTORABLE: dict[int, str | None] = {0: None} | dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
"""NUL and halves of surrogate pairs: JSON can tell them, but they can neither be stored nor sent on."""


class Row:
    """An object with typed getters. A missing field, null and the empty string are the same: not there.

    Every getter raises `BrokenAnswer` with the field's name when the value cannot be read as asked.
    """

    __slots__ = ("_fields", "_name")

    def __init__(self, fields: Mapping[str, Any], name: str) -> None:
        self._fields = fields
        self._name = name

    @classmethod
    def of(cls, value: Any, name: str) -> Row:
        """The value, which must be an object, as a row that errors call `name`."""
        if not isinstance(value, dict):
            raise BrokenAnswer(f"{name}: an object was expected, {type(value).__name__} came")
        return cls(value, name)

    def has(self, field: str) -> bool:
        """Whether there is a value, an empty list included."""
        return self._fields.get(field) not in (None, "")

    def filled(self, field: str) -> bool:
        """Whether there is more than nothing: neither empty nor an empty list or map."""
        return self.has(field) and self._fields[field] not in ([], {}, False)

    def told(self, field: str) -> str | None:
        """The text as it was typed, possibly empty; `None` when the field is absent or null."""
        value = self._fields.get(field)
        if value is None:
            return None
        if isinstance(value, Decimal):
            # Written out, 1e999999999 would fill the memory.
            value = as_decimal(value, self._path(field))
        text = as_text(value, self._path(field))
        return text if text.isascii() and "\0" not in text else text.translate(_UNSTORABLE)

    def text(self, field: str) -> str:
        """The text without blanks around it; empty when it is not there."""
        return (self.told(field) or "").strip()

    def first_text(self, *fields: str) -> str:
        """The first of these texts that is not empty."""
        return next(filter(None, (self.text(field) for field in fields)), "")

    def needed_text(self, field: str) -> str:
        """The text, which must not be empty."""
        return self.text(field) or self._missing(field)

    def identifier(self, field: str) -> str:
        """A numeric id as text, whether the shop sent 12 or "12"."""
        number = as_int(self._fields.get(field), self._path(field)) if self.has(field) else 0
        return str(number) if number > 0 else self._missing(field)

    def number(self, field: str) -> Decimal:
        """The number; 0 when it is not there."""
        if not self.has(field):
            return ZERO
        number = as_decimal(self._fields[field], self._path(field))
        if abs(number) >= _TOO_MUCH:
            raise BrokenAnswer(f"{self._path(field)}: {number} is not an amount")
        return number if number == number.to_integral_value() else number.quantize(_FINEST)

    def money(self, field: str) -> Decimal:
        """The amount in cents, without the noise of PHP's floats; 0.00 when it is not there."""
        return to_cents(self.number(field))

    def needed_money(self, field: str) -> Decimal:
        """The amount in cents, which must be there."""
        if not self.has(field):
            self._missing(field)
        return self.money(field)

    def first_time(self, *fields: str) -> datetime:
        """The first of these UNIX times that is not 0, in UTC (contracts/cscart §1.8)."""
        for field in fields:
            seconds = as_int(self._fields[field], self._path(field)) if self.has(field) else 0
            if not 0 <= seconds < _END_OF_TIME:
                raise BrokenAnswer(f"{self._path(field)}: {seconds} is not a time")
            if seconds:
                return datetime.fromtimestamp(seconds, UTC)
        self._missing(fields[-1])

    def row(self, field: str) -> Row:
        """The object in this field; an empty one when there is none, or false: what PHP makes of nothing."""
        return Row({} if self._fields.get(field) is False else self._map(field), self._path(field))

    def rows(self, field: str) -> list[Row]:
        """The objects in this map or list, in the shop's order."""
        path = self._path(field)
        return [
            Row(as_map(value, f"{path}.{key}"), f"{path}.{key}") for key, value in self._map(field).items()
        ]

    def rows_if_any(self, field: str) -> list[Row]:
        """The same for objects that are dispensable: false, which PHP makes of what it cannot unpack, is none of them."""
        return [] if self._fields.get(field) is False else self.rows(field)

    def integers(self, field: str) -> list[int]:
        """The whole numbers in this list, or in a text that holds them with commas between."""
        value = self._fields.get(field)
        if isinstance(value, str):
            value = [part for part in value.split(",") if part.strip()]
        return [as_int(each, self._path(field)) for each in as_list(value, self._path(field))]

    def without(self, fields: Collection[str]) -> dict[str, Any]:
        """The object as it came, but for these fields."""
        return {name: value for name, value in self._fields.items() if name not in fields}

    def raw(self, field: str) -> Any:
        """The value as it came, for what no other getter reads; `None` when it is not there."""
        return self._fields.get(field)

    def keys(self, field: str) -> tuple[str, ...]:
        """The keys of the map in this field; false has none."""
        return () if self._fields.get(field) is False else tuple(self._map(field))

    def _map(self, field: str) -> Mapping[str, Any]:
        return as_map(self._fields[field], self._path(field)) if self.has(field) else {}

    def _path(self, field: str) -> str:
        return f"{self._name}.{field}"

    def _missing(self, field: str) -> NoReturn:
        raise BrokenAnswer(f"{self._path(field)} is missing")
