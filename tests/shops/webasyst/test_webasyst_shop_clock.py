"""The shop's naive times and ours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.errors import BrokenAnswer
from syncd.shops.webasyst.shop_clock import shop_clock
from tests.shops.webasyst.webasyst_support import at


def test_times_are_read_in_the_zone_of_the_server() -> None:
    """Moscow is three hours ahead of UTC all year."""
    clock = shop_clock("Europe/Moscow", 10800)
    assert clock.to_utc("2026-11-21 07:07:59", "create_datetime") == at("2026-11-21 04:07:59")
    assert clock.condition(at("2026-11-21 04:07:59")) == "2026-11-21 07:07:59"


def test_an_unknown_zone_falls_back_to_the_shift() -> None:
    """A machine without that zone's data still reads the right times until the next daylight-saving shift."""
    for name in ("Mars/Olympus", "../../etc/passwd", "", "Europe"):
        assert shop_clock(name, 7200).to_utc("2026-01-01 02:00:00", "t") == at("2026-01-01 00:00:00")
    with pytest.raises(BrokenAnswer):
        shop_clock("Mars/Olympus", 10**9)


@given(
    start=st.datetimes(datetime(2026, 10, 24), datetime(2026, 10, 26), timezones=st.just(UTC)),
    later=st.timedeltas(timedelta(), timedelta(hours=30)),
)
def test_a_search_misses_nothing_when_clocks_go_back(start: datetime, later: timedelta) -> None:
    """Whatever happens after the start has a naive time at or after the condition's."""
    clock = shop_clock("Europe/Berlin", 3600)
    naive = (start + later).astimezone(clock.zone).strftime("%Y-%m-%d %H:%M:%S")
    assert naive >= clock.condition(start)


def test_a_search_from_within_the_hour_that_will_repeat_starts_an_hour_earlier() -> None:
    """At 02:30 summer time, records of the next hour will be named 02:00 again."""
    clock = shop_clock("Europe/Berlin", 3600)
    assert clock.condition(at("2026-10-25 00:30:00")) == "2026-10-25 01:30:00"
    assert clock.condition(at("2026-10-25 01:30:00")) == "2026-10-25 02:30:00"


def test_a_record_of_the_repeated_hour_counts_as_the_later_one() -> None:
    """So that a record is not taken for older than the moment it is looked for from."""
    clock = shop_clock("Europe/Berlin", 3600)
    assert clock.to_utc("2026-10-25 02:30:00", "t") == at("2026-10-25 01:30:00")


@pytest.mark.parametrize(
    "text", ["", "0000-00-00 00:00:00", "yesterday", "2026-13-01 00:00:00", "1", "2026-01-01"]
)
def test_what_is_no_time_is_broken(text: str) -> None:
    """The field is named."""
    with pytest.raises(BrokenAnswer, match="create_datetime"):
        shop_clock("UTC", 0).to_utc(text, "create_datetime")


def test_the_edge_of_the_calendar_is_broken_not_a_crash() -> None:
    """Conversion to UTC can leave the years that a date can have."""
    with pytest.raises(BrokenAnswer):
        shop_clock("Europe/Moscow", 10800).to_utc("0001-01-01 00:00:00", "t")
