"""Comparing every linked product in both shops, batch by batch, so that memory stays flat."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection

from syncd.errors import SetAside
from syncd.model.product import Product
from syncd.state import listings, product_links
from syncd.state.database import Database
from syncd.state.product_links import ProductLink
from syncd.sync.difference import PRODUCT, Difference, Sample
from syncd.sync.product_decision import ProductPolicy
from syncd.sync.product_differences import overwritten, product_differences
from syncd.sync.product_plan import BatchPlan, ProductPlanner

BATCH = 100
"""Office products a batch: one read of each shop."""


@dataclass(slots=True)
class VerifyProducts:
    """Walks over all product links; the planner decides as the streams do, and nothing is written to a shop."""

    planner: ProductPlanner
    db: Database
    policy: ProductPolicy
    sample: Sample
    progress: Callable[[int, int | None], None]
    compared: int = 0

    async def run(self, *, fix: bool) -> AsyncIterator[list[Difference]]:
        """The differences of each batch. With `fix` the differing products are marked for the streams of either way."""
        total = await self.db.run(lambda conn: product_links.count(conn, self.policy.pair))
        last, seen = 0, 0
        while ids := await self._after(last):
            last = ids[-1]
            links = await self.db.run(partial(self._links, ids=ids))
            seen += len(links)
            chosen = [link for link in links if self.sample.picks(link.product_id)]
            if chosen:
                yield await self._batch(chosen, fix=fix)
            self.progress(seen, total)

    async def _after(self, last: int) -> list[int]:
        pair = self.policy.pair
        return await self.db.run(lambda conn: product_links.product_ids_after(conn, pair, last, BATCH))

    def _links(self, conn: Connection, ids: Sequence[int]) -> list[ProductLink]:
        """Those of products that the source still lists: one that vanished there was reported then, and stays as it is."""
        pair, source = self.policy.pair, self.policy.source
        links = product_links.by_products(conn, pair, ids)
        listed = listings.groups_of(conn, pair, source, [link.source_key for link in links])
        return [link for link in links if link.source_key in listed]

    async def _batch(self, links: Sequence[ProductLink], *, fix: bool) -> list[Difference]:
        keys = [link.source_key for link in links]
        plan = await self.planner.plan(keys)
        found = self._found(plan, links)
        missed = [key for key in keys if key not in _settled(plan)]
        if missed:
            # An order moved their stock while they were read.
            again = await self.planner.plan(missed)
            found += self._found(again, links)
            plan.plans += again.plans
        self.compared += len(keys)
        if fix and found:
            await self.db.run(lambda conn: self._mark(conn, found, plan))
        return found

    def _found(self, plan: BatchPlan, links: Sequence[ProductLink]) -> list[Difference]:
        there = {link.source_key: link.product_id for link in links}
        rule = self.planner.catalog.rule
        found = [each for one in plan.plans for each in product_differences(one, self.policy, rule)]
        found += [self._aside(product, error, there[product.key]) for product, error in plan.aside]
        for record in plan.broken:
            text = f"cannot be read: {record.reason}"
            found.append(self._whole(record.key, record.key, there.get(record.key, 0), text, ""))
        found += [
            self._whole(key, key, there[key], "not shown", "shown or hidden there") for key in plan.gone
        ]
        return found

    def _aside(self, product: Product, error: SetAside, product_id: int) -> Difference:
        return self._whole(product.key, product.code, product_id, "", str(error))

    def _whole(self, key: str, name: str, product_id: int, said: str, answered: str) -> Difference:
        return Difference(PRODUCT, self.policy.source, key, name, product_id, PRODUCT, said, answered)

    def _mark(self, conn: Connection, found: Sequence[Difference], plan: BatchPlan) -> None:
        """Have them compared anew either way. A text that was edited where it is not owned counts as never agreed on: the
        owner's goes over it."""
        pair, rule = self.policy.pair, self.policy.merge
        keys = list(dict.fromkeys(each.key for each in found))
        links = product_links.by_sources(conn, pair, keys)
        product_links.mark_dirty(conn, pair, [link.sku_id for link in links.values()])
        product_links.mark_back(conn, pair, links, dirty=True)
        for one in plan.plans:
            lost = {name for name in one.fields if overwritten(one, name, rule)}
            if lost:
                product_links.forget_texts(conn, pair, one.product.key, lost)


def _settled(plan: BatchPlan) -> set[str]:
    """The products that the plan says something about."""
    planned = {one.product.key for one in plan.plans} | {product.key for product, _ in plan.aside}
    made = {product.key for members in plan.creations for product in members}
    added = {product.key for product, _ in plan.additions}
    return planned | made | added | {record.key for record in plan.broken} | set(plan.gone)
