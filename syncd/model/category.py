"""Categories of a shop, by the path that leads to them in its menu."""

from __future__ import annotations

from dataclasses import dataclass

SEPARATOR = " / "
"""Between the names of a path, where a person reads it."""


@dataclass(frozen=True, slots=True)
class Category:
    """One category. `path` holds the names from the root of the tree down to its own."""

    category_id: int
    path: tuple[str, ...]

    @property
    def key(self) -> tuple[str, ...]:
        """The path as it is compared: upper and lower case and the number of blanks are no difference."""
        return tuple(" ".join(name.split()).casefold() for name in self.path)

    @property
    def spelled(self) -> str:
        """The path for a person's eyes."""
        return SEPARATOR.join(name.strip() for name in self.path)
