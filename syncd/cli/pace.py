"""How busy the shops are kept: the calls of the last minute, from the request log."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

from syncd.cli.requests import read
from syncd.settings import Settings

SPAN = timedelta(minutes=1)


def pace(settings: Settings, now: datetime) -> dict[str, int] | None:
    """Calls to each shop within the last minute; `None` where no request log is kept, or it cannot be read."""
    if not settings.log.requests:
        return None
    try:
        return _counted(settings.request_log, now)
    except OSError:
        return None


def _counted(path: Path, now: datetime) -> dict[str, int]:
    calls: Counter[str] = Counter()
    for _, line in read(path):
        try:
            at = datetime.fromisoformat(str(line.get("time", "")))
        except ValueError:
            continue
        if at.tzinfo is not None and now - at < SPAN:
            calls[str(line.get("shop", "?"))] += 1
    return dict(sorted(calls.items()))
