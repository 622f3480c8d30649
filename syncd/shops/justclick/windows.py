"""The days that are asked for: a span in pieces that the shop does not cut (contracts/sources §2.3)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

LOOK_BACK = timedelta(days=2)
"""How much earlier than asked every window begins (contracts/sources §2.3)."""

PIECE = timedelta(days=27)
"""From the first to the last day of a piece. A window longer than a month is cut from the start, and the shortest month has
28 days; with both days whole, 27 days between them are the most that is within every month."""

_DAY = timedelta(days=1)
_BEGINNING = datetime(2008, 1, 1, tzinfo=UTC)
"""Where "everything" begins: before the service had customers."""


def pieces(first: date, last: date) -> Iterator[tuple[date, date]]:
    """The days from `first` to `last`, both included, as (first day, last day) of pieces of at most `PIECE`.

    A piece begins on the day on which the one before ends: whether the shop counts the last day whole or only to
    its first second is not told, and that day is asked for twice rather than never.
    """
    while first + PIECE < last:
        yield first, first + PIECE
        first += PIECE
    yield first, last


def windows(since: datetime | None, now: datetime, zone: ZoneInfo) -> list[tuple[date, date]]:
    """The pieces from two days before `since` to the day after `now`, by the shop's calendar."""
    start = max(since, _BEGINNING + LOOK_BACK) if since else _BEGINNING + LOOK_BACK
    last = now.astimezone(zone).date() + _DAY
    first = (start - LOOK_BACK).astimezone(zone).date()
    return list(pieces(min(first, last), last))


def around(moment: datetime, zone: ZoneInfo) -> tuple[date, date]:
    """The day of a moment with a day before and two after it, for what is created then, whatever the shop's zone."""
    day = moment.astimezone(zone).date()
    return day - _DAY, day + 2 * _DAY
