"""The samples and vectors of the further order sources (contracts/sources)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SOURCES = Path(__file__).parents[2] / "data" / "sources"


def sample_text(name: str) -> str:
    """Read a sample as it is."""
    return (SOURCES / "samples" / name).read_text(encoding="utf-8")


def sample(name: str) -> Any:
    """Load a sample."""
    return json.loads(sample_text(f"{name}.json"))


def vectors() -> Any:
    """Load the hash vectors of JustClick."""
    return json.loads((SOURCES / "justclick_vectors.json").read_text(encoding="utf-8"))
