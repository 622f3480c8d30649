"""``orders/get``: filters by creation in local time, pages without an order to rely on (contracts/sources §1.3)."""

from __future__ import annotations

import re
from datetime import datetime, time
from typing import Any

from syncd.sandbox import php
from syncd.sandbox.horoshop.envelope import Refusal, envelope
from syncd.sandbox.horoshop.order_row import get_row
from syncd.sandbox.horoshop.records import Order
from syncd.sandbox.horoshop.settings import Settings
from syncd.sandbox.horoshop.store import Store
from syncd.sandbox.wire import Response

_MOMENT = re.compile(
    r"(?:(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)|(?P<d2>\d\d)\.(?P<m2>\d\d)\.(?P<y2>\d{4}))(?: (\d\d):(\d\d):(\d\d))?\Z"
)


def orders_get(store: Store, data: dict[str, Any]) -> Response:
    """Answer ``orders/get``; ``EMPTY`` when nothing fits; raises Refusal ``ERROR`` for a date that is none."""
    found = [order for order in store.orders.values() if _wanted(store, data, order)]
    found.sort(key=lambda order: (order.created, order.order_id), reverse=store.settings.newest_first)
    shown = _page(store.settings, data, found)
    if not shown:
        return envelope("EMPTY", {"message": "no orders"})
    additional = data.get("additionalData") is True
    return envelope("OK", {"orders": [get_row(store, order, additional=additional) for order in shown]})


def _wanted(store: Store, data: dict[str, Any], order: Order) -> bool:
    created = store.local(order.created)
    start, end = _moment(store, data, "from", time.min), _moment(store, data, "to", time(23, 59, 59))
    if (start is not None and created < start) or (end is not None and created > end):
        return False
    ids, wanted = _numbers(data, "ids"), _numbers(data, "status")
    return (ids is None or order.order_id in ids) and (wanted is None or order.status in wanted)


def _moment(store: Store, data: dict[str, Any], key: str, day_part: time) -> datetime | None:
    """Read one end of the window, both ends inclusive; before 3.30 only the day counts."""
    text = data.get(key)
    if text is None or text == "":
        return None
    match = _MOMENT.match(text) if isinstance(text, str) else None
    try:
        if match is None:
            raise ValueError
        year, month, day = (int(match[name] or match[name + "2"]) for name in "ymd")
        if match[7] is not None and store.settings.since(3, 30):
            day_part = time(int(match[7]), int(match[8]), int(match[9]))
        return datetime.combine(datetime(year, month, day), day_part)
    except ValueError as error:
        raise Refusal("ERROR", f"wrong date format: {key}") from error


def _numbers(data: dict[str, Any], key: str) -> set[int] | None:
    value = data.get(key)
    if value is None:
        return None
    return {php.to_int(item) for item in (value if isinstance(value, list) else [value])}


def _page(settings: Settings, data: dict[str, Any], found: list[Order]) -> list[Order]:
    """``offset`` has no effect without ``limit``; a shop before 3.30 ignores both."""
    limit = php.to_int(data.get("limit"))
    if limit <= 0 or not settings.since(3, 30):
        return found
    offset = max(0, php.to_int(data.get("offset")))
    return found[offset : offset + limit]
