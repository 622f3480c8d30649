"""Numbers that the office gives out while a plan is made or carried out, by names that are the same both times."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Names:
    """What was made in this run: a number alone would differ between the plan and its application."""

    _known: dict[tuple[str, int], str] = field(default_factory=dict)

    def give(self, kind: str, number: int, name: str) -> None:
        """Call something by the record that it was made of."""
        self._known[kind, number] = name

    def of(self, kind: str, number: int | None) -> str:
        """The name of what this run made, else the shop's own number; empty for none."""
        if number is None:
            return ""
        return self._known.get((kind, number), str(number))

    def all(self, kind: str, numbers: Iterable[int]) -> str:
        """Several of them, in their order."""
        return ", ".join(self.of(kind, number) for number in numbers)
