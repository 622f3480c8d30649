"""Paging and the ``params`` echo, each list with its own habits (cscart §1.9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from syncd.sandbox import php
from syncd.sandbox.cscart.call import Call


@dataclass(frozen=True, slots=True)
class Page:
    """What was asked: ``number`` (from 1) and ``size``; size 0 means all rows."""

    number: int
    size: int

    def slice(self, rows: Sequence[Any]) -> Sequence[Any]:
        """Return the rows of this page; past the end there are none."""
        return rows if self.size == 0 else rows[(self.number - 1) * self.size : self.number * self.size]

    def clamped(self, total: int) -> Page:
        """Return the last page when this one lies past the end (users, categories, shipments, ...)."""
        last = max(1, -(-total // self.size)) if self.size else 1
        return Page(min(self.number, last), self.size)


def asked_page(call: Call, default: int) -> Page:
    """Read ``page`` and ``items_per_page``: junk pages are page 1, negative sizes the default, there is no maximum."""
    size = php.to_int(call.params["items_per_page"]) if "items_per_page" in call.params else default
    if "items_per_page" in call.params and (size < 0 or not php.is_numeric(call.params["items_per_page"])):
        size = default
    return Page(max(1, php.to_int(call.params.get("page", 1))), size)


def echo(call: Call, defaults: dict[str, Any], page: Page, total: int | None) -> dict[str, Any]:
    """Merge defaults and input the way table lists do: counts as text, no ``total_items`` when all rows came."""
    result: dict[str, Any] = {"page": page.number, "items_per_page": page.size if page.size else "0"}
    result.update(defaults)
    if total is not None:
        result["total_items"] = str(total)
    for key, value in call.params.items():
        if key not in result:
            result[str(key)] = value
    return result


def sliced_list(call: Call, name: str, rows: dict[int, dict[str, Any]], default: int) -> dict[str, Any]:
    """Lists that PHP slices in memory (payments, shippings, settings): size 0 gives a map by id (cscart §1.7)."""
    page = asked_page(call, default)
    part: Any = rows if page.size == 0 else list(page.slice(list(rows.values())))
    return {
        name: part,
        "params": {"items_per_page": str(page.size), "page": page.number, "total_items": len(rows)},
    }
