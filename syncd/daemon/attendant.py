"""What the daemon does besides its streams: it looks for people's wishes and at the clock, and gives signs of life to other
processes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from syncd.app import PAIR, utc_now
from syncd.daemon import beat
from syncd.daemon.beat import Beat
from syncd.daemon.clock import Steps
from syncd.daemon.jobs import StreamJob
from syncd.errors import SyncdError
from syncd.state import wishes
from syncd.state.database import Database

LOOK = 1.0
"""Seconds between two looks."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Attendant:
    """Carries wishes to the streams' jobs."""

    db: Database
    jobs: Sequence[StreamJob]
    data_dir: Path
    stepped_back: Callable[[], None] = lambda: None
    """Called when the machine's clock was put back."""
    clock: Steps = field(default_factory=Steps)
    _beat_at: float = float("-inf")
    _trouble: str = ""

    async def attend(self) -> None:
        """Look for ever. Raises nothing but its cancellation: trouble is told once, and looked past."""
        while True:
            await asyncio.sleep(LOOK)
            await self.look()

    async def look(self) -> None:
        """Carry out what is asked for by now, and give a sign of life when it is time."""
        if seconds := self.clock.back():
            log.warning(
                "clock.put_back", seconds=round(seconds), reason="the streams run now, not that much later"
            )
            self.stepped_back()
        try:
            await self._wishes()
            self._sign()
        except (SyncdError, OSError) as error:
            if str(error) != self._trouble:
                log.warning("daemon.deaf", reason=f"no wish of a person can be seen: {error}")
            self._trouble = str(error)
        else:
            self._trouble = ""

    async def _wishes(self) -> None:
        found = await self.db.run(lambda conn: wishes.all(conn, PAIR))
        for job in self.jobs:
            wish = found.get(job.stream)
            if wish is not None and wish.paused_at is not None:
                job.pause()
                continue
            job.resume()
            if wish is not None and wish.wanted_at is not None:
                await self.db.run(lambda conn, wish=wish: wishes.taken(conn, wish))  # type: ignore[misc]
                job.run_now()

    def _sign(self) -> None:
        now = time.monotonic()
        if now - self._beat_at < beat.EVERY:
            return
        running = {job.stream: round(now - job.pulse.last, 1) for job in self.jobs if job.tasks}
        beat.write(self.data_dir, Beat(utc_now(), running))
        self._beat_at = now
