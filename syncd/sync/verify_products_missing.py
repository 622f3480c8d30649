"""Comparing what is not linked: products that one shop has, and that by the settings the other should have."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from syncd.model.product import Product
from syncd.state import catalog as mirror
from syncd.state import failures, history, product_links
from syncd.state.catalog import CatalogRow
from syncd.state.database import Database
from syncd.state.rows import batches
from syncd.sync.difference import ABSENT, PRODUCT, UNLINKED, Difference
from syncd.sync.product_plan import BatchPlan, ProductPlanner
from syncd.sync.resync import Resync
from syncd.sync.source_doubts import record_of

BATCH = 100
"""Products a read of each shop."""


@dataclass(slots=True)
class VerifyProductsMissing:
    """Walks over the source's list for products without a link, and with `back` over what the office alone has."""

    planner: ProductPlanner
    db: Database
    streams: tuple[str, str]
    """The streams of products, there and back."""
    back: bool
    """Whether the source is to have what only the office has."""
    now: Callable[[], datetime]
    compared: int = 0
    _codes: set[str] = field(default_factory=set)
    """What the source's products without a link are called: their partners are told with them."""

    async def run(self, *, fix: bool) -> AsyncIterator[list[Difference]]:
        """The differences of each batch. With `fix` the products are read anew by the streams' next cycles."""
        company, rule = self.planner.policy.company, self.planner.catalog.rule
        # Before the first scan no code leads anywhere, and everything would seem to be missing.
        await self.planner.catalog.ensure()
        async for page in self.planner.source.amounts():
            codes = {
                item.key: item.code for item in page.records if company is None or item.company == company
            }
            keys = await self._left([*codes, *(record.key for record in page.broken)])
            self._codes.update(rule.key(codes[key]) for key in keys if key in codes)
            for batch in batches(keys, BATCH):
                yield await self._batch(batch, fix=fix)
        if self.back:
            yield await self._of_the_office(fix=fix)

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
            self._whole(one.product.key, one.product.code, one.sku.product_id, UNLINKED, UNLINKED)
            for one in plan.plans
        ]
        missing = [product for members in plan.creations for product in members]
        missing += [product for product, _ in plan.additions]
        found += [self._whole(item.key, _named(item), 0, item.content.name, ABSENT) for item in missing]
        found += [self._whole(item.key, _named(item), 0, "", str(error)) for item, error in plan.aside]
        found += [
            self._whole(record.key, record.key, 0, f"cannot be read: {record.reason}", ABSENT)
            for record in plan.broken
        ]
        return found

    async def _of_the_office(self, *, fix: bool) -> list[Difference]:
        """What the mirror has without a link, read afresh: it may have been deleted or renamed since it was scanned."""
        await self.planner.catalog.read_touched()
        there: set[int] = set()
        for ids in batches(sorted({row.product_id for row in await self._unlinked()}), BATCH):
            products = await self.planner.office.products(ids)
            await self.planner.catalog.remember(products)
            there.update(sku.sku_id for product in products for sku in product.skus)
        rows = [row for row in await self._unlinked() if row.sku_id in there]
        rows = [row for row in rows if row.code_key not in self._codes]
        self.compared += len(rows)
        if fix and rows:
            await self.db.run(lambda conn: self._hasten(conn, [record_of(row.sku_id) for row in rows]))
        return [
            self._whole(record_of(row.sku_id), row.code, row.product_id, ABSENT, row.name) for row in rows
        ]

    async def _unlinked(self) -> list[CatalogRow]:
        return await self.db.run(lambda conn: mirror.unlinked(conn, *self._names))

    def _whole(self, key: str, name: str, product_id: int, said: str, answered: str) -> Difference:
        return Difference(PRODUCT, self.planner.policy.source, key, name, product_id, PRODUCT, said, answered)

    def _mark(self, conn: Connection, keys: Sequence[str]) -> None:
        Resync(conn, *self._names, self.now()).products(keys, self.streams)

    def _hasten(self, conn: Connection, records: Sequence[str]) -> None:
        """The way back looks at them in every cycle anyway; those that failed there rest no longer."""
        for record in records:
            failures.hasten(conn, self._names[0], self.streams[1], record, self.now())


def _named(product: Product) -> str:
    """What people call a product: its SKU, or its number where it has none."""
    return product.code or product.key
