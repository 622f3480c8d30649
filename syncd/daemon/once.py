"""One run by hand: every stream once, and its exit code."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from enum import IntEnum

import structlog
from sqlalchemy import Connection

from syncd.app import PAIR
from syncd.daemon.cycle import Cycles, Ending, Report
from syncd.daemon.streams import ORDERS, PRODUCTS
from syncd.state import intents

log = structlog.get_logger(__name__)


class Exit(IntEnum):
    """Exit codes of a run; the first that holds in the order of `exit_code`."""

    OK = 0
    FAILED = 1
    OUTSTANDING = 3
    MISCONFIGURED = 10
    ALREADY_RUNNING = 11
    NOT_AUTHORISED = 12


def exit_code(reports: Sequence[Report]) -> Exit:
    """10 misconfigured, 12 not authorised, 1 a stream failed, 3 something outstanding, 0 all applied."""
    endings = {report.ending for report in reports}
    if Ending.MISCONFIGURED in endings:
        return Exit.MISCONFIGURED
    if Ending.NOT_AUTHORISED in endings:
        return Exit.NOT_AUTHORISED
    if Ending.FAILED in endings:
        return Exit.FAILED
    if {Ending.BRAKED, Ending.PLANNED} & endings or any(report.outstanding for report in reports):
        return Exit.OUTSTANDING
    return Exit.OK


async def run_once(cycles: Cycles, streams: Sequence[str], *, override: bool = False) -> list[Report]:
    """One cycle of each stream, retrying every failure; orders first.

    What is in doubt is sent again only when the abandoned call cannot run any more (DESIGN: orders, step 5): the run
    waits for that moment, at most the deadline of a call, and settles it.
    """
    reports: dict[str, Report] = {}
    for stream in await _in_order(cycles, streams):
        report = await cycles.run(stream, retry_all=True, override=override)
        if report.doubts and report.ending is Ending.OK:
            await _wait_until_settled(cycles, stream)
            report = report.followed_by(await cycles.run(stream, retry_all=True))
        reports[stream] = reports[stream].followed_by(report) if stream in reports else report
    return list(reports.values())


async def _in_order(cycles: Cycles, streams: Sequence[str]) -> list[str]:
    """Orders before products, so that stock is compared after them; the very first time products come first, and once
    more at the end, so that the first orders find their products."""
    if not {ORDERS, PRODUCTS} <= set(streams) or not await cycles.first_time(PRODUCTS):
        return list(streams)
    return [PRODUCTS, *streams]


async def _wait_until_settled(cycles: Cycles, stream: str) -> None:
    app = cycles.shops.app

    def longest(conn: Connection) -> timedelta:
        rows = intents.all(conn, PAIR, stream)
        return max((row.settle_after - app.now() for row in rows), default=timedelta())

    pause = (await app.db.run(longest)).total_seconds()
    if pause > 0:
        log.info(
            "run.waiting",
            stream=stream,
            seconds=round(pause),
            reason="an abandoned call may still be running in the shop",
        )
        await cycles.pulse.rest(pause)
