"""Writing a planned batch of products, with everything that goes wrong kept to the product it belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from sqlalchemy import Connection

from syncd.state import conflicts, product_links
from syncd.state.database import Database
from syncd.state.link_taken import LinkTaken
from syncd.sync.brake import Overview
from syncd.sync.failing import SetAsideRecords
from syncd.sync.outcome import Event, Tally
from syncd.sync.product_batch import ProductBatch
from syncd.sync.product_create import ProductCreate
from syncd.sync.product_decision import ProductPlan, ProductPolicy
from syncd.sync.product_guard import ProductGuard, StockMoved
from syncd.sync.product_overview import overview, without
from syncd.sync.product_plan import BatchPlan, ProductPlanner
from syncd.sync.product_writes import ProductWrites
from syncd.sync.stream_brakes import StreamBrakes
from syncd.sync.writer import LeftOut


@dataclass(slots=True)
class ProductApply:
    """The doing half of the products cycle."""

    planner: ProductPlanner
    writes: ProductWrites
    changes: ProductBatch
    create: ProductCreate
    guard: ProductGuard
    brakes: StreamBrakes
    db: Database
    policy: ProductPolicy
    tally: Tally
    ready: dict[tuple[str, ...], BatchPlan] = field(default_factory=dict)

    @property
    def failing(self) -> SetAsideRecords:
        """The stream's failures."""
        return self.guard.failing

    async def begin(self) -> None:
        """Read the stream's failures and brakes. Raises `StopStream` while nothing may be written at all."""
        await self.failing.load()
        await self.brakes.load()

    async def look_ahead(self, batches: Sequence[Sequence[str]]) -> None:
        """Plan everything without writing and let the brakes judge the whole.

        The plan of a single batch is kept and written as it is; with more the batches are planned again when their turn
        comes, so that memory stays flat and what is compared is fresh.
        """
        whole = Overview(existing=await self.db.run(lambda conn: product_links.count(conn, self.policy.pair)))
        for keys in batches:
            plan = await self.planner.plan(keys)
            overview(plan.plans, whole)
            whole.existing += sum(1 for item in plan.plans if not item.linked)
            if len(batches) == 1:
                self.ready[tuple(keys)] = plan
        for pull in self.brakes.judge(whole):
            await self.brakes.pull(pull)

    async def batch(self, keys: Sequence[str]) -> None:
        """Write one batch. Raises `RetryLater` when a shop is unwell and `Misconfigured` when a person must act."""
        plan = self.ready.pop(tuple(keys), None) or await self.planner.plan(keys)
        for broken in plan.broken:
            self.tally.add(Event.FAILED)
            await self.failing.broken(broken)
        for product, error in plan.aside:
            await self.guard.failed([product], error)
        await self._let_go(plan.gone)
        await self._change(plan.plans)
        for members in plan.creations:
            await self.create.product(members)
        for product, home in plan.additions:
            await self.create.sku(product, home)

    async def _change(self, plans: Sequence[ProductPlan]) -> None:
        """Prices, stock and flags of the whole batch first, then texts one product at a time."""
        allowed = {plan.product.key: without(plan, self.brakes.blocked) for plan in plans}
        missed = await self.changes.send(list(allowed.values()))
        done: list[ProductPlan] = []
        braked: list[ProductPlan] = []
        for plan in plans:
            key = plan.product.key
            if isinstance(missed.get(key), StockMoved | LeftOut):
                continue
            if key in missed:
                await self.guard.failed([plan.product], missed[key])
                continue
            content = partial(self._content, allowed[key])
            if not await self.guard.run([plan.product], content, clears=not self._has_pictures(plan)):
                continue
            (done if allowed[key] == plan else braked).append(plan)
        for plan in await self._agree(done, braked):
            if self._has_pictures(plan):
                await self.create.pictures(plan.product, plan.sku.product_id)

    async def _agree(self, done: Sequence[ProductPlan], braked: Sequence[ProductPlan]) -> list[ProductPlan]:
        """Commit what is done; answers those that may go on. Braked products stay dirty: after the release they are
        compared again. One that may not be linked does not keep the others from it."""

        def commit(conn: Connection) -> None:
            self.writes.agree(conn, done)
            self.writes.tie(conn, braked)

        try:
            await self.db.run(commit)
        except LinkTaken as taken:
            if len(done) + len(braked) == 1:
                await self.guard.failed([[*done, *braked][0].product], taken)
                return []
            for plan in braked:
                await self._agree([], [plan])
            return [agreed for plan in done for agreed in await self._agree([plan], [])]
        return list(done)

    async def _content(self, plan: ProductPlan) -> None:
        fields = dict(plan.texts)
        if plan.product_visible is not None:
            fields["status"] = "1" if plan.product_visible else "0"
        if fields or plan.category_ids:
            await self.writes.change_product(plan, fields)

    def _has_pictures(self, plan: ProductPlan) -> bool:
        return self.policy.images and plan.images_changed

    async def _let_go(self, keys: Sequence[str]) -> None:
        """Products that are no longer ours: nothing waits for them."""
        for key in keys:
            await self.failing.clear(key)
        if keys:
            await self.db.run(lambda conn: self._forget(conn, keys))

    def _forget(self, conn: Connection, keys: Sequence[str]) -> None:
        product_links.mark_clean(conn, self.policy.pair, keys)
        conflicts.forget(conn, self.policy.pair, keys)
