"""The stream of product changes from the office back to the source: look at what changed there, merge, brake, write."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import Connection

from syncd.errors import Held, SetAside, StopStream
from syncd.model.backoffice import OfficeProduct
from syncd.model.product import Product
from syncd.state import cursors, intents, listings, product_links
from syncd.state.database import Database
from syncd.state.rows import batches
from syncd.sync.brake import LEAST_SUSPICIOUS, Kind, Overview
from syncd.sync.catalog import CLOCK_MARGIN, Catalog
from syncd.sync.failing import SetAsideRecords
from syncd.sync.office_sight import moved, sku_ids, version_there
from syncd.sync.outcome import Event, Tally
from syncd.sync.pictures_back import PicturesBack
from syncd.sync.ports import ProductOffice
from syncd.sync.product_decision import ProductPlan, ProductPolicy
from syncd.sync.product_guard import ProductGuard
from syncd.sync.product_plan import ProductPlanner
from syncd.sync.product_sight import VANISHED
from syncd.sync.products import EMPTIED
from syncd.sync.source_create import SourceCreate
from syncd.sync.source_doubts import is_creation
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
            await self._check_office()
            self._add(await self._doubtful(everything=retry_all))
            await self.create.doubts.settle()
            self._add(key for key in self.failing.due(everything=retry_all) if not is_creation(key))
            clock = await self._look_at_changes()
            await self._collect_dirty()
            await self._write(everything=retry_all)
            await self.db.run(lambda conn: self._commit(conn, clock))

    @property
    def _cursor_name(self) -> str:
        return f"{STREAM}.{self.policy.source}"

    @property
    def failing(self) -> SetAsideRecords:
        """The stream's failures."""
        return self.guard.failing

    async def _check_office(self) -> None:
        """An office without a single linked product had an accident, as far as the other stream's brake says; nothing
        follows from it here before that brake is released. Raises `StopStream`."""
        pair = self.policy.pair

        def emptied(conn: Connection) -> bool:
            linked, standing = product_links.count(conn, pair), product_links.standing(conn, pair)
            return bool(linked) and not standing and cursors.get(conn, pair, EMPTIED) is None

        if await self.db.run(emptied):
            raise StopStream(
                "Webasyst lists none of the linked products: nothing is written to CS-Cart; look at 'syncd status', then "
                "run 'syncd brakes release products' if that is meant"
            )

    async def _doubtful(self, *, everything: bool) -> list[str]:
        """Changes are safe to repeat after a comparison: values are absolute, and sums know what was pending.

        The first repetition comes at once. What failed more often rests until its pause is over, unless `everything` is to
        be tried.
        """

        def close(conn: Connection) -> list[str]:
            rows = intents.all(conn, self.policy.pair, STREAM)
            mine = [row for row in rows if row.action == "source.update"]
            for row in mine:
                product_links.mark_back(conn, self.policy.pair, row.payload.get("keys", []), dirty=True)
                intents.close(conn, self.policy.pair, STREAM, row.record_key)
            return [key for row in mine for key in row.payload.get("keys", [])]

        keys = await self.db.run(close)
        return [key for key in keys if everything or not self.failing.rests(key, least=2)]

    async def _look_at_changes(self) -> datetime | None:
        """What was edited in the office since the cursor; the first time, since the first link was made: whatever was
        compared later was compared as it stood then. Answers the office's clock, or `None` while nothing is linked."""
        cursor = await self.db.run(lambda conn: cursors.get(conn, self.policy.pair, self._cursor_name))
        first = await self.db.run(lambda conn: product_links.first_linked_at(conn, self.policy.pair))
        since = start(cursor.position if cursor else None, first and first - CLOCK_MARGIN, self.overlap)
        if since is None:
            return None
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
        self._add(key for key, version in found.items() if not self.failing.waits(key, version))
        self.tally.add(Event.SKIPPED, len(ids) - len(found))

    async def _collect_dirty(self) -> None:
        """Products whose office side the other stream found to count, or that a brake held back."""
        if self.brakes.blocked:
            return
        keys = await self.db.run(lambda conn: product_links.dirty_back_keys(conn, self.policy.pair))
        self._add(key for key in keys if not self.failing.rests(key))

    def _add(self, keys: Iterable[str]) -> None:
        self.work.update(dict.fromkeys(keys))

    async def _write(self, *, everything: bool) -> None:
        keys = list(self.work)
        if len(keys) >= LEAST_SUSPICIOUS:
            await self._look_ahead(keys)
        done = 0
        for batch in batches(keys, BATCH):
            await self._batch(batch)
            done += len(batch)
            self.progress(done, len(keys))
        await self.create.run(everything=everything)
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

    def _commit(self, conn: Connection, clock: datetime | None) -> None:
        self.finished(conn)
        if clock is not None:
            cursors.put(conn, self.policy.pair, self._cursor_name, clock)


def _not_shown(key: str) -> Held:
    return Held(
        f"product {key} was edited in Webasyst, but CS-Cart does not show it: it was deleted there, belongs to another "
        "company now, or lies in no category; syncd writes the edit when it is shown again",
        code="gone",
    )
