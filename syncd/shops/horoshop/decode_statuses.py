"""Order statuses of Horoshop: an object keyed by id (contracts/sources §1.5)."""

from __future__ import annotations

from syncd.shops.row import Row


def decode_statuses(response: Row) -> dict[str, str]:
    """The ids with the shop's words for them, in the first of its languages that has one. Only the ids mean anything."""
    keys = response.keys("statuses")
    found = dict(zip(keys, response.rows("statuses"), strict=True))
    return {status.text("id") or key: _title(status) for key, status in found.items()}


def _title(status: Row) -> str:
    """A title is an object by language; one language alone may be a plain text."""
    if isinstance(status.raw("title"), str):
        return status.text("title")
    titles = status.row("title")
    return titles.first_text(*status.keys("title"))
