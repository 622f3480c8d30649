"""Pictures by their addresses: a plan names them, and fetches none."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field


@dataclass(slots=True)
class PictureBook:
    """Which address a picture's content came from. Pages of a book that only imagines them hold the address itself."""

    _addresses: dict[str, str] = field(default_factory=dict)

    def keep(self, url: str, content: bytes) -> None:
        """Remember where a picture came from."""
        self._addresses[hashlib.sha256(content).hexdigest()] = url

    def address_of(self, content: bytes) -> str:
        """Where it came from; empty for a picture that nobody fetched."""
        return self._addresses.get(hashlib.sha256(content).hexdigest(), "")
