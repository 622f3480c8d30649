"""When a read is repeated: after growing pauses with full jitter, inside a budget, never past the call's deadline."""

from __future__ import annotations

import random
import time
from collections.abc import AsyncIterator

import stamina
import structlog

from syncd.errors import ShopUnavailable, Throttled
from syncd.shops.pace import Pace

_ATTEMPTS = 5
_LONGEST_WAIT = 8.0
_BUDGET = 10.0
_EARNED_PER_CALL = 0.25

_events = structlog.get_logger("syncd.retries")


def _tell(details: stamina.instrumentation.RetryDetails) -> None:
    _events.info(
        "a read is repeated", because=str(details.caused_by), wait_seconds=round(details.wait_for, 2)
    )


stamina.instrumentation.set_on_retry_hooks([_tell])


class Retries:
    """The repetitions of all reads of one shop.

    They are a small share of the calls, so that an unwell shop is not hit several times as hard: there is a budget of ten,
    every call that works earns a quarter of one. `first_wait` in seconds is what the pauses grow from.
    """

    def __init__(self, pace: Pace, first_wait: float) -> None:
        self._pace = pace
        self._first_wait = first_wait
        self._left = _BUDGET

    def worked(self) -> None:
        """A call went through."""
        self._left = min(_BUDGET, self._left + _EARNED_PER_CALL)

    async def attempts(self, ends: float) -> AsyncIterator[stamina.Attempt]:
        """Attempts of one call as context managers, until one leaves without error or it is over.

        `ends` is in seconds of `time.monotonic`. Only `ShopUnavailable` and `Throttled` are tried again.
        """
        tried = 0

        def wait(error: Exception) -> float | bool:
            return self._wait(error, tried, ends)

        async for attempt in stamina.retry_context(on=wait, attempts=_ATTEMPTS, timeout=None):
            tried = attempt.num
            yield attempt

    def _wait(self, error: Exception, tried: int, ends: float) -> float | bool:
        """Seconds until the next attempt, `False` for none. A pause told by the shop is kept by the pace, to the second."""
        if tried == _ATTEMPTS or not isinstance(error, ShopUnavailable | Throttled):
            return False
        jitter = random.uniform(0, min(_LONGEST_WAIT, self._first_wait * 2**tried))
        if time.monotonic() + max(jitter, self._pace.pause()) >= ends or self._left < 1:
            return False
        self._left -= 1
        return jitter
