"""A daemon inside the test's event loop, between two shops on real sockets."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from syncd.app import open_database
from syncd.daemon.notify import Notifier
from syncd.daemon.service import Service
from syncd.daemon.signals import Signals
from syncd.sandbox.cscart.shop import CSCartShop
from syncd.sandbox.webasyst.shop import WebasystShop
from syncd.settings import Settings
from tests.scenarios.shops import Pair, two_shops

PATIENCE = 30.0
"""Seconds after which a test gives up on a condition that never comes true."""


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    """A CS-Cart shop with one product A and an empty Webasyst account; both streams run every second."""
    with two_shops(CSCartShop(products=0), WebasystShop(products=0), tmp_path / "data") as pair:
        pair.product("A")
        pair.set(orders={"update_time": 1}, products={"update_time": 1})
        yield pair


@dataclass(slots=True)
class Daemon:
    """A daemon at work."""

    service: asyncio.Task[None]
    signals: Signals

    async def until(self, condition: Callable[[], bool]) -> None:
        """Look again and again until the condition holds; a daemon that dies meanwhile is told."""
        async with asyncio.timeout(PATIENCE):
            while not await asyncio.to_thread(condition):
                if self.service.done():
                    self.service.result()
                    raise AssertionError("the daemon ended")
                await asyncio.sleep(0.02)

    async def stop(self) -> None:
        """Send SIGTERM and wait for the end."""
        self.signals.receive(signal.SIGTERM)
        async with asyncio.timeout(PATIENCE):
            await asyncio.shield(self.service)


@asynccontextmanager
async def daemon(
    pair: Pair,
    *,
    load: Callable[[], Settings] | None = None,
    notifier: Notifier | None = None,
    patience: float = 8.0,
) -> AsyncIterator[Daemon]:
    """A daemon for the block; it is stopped at its end when the test did not."""
    settings = pair.settings()
    db = open_database(settings)
    signals = Signals()
    service = Service(
        settings,
        db,
        load or pair.settings,
        signals,
        notifier=notifier,
        patience=patience,
        set_up_log=lambda settings: None,
    )
    running = Daemon(asyncio.create_task(service.run()), signals)
    try:
        yield running
        await running.stop()
    finally:
        running.service.cancel()
        await asyncio.wait({running.service})
        db.close()
