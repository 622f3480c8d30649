"""Order statuses of CS-Cart (contracts/cscart §5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from syncd.shops.row import Row


def decode_statuses(rows: Sequence[Any]) -> dict[str, str]:
    """Letter and description of each status; a letter without words stands for itself."""
    statuses = [Row.of(row, "status") for row in rows]
    return {row.needed_text("status"): row.text("description") or row.text("status") for row in statuses}
