"""How far back a stream reads: the cursor's arithmetic, in the shop's clock."""

from __future__ import annotations

from datetime import datetime, timedelta

LEAST_OVERLAP = timedelta(seconds=120)
"""Rows are stamped with one-second resolution and may be written after they were stamped (contracts/cscart §4.2)."""


def overlap(update_time: int) -> timedelta:
    """The look-back behind the cursor: the update time in seconds, and never less than two minutes."""
    return max(timedelta(seconds=update_time), LEAST_OVERLAP)


def start(cursor: datetime | None, since: datetime | None, look_back: timedelta) -> datetime | None:
    """Where a cycle begins to read: the overlap behind the cursor, or `since` when there is no cursor yet."""
    return since if cursor is None else cursor - look_back
