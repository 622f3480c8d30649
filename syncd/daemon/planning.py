"""Making a plan of what the next cycles would write, and carrying one out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from syncd.app import PAIR, App, Progress, Shops, open_database, utc_now
from syncd.app.preview import Preview
from syncd.daemon.by_hand import Result, Watch, run_by_hand
from syncd.daemon.cycle import Cycles, Report, no_progress
from syncd.daemon.leave import give_leave
from syncd.daemon.once import Exit, exit_code, run_once
from syncd.errors import Misconfigured
from syncd.settings import Settings
from syncd.state import brakes, cursors, failures, pairs
from syncd.state.database import Database
from syncd.state.pairs import Pair
from syncd.state.scratch import scratch
from syncd.sync.preview.ledger import Gate, Recorder, Refused
from syncd.sync.preview.plan import Plan
from syncd.sync.preview.writes import Write


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan and the cycles that made it; `exit` is 0 when they all went through."""

    plan: Plan
    reports: Sequence[Report]

    @property
    def exit(self) -> Exit:
        """The exit code: what is left for a person is part of the plan, and no failure."""
        code = exit_code(self.reports)
        return Exit.OK if code is Exit.OUTSTANDING else code


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of a plan."""

    result: Result
    done: Sequence[Write]
    refused: Sequence[Refused]
    not_done: Sequence[Write]

    @property
    def exit(self) -> int:
        """That of the run, or 3 when something was not done or left out."""
        left = bool(self.refused or self.not_done)
        return int(Exit.OUTSTANDING) if left and self.result.exit == Exit.OK else self.result.exit


def make_plan(
    settings: Settings,
    db: Database | None,
    streams: Sequence[str],
    *,
    progress: Callable[[str], Progress] = lambda stream: no_progress,
    now: Callable[[], datetime] = utc_now,
) -> Planned:
    """Run the cycles over a copy of the database, with their writes recorded instead of sent.

    Works beside a running daemon, and before the first run (`db` is `None` then). Raises what stops a run before its first
    cycle.
    """
    with scratch(db) as copy:
        return asyncio.run(_plan(settings, copy, streams, progress, now))


async def _plan(
    settings: Settings,
    db: Database,
    streams: Sequence[str],
    progress: Callable[[str], Progress],
    now: Callable[[], datetime],
) -> Planned:
    recorder = Recorder()
    async with App(settings, db, now=now, preview=Preview(recorder)) as app:
        shops = await Shops.connect(app)
        reports = await run_once(Cycles(shops, progress), streams)

        def read(conn: Connection) -> Plan:
            engaged = [brake for brake in brakes.engaged(conn, PAIR) if brake.stream in streams]
            aside = [failure for failure in failures.all(conn, PAIR) if failure.stream in streams]
            return Plan(
                made_at=now(),
                streams=list(streams),
                shops=_shops(settings),
                account=shops.pair.account,
                starts=_starts(conn, settings, shops.pair),
                writes=recorder.writes,
                brakes=[
                    f"{brake.stream}: {brake.kind}: {brake.evidence.get('reason', '')}" for brake in engaged
                ],
                set_aside=[f"{one.stream} {one.record_key}: {one.message}" for one in aside],
            )

        return Planned(await db.run(read), reports)


def _shops(settings: Settings) -> dict[str, str]:
    further = {source.name: source.url for source in settings.sources}
    return {"cscart": settings.cscart.url, "webasyst": settings.webasyst.url, **further}


def _starts(conn: Connection, settings: Settings, pair: Pair) -> dict[str, datetime]:
    """Since when each source's orders are brought: what a first start notes."""
    found = {"": pair.since}
    for source in settings.sources:
        known = cursors.get(conn, PAIR, f"since.{source.name}")
        if known is not None:
            found[source.name] = known.position
    return found


def apply_plan(
    settings: Settings,
    plan: Plan,
    *,
    progress: Callable[[str], Progress] = lambda stream: no_progress,
    now: Callable[[], datetime] = utc_now,
) -> Applied:
    """Run the plan's cycles with every write held to the plan. Raises what `run_by_hand` raises, and `Misconfigured` for a
    plan of other shops."""
    _check(settings, plan)
    gate = Gate(plan.writes)
    watch = Watch(preview=Preview(gate), before=lambda conn: _keep_starts(conn, plan, now()), now=now)
    result = run_by_hand(settings, list(plan.streams), progress=progress, watch=watch)
    if result.signal is None:
        _give_leave(settings, now())
    return Applied(result, gate.done, gate.refused, gate.not_done)


def _check(settings: Settings, plan: Plan) -> None:
    here: Mapping[str, str] = _shops(settings)
    if dict(plan.shops) != dict(here):
        raise Misconfigured(
            f"the plan was made for {', '.join(plan.shops.values())}, the settings name {', '.join(here.values())}; "
            "make a new one with 'syncd plan -o FILE'"
        )


def _keep_starts(conn: Connection, plan: Plan, now: datetime) -> None:
    """Orders are brought since the plan was made, where this is the first start."""
    for source, since in plan.starts.items():
        if not source and pairs.get(conn, PAIR) is None:
            pairs.put(conn, Pair(PAIR, plan.account, since, now))
        elif source and cursors.get(conn, PAIR, f"since.{source}") is None:
            cursors.put(conn, PAIR, f"since.{source}", since)


def _give_leave(settings: Settings, now: datetime) -> None:
    db = open_database(settings)
    try:
        db.run_sync(lambda conn: give_leave(conn, now))
    finally:
        db.close()
