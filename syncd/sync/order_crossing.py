"""Where the two directions of orders meet: they work on the same links, and each may change what the other has read."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field


@dataclass(slots=True)
class Crossing:
    """One per pair of shops, shared by both directions.

    Each direction reads many orders at once and handles them one by one; what the other changed meanwhile it reads anew.
    """

    busy: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while one order is decided and written, so that neither overwrites what the other noted in its link."""
    at_source: set[str] = field(default_factory=set)
    """Orders written at the source since the stream from there began its cycle."""
    at_office: set[str] = field(default_factory=set)
    """Orders written in the office since the stream from there began its cycle."""
