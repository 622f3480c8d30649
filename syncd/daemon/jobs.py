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
from syncd.daemon.streams import PRODUCTS
from syncd.errors import SyncdError
from syncd.state import runs
from syncd.state.database import Database
from syncd.state.runs import Run
from syncd.sync.outcome import Event
from syncd.sync.pulse import Pulse

STALLED = 600.0
"""Seconds without a sign of life after which a cycle is taken to hang; far beyond the longest call with its retries."""

DEBOUNCE = 0.25
"""Seconds between the first call about a record and the look at it: shops often call several times in a row."""

PAUSED = "paused"

_REMINDER = 3600.0
"""Seconds after which trouble that goes on is told once more."""

_LOOK = 30.0
"""Seconds between two looks at the stream that goes first."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class StreamJob:
    """Runs the cycles of one stream, by the clock and when a shop calls; never two at a time."""

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
    paused: bool = False
    """Whether a person has the stream rest."""
    _out_of_turn: asyncio.Task[None] | None = None
    _busy: asyncio.Lock = field(default_factory=asyncio.Lock)
    _hinted: bool = False
    _following: asyncio.Task[None] | None = None
    _trouble: Ending | None = None
    _told_at: float = 0.0

    async def run(self) -> None:
        """One cycle, unless the stream pauses. Raises nothing: the other streams and the next cycle go on."""
        if self.paused:
            return
        task = asyncio.current_task()
        assert task is not None  # coroutines run in tasks
        try:
            await self._guarded(task, self._cycle)
        finally:
            # Not for a look at what was called about: a stream that waits for this one waits for a whole cycle.
            self.ran.set()

    def pause(self) -> None:
        """Begin no cycle until `resume`; one that runs ends after the record at hand."""
        if not self.paused:
            log.info("stream.paused", stream=self.stream)
            self.paused, self.outcome = True, PAUSED
            self.pulse.stop()
            self.told()

    def resume(self) -> None:
        """End the pause."""
        if self.paused:
            log.info("stream.resumed", stream=self.stream)
            # A pulse that was stopped stays so: whatever still runs with the old one ends.
            self.paused, self.outcome, self.pulse = False, "resumed", Pulse()
            self.told()

    def run_now(self) -> None:
        """Run a cycle out of turn, after the one that runs."""
        self._out_of_turn = asyncio.create_task(self.run())

    def hint(self) -> None:
        """Somebody called about a record of this stream: look at it soon. Calls that come close together are looked at
        together, and one that comes while that is done is looked at next."""
        if self.pulse.stopping:
            return
        self._hinted = True
        if self._following is None or self._following.done():
            self._following = asyncio.create_task(self._follow_hints())

    async def _follow_hints(self) -> None:
        task = asyncio.current_task()
        assert task is not None
        while self._hinted and not self.pulse.stopping:
            await self.pulse.rest(DEBOUNCE)
            self._hinted = False
            await self._guarded(task, self._hinted_cycle)

    async def _guarded(self, task: asyncio.Task[None], work: Callable[[], Awaitable[None]]) -> None:
        self.tasks.add(task)
        try:
            async with self._busy:
                await work()
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
            self.told()
            self.tasks.discard(task)

    @property
    def stalled(self) -> bool:
        """Whether a cycle runs and has given no sign of life for too long."""
        return bool(self.tasks) and time.monotonic() - self.pulse.last > STALLED

    async def _hinted_cycle(self) -> None:
        """What was called about, once the stream has run at all: before, everything is read anyway."""
        if self.ran.is_set():
            await self._cycle(hints_only=self.stream != PRODUCTS)

    async def _cycle(self, *, hints_only: bool = False) -> None:
        if self.after is not None:
            await self._let_go_first(self.after)
        began, clock = utc_now(), time.monotonic()
        try:
            self.pulse.beat()
            shops = await self.connect()
            report = await Cycles(shops, pulse=self.pulse).run(self.stream, hints_only=hints_only)
        except SyncdError as error:
            report = await self._failed(error, began)
        self._tell(report, time.monotonic() - clock)

    async def _let_go_first(self, other: StreamJob) -> None:
        """Only before the other stream ever ran, and not for ever: a cycle that hangs must not stop this one."""
        ever = await self.db.run(lambda conn: runs.last(conn, PAIR))
        while other.stream not in ever and not (other.ran.is_set() or other.stalled or other.paused):
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
        self.outcome = PAUSED if self.paused else str(report.ending)
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
