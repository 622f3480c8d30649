"""Horoshop as the way back of orders sees it: it is told statuses, and nothing else."""

from __future__ import annotations

from syncd.model.order import Order
from syncd.model.product import BrokenRecord
from syncd.shops.horoshop.source import HoroshopSource
from syncd.shops.horoshop.target import HoroshopTarget


class HoroshopOrderTarget:
    """A shop that is told the office's states. Errors as in `HoroshopSource` and `HoroshopTarget`."""

    def __init__(self, source: HoroshopSource, target: HoroshopTarget) -> None:
        self._source = source
        self._target = target

    async def order(self, key: str) -> Order | BrokenRecord | None:
        """One order by its number; `None` when the shop does not have it."""
        return await self._source.order(key)

    async def statuses(self) -> dict[str, str]:
        """The ids of order statuses with the shop's words. Raises `Misconfigured` for a shop before 4.0."""
        return await self._source.statuses()

    async def set_status(self, key: str, letter: str, notify: frozenset[str]) -> None:
        """Move an order to the status of this id; whom the shop then tells is its own setting, whatever `notify` says."""
        await self._target.set_status(key, letter)
