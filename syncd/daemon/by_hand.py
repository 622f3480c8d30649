"""One run by hand, from the lock to the result: what the commands `run --once` and `demo` share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from syncd.app import PAIR, App, Progress, Shops, open_database, utc_now
from syncd.daemon.cycle import Cycles, Ending, Report, no_progress
from syncd.daemon.drain import drain
from syncd.daemon.lock import single_instance
from syncd.daemon.once import exit_code, run_once
from syncd.daemon.signals import Signals
from syncd.daemon.streams import PRODUCTS_BACK, all_of
from syncd.settings import Settings
from syncd.state import brakes, conflicts, failures, intents
from syncd.state.brakes import Brake
from syncd.state.conflicts import HeldConflict
from syncd.state.database import Database
from syncd.state.failures import Failure
from syncd.state.intents import Intent
from syncd.sync.pulse import Pulse

if TYPE_CHECKING:
    from syncd.app.preview import Preview

_SIGNALLED = 128
"""What shells add to the number of the signal that ended a command."""


@dataclass(slots=True)
class Result:
    """What a run did and what is left after it; `signal` is the number of the one that ended it early."""

    reports: list[Report]
    failures: list[Failure] = field(default_factory=list)
    brakes: list[Brake] = field(default_factory=list)
    doubts: list[Intent] = field(default_factory=list)
    conflicts: list[HeldConflict] = field(default_factory=list)
    signal: int | None = None

    @property
    def exit(self) -> int:
        """The exit code: 128 and the signal's number after an early end, else as `exit_code` says."""
        return exit_code(self.reports) if self.signal is None else _SIGNALLED + self.signal


@dataclass(frozen=True, slots=True)
class Watch:
    """Who looks on in a run: what its writes are held to, what is noted `before` it, and the clock."""

    preview: Preview | None = None
    before: Callable[[Connection], None] = lambda conn: None
    now: Callable[[], datetime] = utc_now


UNWATCHED = Watch()


def run_by_hand(
    settings: Settings,
    streams: Sequence[str],
    *,
    override: bool = False,
    progress: Callable[[str], Progress] = lambda stream: no_progress,
    watch: Watch = UNWATCHED,
) -> Result:
    """One cycle of each stream under the lock of the data directory.

    Raises `AlreadyRunning`, `StorageFailed`, and what stops a run before its first cycle.
    """
    with single_instance(settings.data_dir):
        db = open_database(settings, alone=True)
        try:
            db.run_sync(watch.before)
            return asyncio.run(_run(settings, db, streams, watch, override=override, progress=progress))
        finally:
            db.close()


async def _run(
    settings: Settings,
    db: Database,
    streams: Sequence[str],
    watch: Watch,
    *,
    override: bool,
    progress: Callable[[str], Progress],
) -> Result:
    pulse = Pulse()

    async def work() -> list[Report]:
        async with App(settings, db, now=watch.now, preview=watch.preview) as app:
            cycles = Cycles(await Shops.connect(app), progress, pulse)
            return await run_once(cycles, streams, override=override)

    with Signals().caught() as signals:
        task = asyncio.create_task(work())
        stop = asyncio.create_task(signals.stop.wait())
        await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        if not task.done():
            await drain([task], [pulse], signals.hurry)
        cut_off = task.cancelled() or not task.done()
        reports = [] if cut_off else task.result()
        early = cut_off or any(report.ending is Ending.STOPPED for report in reports)
        return await _result(settings, db, reports, signals.number if early else None)


async def _result(settings: Settings, db: Database, reports: Sequence[Report], number: int | None) -> Result:
    order = all_of(settings)
    ordered = sorted(reports, key=lambda report: order.index(report.stream))
    ran = [report.stream for report in ordered]

    def read(conn: Connection) -> Result:
        return Result(
            reports=ordered,
            failures=[failure for failure in failures.all(conn, PAIR) if failure.stream in ran],
            brakes=[brake for brake in brakes.engaged(conn, PAIR) if brake.stream in ran],
            doubts=[intent for intent in intents.all(conn, PAIR) if intent.stream in ran],
            conflicts=conflicts.all(conn, PAIR) if PRODUCTS_BACK in ran else [],
            signal=number,
        )

    return await db.run(read)
