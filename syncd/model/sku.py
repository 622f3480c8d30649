"""SKU codes: how two shops' codes are compared."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SkuRule:
    """How codes are normalised before they are compared: always trimmed, case kept or folded by setting."""

    case_sensitive: bool = False

    def key(self, code: str) -> str:
        """The form of a code that is compared and stored; an empty result means: no code."""
        trimmed = code.strip()
        return trimmed if self.case_sensitive else trimmed.casefold()
