"""Products that a shop has called about: compared in the next cycle, whatever their time stamps say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from syncd.state import inbox
from syncd.state.database import Database
from syncd.state.inbox import Entry

PORTION = 500
"""Calls that one cycle works on at most."""


@dataclass(slots=True)
class ProductHints:
    """The part of a source's inbox that speaks of products only; calls about orders are the orders stream's."""

    db: Database
    pair: str
    source: str
    _read: Sequence[Entry] = field(default_factory=tuple)

    async def keys(self) -> list[str]:
        """The products that waiting calls name, each once."""
        self._read = await self.db.run(
            lambda conn: inbox.waiting(conn, self.pair, self.source, PORTION, products=True)
        )
        return list(dict.fromkeys(key for entry in self._read for key in entry.products))

    def done(self, conn: Connection, now: datetime) -> None:
        """Be done with those calls, in the commit that ends their cycle."""
        inbox.done(conn, self._read, "read", now)
