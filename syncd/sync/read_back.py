"""Reading an order of the source back after a write whose answer proves nothing."""

from __future__ import annotations

from syncd.errors import RetryLater
from syncd.model.order import Order
from syncd.model.product import BrokenRecord
from syncd.sync.ports import StatusTarget


async def read_back(target: StatusTarget, key: str) -> Order | None:
    """The order as it stands now; `None` where that cannot be told."""
    try:
        found = await target.order(key)
    except RetryLater:
        return None
    return None if isinstance(found, BrokenRecord) else found
