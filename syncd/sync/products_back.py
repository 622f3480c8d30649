"""The stream of product changes from the office back to the source: look at what changed there, merge, brake, write."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from syncd.errors import StopStream
from syncd.model.backoffice import OfficeProduct
from syncd.state import cursors, intents, product_links
from syncd.state.database import Database
from syncd.state.rows import batches
from syncd.sync.brake import LEAST_SUSPICIOUS
from syncd.sync.catalog import CLOCK_MARGIN, Catalog
from syncd.sync.failing import SetAsideRecords
from syncd.sync.office_sight import moved, sku_ids
from syncd.sync.outcome import Event, Tally
from syncd.sync.ports import ProductOffice
from syncd.sync.product_decision import ProductPolicy
from syncd.sync.products import EMPTIED
from syncd.sync.source_apply import BATCH, SourceApply
from syncd.sync.source_create import SourceCreate
from syncd.sync.source_doubts import is_creation
from syncd.sync.source_writes import STREAM

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class ProductsBackCycle:
    """One pass of the stream."""

    office: ProductOffice
    catalog: Catalog
    apply: SourceApply
    create: SourceCreate
    db: Database
    policy: ProductPolicy
    tally: Tally
    overlap: timedelta
    busy: asyncio.Lock
    now: Callable[[], datetime]
    progress: Callable[[int, int | None], None]
    finished: Callable[[Connection], None]
    work: dict[str, None] = field(default_factory=dict)
    """Source products to be compared, in the order they were found."""
    waiting: set[str] = field(default_factory=set)
    """Those that a call may still be changing."""

    async def run(self, *, retry_all: bool = False) -> None:
        """Settle doubts, look for what changed in the office, let the brake judge the plan, and write what it allows.

        Raises `RetryLater` when a shop is unwell, `Misconfigured` when a person must act; the cursor stays then.
        """
        async with self.busy:
            await self.apply.begin()
            await self._check_office()
            self._add(await self._doubtful(everything=retry_all))
            await self.create.doubts.settle()
            self._add(key for key in self.failing.due(everything=retry_all) if not is_creation(key))
            clock = await self._look_at_changes()
            await self._collect_dirty()
            keys = list(self.work)
            if len(keys) >= LEAST_SUSPICIOUS:
                await self.apply.look_ahead(keys)
        await self._write(keys)
        await self.create.run(everything=retry_all)
        await self.apply.brakes.spend()
        await self.db.run(lambda conn: self._commit(conn, clock))

    @property
    def _cursor_name(self) -> str:
        return f"{STREAM}.{self.policy.source}"

    @property
    def failing(self) -> SetAsideRecords:
        """The stream's failures."""
        return self.apply.failing

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
        """Changes are safe to repeat after a comparison: values are absolute, and sums know what was pending. But an
        abandoned call may still be at work in the shop, and end after a later one: until it cannot, its products are left
        alone.

        The first repetition comes then. What failed more often rests until its pause is over, unless `everything` is to be
        tried.
        """

        def close(conn: Connection) -> list[str]:
            rows = intents.all(conn, self.policy.pair, STREAM)
            keys = []
            for row in (row for row in rows if row.action == "source.update"):
                product_links.mark_back(conn, self.policy.pair, row.payload["keys"], dirty=True)
                if self.now() < row.settle_after:
                    self.waiting.update(row.payload["keys"])
                else:
                    intents.close(conn, self.policy.pair, STREAM, row.record_key)
                    keys += row.payload["keys"]
            return keys

        keys = await self.db.run(close)
        return [key for key in keys if everything or not self.failing.rests(key, least=2)]

    async def _look_at_changes(self) -> datetime | None:
        """What was edited in the office since the cursor; the first time, since the first link was made: whatever was
        compared later was compared as it stood then. Answers the office's clock, or `None` while nothing is linked."""
        cursor = await self.db.run(lambda conn: cursors.get(conn, self.policy.pair, self._cursor_name))
        since = await self._beginning() if cursor is None else cursor.position - self.overlap
        if since is None:
            return None
        page = await self.office.touched_products(since, created=self.create.wanted)
        self.tally.add(Event.READ, len(page.records) + len(page.broken))
        for broken in page.broken:
            log.warning("product.unreadable_in_office", office_product=broken.key, reason=broken.reason)
        await self.catalog.remember(page.records)
        await self._sort(page.records)
        return page.clock

    async def _beginning(self) -> datetime | None:
        """When the first link was made, in the office's clock; clocks are not trusted too far."""
        first = await self.db.run(lambda conn: product_links.first_linked_at(conn, self.policy.pair))
        offset = timedelta(seconds=(await self.office.profile()).server_offset)
        return None if first is None else first + offset - CLOCK_MARGIN

    async def _sort(self, products: Sequence[OfficeProduct]) -> None:
        stock_id = await self.office.stock_id()
        ids = sku_ids(products)
        links = await self.db.run(lambda conn: product_links.by_skus(conn, self.policy.pair, ids))
        found = moved(products, links, stock_id)
        self._add(key for key, version in found.items() if not self.failing.waits(key, version))
        self.tally.add(Event.SKIPPED, len(ids) - len(found))

    async def _collect_dirty(self) -> None:
        """Products whose office side the other stream found to count, or that a brake held back."""
        if self.apply.brakes.blocked:
            return
        keys = await self.db.run(lambda conn: product_links.dirty_back_keys(conn, self.policy.pair))
        self._add(key for key in keys if not self.failing.rests(key))

    def _add(self, keys: Iterable[str]) -> None:
        self.work.update(dict.fromkeys(key for key in keys if key not in self.waiting))

    async def _write(self, keys: Sequence[str]) -> None:
        """Every change is a call: between two batches the other stream, and orders that need a product, have their turn.
        Each batch is compared as it stands then."""
        done = 0
        for batch in batches(keys, BATCH):
            async with self.busy:
                await self.apply.batch(batch)
            done += len(batch)
            self.progress(done, len(keys))

    def _commit(self, conn: Connection, clock: datetime | None) -> None:
        self.finished(conn)
        if clock is not None:
            cursors.put(conn, self.policy.pair, self._cursor_name, clock)
