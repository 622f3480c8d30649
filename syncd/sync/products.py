"""The products stream: one cycle looks at what changed at the source, plans, brakes, and brings the office up to date."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from syncd.errors import Held
from syncd.model.exchange import Page
from syncd.model.product import BrokenRecord, Product
from syncd.state import cursors, product_links
from syncd.state.catalog import CatalogRow
from syncd.state.conflicts import held_keys
from syncd.state.database import Database
from syncd.sync.brake import LEAST_SUSPICIOUS
from syncd.sync.catalog import Catalog
from syncd.sync.failing import SetAsideRecords
from syncd.sync.outcome import Event, Tally
from syncd.sync.ports import ProductOffice, ProductSource
from syncd.sync.product_apply import ProductApply
from syncd.sync.product_decision import ProductPolicy
from syncd.sync.product_doubts import ProductDoubts
from syncd.sync.product_hints import ProductHints
from syncd.sync.product_sight import Sight, glance, recall
from syncd.sync.product_vanished import Vanished
from syncd.sync.source_doubts import SourceDoubts
from syncd.sync.source_listing import SourceListing
from syncd.sync.window import start

STREAM = "products"
SWEPT = "products.swept"
EMPTIED = "products.emptied"
"""Set when a person released the brake for an office that lost all linked products."""
BATCH = 100
"""Products compared and written together: one read of each shop and one write."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, order=True)
class WorkItem:
    """A product to be compared; items of one variation group stay together."""

    group: str
    key: str
    exists: bool = True


@dataclass(slots=True)
class ProductsCycle:
    """One pass of the products stream."""

    source: ProductSource
    office: ProductOffice
    catalog: Catalog
    listing: SourceListing
    apply: ProductApply
    doubts: ProductDoubts
    vanished: Vanished
    failing: SetAsideRecords
    db: Database
    policy: ProductPolicy
    tally: Tally
    overlap: timedelta
    sweep_time: timedelta
    busy: asyncio.Lock
    now: Callable[[], datetime]
    progress: Callable[[int, int | None], None]
    finished: Callable[[Connection], None]
    source_doubts: SourceDoubts
    hints: ProductHints
    work: dict[str, WorkItem] = field(default_factory=dict)
    seen: int = 0

    async def run(self, *, retry_all: bool = False) -> None:
        """Settle doubts, look for work, let the brake judge the plan, and write what it allows.

        Raises `RetryLater` when a shop is unwell, `Misconfigured` when a person must act; the cursor stays then.
        """
        async with self.busy:
            await self._run(retry_all=retry_all)

    async def _run(self, *, retry_all: bool) -> None:
        await self.apply.begin()
        await self.source_doubts.settle()
        sweep = await self._sweep_due()
        if sweep:
            # Before anything else: codes may be compared in another way since the last scan.
            await self._scan()
        for key in await self.doubts.settle(everything=retry_all):
            self._add(key)
        await self._retry(self.failing.due(everything=retry_all))
        await self._retry(await self.hints.keys())
        cursor = await self.db.run(lambda conn: cursors.get(conn, self.policy.pair, self._cursor_name))
        clock = await self._look_at_changes(cursor.position if cursor else None)
        if sweep and cursor is not None:
            await self._look_at_amounts()
        await self._collect_dirty(conflicts=sweep)
        await self._write()
        await self._commit(clock, swept=sweep)

    @property
    def _cursor_name(self) -> str:
        return f"{STREAM}.{self.policy.source}"

    async def _sweep_due(self) -> bool:
        swept = await self.db.run(lambda conn: cursors.get(conn, self.policy.pair, SWEPT))
        scanned = await self.catalog.scanned_at()
        return swept is None or scanned is None or self.now() - swept.position >= self.sweep_time

    async def _scan(self) -> None:
        vanished = await self.catalog.scan(self.progress)
        gone = await self.db.run(lambda conn: self._linked(conn, vanished))
        for source_key, row in gone:
            log.warning("product.vanished", product=source_key, sku=row.code, office_product=row.product_id)
        await self._brake_when_emptied()

    async def _brake_when_emptied(self) -> None:
        """Nothing that was linked stands in the office any more, whoever noticed it first: once released, it is a fact."""
        pair = self.policy.pair
        linked = await self.db.run(lambda conn: product_links.count(conn, pair))
        standing = await self.db.run(lambda conn: product_links.standing(conn, pair))
        if standing or not linked:
            await self.db.run(lambda conn: cursors.reset(conn, pair, EMPTIED))
        elif await self.db.run(lambda conn: cursors.get(conn, pair, EMPTIED)) is None:
            await self.apply.brakes.pull_empty("Webasyst", linked)
            now = self.now()
            await self.db.run(lambda conn: cursors.put(conn, pair, EMPTIED, now))

    def _linked(self, conn: Connection, rows: Iterable[CatalogRow]) -> list[tuple[str, CatalogRow]]:
        by_sku = {row.sku_id: row for row in rows}
        links = product_links.by_skus(conn, self.policy.pair, list(by_sku))
        return [(link.source_key, by_sku[sku_id]) for sku_id, link in links.items()]

    async def _look_at_changes(self, position: datetime | None) -> datetime | None:
        clock: datetime | None = None
        first_time = position is None
        scan = self.listing.scan_number()
        async for page in self.source.changed_products(start(position, None, self.overlap)):
            clock = clock or page.clock
            await self._page(page, scan, sweep=False)
        if first_time:
            await self._listing_ended(scan)
        return clock

    async def _look_at_amounts(self) -> None:
        scan = self.listing.scan_number()
        async for page in self.source.amounts():
            await self._page(page, scan, sweep=True)
        await self._listing_ended(scan)

    async def _page(self, page: Page[Product], scan: int, *, sweep: bool) -> None:
        self.tally.add(Event.READ, len(page.records) + len(page.broken))
        self.seen += len(page.records) + len(page.broken)
        self.progress(self.seen, page.total)
        for broken in page.broken:
            await self._broken(broken)
        ours = self.listing.ours(page.records)
        self.tally.add(Event.SKIPPED, len(page.records) - len(ours))
        broken_keys = [broken.key for broken in page.broken]
        if sweep:
            ours = await self.listing.swept(ours, scan, broken=broken_keys)
        else:
            await self.listing.note(ours, scan, broken=broken_keys)
        await self._look(ours, sweep=sweep)

    async def _look(self, products: Sequence[Product], *, sweep: bool) -> None:
        """Sort a page into settled products, work, and those set aside."""
        rule = self.catalog.rule
        rates = (await self.office.profile()).rates if products else None
        known = await self.db.run(
            lambda conn: recall(conn, self.policy.pair, self.policy.source, products, rule, lean=sweep)
        )
        paired = await self.apply.writes.places.paired_since(known.links) if sweep else set()
        for product in products:
            if not sweep and self.apply.guard.waits(product):
                self.tally.add(Event.SKIPPED)
                continue
            try:
                assert rates is not None  # there are products, so the profile was read
                sight = glance(product, known, self.policy, rates, rule, sweep=sweep)
            except Held as error:
                if not (sweep and product.key in self.failing):
                    await self.apply.guard.failed([product], error)
                continue
            if sight is Sight.WORK or product.key in paired:
                exists = product.key in known.links or bool(known.by_code.get(rule.key(product.code)))
                self._add(product.key, self.listing.group(product), exists=exists)
            else:
                self.tally.add(Event.SKIPPED)
                if sight is Sight.SETTLED and not sweep:
                    await self.failing.clear(product.key)

    async def _broken(self, record: BrokenRecord) -> None:
        log.warning("product.unreadable", product=record.key, reason=record.reason)
        self.tally.add(Event.FAILED)
        await self.failing.broken(record)

    async def _retry(self, keys: Sequence[str]) -> None:
        """Put failed products in line again, with the office's side read anew: a person may have corrected it there."""
        for first in range(0, len(keys), BATCH):
            batch = list(keys[first : first + BATCH])
            page = await self.source.products(batch)
            ours = self.listing.ours(page.records)
            await self.catalog.refresh(batch, [product.code for product in ours])
            await self.listing.note(ours, self.listing.scan_number())
            groups = {product.key: self.listing.group(product) for product in ours}
            for key in batch:
                self._add(key, groups.get(key, ""))

    async def _collect_dirty(self, *, conflicts: bool) -> None:
        """Products that orders moved, whose pictures are not sent, or that a brake held back; while one is engaged they wait
        for its release, and failed ones for the end of their pause. With `conflicts` those that wait for a person as well:
        a setting may settle them by now, or the product is gone."""
        if self.apply.brakes.blocked:
            return
        keys = await self.db.run(lambda conn: product_links.dirty_keys(conn, self.policy.pair))
        keys += await self.db.run(lambda conn: held_keys(conn, self.policy.pair)) if conflicts else []
        groups = await self.listing.groups(keys)
        for key in keys:
            if not self.failing.rests(key):
                self._add(key, groups.get(key, ""))

    def _add(self, key: str, group: str = "", *, exists: bool = True) -> None:
        """Put a product in line, once, with the rest of its group."""
        known = self.work.get(key)
        if known is None or known.group == key:
            self.work[key] = WorkItem(group or key, key, exists)

    async def _listing_ended(self, scan: int) -> None:
        """A full listing shows what vanished from the source: reported, never deleted in the office."""
        vanished, left = await self.listing.vanished(scan)
        if vanished and len(vanished) == left:
            await self.apply.brakes.pull_empty("CS-Cart", left)
            return
        if await self.vanished.settle(vanished):
            await self.listing.forget(vanished)

    async def _write(self) -> None:
        """Plan everything that exists, brake, then write batch by batch. Items of a group share a batch."""
        items = sorted(self.work.values())
        existing = [item for item in items if item.exists]
        if len(existing) >= LEAST_SUSPICIOUS:
            await self.apply.look_ahead([[item.key for item in batch] for batch in _batches(existing)])
        done = 0
        for batch in _batches(items):
            await self.apply.batch([item.key for item in batch])
            done += len(batch)
            self.progress(done, len(items))
        await self.apply.brakes.spend()

    async def _commit(self, clock: datetime | None, *, swept: bool) -> None:
        now = self.now()

        def commit(conn: Connection) -> None:
            self.finished(conn)
            self.hints.done(conn, now)
            if clock is not None:
                cursors.put(conn, self.policy.pair, self._cursor_name, clock)
            if swept:
                cursors.put(conn, self.policy.pair, SWEPT, now)

        await self.db.run(commit)


def _batches(items: Sequence[WorkItem]) -> Iterable[list[WorkItem]]:
    """Lists of about `BATCH` items that never split a group."""
    batch: list[WorkItem] = []
    for item in items:
        if len(batch) >= BATCH and item.group != batch[-1].group:
            yield batch
            batch = []
        batch.append(item)
    if batch:
        yield batch
