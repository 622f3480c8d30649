"""Working on a backfill without a daemon: live changes first, then a portion, and so on until all is brought."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from syncd.app import PAIR, App, Progress, Shops, open_database
from syncd.daemon.cycle import Cycles, Ending, Report
from syncd.daemon.drain import drain
from syncd.daemon.lock import single_instance
from syncd.daemon.signals import Signals
from syncd.settings import Settings
from syncd.state import backfills
from syncd.state.database import Database
from syncd.sync.pulse import Pulse

ROUND = 10.0
"""Seconds from the beginning of a portion to the next one."""


def work_alone(
    settings: Settings, kind: str, progress: Callable[[str], Progress]
) -> tuple[Report, int | None]:
    """Bring everything; answers the report of the last cycle, and the signal that ended the work early.

    Raises `AlreadyRunning` and what stops a run before its first cycle.
    """
    with single_instance(settings.data_dir):
        db = open_database(settings, alone=True)
        try:
            return asyncio.run(_work(settings, db, kind, progress))
        finally:
            db.close()


async def _work(
    settings: Settings, db: Database, kind: str, progress: Callable[[str], Progress]
) -> tuple[Report, int | None]:
    pulse = Pulse()
    last: list[Report] = []

    async def rounds() -> None:
        async with App(settings, db) as app:
            cycles = Cycles(await Shops.connect(app), progress, pulse)
            while not pulse.stopping:
                ends = asyncio.get_running_loop().time() + ROUND
                last[:] = [await cycles.run(kind)]
                fill = await db.run(lambda conn: backfills.get(conn, PAIR, kind))
                if last[0].ending is not Ending.OK or fill is None or not fill.open:
                    return
                await pulse.rest(max(0.0, ends - asyncio.get_running_loop().time()))

    with Signals().caught() as signals:
        task = asyncio.create_task(rounds())
        stop = asyncio.create_task(signals.stop.wait())
        await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        if not task.done():
            await drain([task], [pulse], signals.hurry)
        if task.done() and not task.cancelled():
            task.result()
        report = last[0] if last else Report(kind, Ending.STOPPED, {})
        return report, signals.number
