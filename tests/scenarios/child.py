"""syncd in a process of its own, which can die at its k-th crash point: `python -m tests.scenarios.child [k]`.

A crash point lies before and after every commit that changes something and before and after every write to a shop. The
process dies there as by `kill -9`: no handler runs, no file is flushed.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection, event

from syncd.app import App, Shops, open_database, utc_now
from syncd.daemon import streams
from syncd.daemon.cycle import Cycles, Report
from syncd.daemon.once import exit_code, run_once
from syncd.settings import Settings, load_settings
from syncd.shops.transport import Transport
from syncd.state.database import Database

KILLED = 137
AHEAD = "SCENARIO_AHEAD"
"""Seconds that this process's clock is ahead of the machine's."""

ResultT = TypeVar("ResultT")


class CrashPoints:
    """Counts the points a run passes, and dies at the chosen one; 0 never does."""

    def __init__(self, chosen: int) -> None:
        self.chosen = chosen
        self.passed = 0

    def reach(self) -> None:
        """One more point."""
        self.passed += 1
        if self.passed == self.chosen:
            os._exit(KILLED)


def watch_transport(points: CrashPoints) -> None:
    """Points around every write to a shop."""
    write = Transport.write

    async def watched(self: Transport, *args: Any, **kwargs: Any) -> Any:
        points.reach()
        answer = await write(self, *args, **kwargs)
        points.reach()
        return answer

    setattr(Transport, "write", watched)  # noqa: B010 - a method is replaced


def watch_database(db: Database, points: CrashPoints) -> None:
    """Points around every commit that changes a row."""
    run = db._transact

    def before(conn: Connection) -> None:
        if db._wrote:
            points.reach()

    def watched(work: Callable[[Connection], ResultT]) -> ResultT:
        commits = db.commits
        result = run(work)
        if db.commits > commits:
            points.reach()
        return result

    event.listen(db.engine, "commit", before)
    setattr(db, "_transact", watched)  # noqa: B010 - a method is replaced


async def run(settings: Settings, db: Database) -> list[Report]:
    """One run by hand of all streams."""
    ahead = timedelta(seconds=float(os.environ.get(AHEAD, "0")))
    async with App(settings, db, now=lambda: utc_now() + ahead) as app:
        return await run_once(Cycles(await Shops.connect(app)), streams.all_of(settings))


def main() -> int:
    """Run once, or die on the way."""
    points = CrashPoints(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
    watch_transport(points)
    settings = load_settings()
    db = open_database(settings)
    watch_database(db, points)
    try:
        return int(exit_code(asyncio.run(run(settings, db))))
    finally:
        db.close()


if __name__ == "__main__":
    sys.exit(main())
