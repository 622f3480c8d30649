"""The tables of the account in memory, and its local time."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from syncd.sandbox.clock import Clock
from syncd.sandbox.hook_queue import HookQueue
from syncd.sandbox.justclick.records import Good, Order
from syncd.sandbox.justclick.settings import Settings

FIRST_ORDER = 102937


class Store:
    """All rows of the account."""

    def __init__(self, clock: Clock, timezone: str, queue: HookQueue, key: str) -> None:
        """Start without goods and orders; raises ZoneInfoNotFoundError for an unknown zone."""
        self.clock = clock
        self.zone = ZoneInfo(timezone)
        self.queue = queue
        self.key = key
        self.settings = Settings()
        self.goods: dict[str, Good] = {}
        self.orders: dict[int, Order] = {}
        self._next = FIRST_ORDER

    @property
    def now(self) -> int:
        """The account's time in whole unix seconds."""
        return int(self.clock.now())

    def next_order(self, asked: int | None) -> int:
        """Return the number of a new order, or the one asked for; raises ValueError when it is taken."""
        number = self._next if asked is None else asked
        if number in self.orders:
            raise ValueError(f"order {number} is there already")
        self._next = max(self._next, number + 1)
        return number
