"""Lists of CS-Cart: their envelope, and how they are read to the end (contracts/cscart §1.9)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from syncd.errors import BrokenAnswer
from syncd.model.exchange import Page
from syncd.model.product import BrokenRecord

RecordT = TypeVar("RecordT")
_TOO_LONG = 12
"""Digits that no count of rows has."""


@dataclass(frozen=True, slots=True)
class Listing:
    """One page as it came: rows, the page size the shop really used, the number of rows of all pages, the shop's clock."""

    rows: list[Any]
    size: int | None
    total: int | None
    clock: datetime

    @classmethod
    def of(cls, value: Any, entity: str, clock: datetime) -> Listing:
        """Read the envelope `{entity: [...], params: {...}}`; raises `BrokenAnswer` when the rows are not there.

        `params` is an echo that differs from version to version, so nothing in it is required.
        """
        rows = value.get(entity) if isinstance(value, dict) else None
        if isinstance(rows, dict):
            rows = list(rows.values())
        if not isinstance(rows, list):
            raise BrokenAnswer(f"CS-Cart: the answer to {entity} has no list {entity}")
        params = value.get("params")
        params = params if isinstance(params, dict) else {}
        return cls(rows, _count(params.get("items_per_page")), _count(params.get("total_items")), clock)

    def ends(self, page: int, asked: int) -> bool:
        """Whether this was the last page: never decided by an empty page alone, some lists repeat the last one for ever."""
        size = min(asked, self.size or asked)
        return page * size >= self.total if self.total is not None else len(self.rows) < size


@dataclass(frozen=True, slots=True)
class Portion(Generic[RecordT]):
    """What one page brought, by key; `None` for a record that does not belong to the answer."""

    found: Mapping[str, RecordT | BrokenRecord | None]
    total: int | None
    clock: datetime
    last: bool


class Walk(Generic[RecordT]):
    """One reading of a listing to its end. `known` holds the keys of all readings of the listing: each comes out once."""

    def __init__(
        self, read: Callable[[int, int], Awaitable[Portion[RecordT]]], size: int, known: set[str]
    ) -> None:
        self._read = read
        self._size = size
        self._known = known
        self._totals: set[int | None] = set()
        self.pages = 0

    @property
    def steady(self) -> bool:
        """Whether the shop told the same number of rows on every page."""
        return len(self._totals) <= 1

    async def run(self) -> AsyncIterator[Page[RecordT]]:
        """The pages with what is not known yet, until the shop's count is reached or a page only repeats rows."""
        met: set[str] = set()
        while True:
            self.pages += 1
            portion = await self._read(self.pages, self._size)
            self._totals.add(portion.total)
            repeats = met.issuperset(portion.found)
            met.update(portion.found)
            fresh = {key: value for key, value in portion.found.items() if key not in self._known}
            self._known.update(fresh)
            yield page_of(fresh, portion.total, portion.clock)
            if portion.last or repeats:
                return


def page_of(
    found: Mapping[str, RecordT | BrokenRecord | None], total: int | None, clock: datetime
) -> Page[RecordT]:
    """A page with the good and the broken ones apart."""
    broken = [value for value in found.values() if isinstance(value, BrokenRecord)]
    records = [value for value in found.values() if value is not None and not isinstance(value, BrokenRecord)]
    return Page(records=records, broken=broken, clock=clock, total=total)


def _count(value: Any) -> int | None:
    """A number that PHP gave as number or text; anything else is not told."""
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < _TOO_LONG else None
