"""The lock of a shop: one request or edit at a time, except while the shop itself waits for the network."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType


class ShopLock:
    """A lock that knows its owner, so that the owner can let go of it for a while and nobody else's is released."""

    def __init__(self) -> None:
        """Start free."""
        self._lock = threading.Lock()
        self._owner: int | None = None

    def __enter__(self) -> None:
        """Wait for the lock."""
        self._lock.acquire()
        self._owner = threading.get_ident()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go."""
        self._owner = None
        self._lock.release()

    @contextmanager
    def unlocked(self) -> Iterator[None]:
        """Let others work while the block runs; does nothing when this thread does not hold the lock."""
        if self._owner != threading.get_ident():
            yield
            return
        self.__exit__(None, None, None)
        try:
            yield
        finally:
            self.__enter__()
