"""The correlation id: which cycle and record a request belongs to, so that the request log can be read per order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_current: ContextVar[str] = ContextVar("syncd_correlation", default="")


def current() -> str:
    """The id bound here, the empty text outside of any."""
    return _current.get()


@contextmanager
def bound(identifier: str) -> Iterator[None]:
    """Binds the id for what runs inside, tasks started there included; the outer one comes back afterwards."""
    token = _current.set(identifier)
    try:
        yield
    finally:
        _current.reset(token)
