"""Horoshop as the source of orders: what the stream asks for, in canonical records."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from syncd.model.exchange import Page
from syncd.model.order import Order
from syncd.model.product import BrokenRecord
from syncd.shops.horoshop.client import HoroshopClient
from syncd.shops.horoshop.comments import Calls, commented
from syncd.shops.horoshop.decode_statuses import decode_statuses
from syncd.shops.horoshop.order_reader import OrderReader


class HoroshopSource:
    """One Horoshop shop. Only reads; errors are those of `HoroshopClient`.

    `zone` is the shop's, `currency` stands in where an order tells none, `open_orders` answers the keys of the orders that
    are not final here, `calls` what was called about orders, `now` is our own clock (aware UTC).
    """

    def __init__(
        self,
        client: HoroshopClient,
        *,
        zone: ZoneInfo,
        currency: str | None,
        open_orders: Callable[[], Awaitable[Sequence[str]]],
        calls: Calls,
        now: Callable[[], datetime],
    ) -> None:
        self._client = client
        self._calls = calls
        self._orders = OrderReader(client, zone=zone, currency=currency, open_orders=open_orders, now=now)

    async def changed_orders(self, since: datetime | None) -> AsyncIterator[Page[Order]]:
        """Orders created since 24 h before `since` and all open orders, each once; `None` yields every order. The shop's
        filter knows the time of creation only (contracts/sources §1.3)."""
        async for page in self._orders.changed(since):
            yield await commented(page, self._calls)

    async def order(self, key: str) -> Order | BrokenRecord | None:
        """One order by its number; `None` when the shop does not have it."""
        found = await self._orders.one(key)
        if isinstance(found, Order):
            (found,) = (await commented(Page([found], [], found.updated_at), self._calls)).records
        return found

    async def statuses(self) -> dict[str, str]:
        """The ids of order statuses with the shop's words for them, its own among them. Raises `Misconfigured` for a shop
        before 4.0, which cannot tell."""
        return decode_statuses(await self._client.statuses())
