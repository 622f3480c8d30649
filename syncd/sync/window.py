"""How far back a stream reads: the cursor's arithmetic, in the shop's clock."""

from __future__ import annotations

from datetime import datetime, timedelta

WRITTEN_LATE = timedelta(seconds=120)
"""Rows are stamped with one-second resolution and may be written after they were stamped (contracts/cscart §4.2)."""

STEP = timedelta(minutes=15)
"""How far a shop's clock may jump between two cycles, when somebody puts it right: what happens afterwards may bear stamps
from before the cursor, and the cursor may stand in a future that was taken back."""


def overlap(update_time: int, deadline: float) -> timedelta:
    """The look-back behind the cursor: the update time in seconds, never less than two minutes, and longer than a call
    may take: the cursor is the shop's clock when it answered, rows are as old as its query. On top of that, a jump of the
    shop's clock. What is read again and says what it said costs no further request."""
    return STEP + max(timedelta(seconds=update_time), timedelta(seconds=deadline + 60), WRITTEN_LATE)


def start(cursor: datetime | None, since: datetime | None, look_back: timedelta) -> datetime | None:
    """Where a cycle begins to read: the overlap behind the cursor, or `since` when there is no cursor yet."""
    return since if cursor is None else cursor - look_back
