"""One write as a plan tells it: of which stream and record, what is done to what, and each field before and after."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

Values = Mapping[str, str]
"""Fields in words, by name; an empty text stands for nothing there."""


@dataclass(frozen=True, slots=True)
class Field:
    """One value that a write changes."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Write:
    """One write. `target` is what it is done to, by the number that the shop gave it, or by the record that it comes from
    when the same plan makes it."""

    stream: str
    record: str
    action: str
    target: str
    fields: tuple[Field, ...]

    @property
    def digest(self) -> str:
        """What makes two writes the same: everything, the values before it included."""
        told = [
            self.stream,
            self.record,
            self.action,
            self.target,
            [[field.name, field.before, field.after] for field in self.fields],
        ]
        return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()[:24]

    @property
    def place(self) -> tuple[str, str, str]:
        """What two writes have in common of which one is the other after something has moved."""
        return self.stream, self.record, self.action


def changed(before: Values, after: Values) -> tuple[Field, ...]:
    """The fields whose values differ, in the order of `after`; what `after` does not name stays as it is."""
    return tuple(
        Field(name, before.get(name, ""), value)
        for name, value in after.items()
        if value != before.get(name, "")
    )
