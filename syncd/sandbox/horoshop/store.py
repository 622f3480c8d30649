"""The tables of the shop in memory, and its local time."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from syncd.sandbox.clock import Clock
from syncd.sandbox.hook_queue import HookQueue
from syncd.sandbox.horoshop.records import Good, Order, Subscriber
from syncd.sandbox.horoshop.settings import Settings
from syncd.sandbox.horoshop.titles import Status, statuses


class Store:
    """All rows of the shop."""

    def __init__(self, clock: Clock, timezone: str, queue: HookQueue, version: str) -> None:
        """Start without goods and orders; raises ZoneInfoNotFoundError for an unknown zone."""
        self.clock = clock
        self.zone = ZoneInfo(timezone)
        self.queue = queue
        self.settings = Settings(version=version)
        self.statuses: dict[int, Status] = statuses()
        self.goods: dict[str, Good] = {}
        self.orders: dict[int, Order] = {}
        self.subscribers: dict[int, Subscriber] = {}
        self._next = {"order": 1001, "user": 5401, "subscriber": 77}

    @property
    def now(self) -> int:
        """The shop's time in whole unix seconds."""
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

    def local(self, moment: int) -> datetime:
        """Return unix seconds as the shop's naive local time, the way its database keeps it."""
        return datetime.fromtimestamp(moment, self.zone).replace(tzinfo=None)
