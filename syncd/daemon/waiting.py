"""A daemon that may not write yet: it waits for the first plan to be applied, and reads neither shop meanwhile."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

import structlog

from syncd.app import utc_now
from syncd.daemon import beat
from syncd.daemon.beat import Beat
from syncd.daemon.leave import waits_for_leave
from syncd.daemon.lock import holder
from syncd.daemon.notify import Notifier
from syncd.daemon.signals import Signals
from syncd.errors import SyncdError
from syncd.settings import Settings
from syncd.state.database import Database

LOOK = 1.0
"""Seconds between two looks."""
WAITS = "waits for the first 'syncd apply'"

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Waiting:
    """The wait of a process that holds no lock: the application of a plan needs it."""

    settings: Settings
    db: Database
    signals: Signals
    notifier: Notifier

    async def run(self) -> None:
        """Wait until a plan was applied, or for the wish to stop."""
        if not await self._must_wait():
            return
        log.warning(
            "daemon.waits", reason="SYNCD_PLAN_FIRST is true and nothing was applied yet", next="syncd plan"
        )
        self._sign()
        self.notifier.send("READY=1", f"STATUS={WAITS}")
        watchdog = asyncio.create_task(self.notifier.feed_watchdog(lambda: True))
        try:
            await self._wait()
        finally:
            watchdog.cancel()
        if self.signals.stop.is_set():
            self.notifier.send("STOPPING=1")
        else:
            log.info("daemon.goes_on", reason="a plan was applied")

    async def _wait(self) -> None:
        signed = time.monotonic()
        while not self.signals.stop.is_set() and await self._must_wait():
            if time.monotonic() - signed >= beat.EVERY:
                signed = time.monotonic()
                self._sign()
            await self._pause()

    async def _must_wait(self) -> bool:
        """Whether there is no leave yet, or who gives it still works. Trouble with the database is no leave."""
        try:
            waits = await asyncio.to_thread(waits_for_leave, self.settings, self.db)
        except SyncdError as error:
            log.warning("daemon.deaf", reason=str(error))
            return True
        return waits or (self.settings.plan_first and holder(self.settings.data_dir) is not None)

    def _sign(self) -> None:
        try:
            beat.write(self.settings.data_dir, Beat(utc_now(), {}, waits=True))
        except OSError as error:
            log.warning("daemon.no_sign", reason=f"no sign of life can be written: {error}")

    async def _pause(self) -> None:
        stop = asyncio.ensure_future(self.signals.stop.wait())
        await asyncio.wait({stop}, timeout=LOOK)
        stop.cancel()
