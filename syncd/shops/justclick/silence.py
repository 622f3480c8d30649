"""The silence after code 8: who goes on calling may have the account blocked for good (contracts/sources §2.1, §2.4)."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Silence(Protocol):
    """Remembers until when nothing is asked of an account (aware UTC)."""

    async def until(self) -> datetime | None:
        """The end of the last silence; `None` when there was none."""

    async def keep(self, until: datetime) -> None:
        """Be silent until then."""
