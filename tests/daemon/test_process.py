"""The daemon and the run by hand as processes, with real signals."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import environment
from tests.scenarios.shops import ORDER_ADD, Pair

TEN_SECONDS = 10


class Process:
    """`python -m syncd ...` with its log at hand."""

    def __init__(self, arguments: list[str], environ: dict[str, str]) -> None:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("SYNCD_")}
        self.popen = subprocess.Popen(
            [sys.executable, "-m", "syncd", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=clean | environ,
        )

    def wait_for(self, word: str) -> str:
        """The first line of the log that holds the word."""
        assert self.popen.stderr is not None
        for line in self.popen.stderr:
            if word in line:
                return line
        raise AssertionError(f"the process ended without saying {word}")

    def end(self, number: signal.Signals) -> tuple[int, str]:
        """Send a signal; the exit code within ten seconds, and what was printed."""
        self.popen.send_signal(number)
        printed, _ = self.popen.communicate(timeout=TEN_SECONDS)
        return self.popen.returncode, printed


@pytest.fixture
def processes() -> Iterator[list[Process]]:
    """Processes of a test, killed at its end if they still run."""
    started: list[Process] = []
    yield started
    for process in started:
        process.popen.kill()
        process.popen.communicate()


def test_the_daemon_ends_in_mid_cycle_within_ten_seconds(pair: Pair, processes: list[Process]) -> None:
    """SIGTERM while orders are being written: exit 0 within ten seconds, and a run by hand brings the rest."""
    numbers = [pair.place("A") for _ in range(12)]
    pair.webasyst.faults.add(
        {"when": "before", "kind": "delay", "seconds": 0.2, "times": None, "match": ORDER_ADD}
    )
    processes.append(Process(["run"], environment(pair)))
    processes[0].wait_for("order.created")

    code, _ = processes[0].end(signal.SIGTERM)
    some = len(pair.office_orders())
    pair.webasyst.faults.clear()
    pair.run()

    assert code == 0
    assert 0 < some < len(numbers)
    assert pair.delivered() == {str(number): 1 for number in numbers}


def test_sighup_reads_the_file_of_settings(pair: Pair, processes: list[Process], tmp_path: Path) -> None:
    """Settings changed in the file that SYNCD_ENV_FILE names take effect on SIGHUP; a wrong file changes nothing."""
    file = tmp_path / "syncd.env"
    file.write_text("SYNCD_ORDERS__ENABLED=false\n")
    processes.append(Process(["run"], environment(pair) | {"SYNCD_ENV_FILE": str(file)}))
    process = processes[0]
    process.wait_for("daemon.ready")

    file.write_text("SYNCD_ORDERS__ENABLED=perhaps\n")
    process.popen.send_signal(signal.SIGHUP)
    kept = process.wait_for("settings.kept")
    file.write_text("SYNCD_ORDERS__UPDATE_TIME=1\n")
    process.popen.send_signal(signal.SIGHUP)
    process.wait_for("settings.read")
    number = pair.place("A")
    process.wait_for("order.created")
    code, _ = process.end(signal.SIGTERM)

    assert "SYNCD_ORDERS__ENABLED" in kept
    assert code == 0
    assert pair.delivered() == {str(number): 1}


def test_beside_the_daemon_nobody_else_works(pair: Pair, processes: list[Process]) -> None:
    """While the daemon runs, a run by hand and a second daemon end with 11."""
    processes.append(Process(["run"], environment(pair)))
    processes[0].wait_for("daemon.ready")

    for arguments in (["run", "--once"], ["run"]):
        processes.append(Process(arguments, environment(pair)))
        _, said = processes[-1].popen.communicate(timeout=PATIENCE)
        assert processes[-1].popen.returncode == 11
        assert str(processes[0].popen.pid) in said


PATIENCE = 30


def test_ctrl_c_ends_a_run_by_hand_between_two_records(pair: Pair, processes: list[Process]) -> None:
    """Ctrl-C in a run by hand: 130, a summary of what was done, and the next run goes on."""
    pair.run()
    numbers = [pair.place("A") for _ in range(12)]
    pair.webasyst.faults.add(
        {"when": "before", "kind": "delay", "seconds": 0.2, "times": None, "match": ORDER_ADD}
    )
    processes.append(Process(["run", "--once"], environment(pair) | {"SYNCD_LOG__LEVEL": "info"}))
    processes[0].wait_for("order.created")

    code, printed = processes[0].end(signal.SIGINT)
    pair.webasyst.faults.clear()
    pair.run()

    assert code == 130
    assert "stopped" in printed
    assert "nothing is lost" in printed
    assert pair.delivered() == {str(number): 1 for number in numbers}
