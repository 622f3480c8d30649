"""The service manager is told how it goes, over a real socket."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from syncd.daemon.notify import Notifier
from tests.daemon.conftest import daemon
from tests.scenarios.shops import Pair

pytestmark = pytest.mark.anyio


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    """A socket such as systemd's."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(tmp_path / "notify"))
        ear.setblocking(False)
        yield ear


def _heard(ear: socket.socket) -> list[str]:
    lines = []
    with suppress(BlockingIOError):
        while True:
            lines += ear.recv(4096).decode().split("\n")
    return lines


async def test_ready_status_and_stopping(pair: Pair, manager: socket.socket) -> None:
    """Ready at the start, a status after each cycle, stopping at the end, in this order."""
    notifier = Notifier({"NOTIFY_SOCKET": manager.getsockname()})
    heard: list[str] = []

    def both_ran() -> bool:
        heard.extend(_heard(manager))
        return "STATUS=orders: ok, orders-back: ok, products: ok, products-back: ok" in heard

    async with daemon(pair, notifier=notifier) as running:
        await running.until(both_ran)
    heard += _heard(manager)

    assert heard[0] == "READY=1"
    assert "STOPPING=1" in heard
    assert "WATCHDOG=1" not in heard


async def test_the_watchdog_is_fed_only_while_there_is_progress(manager: socket.socket) -> None:
    """A sign of life is given twice per period while progress is fresh, and none when a cycle hangs."""
    watchdog = {"WATCHDOG_USEC": "20000", "WATCHDOG_PID": str(os.getpid())}
    notifier = Notifier({"NOTIFY_SOCKET": manager.getsockname(), **watchdog})
    looks = iter([True, False, True])
    feeding = asyncio.create_task(notifier.feed_watchdog(lambda: next(looks)))

    with pytest.raises(RuntimeError, match="StopIteration"):
        await feeding

    assert _heard(manager) == ["WATCHDOG=1", "WATCHDOG=1"]


async def test_without_a_manager_nothing_is_sent(manager: socket.socket) -> None:
    """Outside of systemd, with another process's watchdog, or with a manager that is gone, nothing happens."""
    Notifier({}).send("READY=1")
    Notifier({"NOTIFY_SOCKET": "/nowhere/at/all"}).send("READY=1")
    others = Notifier({"NOTIFY_SOCKET": manager.getsockname(), "WATCHDOG_USEC": "20000", "WATCHDOG_PID": "1"})
    await others.feed_watchdog(lambda: True)

    assert _heard(manager) == []


async def test_reloading_tells_the_time(manager: socket.socket) -> None:
    """systemd wants the clock along with RELOADING=1."""
    Notifier({"NOTIFY_SOCKET": manager.getsockname()}).reloading()

    reloading, clock = _heard(manager)
    assert reloading == "RELOADING=1"
    assert clock.removeprefix("MONOTONIC_USEC=").isdigit()
