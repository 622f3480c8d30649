"""Health: progress that is fresh, as the database and the sign of life tell it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syncd.daemon import beat
from syncd.daemon.beat import FRESH, Beat
from syncd.daemon.health import INTERVALS, healthy, judge
from syncd.daemon.jobs import STALLED
from syncd.state.runs import Run
from syncd.state.wishes import Wish

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
EVERY = {"orders": 300}


def _run(age: float, outcome: str = "ok") -> dict[str, Run]:
    at = NOW - timedelta(seconds=age)
    return {"orders": Run("main", "orders", at, at, outcome, {})}


def _alive(**running: float) -> Beat:
    return Beat(NOW, running)


@pytest.mark.parametrize("outcome", ["ok", "failed", "braked"])
@pytest.mark.parametrize(("age", "well"), [(INTERVALS * 300, True), (INTERVALS * 300 + 1, False)])
def test_a_cycle_must_have_ended_within_three_intervals(age: float, well: bool, outcome: str) -> None:
    """Whatever its outcome."""
    [found] = judge(EVERY, _run(age, outcome), {}, _alive(), NOW)
    assert found.healthy is well
    assert outcome in found.reason


def test_two_minutes_are_never_late() -> None:
    """A stream that runs every second may meet a slow shop."""
    assert healthy(judge({"orders": 1}, _run(119), {}, _alive(), NOW))
    assert not healthy(judge({"orders": 1}, _run(121), {}, _alive(), NOW))


def test_a_cycle_that_runs_counts_while_it_comes_along() -> None:
    """Hours of a first cycle are no trouble; ten minutes without a record are."""
    assert healthy(judge(EVERY, {}, {}, _alive(orders=STALLED - 1), NOW))
    assert not healthy(judge(EVERY, _run(1), {}, _alive(orders=STALLED), NOW))


def test_without_a_sign_of_life_nothing_is_healthy() -> None:
    """Neither with a fresh cycle nor with a pause: the process is gone, also when the clock was put back since."""
    old = Beat(NOW - timedelta(seconds=FRESH), {"orders": 0.0}, waits=True)
    ahead = Beat(NOW + timedelta(hours=1), {}, waits=True)
    pause = {"orders": Wish("main", "orders", paused_at=NOW)}
    for sign in (None, old, ahead):
        assert not healthy(judge(EVERY, _run(1), pause, sign, NOW))


def test_a_pause_and_the_wait_for_a_plan_are_healthy() -> None:
    """Somebody wanted it so."""
    pause = {"orders": Wish("main", "orders", paused_at=NOW)}
    assert healthy(judge(EVERY, _run(9999), pause, _alive(), NOW))
    assert healthy(judge(EVERY, {}, {}, Beat(NOW, {}, waits=True), NOW))
    assert not healthy(judge(EVERY, {}, {}, _alive(), NOW))


def test_one_late_stream_is_enough() -> None:
    """All streams must be fresh."""
    found = judge({"orders": 300, "products": 300}, _run(1), {}, _alive(), NOW)
    assert [one.healthy for one in found] == [True, False]
    assert not healthy(found)


def test_the_sign_of_life_comes_back_as_it_was_written(tmp_path: Path) -> None:
    """And one that cannot be read is none."""
    sign = Beat(NOW, {"orders": 1.5}, waits=True)
    assert beat.read(tmp_path) is None
    beat.write(tmp_path, sign)
    assert beat.read(tmp_path) == sign
    (tmp_path / beat.NAME).write_text('{"at": "2026"')
    assert beat.read(tmp_path) is None
