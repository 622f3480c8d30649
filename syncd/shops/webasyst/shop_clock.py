"""Times of Webasyst: naive `YYYY-MM-DD HH:MM:SS` in the zone of the server's PHP (contracts/webasyst §2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from syncd.errors import BrokenAnswer

_FORMAT = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True, slots=True)
class ShopClock:
    """Turns the shop's naive times into aware UTC and back.

    Where a daylight-saving shift makes an hour repeat, every choice is made so that nothing is missed: a
    record's time is read as the later of the two, a search starts at the earlier.
    """

    zone: tzinfo

    def to_utc(self, text: str, field: str) -> datetime:
        """A time of a record as aware UTC. Raises `BrokenAnswer` naming the field when it is not a time."""
        try:
            naive = _naive(text)
            return naive.replace(tzinfo=self.zone, fold=1).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise BrokenAnswer(f"Webasyst sent {text[:40]!r} as {field}, which is not a time") from error

    def condition(self, since: datetime) -> str:
        """The naive time for `create_datetime>=...` that finds everything from `since` (aware) on.

        When clocks go back, what happens after `since` may bear an earlier time than `since` itself; so the
        search starts earlier by the shift. It finds too much then, never too little.
        """
        local = since.astimezone(self.zone)
        first, second = (local.replace(fold=fold).utcoffset() or timedelta() for fold in (0, 1))
        if local.fold == 0 and first > second:
            local -= first - second
        return local.strftime(_FORMAT)


def _naive(text: str) -> datetime:
    """The time without a zone. `strptime` would take a tenth of what a whole sweep costs."""
    if len(text) != len("2026-01-31 23:59:59") or text[4:19:3] != "-- ::":
        raise ValueError(text)
    return datetime.fromisoformat(text)


def shop_clock(name: str, shift: int) -> ShopClock:
    """The clock for `server_timezone`; a zone unknown on this machine falls back to `server_timezone_shift`
    in seconds.

    Raises `BrokenAnswer` when neither can be used.
    """
    try:
        return ShopClock(ZoneInfo(name))
    except (KeyError, ValueError, OSError):
        try:
            return ShopClock(timezone(timedelta(seconds=shift)))
        except (ValueError, OverflowError) as error:
            message = f"Webasyst's time zone {name[:40]!r} and its shift {shift} are both unusable"
            raise BrokenAnswer(message) from error
