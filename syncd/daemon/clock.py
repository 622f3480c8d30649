"""The machine's clock, which may be put back while syncd runs."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

_LEAST = 1.0
"""Seconds: less is how a clock is corrected all the time."""


def _shown() -> float:
    return datetime.now(UTC).timestamp()


class Steps:
    """Notices steps back: whoever waits for a time of day would wait for that much longer."""

    def __init__(
        self, wall: Callable[[], float] = _shown, steady: Callable[[], float] = time.monotonic
    ) -> None:
        self._wall, self._steady = wall, steady
        self._ahead = wall() - steady()

    def back(self) -> float:
        """Seconds that the clock was put back by since the last look; 0 when it was not."""
        ahead = self._wall() - self._steady()
        step, self._ahead = self._ahead - ahead, ahead
        return step if step >= _LEAST else 0.0
