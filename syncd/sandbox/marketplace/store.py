"""The tables of the Marketplace in memory."""

from __future__ import annotations

from syncd.sandbox.clock import Clock
from syncd.sandbox.hook_queue import HookQueue
from syncd.sandbox.marketplace.records import Licence, Order, Product
from syncd.sandbox.marketplace.settings import Settings


class Store:
    """All rows of the Marketplace, also those of other developers."""

    def __init__(self, clock: Clock, queue: HookQueue, company_id: int) -> None:
        """Start empty; ``company_id`` is the developer whose user calls."""
        self.clock = clock
        self.queue = queue
        self.company_id = company_id
        self.settings = Settings()
        self.products: dict[int, Product] = {}
        self.orders: dict[int, Order] = {}
        self.licences: dict[int, Licence] = {}
        self._next = {"product": 3001, "order": 50231, "licence": 700, "item": 1840012345, "user": 90411}

    @property
    def now(self) -> int:
        """The Marketplace's time in whole unix seconds."""
        return int(self.clock.now())

    def next_id(self, table: str) -> int:
        """Return the next number of a table; numbers never come back."""
        number = self._next[table]
        self._next[table] = number + 1
        return number

    def take_id(self, table: str, number: int) -> int:
        """Use a number of the caller's choice and count on behind it."""
        self._next[table] = max(self._next[table], number + 1)
        return number

    def own(self) -> list[Order]:
        """Return the developer's own orders: those of others are not seen (contracts/sources §3.1)."""
        return [order for order in self.orders.values() if order.company_id == self.company_id]

    def own_order(self, number: int) -> Order | None:
        """Return one of the developer's own orders."""
        order = self.orders.get(number)
        return order if order is not None and order.company_id == self.company_id else None
