"""The letters that the way back writes at the source: whether the shop knows them, and which one is on its way."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from syncd.errors import Misconfigured
from syncd.state import intents
from syncd.sync.ports import StatusTarget

STREAM = "orders-back"
"""The way back to the shop whose products are synced; those to further sources are named after it and them."""
SET_STATUS = "order.status"
"""The action of an intent that is about to set a letter; its payload names it."""

BELIEVED = timedelta(hours=1)
"""How long the shop's list of statuses is believed; a person changes it."""


def on_its_way(conn: Connection, pair: str, stream: str, key: str) -> str | None:
    """The letter that an unsettled write of this way back gives the order, now or in a moment: no news for the other
    direction."""
    intent = intents.get(conn, pair, stream, key)
    return intent.payload.get("letter") if intent is not None and intent.action == SET_STATUS else None


@dataclass(slots=True)
class Letters:
    """The source's statuses, read when they are first needed; one per connection."""

    target: StatusTarget
    now: Callable[[], datetime]
    shop: str = "CS-Cart"
    setting: str = "SYNCD_STATUSES_BACK"
    _known: frozenset[str] = frozenset()
    _read_at: datetime | None = None

    async def check(self, wanted: Iterable[str]) -> None:
        """See that the shop has these letters: it would store any other just as well (contracts/cscart §4.6).

        Raises `Misconfigured` naming those it lacks and those it has.
        """
        letters = set(wanted)
        fresh = self._read_at is not None and self.now() - self._read_at < BELIEVED
        if fresh and letters <= self._known:
            return
        words = await self.target.statuses()
        missing = sorted(letters - words.keys())
        if missing:
            spelled = ", ".join(f"{letter} ({word})" for letter, word in words.items())
            raise Misconfigured(
                f"{self.setting} names {', '.join(missing)}, but {self.shop} has no such status. It has: {spelled}."
            )
        self._known, self._read_at = frozenset(words), self.now()
