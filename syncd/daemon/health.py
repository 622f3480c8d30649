"""Whether syncd makes progress, as the database and the daemon's sign of life tell it: a pure decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from syncd.daemon.beat import FRESH, Beat
from syncd.daemon.jobs import STALLED
from syncd.state.runs import Run
from syncd.state.wishes import Wish

INTERVALS = 3
"""So many intervals without a finished cycle are late."""
LEAST = 120.0
"""Seconds that are never late: a slow shop may take a minute for one call."""


@dataclass(frozen=True, slots=True)
class StreamHealth:
    """One stream: whether it is as fresh as it should be, and why, in words."""

    stream: str
    healthy: bool
    reason: str


def judge(
    intervals: Mapping[str, int],
    last: Mapping[str, Run],
    wishes: Mapping[str, Wish],
    beat: Beat | None,
    now: datetime,
) -> list[StreamHealth]:
    """The health of each enabled stream; `intervals` are in seconds.

    A cycle that ended counts whatever its outcome: an outage of a shop is no fault of this process, and a new start would
    not end it. One that runs counts while it comes along.
    """
    # A sign from the future is as old: the clock was put back after it.
    alive = beat is not None and abs((now - beat.at).total_seconds()) < FRESH
    found = []
    for stream, seconds in intervals.items():
        wish = wishes.get(stream)
        if beat is None or not alive:
            healthy, reason = False, "no daemon gives a sign of life"
        elif beat.waits:
            healthy, reason = True, "waits for the first 'syncd apply'"
        elif wish is not None and wish.paused_at is not None:
            healthy, reason = True, "paused"
        elif stream in beat.running:
            healthy, reason = _running(beat.running[stream])
        else:
            healthy, reason = _ended(last.get(stream), seconds, now)
        found.append(StreamHealth(stream, healthy, reason))
    return found


def _running(silent: float) -> tuple[bool, str]:
    if silent < STALLED:
        return True, "runs"
    return False, f"runs, but has not come along for {silent:.0f} s"


def _ended(run: Run | None, seconds: int, now: datetime) -> tuple[bool, str]:
    if run is None:
        return False, "never ran"
    age = max((now - run.finished_at).total_seconds(), 0)
    words = f"{run.outcome}, {age:.0f} s ago"
    late = age > max(INTERVALS * seconds, LEAST)
    return not late, f"late: {words}" if late else words


def healthy(streams: Sequence[StreamHealth]) -> bool:
    """Whether all of them are."""
    return all(stream.healthy for stream in streams)
