"""A process that is killed after its answer has kept the call; one that ends by a signal is the daemon's to end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import syncd
from syncd.state import inbox
from syncd.state.database import Database
from tests.sandbox.base.web import ask

from .conftest import SECRET

CHILD = Path(__file__).with_name("child.py")
ROOT = Path(syncd.__file__).parents[1]


def test_a_kill_after_the_answer_loses_nothing(db: Database) -> None:
    """What was answered with 200 waits in the database of the next process; a call again is still one row."""
    command = [sys.executable, str(CHILD), f"sqlite:///{db.path}"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    for _ in range(2):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
            assert process.stdout is not None
            url = f"http://127.0.0.1:{int(process.stdout.readline())}/hooks/horoshop/{SECRET}"
            assert [ask(url, "PUT", body).status for body in (b"1003", b"1004")] == [200, 200]
            process.send_signal(signal.SIGKILL)
    entries = db.run_sync(lambda conn: inbox.waiting(conn, "main", "horoshop", 10))
    assert [(entry.orders, entry.repeats) for entry in entries] == [(("1003",), 2), (("1004",), 2)]
