"""A settable clock: shops live in their own time (shop clocks are wrong in practice, cscart §7.13)."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime


class Clock:
    """Time of one shop, in unix seconds. Runs with the real time unless it is set."""

    def __init__(self, start: float | None = None, *, source: Callable[[], float] = time.time) -> None:
        """Run in real time, or stand still at ``start`` (unix seconds)."""
        self._source = source
        self._frozen: float | None = start
        self._offset = 0.0

    def now(self) -> float:
        """Return the shop's time in unix seconds."""
        return self._frozen if self._frozen is not None else self._source() + self._offset

    @property
    def frozen(self) -> bool:
        """Tell whether the clock stands still."""
        return self._frozen is not None

    def set(self, now: float) -> None:
        """Stop the clock at ``now`` (unix seconds)."""
        self._frozen = float(now)

    def advance(self, seconds: float) -> None:
        """Move a standing clock, or shift a running one for good; negative values go back."""
        if self._frozen is not None:
            self._frozen += seconds
        else:
            self._offset += seconds

    def run(self) -> None:
        """Let a standing clock run on from where it stands."""
        if self._frozen is not None:
            self._offset = self._frozen - self._source()
            self._frozen = None

    def http_date(self) -> str:
        """Return the time as the value of an HTTP ``Date`` header."""
        return format_datetime(datetime.fromtimestamp(int(self.now()), UTC), usegmt=True)
