"""An idle daemon: nothing happens in either shop for days; it writes nothing, asks little, and its memory stays as it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select

from syncd.app import PAIR
from syncd.daemon.cycle import Ending
from syncd.sandbox.cscart.shop import CSCartShop
from syncd.sandbox.webasyst.shop import WebasystShop
from syncd.state import cursors
from syncd.state.schema import metadata
from syncd.sync.products import SWEPT
from tests.scenarios.living import Living

MOST_REQUESTS = 7
"""Of one cycle of all streams."""
OF_A_SWEEP = 2
"""Requests that a sweep of a small shop takes on top: one page of each shop."""
UPDATE_TIME = 300


@pytest.fixture(params=[{}, {"quantity": "shared"}], ids=["default owners", "shared stock"])
def living(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Living]:
    """Everything agrees, and the last change is longer ago than every overlap."""
    living = Living(CSCartShop(products=40, orders=20), WebasystShop(products=0), tmp_path / "data")
    living.pair.set(
        products={"owners": request.param, "update_time": UPDATE_TIME},
        orders={"update_time": UPDATE_TIME},
        statuses='{"P":"processed","C":"completed","I":"deleted"}',
        statuses_back='{"new":"O","processing":"P","shipped":"C","completed":"C","deleted":"I"}',
    )
    for _ in range(3):
        reports = living.cycle()
        living.pair.later(4000)
    assert {report.ending for report in reports.values()} == {Ending.OK}, reports
    yield living
    living.close()


def swept(conn: Connection) -> object:
    """When the last sweep was."""
    cursor = cursors.get(conn, PAIR, SWEPT)
    return cursor and cursor.position


def rows(conn: Connection) -> dict[str, int]:
    """How much the database holds, the records of cycles aside: the service forgets those after a month."""
    return {
        table.name: conn.scalar(select(func.count()).select_from(table)) or 0
        for table in metadata.sorted_tables
        if table.name != "runs"
    }


def idle(living: Living, cycles: int) -> None:
    """So many cycles of every stream, an update time apart, cost nothing but their few requests."""
    pair, sweeps = living.pair, 0
    before, kept = living.read(swept), living.read(rows)
    for number in range(cycles):
        pair.later(UPDATE_TIME)
        pair.forget_counts()
        reports = living.cycle()
        asked = Counter(pair.cscart.counters.by_method) + Counter(pair.webasyst.counters.by_method)
        assert {report.ending for report in reports.values()} == {Ending.OK}, f"cycle {number}: {reports}"
        assert pair.writes == 0, f"cycle {number}: {asked}"
        now = living.read(swept)
        sweeps += now != before
        most = MOST_REQUESTS + OF_A_SWEEP * (now != before)
        before = now
        assert asked.total() <= most, f"cycle {number}: {asked}"
    assert sweeps == pytest.approx(cycles * UPDATE_TIME / 3600, abs=1)
    assert living.read(rows) == kept


def test_a_hundred_idle_cycles_write_nothing_and_ask_little(living: Living) -> None:
    """Eight hours of nothing, with the sweeps that fall due."""
    idle(living, 100)


@pytest.mark.slow
def test_a_thousand_idle_cycles_write_nothing_and_ask_little(living: Living) -> None:
    """Three and a half days of nothing."""
    idle(living, 1000)
