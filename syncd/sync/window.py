"""How far back a stream reads: the cursor's arithmetic, in the shop's clock."""

from __future__ import annotations

from datetime import datetime, timedelta

LEAST_OVERLAP = timedelta(seconds=120)
"""Rows are stamped with one-second resolution and may be written after they were stamped (contracts/cscart §4.2)."""


def overlap(update_time: int, deadline: float) -> timedelta:
    """The look-back behind the cursor: the update time in seconds, never less than two minutes, and longer than a call
    may take: the cursor is the shop's clock when it answered, rows are as old as its query."""
    return max(timedelta(seconds=update_time), timedelta(seconds=deadline + 60), LEAST_OVERLAP)


def start(cursor: datetime | None, since: datetime | None, look_back: timedelta) -> datetime | None:
    """Where a cycle begins to read: the overlap behind the cursor, or `since` when there is no cursor yet."""
    return since if cursor is None else cursor - look_back
