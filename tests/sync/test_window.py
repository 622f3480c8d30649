"""How far back a cycle reads."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.sync.window import STEP, WRITTEN_LATE, overlap, start
from tests.sync import builders as make

MOMENTS = st.datetimes(datetime(2000, 1, 2), datetime(2100, 1, 1)).map(
    lambda at: at.replace(tzinfo=make.NOON.tzinfo)
)


@pytest.mark.parametrize(("update_time", "seconds"), [(1, 120), (120, 120), (121, 121), (86_400, 86_400)])
def test_the_look_back_is_the_update_time_but_never_short(update_time: int, seconds: int) -> None:
    """The look-back is the update time in seconds, two minutes at least, and what a clock may have jumped besides."""
    assert overlap(update_time, deadline=60) - STEP == timedelta(seconds=seconds)


def test_a_first_cycle_begins_at_the_start_of_the_sync() -> None:
    """Without a cursor a cycle reads from `since`, or everything when there is none."""
    assert start(None, make.NOON, WRITTEN_LATE) == make.NOON
    assert start(None, None, WRITTEN_LATE) is None


@given(MOMENTS, st.one_of(st.none(), MOMENTS), st.integers(1, 86_400))
def test_a_later_cycle_begins_behind_the_cursor(
    cursor: datetime, since: datetime | None, seconds: int
) -> None:
    """With a cursor a cycle overlaps the last one by the look-back, however long the outage was."""
    begin = start(cursor, since, overlap(seconds, deadline=60))
    assert begin is not None
    assert cursor - begin == STEP + max(timedelta(seconds=seconds), WRITTEN_LATE)


def test_the_look_back_is_longer_than_a_call_may_take() -> None:
    """The cursor is the clock of an answer, while its rows are as old as the query: a slow answer must not open a gap."""
    assert overlap(60, deadline=600) - STEP == timedelta(seconds=660)
