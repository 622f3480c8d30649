"""The stream of product changes from the office back to the source: look at what changed there, merge, brake, write."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import Connection

from syncd.errors import SetAside
from syncd.model.backoffice import OfficeProduct
from syncd.model.product import Product
from syncd.state import cursors, intents, product_links
from syncd.state.database import Database
from syncd.state.rows import batches
from syncd.sync.brake import LEAST_SUSPICIOUS, Kind, Overview
from syncd.sync.catalog import Catalog
from syncd.sync.failing import SetAsideRecords
from syncd.sync.office_sight import moved, sku_ids
from syncd.sync.outcome import Event, Tally
from syncd.sync.pictures_back import PicturesBack
from syncd.sync.ports import ProductOffice
from syncd.sync.product_decision import ProductPlan, ProductPolicy
from syncd.sync.product_guard import ProductGuard
from syncd.sync.product_plan import ProductPlanner
from syncd.sync.product_sight import VANISHED
from syncd.sync.source_create import SourceCreate
from syncd.sync.source_overview import source_allowed, source_overview
from syncd.sync.source_writes import STREAM, SourceWrites
from syncd.sync.stream_brakes import StreamBrakes
from syncd.sync.window import start

BATCH = 100
"""Products compared together: one read of each shop."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class ProductsBackCycle:
    """One pass of the stream."""

    office: ProductOffice
    catalog: Catalog
    planner: ProductPlanner
    writes: SourceWrites
    pictures: PicturesBack
    create: SourceCreate
    guard: ProductGuard
    brakes: StreamBrakes
    db: Database
    policy: ProductPolicy
    tally: Tally
    overlap: timedelta
    busy: asyncio.Lock
    progress: Callable[[int, int | None], None]
    finished: Callable[[Connection], None]
    work: dict[str, None] = field(default_factory=dict)
    """Source products to be compared, in the order they were found."""

    async def run(self, *, retry_all: bool = False) -> None:
        """Settle doubts, look for what changed in the office, let the brake judge the plan, and write what it allows.

        Raises `RetryLater` when a shop is unwell, `Misconfigured` when a person must act; the cursor stays then.
        """
        async with self.busy:
            await self.failing.load()
            await self.brakes.load()
            self._add(await self._doubtful())
            await self.create.settle()
            await self.pictures.settle()
            self._add(self.failing.due(everything=retry_all))
            clock = await self._look_at_changes()
            await self._collect_dirty()
            await self._write()
            await self.db.run(lambda conn: self._commit(conn, clock))

    @property
    def _cursor_name(self) -> str:
        return f"{STREAM}.{self.policy.source}"

    @property
    def failing(self) -> SetAsideRecords:
        """The stream's failures."""
        return self.guard.failing

    async def _doubtful(self) -> list[str]:
        """Changes are safe to repeat after a comparison: values are absolute, and sums know what was pending."""

        def close(conn: Connection) -> list[str]:
            rows = intents.all(conn, self.policy.pair, STREAM)
            mine = [row for row in rows if row.action == "source.update"]
            for row in mine:
                product_links.mark_back(conn, self.policy.pair, row.payload.get("keys", []), dirty=True)
                intents.close(conn, self.policy.pair, STREAM, row.record_key)
            return [key for row in mine for key in row.payload.get("keys", [])]

        return await self.db.run(close)

    async def _look_at_changes(self) -> datetime | None:
        """What was edited in the office since the cursor; the first time, since the scan that the first comparison was
        made with. Answers the office's clock, or `None` before there was a scan: nothing is linked then."""
        cursor = await self.db.run(lambda conn: cursors.get(conn, self.policy.pair, self._cursor_name))
        scanned = await self.catalog.scanned_at()
        if cursor is None and scanned is None:
            return None
        since = start(cursor.position if cursor else None, scanned, self.overlap)
        assert since is not None  # one of the two is there
        page = await self.office.touched_products(since, created=self.create.wanted)
        self.tally.add(Event.READ, len(page.records) + len(page.broken))
        for broken in page.broken:
            log.warning("product.unreadable_in_office", office_product=broken.key, reason=broken.reason)
        await self.catalog.remember(page.records)
        await self._sort(page.records)
        return page.clock

    async def _sort(self, products: Sequence[OfficeProduct]) -> None:
        stock_id = await self.office.stock_id()
        ids = sku_ids(products)
        links = await self.db.run(lambda conn: product_links.by_skus(conn, self.policy.pair, ids))
        found = moved(products, links, stock_id)
        self._add(key for key in found if not self.failing.rests(key))
        self.tally.add(Event.SKIPPED, len(ids) - len(found))

    async def _collect_dirty(self) -> None:
        """Products whose office side the other stream found to count, or that a brake held back."""
        if self.brakes.blocked:
            return
        keys = await self.db.run(lambda conn: product_links.dirty_back_keys(conn, self.policy.pair))
        self._add(key for key in keys if not self.failing.rests(key))

    def _add(self, keys: Iterable[str]) -> None:
        self.work.update(dict.fromkeys(keys))

    async def _write(self) -> None:
        keys = list(self.work)
        if len(keys) >= LEAST_SUSPICIOUS:
            await self._look_ahead(keys)
        done = 0
        for batch in batches(keys, BATCH):
            await self._batch(batch)
            done += len(batch)
            self.progress(done, len(keys))
        await self.create.run()
        await self.brakes.spend()

    async def _look_ahead(self, keys: Sequence[str]) -> None:
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

    async def _batch(self, keys: Sequence[str]) -> None:
        plan = await self.planner.plan(keys)
        for broken in plan.broken:
            self.tally.add(Event.FAILED)
            await self.failing.broken(broken)
        for product, error in plan.aside:
            await self._aside(product, error)
        for key in plan.gone:
            await self.failing.clear(key)
        await self._leave(plan.gone)
        await self._change([each for each in plan.plans if each.linked])

    async def _aside(self, product: Product, error: SetAside) -> None:
        """What vanished from the office is the other stream's to report; here it is sold out, when the setting says so."""
        if error.code != VANISHED or not self.policy.zero_vanished or Kind.STOCK in self.brakes.blocked:
            await self.guard.failed([product], error)
        elif not product.quantity or await self.guard.run([product], partial(self.writes.sell_out, product)):
            await self._leave([product.key])

    async def _leave(self, keys: Sequence[str]) -> None:
        await self.db.run(lambda conn: product_links.mark_back(conn, self.policy.pair, keys, dirty=False))

    async def _change(self, plans: Sequence[ProductPlan]) -> None:
        sent, idle = [], []
        for plan in plans:
            change = plan.source_change
            if change.empty:
                idle.append(plan)
            elif source_allowed(change, self.brakes.blocked) != change:
                await self._keep(plan)
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

    async def _keep(self, plan: ProductPlan) -> None:
        """A brake holds part of it back: the whole waits for the release, so that nothing is agreed by halves."""
        key = plan.product.key
        await self.db.run(lambda conn: product_links.mark_back(conn, self.policy.pair, [key], dirty=True))

    def _commit(self, conn: Connection, clock: datetime | None) -> None:
        self.finished(conn)
        if clock is not None:
            cursors.put(conn, self.policy.pair, self._cursor_name, clock)
