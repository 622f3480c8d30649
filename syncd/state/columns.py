"""Column types that keep values exact: aware UTC times, decimals and any text that a shop may send."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, Dialect, Integer, String, Text
from sqlalchemy.types import TypeDecorator

BigId = BigInteger().with_variant(Integer, "sqlite")
"""A 64-bit number; SQLite counts rows up by itself only under the name INTEGER."""

_UNSTORABLE = re.compile("[\ud800-\udfff\x00]")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time, kept as ISO text of fixed width in UTC with microseconds, so that text order is time order."""

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Raises `ValueError` for a time without a time zone."""
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError(f"the time {value.isoformat()} has no time zone; state keeps aware times only")
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """The time in UTC."""
        return None if value is None else datetime.fromisoformat(value)


class Exact(TypeDecorator[Decimal]):
    """A decimal, kept as its text; neither database ever makes a float of it."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        """Raises `TypeError` for anything but a Decimal, `ValueError` for NaN and infinity."""
        if value is None:
            return None
        if not isinstance(value, Decimal):
            raise TypeError(f"{value!r} is not a Decimal; amounts are kept exactly")
        if not value.is_finite():
            raise ValueError(f"{value} is no amount")
        return str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        """The decimal with the same digits and exponent."""
        return None if value is None else Decimal(value)


class Plain(TypeDecorator[str]):
    """Text of any length, enumerations of text included.

    NUL and lone surrogates, which PHP shops can send and databases refuse, become U+FFFD.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """The text with what cannot be stored replaced."""
        if value is None or (value.isascii() and "\0" not in value):
            return value
        return _UNSTORABLE.sub("\ufffd", value)
