"""Switches that make a sandbox shop an odd or an old one, changed by their names."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, ClassVar


class Switches:
    """Base of a dataclass of switches; ``choices`` lists the values that a switch of text may have."""

    choices: ClassVar[dict[str, tuple[str, ...]]] = {}

    def change(self, changes: dict[str, Any]) -> None:
        """Set switches; raises ValueError when one is unknown, of another type or has no such value."""
        known = sorted(item.name for item in fields(self))  # type: ignore[arg-type]  # always a dataclass
        for name, value in changes.items():
            if name not in known:
                raise ValueError(f"no setting {name!r}; known: {', '.join(known)}")
            wanted = type(getattr(self, name))
            if type(value) is not wanted:
                raise ValueError(f"setting {name!r} wants {wanted.__name__}, not {value!r}")
            if name in self.choices and value not in self.choices[name]:
                raise ValueError(f"setting {name!r} is one of {', '.join(map(repr, self.choices[name]))}")
        for name, value in changes.items():
            setattr(self, name, value)
