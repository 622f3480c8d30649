"""Reading orders of JustClick: the rows of a window, or one order alone with its goods."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from syncd.errors import BrokenAnswer, Refused, ShopUnavailable
from syncd.model.order import Order
from syncd.model.product import BrokenRecord
from syncd.shops.excerpt import excerpt
from syncd.shops.justclick.client import JustClickClient
from syncd.shops.justclick.decode_orders import decode_order, may_be_prepaid
from syncd.shops.justclick.windows import around
from syncd.shops.row import Row

Days = dict[tuple[date, date], Sequence[Any]]
"""Rows of windows that were asked for within one cycle, by first and last day."""


class OrderReader:
    """Orders of one account, in the currency that its amounts are in; `zone` is the calendar of its days."""

    def __init__(self, client: JustClickClient, *, currency: str, zone: ZoneInfo) -> None:
        self._client = client
        self._currency = currency
        self._zone = zone

    def decode(self, value: Any) -> tuple[str, Order | BrokenRecord]:
        """The key and order of a row with goods; what cannot be read is a broken record, without its secrets."""
        try:
            key = Row.of(value, "order").identifier("id")
        except BrokenAnswer:
            return _nameless(value)
        return key, self._decode(key, value)

    async def sure(self, key: str, record: Order | BrokenRecord, value: Any) -> Order | BrokenRecord:
        """The order of a row, its details read as well where the row alone may take a prepayment for the whole."""
        if isinstance(record, BrokenRecord) or not may_be_prepaid(record, value):
            return record
        try:
            details = await self._client.order_details(key)
        except (BrokenAnswer, Refused) as error:
            return BrokenRecord(key, f"order {key}: whether all of it is paid cannot be read: {error}")
        return self._decode(key, value | (details or {}) | {"items": value["items"]})

    async def one(self, key: str, days: Days) -> Order | BrokenRecord | None:
        """The order by its number; `None` when there is none.

        `getOrderDetails` tells everything but the goods, as far as is known (contracts/sources §2.3). So where it does not
        tell them, they come from the window around the day of creation, which may stand in `days` already. The state of
        the order is always that of the details; the row of the window lends what they leave out.
        """
        if not (key.isascii() and key.isdigit()):
            return None
        try:
            details = await self._client.order_details(key)
            return None if details is None else await self._with_goods(key, details, days)
        except (BrokenAnswer, Refused) as error:
            return BrokenRecord(key, f"order {key} cannot be read: {error}")
        except ShopUnavailable as error:
            # An order on which the shop breaks down must not stop the others; a shop that is down must.
            await self._client.goods()
            return BrokenRecord(key, f"order {key} cannot be read although the shop answers: {error}")

    async def _with_goods(self, key: str, details: Any, days: Days) -> Order | BrokenRecord:
        row = Row.of(details, "order")
        if row.filled("items"):
            return self._decode(key, details)
        found = await self._in_window(key, row.first_time("created"), days)
        if found is None:
            return BrokenRecord(
                key,
                f"order {key} cannot be read: no window around its day of creation tells its goods. Check "
                "zone in its entry of SYNCD_SOURCES, and look at the order in JustClick.",
                excerpt(details),
            )
        return self._decode(key, found | details | {"items": found.get("items", [])})

    async def _in_window(self, key: str, created: datetime, days: Days) -> dict[str, Any] | None:
        window = around(created, self._zone)
        if window not in days:
            days[window] = (await self._client.orders_with_goods(*window)).rows
        for value in days[window]:
            if isinstance(value, dict) and str(value.get("id")) == key:
                return value
        return None

    def _decode(self, key: str, value: Any) -> Order | BrokenRecord:
        try:
            return decode_order(value, self._currency)
        except BrokenAnswer as error:
            return BrokenRecord(key, f"order {key} cannot be read: {error}", excerpt(value))


def _nameless(value: Any) -> tuple[str, BrokenRecord]:
    """What becomes of a row without a number. Its key is made from its content: the same row is one failure, however often
    it comes."""
    text = excerpt(value)
    key = f"without-id-{zlib.crc32(text.encode(errors='replace')):08x}"
    return key, BrokenRecord(key, "JustClick: a row of a list has no order number", text)
