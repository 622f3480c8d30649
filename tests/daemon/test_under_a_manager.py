"""A daemon under a service manager's socket: as a process, with a real socket and real signals."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from syncd.daemon import beat
from syncd.daemon.planning import apply_plan, make_plan
from syncd.settings import load_settings
from tests.cli.conftest import environment
from tests.daemon.conftest import PATIENCE
from tests.daemon.test_process import Process, processes  # noqa: F401 - a fixture
from tests.scenarios.shops import ORDER_ADD, Pair


class Manager:
    """The service manager's end of the socket."""

    def __init__(self, path: Path) -> None:
        self.ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.ear.bind(str(path))
        self.ear.settimeout(PATIENCE)
        self.path = path
        self.heard: list[str] = []

    def until(self, condition: Callable[[list[str]], bool]) -> None:
        """Listen until what was heard meets the condition."""
        while not condition(self.heard):
            self.heard += self.ear.recv(4096).decode().split("\n")

    def rest(self) -> list[str]:
        """What is left to be heard of a process that has ended."""
        self.ear.setblocking(False)
        try:
            while True:
                self.heard += self.ear.recv(4096).decode().split("\n")
        except BlockingIOError:
            return self.heard


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    """A socket such as systemd's."""
    found = Manager(tmp_path / "notify")
    yield found
    found.ear.close()


def _start(processes: list[Process], pair: Pair, manager: Manager, **env: str) -> Process:  # noqa: F811
    given = {"NOTIFY_SOCKET": str(manager.path), "WATCHDOG_USEC": "400000", "SYNCD_ORDERS__UPDATE_TIME": "1"}
    processes.append(Process(["run"], environment(pair) | given | env))
    return processes[-1]


def _working(heard: list[str]) -> bool:
    return any(line.startswith("STATUS=orders: ok") for line in heard)


def test_ready_status_watchdog_and_stopping(pair: Pair, manager: Manager, processes: list[Process]) -> None:  # noqa: F811
    """Under a manager the daemon says when it is ready, how its streams are, that it lives, and that it stops."""
    process = _start(processes, pair, manager)
    manager.until(_working)
    manager.until(lambda heard: heard.count("WATCHDOG=1") > 1)
    code, _ = process.end(signal.SIGTERM)

    heard = manager.rest()
    assert code == 0
    assert heard[0] == "READY=1"
    assert "STOPPING=1" in heard
    assert heard.index("STOPPING=1") > heard.index("WATCHDOG=1")


def test_sigterm_in_the_middle_of_a_cycle_loses_nothing(
    pair: Pair,
    manager: Manager,
    processes: list[Process],  # noqa: F811
) -> None:
    """The manager is told at once, the order at hand is finished, and the rest comes with the next start."""
    numbers = [pair.place("A") for _ in range(12)]
    slow = {"when": "before", "kind": "delay", "seconds": 0.2, "times": None}
    pair.webasyst.faults.add(slow | {"match": ORDER_ADD})
    first = _start(processes, pair, manager)
    first.wait_for("order.created")
    manager.rest()  # the kernel keeps ten messages, and drops the next ones
    code, _ = first.end(signal.SIGTERM)
    some = len(pair.office_orders())
    assert code == 0
    assert "STOPPING=1" in manager.rest()
    assert 0 < some < len(numbers)
    pair.webasyst.faults.clear()
    pair.run()
    assert pair.delivered() == {str(number): 1 for number in numbers}


def test_a_daemon_waits_for_the_first_plan_and_goes_on_by_itself(
    pair: Pair,
    manager: Manager,
    processes: list[Process],  # noqa: F811
) -> None:
    """It is ready, says what it waits for, asks neither shop for anything, and lets the plan be applied beside it."""
    number = pair.place("A")
    process = _start(processes, pair, manager, SYNCD_PLAN_FIRST="true")
    manager.until(lambda heard: any("waits for the first" in line for line in heard))
    manager.until(lambda heard: "WATCHDOG=1" in heard)
    sign = beat.read(pair.data_dir)
    assert sign is not None and sign.waits
    assert pair.cscart.counters.requests == pair.webasyst.counters.requests == 0

    settings = load_settings({**environment(pair), "SYNCD_PLAN_FIRST": "true"})
    with pair.database() as db:
        plan = make_plan(settings, db, ["products", "orders"]).plan
    assert apply_plan(settings, plan).exit == 0
    assert pair.delivered() == {str(number): 1}
    later = pair.place("A")
    process.wait_for("order.created")
    code, _ = process.end(signal.SIGTERM)
    assert code == 0
    assert pair.delivered() == {str(number): 1, str(later): 1}


def test_a_daemon_that_waits_stops_at_once(pair: Pair, manager: Manager, processes: list[Process]) -> None:  # noqa: F811
    """SIGTERM ends the wait."""
    process = _start(processes, pair, manager, SYNCD_PLAN_FIRST="true")
    manager.until(lambda heard: "READY=1" in heard)
    code, _ = process.end(signal.SIGTERM)
    assert code == 0
    assert manager.rest()[-1] == "STOPPING=1"
