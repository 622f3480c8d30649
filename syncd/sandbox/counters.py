"""Counts of requests per method, and a journal of the latest ones."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import asdict, dataclass
from threading import Lock
from typing import Any

from syncd.sandbox.wire import Request

JOURNAL_LIMIT = 10_000


@dataclass(slots=True)
class Entry:
    """One request in the journal; ``status`` is 0 while it is unanswered and stays 0 when no answer went out."""

    number: int
    method: str
    name: str
    path: str
    query: str
    body: str
    write: bool
    status: int = 0


class Counters:
    """Counts since the last reset."""

    def __init__(self) -> None:
        """Start at zero."""
        self._lock = Lock()
        self._journal: deque[Entry] = deque(maxlen=JOURNAL_LIMIT)
        self._by_method: Counter[str] = Counter()
        self._writes = 0

    def begin(self, request: Request, name: str, write: bool) -> Entry:
        """Count a request as it comes in; the caller sets the entry's status when the answer is known."""
        with self._lock:
            self._by_method[name] += 1
            self._writes += write
            entry = Entry(
                sum(self._by_method.values()), request.method, name, request.path, request.query,
                request.body.decode("utf-8", "replace"), write,
            )  # fmt: skip
            self._journal.append(entry)
            return entry

    def reset(self) -> None:
        """Forget all counts and the journal."""
        with self._lock:
            self._journal.clear()
            self._by_method.clear()
            self._writes = 0

    @property
    def requests(self) -> int:
        """All requests."""
        return sum(self._by_method.values())

    @property
    def writes(self) -> int:
        """Requests that asked to change something."""
        return self._writes

    @property
    def reads(self) -> int:
        """Requests that asked to change nothing."""
        return self.requests - self._writes

    @property
    def by_method(self) -> dict[str, int]:
        """Counts per method name."""
        with self._lock:
            return dict(self._by_method)

    @property
    def journal(self) -> list[Entry]:
        """The latest requests, newest last, at most JOURNAL_LIMIT."""
        with self._lock:
            return list(self._journal)

    def describe(self) -> dict[str, Any]:
        """Return the counts, fit for JSON."""
        return {
            "requests": self.requests,
            "reads": self.reads,
            "writes": self.writes,
            "by_method": self.by_method,
        }

    def describe_journal(self) -> list[dict[str, Any]]:
        """Return the journal, fit for JSON."""
        return [asdict(entry) for entry in self.journal]
