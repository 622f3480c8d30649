"""How busy the shops are kept: the calls of the last minute, from the request log."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from syncd.cli.requests import read
from syncd.settings import Settings

SPAN = timedelta(minutes=1)


def pace(settings: Settings, now: datetime) -> dict[str, int] | None:
    """Calls to each shop within the last minute; `None` where no request log is kept."""
    if not settings.log.requests:
        return None
    calls: Counter[str] = Counter()
    for _, line in read(settings.request_log):
        try:
            at = datetime.fromisoformat(str(line.get("time", "")))
        except ValueError:
            continue
        if at.tzinfo is not None and now - at < SPAN:
            calls[str(line.get("shop", "?"))] += 1
    return dict(sorted(calls.items()))
