"""Comparing what is not linked: products that one shop has, and that by the settings the other should have."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from syncd.state import catalog as mirror
from syncd.state import history, product_links
from syncd.state.database import Database
from syncd.state.rows import batches
from syncd.sync.difference import ABSENT, PRODUCT, Difference
from syncd.sync.product_plan import BatchPlan, ProductPlanner
from syncd.sync.resync import Resync
from syncd.sync.source_doubts import record_of

BATCH = 100
"""Products a read of each shop."""


@dataclass(slots=True)
class VerifyProductsMissing:
    """Walks over the source's list for products without a link, and with `back` over the office's as last scanned."""

    planner: ProductPlanner
    db: Database
    streams: tuple[str, str]
    """The streams of products, there and back."""
    back: bool
    """Whether the source is to have what only the office has."""
    now: Callable[[], datetime]
    compared: int = 0

    async def run(self, *, fix: bool) -> AsyncIterator[list[Difference]]:
        """The differences of each batch. With `fix` the products are read anew by the streams' next cycles."""
        company = self.planner.policy.company
        async for page in self.planner.source.amounts():
            ours = [item.key for item in page.records if company is None or item.company == company]
            keys = await self._left([*ours, *(record.key for record in page.broken)])
            for batch in batches(keys, BATCH):
                yield await self._batch(batch, fix=fix)
        if self.back:
            yield await self._of_the_office()

    @property
    def _names(self) -> tuple[str, str]:
        return self.planner.policy.pair, self.planner.policy.source

    async def _left(self, keys: Sequence[str]) -> list[str]:
        """Those without a link; what a person had forgotten stays so."""
        pair, _ = self._names

        def read(conn: Connection) -> list[str]:
            links = product_links.by_sources(conn, pair, keys)
            free = [key for key in keys if key not in links]
            forgotten = history.forgotten(conn, pair, self.streams[0], free)
            return [key for key in free if key not in forgotten]

        return await self.db.run(read)

    async def _batch(self, keys: Sequence[str], *, fix: bool) -> list[Difference]:
        plan = await self.planner.plan(keys)
        found = self._found(plan)
        self.compared += len(keys) - len(plan.gone)
        if fix and found:
            await self.db.run(lambda conn: self._mark(conn, [one.key for one in found]))
        return found

    def _found(self, plan: BatchPlan) -> list[Difference]:
        """What would be linked, created or set aside. One that the settings leave where it is makes no difference."""
        found = [
            self._whole(one.product.key, one.product.code, one.sku.product_id, "not linked", "not linked")
            for one in plan.plans
        ]
        missing = [product for members in plan.creations for product in members]
        missing += [product for product, _ in plan.additions]
        found += [self._whole(item.key, item.code, 0, item.content.name, ABSENT) for item in missing]
        found += [self._whole(item.key, item.code, 0, "", str(error)) for item, error in plan.aside]
        found += [
            self._whole(record.key, record.key, 0, f"cannot be read: {record.reason}", ABSENT)
            for record in plan.broken
        ]
        return found

    async def _of_the_office(self) -> list[Difference]:
        pair, source = self._names
        rows = await self.db.run(lambda conn: mirror.unlinked(conn, pair, source))
        self.compared += len(rows)
        return [
            self._whole(record_of(row.sku_id), row.code, row.product_id, ABSENT, row.name) for row in rows
        ]

    def _whole(self, key: str, name: str, product_id: int, said: str, answered: str) -> Difference:
        return Difference(PRODUCT, self.planner.policy.source, key, name, product_id, PRODUCT, said, answered)

    def _mark(self, conn: Connection, keys: Sequence[str]) -> None:
        Resync(conn, *self._names, self.now()).products(keys, self.streams)
