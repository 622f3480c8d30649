"""What a cycle did, in counts that the summary, the runs table and the metrics share."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum


class Event(StrEnum):
    """One thing that happened to a record in a cycle."""

    READ = "read"
    CREATED = "created"
    ADOPTED = "adopted"
    LINKED = "linked"
    UPDATED = "updated"
    MOVED = "moved"
    SKIPPED = "skipped"
    FAILED = "failed"
    DOUBTFUL = "doubtful"
    BRAKED = "braked"


@dataclass(slots=True)
class Tally:
    """Counts of one cycle of one stream."""

    stream: str
    counts: Counter[str] = field(default_factory=Counter)
    brakes: list[str] = field(default_factory=list)

    def add(self, event: Event, number: int = 1) -> None:
        """Count an event."""
        if number:
            self.counts[event] += number

    def of(self, event: Event) -> int:
        """How often it happened."""
        return self.counts[event]

    @property
    def busy(self) -> bool:
        """Whether anything but reading and skipping happened."""
        return any(self.counts[event] for event in Event if event not in {Event.READ, Event.SKIPPED})
