"""Signals as wishes: stop (SIGTERM, SIGINT) or re-read the settings (SIGHUP)."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum


class Wish(StrEnum):
    """What a signal asks for."""

    STOP = "stop"
    RELOAD = "reload"


_WISHES = {signal.SIGTERM: Wish.STOP, signal.SIGINT: Wish.STOP, signal.SIGHUP: Wish.RELOAD}


class Signals:
    """The wishes that came in; made and used inside one event loop."""

    def __init__(self) -> None:
        self._reloads = asyncio.Event()
        self.stop = asyncio.Event()
        """Set by the first signal that asks to stop."""
        self.hurry = asyncio.Event()
        """Set by the second one: whoever sends it does not want to wait."""
        self.number: int | None = None
        """The number of the signal that asked to stop, for the exit code."""

    @contextmanager
    def caught(self) -> Iterator[Signals]:
        """Catch the process's signals for the block; only in the main thread."""
        loop = asyncio.get_running_loop()
        for number in _WISHES:
            loop.add_signal_handler(number, self.receive, number)
        try:
            yield self
        finally:
            for number in _WISHES:
                loop.remove_signal_handler(number)

    def receive(self, number: signal.Signals) -> None:
        """Take a signal in."""
        if _WISHES[number] is Wish.RELOAD:
            self._reloads.set()
            return
        if self.stop.is_set():
            self.hurry.set()
        self.number = self.number or int(number)
        self.stop.set()

    async def next(self) -> Wish:
        """Wait for the next wish. To stop goes first, and is told again and again; several reloads are one."""
        waits = [asyncio.ensure_future(event.wait()) for event in (self.stop, self._reloads)]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        if self.stop.is_set():
            return Wish.STOP
        self._reloads.clear()
        return Wish.RELOAD
