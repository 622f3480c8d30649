"""Writing a planned batch of products to the source, with everything that goes wrong kept to the product it belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from syncd.errors import Held, SetAside
from syncd.model.product import Product
from syncd.state import listings, product_links
from syncd.state.database import Database
from syncd.state.rows import batches
from syncd.sync.brake import Kind, Overview
from syncd.sync.failing import SetAsideRecords
from syncd.sync.office_sight import version_there
from syncd.sync.outcome import Event, Tally
from syncd.sync.pictures_back import PicturesBack
from syncd.sync.product_decision import ProductPlan, ProductPolicy
from syncd.sync.product_guard import ProductGuard
from syncd.sync.product_plan import ProductPlanner
from syncd.sync.product_sight import VANISHED
from syncd.sync.source_overview import source_allowed, source_overview
from syncd.sync.source_writes import SourceWrites
from syncd.sync.stream_brakes import StreamBrakes

BATCH = 100
"""Products compared together: one read of each shop."""


@dataclass(slots=True)
class SourceApply:
    """The doing half of the way back of products."""

    planner: ProductPlanner
    writes: SourceWrites
    pictures: PicturesBack
    guard: ProductGuard
    brakes: StreamBrakes
    db: Database
    policy: ProductPolicy
    tally: Tally

    @property
    def failing(self) -> SetAsideRecords:
        """The stream's failures."""
        return self.guard.failing

    async def begin(self) -> None:
        """Read the stream's failures and brakes. Raises `StopStream` while nothing may be written at all."""
        await self.failing.load()
        await self.brakes.load()

    async def look_ahead(self, keys: Sequence[str]) -> None:
        """Plan everything without writing and let the brakes judge the whole."""
        pair = self.policy.pair
        whole = Overview(existing=await self.db.run(lambda conn: product_links.count(conn, pair)))
        for batch in batches(keys, BATCH):
            plan = await self.planner.plan(batch)
            source_overview(plan.plans, whole)
            for product, error in plan.aside:
                if error.code == VANISHED and self.policy.zero_vanished and product.quantity:
                    whole.note(
                        Kind.STOCK, f"{product.code} (CS-Cart {product.key}): -> 0, vanished from Webasyst"
                    )
        for pull in self.brakes.judge(whole):
            await self.brakes.pull(pull)

    async def batch(self, keys: Sequence[str]) -> None:
        """Write one batch. Raises `RetryLater` when a shop is unwell and `Misconfigured` when a person must act."""
        plan = await self.planner.plan(keys)
        self.guard.versions |= {
            each.product.key: version_there(each.sides.office, each.sku) for each in plan.plans
        }
        for broken in plan.broken:
            self.tally.add(Event.FAILED)
            await self.failing.broken(broken)
        for product, error in plan.aside:
            await self._aside(product, error)
        await self._gone(plan.gone)
        await self._change([each for each in plan.plans if each.linked])

    async def _aside(self, product: Product, error: SetAside) -> None:
        """What vanished from the office is the other stream's to report; here it is sold out, when the setting says so. What
        a brake holds back stays in line, so that its release lets it pass."""
        if error.code != VANISHED:
            await self.guard.failed([product], error)
        elif not self.policy.zero_vanished or not product.quantity:
            await self.failing.clear(product.key)
            await self._leave([product.key])
        elif Kind.STOCK in self.brakes.blocked:
            await self._keep(product.key)
        elif await self.guard.run([product], partial(self.writes.sell_out, product)):
            await self._leave([product.key])

    async def _gone(self, keys: Sequence[str]) -> None:
        """What the source does not show was deleted, or lies in no category for a while (contracts/cscart §3.1): until a
        full listing tells, what the office says about it waits."""
        pair, source = self.policy.pair, self.policy.source
        listed = await self.db.run(lambda conn: listings.groups_of(conn, pair, source, keys))
        for key in keys:
            if key in listed:
                await self._keep(key)
                self.tally.add(Event.FAILED)
                await self.failing.record(key, _not_shown(key), version="")
            else:
                await self.failing.clear(key)
        await self._leave([key for key in keys if key not in listed])

    async def _leave(self, keys: Sequence[str]) -> None:
        await self.db.run(lambda conn: product_links.mark_back(conn, self.policy.pair, keys, dirty=False))

    async def _change(self, plans: Sequence[ProductPlan]) -> None:
        sent, idle = [], []
        for plan in plans:
            change = plan.source_change
            if change.empty:
                idle.append(plan)
            elif source_allowed(change, self.brakes.blocked) != change:
                await self._keep(plan.product.key)
            elif await self.guard.run([plan.product], partial(self.writes.change, plan), clears=False):
                sent.append(plan)
        await self.writes.agree(idle)
        for plan in [*idle, *await self._check(sent)]:
            await self._finish(plan)

    async def _check(self, sent: Sequence[ProductPlan]) -> list[ProductPlan]:
        """Answers the plans that the source took."""
        missed = {}
        if sent:
            missed = {plan.product.key: error for plan, error in await self.writes.check(sent)}
        for plan in sent:
            if error := missed.get(plan.product.key):
                await self.guard.failed([plan.product], error)
        return [plan for plan in sent if plan.product.key not in missed]

    async def _finish(self, plan: ProductPlan) -> None:
        """What is agreed but for its pictures gets them, or is done. Pictures that a brake holds back keep the product in
        line."""
        if not plan.pictures_back:
            await self.failing.clear(plan.product.key)
        elif not self.pictures.braked:
            await self.guard.run([plan.product], partial(self.pictures.replace, plan))

    async def _keep(self, key: str) -> None:
        """A brake holds part of it back: the whole waits for the release, so that nothing is agreed by halves."""
        await self.db.run(lambda conn: product_links.mark_back(conn, self.policy.pair, [key], dirty=True))


def _not_shown(key: str) -> Held:
    return Held(
        f"product {key} was edited in Webasyst, but CS-Cart does not show it: it was deleted there, belongs to another "
        "company now, or lies in no category; syncd writes the edit when it is shown again",
        code="gone",
    )
