"""Progress with counts and time left, on stderr: a bar on a terminal, else a plain line every few seconds."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from syncd.app import Progress

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

PAUSE = 5.0
"""Seconds between two plain lines; shorter work says nothing."""


@dataclass(slots=True)
class PlainProgress:
    """Lines such as `orders: 150 of 500, about 40 s left`."""

    clock: Callable[[], float] = time.monotonic
    say: Callable[[str], None] = lambda text: print(text, file=sys.stderr, flush=True)
    _began: dict[str, float] = field(default_factory=dict)
    _said: dict[str, float] = field(default_factory=dict)
    _before: dict[str, int] = field(default_factory=dict)

    def of(self, stream: str) -> Progress:
        """The progress of one stream."""

        def show(done: int, total: int | None) -> None:
            now = self.clock()
            if done < self._before.get(stream, 0) or stream not in self._began:
                self._began[stream] = now
                self._said.setdefault(stream, now)
            self._before[stream] = done
            if done and now - self._said[stream] >= PAUSE:
                self._said[stream] = now
                self.say(f"{stream}: {spell(done, total, now - self._began[stream])}")

        return show


def spell(done: int, total: int | None, seconds: float) -> str:
    """`150 of 500, about 40 s left`; `seconds` is what the part that is done took."""
    if not total or total < done:
        return f"{done} so far"
    if not done or done == total:
        return f"{done} of {total}"
    return f"{done} of {total}, about {duration(seconds / done * (total - done))} left"


def duration(seconds: float) -> str:
    """`40 s`, `3 min` or `2.5 h`."""
    if seconds < 99:  # noqa: PLR2004 - reads better in seconds up to here
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 99 * 60 else f"{seconds / 3600:.1f} h"


@contextmanager
def shown() -> Iterator[Callable[[str], Progress]]:
    """Progress for the block, in the way that suits stderr."""
    if not sys.stderr.isatty():
        yield PlainProgress().of
        return
    from rich.console import Console  # noqa: PLC0415 - only a terminal needs it
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn  # noqa: PLC0415
    from rich.progress import Progress as Bars  # noqa: PLC0415

    columns = (TextColumn("{task.description:<9}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        yield BarProgress(bars).of


@dataclass(slots=True)
class BarProgress:
    """One bar per stream."""

    bars: Bars
    _tasks: dict[str, TaskID] = field(default_factory=dict)
    _before: dict[str, int] = field(default_factory=dict)

    def of(self, stream: str) -> Progress:
        """The progress of one stream; a second cycle takes the bar of the first."""
        if stream not in self._tasks:
            self._tasks[stream] = self.bars.add_task(stream, total=None)

        def show(done: int, total: int | None) -> None:
            task = self._tasks[stream]
            if done < self._before.get(stream, 0):
                # What was read is being written now: the time left is another one.
                self.bars.reset(task)
            self._before[stream] = done
            self.bars.update(task, completed=done, total=total)

        return show
