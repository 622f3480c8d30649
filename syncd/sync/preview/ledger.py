"""The ledger that every write of a run passes: one that records it, and one that lets only recorded ones through."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from syncd.sync.preview.names import Names
from syncd.sync.preview.writes import Field, Write
from syncd.sync.writer import AT_HAND, LeftOut


class Ledger(Protocol):
    """Told of every write before it happens."""

    names: Names

    def note(self, write: Write) -> None:
        """Take it down, or raise `LeftOut`; nothing is written then."""

    def allows(self, write: Write) -> bool:
        """Whether `note` would let it pass."""

    def refuse(self, write: Write) -> LeftOut:
        """Note that a write is left out; answers the error that says so."""


@dataclass(slots=True)
class Recorder:
    """Takes everything down."""

    names: Names = field(default_factory=Names)
    writes: list[Write] = field(default_factory=list)

    def note(self, write: Write) -> None:
        """Take a write down."""
        self.writes.append(write)

    def allows(self, write: Write) -> bool:
        """Everything is."""
        return True

    def refuse(self, write: Write) -> LeftOut:
        """Raises `RuntimeError`: a recorder leaves nothing out."""
        raise RuntimeError(f"{write.place} cannot be left out of a plan that is being made")


@dataclass(frozen=True, slots=True)
class Refused:
    """A write that was left out: it is not in the plan, or not as it would be now (`moved`)."""

    write: Write
    moved: bool


@dataclass(slots=True)
class Gate:
    """Lets a write pass when the plan has an equal one left, values before it included."""

    planned: Sequence[Write]
    names: Names = field(default_factory=Names)
    done: list[Write] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    _left: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._left.update(write.digest for write in self.planned)

    def note(self, write: Write) -> None:
        """Let it pass, or raise `LeftOut`."""
        if not self.allows(write):
            raise LeftOut(self._refuse(write))
        self._left[write.digest] -= 1
        self.done.append(write)

    def allows(self, write: Write) -> bool:
        """Whether the plan has an equal write left."""
        return self._left[write.digest] > 0

    def refuse(self, write: Write) -> LeftOut:
        """Note that a write is left out; answers the error that says so."""
        return LeftOut(self._refuse(write))

    def left_out(self, stream: str) -> bool:
        """Whether anything of this stream was left out."""
        return any(refused.write.stream == stream for refused in self.refused)

    @property
    def not_done(self) -> list[Write]:
        """Planned writes that were not made: refused because they moved, or nothing asks for them any more."""
        left = Counter({digest: number for digest, number in self._left.items() if number > 0})
        found = []
        for write in self.planned:
            if left[write.digest]:
                left[write.digest] -= 1
                found.append(write)
        return found

    def _refuse(self, write: Write) -> str:
        moved = any(planned.place == write.place for planned in self.not_done)
        if not any(known.write.digest == write.digest for known in self.refused):
            self.refused.append(Refused(write, moved))
        why = "moved since the plan was made" if moved else "is not in the plan"
        return f"{write.stream} {write.record}: what would be written {why}; the next plan shows it"


def at_hand(action: str, target: str, fields: Iterable[Field], record: str | None = None) -> Write:
    """The write that the running step is about to make.

    Raises `RuntimeError` outside of a step: a write without an intent would be a bug.
    """
    running = AT_HAND.get()
    if running is None:
        raise RuntimeError(f"{action} on {target} is written without an intent")
    stream, step = running
    return Write(stream, record or step.record_key, action, target, tuple(fields))


def of_product() -> str | None:
    """The product that the running step belongs to: a picture's own step is named after its content, which a plan does not
    fetch."""
    running = AT_HAND.get()
    keys = (running[1].payload or {}).get("keys", []) if running is not None else []
    return keys[0] if keys else None
