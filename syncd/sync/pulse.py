"""The pulse of a cycle: a sign of life between two records, and the place where a cycle ends when it is asked to."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

from syncd.errors import SyncdError


class Stopped(SyncdError):
    """The cycle was asked to end and did so between two records; the next one goes on from the same cursor."""


class Pulse:
    """One per running cycle, or one for several of them."""

    def __init__(self) -> None:
        self._asked = asyncio.Event()
        self.last = time.monotonic()
        """When the cycle last came along, in seconds of `time.monotonic`."""

    @property
    def stopping(self) -> bool:
        """Whether the end was asked for."""
        return self._asked.is_set()

    def stop(self) -> None:
        """Ask the cycle to let the record at hand finish and to begin no other."""
        self._asked.set()

    def beat(self) -> None:
        """Called between two records. Raises `Stopped` when the end was asked for."""
        self.last = time.monotonic()
        if self.stopping:
            raise Stopped("stopped on request; what was read and not written is read again next time")

    async def rest(self, seconds: float) -> None:
        """Wait so long, or until the end is asked for."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._asked.wait(), seconds)
