"""Windows of the lists of orders: at most a month, cut from the start (contracts/sources §2.3)."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from syncd.sandbox import php
from syncd.sandbox.justclick.answers import WRONG_DATA, Refusal

DAY = 86400
LONGEST_DAYS = 30
Window = tuple[int, int]


def unix_window(params: php.PhpArray, now: int) -> Window:
    """Read ``date_s`` and ``date_e`` of ``GetOrders``; raises Refusal 3 for what is no number."""
    start, end = (_unix(params.get(name)) for name in ("date_s", "date_e"))
    return cut(start, now if end is None else end, LONGEST_DAYS * DAY)


def day_window(params: php.PhpArray, now: int, zone: ZoneInfo) -> Window:
    """Read ``begin_date`` and ``end_date`` of ``getOrdersWithGoods``, whole days of the account's time zone.

    Raises Refusal 3 for what is no ``dd.mm.yyyy``.
    """
    begin, end = (_day(params.get(name), zone) for name in ("begin_date", "end_date"))
    start = None if begin is None else int(begin.timestamp())
    if end is None:
        return cut(start, now, LONGEST_DAYS * DAY)
    after = end + timedelta(days=1)
    first = end - timedelta(days=LONGEST_DAYS)
    return cut(start, int(after.timestamp()) - 1, int(after.timestamp() - first.timestamp()) - 1)


def cut(start: int | None, end: int, longest: int) -> Window:
    """Return the window, both ends inclusive: without a start the last day, a longer one loses its beginning."""
    return max(end - DAY if start is None else start, end - longest), end


def _unix(value: object) -> int | None:
    if value is None or value == "":
        return None
    if not php.is_numeric(value):
        raise Refusal(WRONG_DATA)
    return php.to_int(value)


def _day(value: object, zone: ZoneInfo) -> datetime | None:
    if value is None or value == "":
        return None
    try:
        return datetime.strptime(php.to_str(value), "%d.%m.%Y").replace(tzinfo=zone)
    except ValueError as error:
        raise Refusal(WRONG_DATA) from error
