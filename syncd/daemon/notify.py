"""systemd's notification protocol (`man sd_notify`): ready, status, watchdog and stopping, as datagrams to a socket."""

from __future__ import annotations

import asyncio
import os
import socket
import time
from collections.abc import Callable, Mapping

_MICRO = 1_000_000


class Notifier:
    """Tells the service manager how it goes; without one it does nothing."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        address = environ.get("NOTIFY_SOCKET", "")
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        ours = environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        self.watchdog = int(environ.get("WATCHDOG_USEC", 0)) / _MICRO if ours else 0.0
        """Seconds within which a sign of life is expected; 0 when none is."""

    def send(self, *lines: str) -> None:
        """Send lines such as `READY=1`. A manager that does not listen is none of our business."""
        if not self._address:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as out:
            try:
                out.sendto("\n".join(lines).encode(), self._address)
            except OSError:
                return

    def reloading(self) -> None:
        """Say that the settings are read anew; `READY=1` follows."""
        self.send("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")

    async def feed_watchdog(self, fresh: Callable[[], bool]) -> None:
        """Give a sign of life twice per period, for as long as there is progress."""
        while self.watchdog:
            if fresh():
                self.send("WATCHDOG=1")
            await asyncio.sleep(self.watchdog / 2)
