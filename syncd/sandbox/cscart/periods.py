"""The ``period`` filter on creation times; named periods follow the shop's time zone (cscart §3.1, §4.1)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from syncd.sandbox import php
from syncd.sandbox.cscart.call import Call
from syncd.sandbox.cscart.store import Store

DAY = 86400


def period_test(store: Store, call: Call) -> Callable[[int], bool] | None:
    """Return a test for unix seconds, or None when no period was asked (``A`` means all)."""
    period = call.text("period", "A")
    if period in {"", "A"}:
        return None
    bounds = _named(store, period, call)
    if bounds is None:
        low, top = php.to_int(call.params.get("time_from")), php.to_int(call.params.get("time_to"))
        bounds = (low, top or store.now)
    return lambda moment: bounds[0] <= moment <= bounds[1]


def _named(store: Store, period: str, call: Call) -> tuple[int, int] | None:
    now = store.now
    rolling = {"HH": DAY, "HW": 7 * DAY, "HM": 30 * DAY, "HC": php.to_int(call.params.get("last_days")) * DAY}
    if period in rolling:
        return now - rolling[period], now
    kind = period.removeprefix("L")
    if kind not in {"D", "W", "M", "Y"}:
        return None
    start = _start(datetime.fromtimestamp(now, ZoneInfo(store.timezone)), kind)
    if kind == period:
        return int(start.timestamp()), now
    return int(_start(start - timedelta(hours=1), kind).timestamp()), int(start.timestamp()) - 1


def _start(moment: datetime, kind: str) -> datetime:
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    if kind == "W":
        return day - timedelta(days=day.weekday())
    if kind == "M":
        return day.replace(day=1)
    return day.replace(month=1, day=1) if kind == "Y" else day
