"""One process per data directory: a lock that ends with the process, however that ends."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from syncd.errors import AlreadyRunning, StorageFailed

NAME = "syncd.lock"
_ATTEMPTS = 3
_PAUSE = 0.05
"""Seconds between two attempts."""


@contextmanager
def single_instance(data_dir: Path) -> Iterator[None]:
    """Hold the lock of the data directory for the block. Raises `AlreadyRunning` and `StorageFailed`."""
    path = data_dir / NAME
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StorageFailed(
            f"the data directory {data_dir} cannot be used: {error.strerror}; set SYNCD_DATA_DIR to a folder that "
            "the user that runs syncd may write"
        ) from error
    try:
        _lock(handle, data_dir)
        yield
    finally:
        os.close(handle)


def holder(data_dir: Path) -> str | None:
    """The process that holds the lock, as it wrote itself down; `None` when nobody does."""
    try:
        handle = os.open(data_dir / NAME, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _owner(handle)
    else:
        return None
    finally:
        os.close(handle)


def _lock(handle: int, data_dir: Path) -> None:
    for attempt in range(_ATTEMPTS):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            if attempt + 1 == _ATTEMPTS:
                raise AlreadyRunning(
                    f"another syncd (process {_owner(handle)}) works on {data_dir}; stop it first, or use what works "
                    "beside it, such as 'syncd run-now' and 'syncd plan'"
                ) from None
            # Somebody who only asks for the holder has the lock for an instant.
            time.sleep(_PAUSE)
    os.ftruncate(handle, 0)
    os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)


def _owner(handle: int) -> str:
    return os.pread(handle, 20, 0).decode(errors="replace").strip() or "unknown"
