"""One process per data directory."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from syncd.daemon.lock import holder, single_instance
from syncd.errors import AlreadyRunning, StorageFailed


def test_a_second_one_is_refused_by_name(tmp_path: Path) -> None:
    """The second instance learns which process holds the data directory, and is not sent to another one: on the same
    shops it would know of no order."""
    with (
        single_instance(tmp_path),
        pytest.raises(AlreadyRunning, match=str(os.getpid())) as refused,
        single_instance(tmp_path),
    ):
        pytest.fail("two instances at once")
    assert "'syncd run-now'" in str(refused.value)
    assert "SYNCD_DATA_DIR" not in str(refused.value)


def test_the_lock_ends_with_the_block(tmp_path: Path) -> None:
    """After the block the next one may."""
    for _ in range(2):
        with single_instance(tmp_path / "data"):
            assert holder(tmp_path / "data") == str(os.getpid())
        assert holder(tmp_path / "data") is None


def test_the_lock_ends_with_a_killed_process(tmp_path: Path) -> None:
    """A lock left by a process that was killed holds nobody up."""
    code = (
        "import os, sys, pathlib; from syncd.daemon.lock import single_instance\n"
        "with single_instance(pathlib.Path(sys.argv[1])): print('locked', flush=True); os._exit(137)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False, capture_output=True)

    assert (tmp_path / "syncd.lock").exists()
    assert holder(tmp_path) is None
    with single_instance(tmp_path):
        assert holder(tmp_path) == str(os.getpid())


def test_nobody_holds_what_does_not_exist(tmp_path: Path) -> None:
    """Asking makes neither the folder nor the file."""
    assert holder(tmp_path / "data") is None
    assert not (tmp_path / "data").exists()


def test_a_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    """A data directory that is a file is told by name."""
    (tmp_path / "data").write_text("")

    with pytest.raises(StorageFailed, match="SYNCD_DATA_DIR"), single_instance(tmp_path / "data"):
        pytest.fail("not reached")
