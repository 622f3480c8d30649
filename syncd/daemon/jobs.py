"""One stream in the daemon: a cycle per interval, and what is said about it in the log."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from syncd.app import PAIR, Shops, utc_now
from syncd.daemon.cycle import Cycles, Ending, Report, ending_of
from syncd.errors import SyncdError
from syncd.state import runs
from syncd.state.database import Database
from syncd.state.runs import Run
from syncd.sync.outcome import Event
from syncd.sync.pulse import Pulse

STALLED = 600.0
"""Seconds without a sign of life after which a cycle is taken to hang; far beyond the longest call with its retries."""

_REMINDER = 3600.0
"""Seconds after which trouble that goes on is told once more."""

_LOOK = 30.0
"""Seconds between two looks at the stream that goes first."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class StreamJob:
    """Runs the cycles of one stream; never two at a time, the scheduler sees to that."""

    stream: str
    connect: Callable[[], Awaitable[Shops]]
    db: Database
    after: StreamJob | None = None
    """Whose very first cycle goes first: a fresh office has no products before."""
    told: Callable[[], None] = lambda: None
    """Called when a cycle has ended, whatever its outcome."""
    pulse: Pulse = field(default_factory=Pulse)
    ran: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when a cycle of this process has ended, in whatever way."""
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    outcome: str = "starting"
    _trouble: Ending | None = None
    _told_at: float = 0.0

    async def run(self) -> None:
        """One cycle. Raises nothing: the other streams and the next cycle go on."""
        task = asyncio.current_task()
        assert task is not None  # coroutines run in tasks
        self.tasks.add(task)
        try:
            await self._cycle()
        except asyncio.CancelledError:
            if not self.pulse.stopping:
                raise
        except SyncdError as error:
            # Not even the outcome could be recorded: the database is in trouble.
            self._tell(Report(self.stream, ending_of(error), {}, str(error)), 0.0)
        except Exception:
            self.outcome = "crashed"
            log.exception("cycle.crashed", stream=self.stream)
        finally:
            self.ran.set()
            self.told()
            self.tasks.discard(task)

    @property
    def stalled(self) -> bool:
        """Whether a cycle runs and has given no sign of life for too long."""
        return bool(self.tasks) and time.monotonic() - self.pulse.last > STALLED

    async def _cycle(self) -> None:
        if self.after is not None:
            await self._let_go_first(self.after)
        began, clock = utc_now(), time.monotonic()
        try:
            self.pulse.beat()
            shops = await self.connect()
            report = await Cycles(shops, pulse=self.pulse).run(self.stream)
        except SyncdError as error:
            report = await self._failed(error, began)
        self._tell(report, time.monotonic() - clock)

    async def _let_go_first(self, other: StreamJob) -> None:
        """Only before the other stream ever ran, and not for ever: a cycle that hangs must not stop this one."""
        ever = await self.db.run(lambda conn: runs.last(conn, PAIR))
        while other.stream not in ever and not other.ran.is_set() and not other.stalled:
            self.pulse.last = time.monotonic()
            with suppress(TimeoutError):
                await asyncio.wait_for(other.ran.wait(), _LOOK)

    async def _failed(self, error: SyncdError, began: datetime) -> Report:
        """Record an error from before the cycle, so that the status shows it."""
        report = Report(self.stream, ending_of(error), {}, str(error))
        run = Run(PAIR, self.stream, began, utc_now(), str(report.ending), {}, report.message)
        await self.db.run(lambda conn: runs.record(conn, run))
        return report

    def _tell(self, report: Report, seconds: float) -> None:
        """Trouble is told when it begins, when it changes, once an hour, and when it is over."""
        self.outcome = str(report.ending)
        if report.ending is Ending.STOPPED:
            return
        if report.ending is not Ending.OK:
            self._alarm(report)
            return
        if self._trouble is not None:
            log.info("stream.recovered", stream=self.stream, after=str(self._trouble))
            self._trouble = None
        did = {str(event): report.counts[event] for event in Event if report.counts.get(event)}
        quiet = not did.keys() - {Event.READ, Event.SKIPPED}
        say = log.debug if quiet else log.info
        say("cycle.done", stream=self.stream, **did, seconds=round(seconds, 1))

    def _alarm(self, report: Report) -> None:
        again = report.ending is self._trouble and time.monotonic() - self._told_at < _REMINDER
        say = log.debug if again else log.error
        say("stream.stopped", stream=self.stream, outcome=self.outcome, reason=report.message)
        if not again:
            self._trouble, self._told_at = report.ending, time.monotonic()
