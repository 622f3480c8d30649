"""The days that are asked for: no gap, no piece that the shop would cut (contracts/sources §2.3, §6 point 4)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.shops.justclick.windows import LOOK_BACK, around, pieces, windows

DAYS = st.dates(date(2008, 1, 1), date(2040, 12, 31))
SPANS = st.integers(0, 1200).map(timedelta)
MOMENTS = st.datetimes(datetime(2009, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))
ZONES = st.sampled_from(["UTC", "Europe/Moscow", "Europe/Kyiv", "Asia/Kamchatka", "America/Los_Angeles"]).map(
    ZoneInfo
)
LENGTHS = {1: 31, 2: 28, 3: 31, 4: 30, 5: 31, 6: 30, 7: 31, 8: 31, 9: 30, 10: 31, 11: 30, 12: 31}


def month_before(end: date) -> date:
    """As PHP's `-1 month`: a day that the month before lacks runs over into the next one."""
    month = end.month - 1 or 12
    first = date(end.year - (end.month == 1), month, 1)
    return first + timedelta(days=end.day - 1)


@given(DAYS, SPANS)
def test_point_4_no_gap(first: date, span: timedelta) -> None:
    """The pieces begin and end where they should, and each begins on the last day of the one before: no day is lost
    whether the shop counts the last day or not."""
    found = list(pieces(first, first + span))
    assert found[0][0] == first
    assert found[-1][1] == first + span
    assert all(before[1] == after[0] for before, after in pairwise(found))
    assert all(begin < end for begin, end in found) or span == timedelta(0)


@given(DAYS, SPANS)
def test_point_4_no_piece_above_a_month(first: date, span: timedelta) -> None:
    """With its last day whole, no piece reaches back over a month, however the shop counts one."""
    for begin, end in pieces(first, first + span):
        assert (end - begin) + timedelta(days=1) <= timedelta(days=30)
        after = end + timedelta(days=1)
        assert month_before(after) <= begin
        assert datetime.combine(month_before(end), time(23, 59, 59)) < datetime.combine(
            begin, time()
        ) + timedelta(days=1)


@pytest.mark.parametrize("month", LENGTHS)
def test_point_4_month_ends(month: int) -> None:
    """A span over the last day of any month, leap years included, is asked for without a gap."""
    for year in (2023, 2024):
        first = date(year, month, 20)
        days = {
            begin + timedelta(days=number)
            for begin, end in pieces(first, first + timedelta(days=60))
            for number in range((end - begin).days + 1)
        }
        assert days == {first + timedelta(days=number) for number in range(61)}


@given(MOMENTS, MOMENTS, ZONES)
def test_point_4_no_overlap_loss(since: datetime, now: datetime, zone: ZoneInfo) -> None:
    """Two days before `since` are asked for, and all of today, by the shop's calendar; the last piece ends tomorrow, so
    that a shop which leaves the last day out tells today's orders too."""
    since = min(since, now)
    asked = windows(since, now, zone)
    first = datetime.combine(asked[0][0], time(), zone)
    last = datetime.combine(asked[-1][1], time(), zone)
    assert first <= since - LOOK_BACK
    assert last > now


def test_two_years_are_asked_for_in_full() -> None:
    """A span of the past ends in pieces, the last one tomorrow."""
    now = datetime(2026, 11, 26, 12, tzinfo=UTC)
    asked = windows(datetime(2024, 11, 26, tzinfo=UTC), now, ZoneInfo("Europe/Moscow"))
    assert asked[0][0] == date(2024, 11, 24)
    assert asked[-1][1] == date(2026, 11, 27)
    assert len(asked) == 28


def test_everything_and_odd_clocks() -> None:
    """Without a beginning, or with one before time began, everything is asked for; a beginning in the future is tomorrow."""
    now = datetime(2026, 11, 26, 12, tzinfo=UTC)
    zone = ZoneInfo("UTC")
    everything = windows(None, now, zone)
    assert everything[0][0] == date(2008, 1, 1)
    assert windows(datetime.min.replace(tzinfo=UTC), now, zone) == everything
    assert windows(now + timedelta(days=90), now, zone) == [(date(2026, 11, 27), date(2026, 11, 27))]


@given(MOMENTS, ZONES, ZONES)
def test_the_days_around_a_creation(moment: datetime, ours: ZoneInfo, theirs: ZoneInfo) -> None:
    """The moment is inside, by any calendar and whether or not the shop counts the last day; it is far from a month."""
    begin, end = around(moment, ours)
    assert begin <= moment.astimezone(theirs).date() < end
    assert end - begin == timedelta(days=3)
