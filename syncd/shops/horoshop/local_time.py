"""The shop's local time, which has no zone in its answers (contracts/sources §1.1)."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from syncd.errors import BrokenAnswer

_FORMAT = "%Y-%m-%d %H:%M:%S"


def to_utc(text: str, zone: ZoneInfo) -> datetime:
    """The moment that the shop's clock shows as `YYYY-MM-DD HH:MM:SS`.

    An hour that comes twice in autumn is read as its first coming, and one that never comes in spring by the offset before
    it: always alike, at most an hour off, within the overlap of every window. Raises `BrokenAnswer` for any other text.
    """
    try:
        return datetime.strptime(text, _FORMAT).replace(tzinfo=zone, fold=0).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BrokenAnswer(f"{text!r} is not a time as YYYY-MM-DD HH:MM:SS") from error


def to_local(moment: datetime, zone: ZoneInfo) -> str:
    """What the shop's clock shows at this moment, fractions of a second cut off."""
    return moment.astimezone(zone).strftime(_FORMAT)
