"""The connection to both shops: made when a cycle first needs it, and tried again by the next one when that failed."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

from syncd.app import App, Shops
from syncd.settings import Settings
from syncd.state.database import Database


class Connection:
    """One app and its shops, shared by all streams of a process."""

    def __init__(self, settings: Settings, db: Database) -> None:
        self._settings = settings
        self._db = db
        self._lock = asyncio.Lock()
        self._open = AsyncExitStack()
        self._shops: Shops | None = None

    async def shops(self) -> Shops:
        """The shops. Raises what `Shops.connect` raises; the daemon starts all the same while a shop is away."""
        async with self._lock:
            if self._shops is None:
                async with AsyncExitStack() as stack:
                    app = await stack.enter_async_context(App(self._settings, self._db))
                    self._shops = await Shops.connect(app)
                    self._open = stack.pop_all()
            return self._shops

    async def close(self) -> None:
        """Close the sockets and the request log."""
        await self._open.aclose()
        self._shops = None
