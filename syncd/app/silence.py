"""How long a source asked to be left alone, kept beyond the end of a process: a restart must not call it at once again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from syncd.app.process import PAIR
from syncd.state import cursors
from syncd.state.database import Database


@dataclass(frozen=True, slots=True)
class KeptSilence:
    """The silence of one source, in the database: the daemon keeps it after a restart, and so do commands beside it."""

    db: Database
    source: str

    async def until(self) -> datetime | None:
        """The end of the last silence; `None` when there was none."""
        known = await self.db.run(lambda conn: cursors.get(conn, PAIR, self._name))
        return None if known is None else known.position

    async def keep(self, until: datetime) -> None:
        """Be silent until then."""
        await self.db.run(lambda conn: cursors.put(conn, PAIR, self._name, until))

    @property
    def _name(self) -> str:
        return f"silent.{self.source}"
