"""A silence that ends with the test."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(slots=True)
class OwnSilence:
    """One that ends with the process."""

    _until: datetime | None = None

    async def until(self) -> datetime | None:
        """The end of the last silence; `None` when there was none."""
        return self._until

    async def keep(self, until: datetime) -> None:
        """Be silent until then."""
        self._until = until
