"""Ending running cycles: the record at hand finishes, nothing new begins, and what takes too long is cut off.

A call that is cut off leaves its intent behind, and the next start settles it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable
from typing import Any

import structlog

from syncd.sync.pulse import Pulse

PATIENCE = 8.0
"""Seconds for the records at hand; with what comes after it a process ends within ten."""

_LAST_WORDS = 1.0
"""Seconds for what was cut off to let go of its sockets and its transaction."""

log = structlog.get_logger(__name__)


async def drain(
    tasks: Collection[asyncio.Task[Any]],
    pulses: Iterable[Pulse],
    hurry: asyncio.Event,
    *,
    patience: float = PATIENCE,
) -> bool:
    """Ask the cycles to end and wait for their tasks; whether none had to be cut off. Raises nothing of theirs."""
    for pulse in pulses:
        pulse.stop()
    if not tasks:
        return True
    impatient = asyncio.ensure_future(hurry.wait())
    ended = asyncio.ensure_future(asyncio.wait(tasks))
    try:
        await asyncio.wait({ended, impatient}, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
    finally:
        impatient.cancel()
        ended.cancel()
    late = [task for task in tasks if not task.done()]
    if not late:
        return True
    log.warning("drain.cut_off", cycles=len(late), reason="the next start settles what was under way")
    for task in late:
        task.cancel()
    await asyncio.wait(late, timeout=_LAST_WORDS)
    return False
