"""Running a sandbox shop with its control API: inside the current event loop, or in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from syncd.sandbox.control import Control
from syncd.sandbox.counters import Counters
from syncd.sandbox.faults import FaultPlan
from syncd.sandbox.listener import Listener
from syncd.sandbox.server import ShopServer
from syncd.sandbox.wire import Shop


@dataclass(frozen=True, slots=True)
class RunningShop:
    """A shop that listens: its addresses, credentials, faults and counters."""

    shop: Shop
    url: str
    control_url: str
    credentials: dict[str, str]
    faults: FaultPlan
    counters: Counters
    server: ShopServer

    def edit(self, op: str, **args: Any) -> Any:
        """Do what a customer or the staff does in the shop, under the shop's lock; raises ValueError."""
        with self.server.lock:
            return self.shop.edit(op, args)

    def dump(self) -> dict[str, Any]:
        """Return the shop's state under its lock."""
        with self.server.lock:
            return self.shop.dump()

    def announcement(self) -> dict[str, str]:
        """Return what the command line prints at start."""
        return {"shop": self.shop.name, "url": self.url, **self.credentials, "control": self.control_url}


@asynccontextmanager
async def running(shop: Shop, *, port: int = 0, control_port: int = 0) -> AsyncIterator[RunningShop]:
    """Serve ``shop`` and its control API on loopback; port 0 means any free port; raises OSError when one is taken."""
    server = ShopServer(shop)
    public = Listener(server.answer, shop.clock)
    control = Listener(Control(server).answer, shop.clock)
    try:
        url, control_url = await public.start(port), await control.start(control_port)
        if hasattr(shop, "url"):
            shop.url = url  # a shop that prints its own address learns it here
        yield RunningShop(shop, url, control_url, shop.credentials(), server.faults, server.counters, server)
    finally:
        await public.stop()
        await control.stop()
        server.close()


class ShopThread:
    """Serve a shop from a daemon thread with an event loop of its own; a context manager for synchronous code."""

    def __init__(self, shop: Shop, *, port: int = 0, control_port: int = 0) -> None:
        """Prepare; nothing listens before the ``with`` block."""
        self._shop = shop
        self._ports = (port, control_port)
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name=f"sandbox-{shop.name}")
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._running: RunningShop | None = None
        self._error: BaseException | None = None

    def __enter__(self) -> RunningShop:
        """Start and wait until the shop listens; raises OSError when a port is taken."""
        self._thread.start()
        self._ready.wait()
        if self._running is None:
            raise self._error or RuntimeError("the sandbox shop did not start")
        return self._running

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop and wait until all sockets are closed."""
        if self._loop is not None and self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except OSError as error:
            self._error = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        async with running(self._shop, port=self._ports[0], control_port=self._ports[1]) as self._running:
            self._ready.set()
            await self._stop.wait()
