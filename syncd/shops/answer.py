"""What a shop answered: status, headers, body, its clock; and the JSON in it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any

from syncd.errors import BrokenAnswer
from syncd.shops.mask import Mask
from syncd.shops.mask_body import mask_body

_EXCERPT = 160


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of a shop, read to its end."""

    status: int
    headers: Mapping[str, str]
    """With lower-case names."""
    body: bytes
    """Without content encoding."""
    clock: datetime | None
    """The shop's time when it answered (the `Date` header), aware UTC."""

    def json(self) -> Any:
        """The body as JSON, numbers with a fraction as Decimal; a byte order mark is skipped.

        Raises `BrokenAnswer` with a short masked excerpt for anything else: HTML, a PHP warning before the JSON, an empty or
        cut body (contracts/webasyst §2, contracts/cscart §1.5).
        """
        try:
            return json.loads(self.body.decode("utf-8-sig"), parse_float=Decimal)
        except (ValueError, RecursionError) as error:
            raise BrokenAnswer(f"The answer (status {self.status}) is not JSON: {self.excerpt()}") from error

    def excerpt(self, secrets: Iterable[str] = ()) -> str:
        """The beginning of the body on one line, masked, for an error message; `secrets` are those that it may repeat. They
        are masked before the text is cut: half a token is a secret too."""
        if not self.body:
            return "it is empty"
        text = self.body[: _EXCERPT * 4].decode("utf-8", "replace")
        text = " ".join(mask_body(text, Mask(secrets)).split())
        return text if len(text) <= _EXCERPT else f"{text[:_EXCERPT]}..."


def clock_of(headers: Mapping[str, str]) -> datetime | None:
    """The `Date` header as aware UTC; `None` when it is missing or not a date."""
    return _http_date(headers.get("date", ""))


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that the shop told us to wait, from `Retry-After` as seconds or as a date; `None` when it does not say.

    A date is compared with the shop's own clock where it sends one, else with `now`.
    """
    told = headers.get("retry-after", "").strip()
    if told.isascii() and told.isdigit():
        return float(told)
    until = _http_date(told)
    if until is None:
        return None
    return max(0.0, (until - (clock_of(headers) or now)).total_seconds())


def _http_date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
