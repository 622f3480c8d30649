"""The daemon's sign of life for other processes: a small file that tells which streams are at work, and since when they
gave no sign."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

NAME = "syncd.beat"
EVERY = 5.0
"""Seconds between two signs."""
FRESH = 60.0
"""Seconds after which a sign is too old to mean anything."""


@dataclass(frozen=True, slots=True)
class Beat:
    """One sign of life. `running` maps a stream whose cycle runs to the seconds since it last came along."""

    at: datetime
    running: Mapping[str, float]
    waits: bool = False
    """Whether the daemon waits for the first plan to be applied."""


def write(data_dir: Path, beat: Beat) -> None:
    """Put a sign in place of the earlier one. Raises `OSError`."""
    path = data_dir / NAME
    partial = path.with_suffix(".partial")
    told = {"at": beat.at.isoformat(), "running": dict(beat.running), "waits": beat.waits}
    partial.write_text(json.dumps(told))
    os.replace(partial, path)


def read(data_dir: Path) -> Beat | None:
    """The latest sign; `None` when there is none that can be read."""
    try:
        told = json.loads((data_dir / NAME).read_text())
        return Beat(datetime.fromisoformat(told["at"]), told["running"], told["waits"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
