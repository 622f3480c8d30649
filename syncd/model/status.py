"""Order states of the back office and their ranks."""

from __future__ import annotations

from enum import StrEnum


class Target(StrEnum):
    """What a source status asks for in Webasyst, by the words of `SYNCD_STATUSES`."""

    PROCESSED = "processed"
    PAID = "paid"
    SHIPPED = "shipped"
    COMPLETED = "completed"
    REFUNDED = "refunded"
    DELETED = "deleted"


STATE_OF: dict[Target, str] = {
    Target.PROCESSED: "processing",
    Target.PAID: "paid",
    Target.SHIPPED: "shipped",
    Target.COMPLETED: "completed",
    Target.REFUNDED: "refunded",
    Target.DELETED: "deleted",
}
"""The state of the default workflow that each target means (contracts/webasyst §5.1)."""

ACTION_OF: dict[Target, str] = {
    Target.PROCESSED: "process",
    Target.PAID: "pay",
    Target.SHIPPED: "ship",
    Target.COMPLETED: "complete",
    Target.REFUNDED: "refund",
    Target.DELETED: "delete",
}
"""The action of the default workflow that leads to each target (contracts/webasyst §5.1)."""

RANK: dict[str, int] = {
    "new": 0,
    "processing": 1,
    "paid": 2,
    "fulfilling": 3,
    "shipped": 4,
    "completed": 5,
}
"""How far along a state is; a status never moves to a lower rank. Refunded and deleted are ends, not ranks."""

TERMINAL = frozenset({"refunded", "deleted"})
"""States that no order leaves by our hand."""

EDITABLE = frozenset({"new", "processing"})
"""States in which a later edit of lines is still written; afterwards it is flagged (DESIGN: orders, step 6)."""
