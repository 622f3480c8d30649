"""The mirror of the office's SKUs: built by a full scan, kept fresh by what was touched, asked for by code."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

import structlog
from sqlalchemy import Connection

from syncd.model.backoffice import OfficeProduct, UnreadableProduct
from syncd.model.order import Line
from syncd.model.product import BrokenRecord
from syncd.model.sku import SkuRule
from syncd.state import catalog as mirror
from syncd.state import conflicts, cursors, misses, product_links
from syncd.state.catalog import CatalogRow
from syncd.state.database import Database
from syncd.sync.expected import SkuMatch
from syncd.sync.ports import ProductOffice

SCANNED = {False: "catalog.scanned", True: "catalog.scanned.case"}
"""When the mirror was last built with codes folded, or with their case: under another rule it must be built anew."""
RESCANNED = "catalog.rescanned"
BLIND = "catalog.blind"
"""Set while the office has products whose SKU codes cannot be read."""
TOUCHED = "catalog.touched"
REREAD = timedelta(minutes=5)
"""How often at most the touched products are read again within one process."""

CLOCK_MARGIN = timedelta(minutes=15)
"""How much further back "touched since the scan" looks, for clocks that disagree and rows that are being written."""


log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Match:
    """The result of looking SKUs up: line position -> SKU, and the codes that lead nowhere or to several SKUs."""

    found: dict[int, SkuMatch]
    unknown: tuple[str, ...]


def rows_of(
    products: Iterable[OfficeProduct], stock_id: int | None, rule: SkuRule, scan: int
) -> list[CatalogRow]:
    """The mirror rows of some office products. `stock` is the count at the chosen warehouse, or the total without one."""
    return [
        CatalogRow(
            sku_id=sku.sku_id,
            product_id=product.product_id,
            code_key=rule.key(sku.code),
            code=sku.code,
            name=product.name,
            price=sku.price,
            compare_price=sku.compare_price,
            stock=sku.count if stock_id is None else sku.stock.get(stock_id),
            visible=sku.visible,
            product_visible=product.visible,
            currency=product.currency,
            scan=scan,
            others_unlimited=sku.count is None,
            pictures=mirror.picture_sketch(product.main_image_id, product.image_count),
        )
        for product in products
        for sku in product.skus
    ]


def _rows_of_codes(product_id: int, codes: Mapping[int, str], rule: SkuRule, scan: int) -> list[CatalogRow]:
    """What the mirror holds of a product of which only the codes are known."""
    zero = Decimal(0)
    return [
        CatalogRow(
            sku_id, product_id, rule.key(code), code, "", zero, zero, None, False, False, "", scan, False
        )
        for sku_id, code in codes.items()
    ]


class Catalog:
    """Finds the office's SKU for a code; one per pair, shared by the streams."""

    def __init__(
        self, db: Database, office: ProductOffice, pair: str, rule: SkuRule, *, now: Callable[[], datetime]
    ) -> None:
        self.rule = rule
        self._db = db
        self._office = office
        self._pair = pair
        self._now = now
        self._touched_read_at: datetime | None = None
        self._scanning = asyncio.Lock()

    async def scanned_at(self) -> datetime | None:
        """When the last full scan began; `None` before the first."""
        name = SCANNED[self.rule.case_sensitive]
        cursor = await self._db.run(lambda conn: cursors.get(conn, self._pair, name))
        return cursor.position if cursor else None

    async def ensure(self) -> None:
        """Scan once if that never happened."""
        if await self.scanned_at() is None:
            await self.scan()

    async def scan(
        self, progress: Callable[[int, int | None], None] = lambda done, total: None
    ) -> list[CatalogRow]:
        """Read every product of the office into the mirror; answers the SKUs that vanished since the last scan.

        One scan at a time: of two, the one that began later would take for vanished what the other has not come to yet.
        """
        async with self._scanning:
            return await self._scan(progress)

    async def _scan(self, progress: Callable[[int, int | None], None]) -> list[CatalogRow]:
        began = self._now()
        stock_id = await self._stock_id()
        number = int(began.timestamp() * 1000)
        seen, blind = 0, False
        async for page in self._office.scan():
            rows = rows_of(page.records, stock_id, self.rule, number)
            await self._db.run(partial(mirror.seen, pair=self._pair, rows=rows))
            blind |= await self._keep(page.broken, number)
            seen += len(page.records) + len(page.broken)
            progress(seen, page.total)

        def finish(conn: Connection) -> list[CatalogRow]:
            vanished = mirror.forget_older(conn, self._pair, number)
            self._part(conn, vanished)
            cursors.put(conn, self._pair, SCANNED[self.rule.case_sensitive], began)
            for name in (SCANNED[not self.rule.case_sensitive], RESCANNED):
                cursors.reset(conn, self._pair, name)
            misses.clear(conn, self._pair)
            if blind:
                cursors.put(conn, self._pair, BLIND, began)
            else:
                cursors.reset(conn, self._pair, BLIND)
            return vanished

        return await self._db.run(finish)

    def _part(self, conn: Connection, vanished: Sequence[CatalogRow]) -> None:
        """Whoever's scan it is, in the commit that forgets them: source products whose SKU vanished wait for nobody's
        choice any more, and the way back looks at them."""
        links = product_links.by_skus(conn, self._pair, [row.sku_id for row in vanished]).values()
        keys = [link.source_key for link in links]
        conflicts.forget(conn, self._pair, keys)
        product_links.mark_back(conn, self._pair, keys, dirty=True)

    async def _keep(self, broken: Sequence[BrokenRecord], scan: int) -> bool:
        """Products that stand in the office but cannot be read keep their codes in the mirror, so that nothing is created
        beside them; answers whether one of them hides even its codes.
        """
        blind = False
        for record in broken:
            log.warning("catalog.unreadable", office_product=record.key, reason=record.reason)
            codes = record.codes if isinstance(record, UnreadableProduct) else None
            blind |= codes is None
            rows = _rows_of_codes(int(record.key), codes or {}, self.rule, scan)
            await self._db.run(partial(mirror.keep, pair=self._pair, rows=rows))
            if codes is None:
                await self._db.run(
                    partial(mirror.keep_products, pair=self._pair, product_ids=[int(record.key)], scan=scan)
                )
        return blind

    async def blind(self) -> bool:
        """Whether the office has products of which not even the codes are known: then a missing code proves nothing."""
        return await self._db.run(lambda conn: cursors.get(conn, self._pair, BLIND)) is not None

    async def remember(self, products: Sequence[OfficeProduct]) -> None:
        """Put freshly read products into the mirror."""
        if products:
            stock_id = await self._stock_id()
            rows = rows_of(products, stock_id, self.rule, int(self._now().timestamp() * 1000))
            await self._db.run(lambda conn: mirror.upsert_many(conn, self._pair, rows))

    async def read_touched(self, *, every: timedelta = timedelta()) -> None:
        """Put what was created or edited in the office since the last look into the mirror; within one process not
        more often than `every`.
        """
        scanned = await self.scanned_at()
        now = self._now()
        if scanned is None or (self._touched_read_at is not None and now - self._touched_read_at < every):
            return
        earlier = await self._db.run(lambda conn: cursors.get(conn, self._pair, TOUCHED))
        since = scanned if earlier is None else max(scanned, earlier.position)
        offset = timedelta(seconds=(await self._office.profile()).server_offset)
        await self.remember(await self._office.products_touched_since(since + offset - CLOCK_MARGIN))
        await self._db.run(lambda conn: cursors.put(conn, self._pair, TOUCHED, now))
        self._touched_read_at = now

    async def refresh(self, source_keys: Sequence[str], codes: Sequence[str]) -> None:
        """Read the office's side of some source products anew: what they are linked to, and who has their codes."""
        keys = [self.rule.key(code) for code in codes if code.strip()]

        def known(conn: Connection) -> set[int]:
            links = product_links.by_sources(conn, self._pair, source_keys).values()
            rows = mirror.by_codes(conn, self._pair, keys).values()
            return {link.product_id for link in links} | {row.product_id for found in rows for row in found}

        ids = sorted(await self._db.run(known))
        await self.remember(await self._office.products(ids) if ids else [])

    async def known(self, codes: Iterable[str]) -> set[str]:
        """Those of the codes that lead to exactly one SKU in the mirror; asks the database only."""
        spelled = {self.rule.key(code): code for code in codes}
        if not spelled:
            return set()
        rows = await self._db.run(lambda conn: mirror.by_codes(conn, self._pair, spelled))
        return {spelled[key] for key, found in rows.items() if len(found) == 1}

    async def match(self, lines: Sequence[Line]) -> Match:
        """Find each line's SKU: by its product's link first, then by its code; unknown codes are looked for once."""
        await self.ensure()
        match = await self._db.run(lambda conn: self._match(conn, lines))
        if match.unknown:
            await self._look_for(match.unknown)
            match = await self._db.run(lambda conn: self._match(conn, lines))
        return match

    def _match(self, conn: Connection, lines: Sequence[Line]) -> Match:
        links = product_links.by_sources(
            conn, self._pair, [line.product_key for line in lines if line.product_key]
        )
        rows = mirror.by_codes(
            conn, self._pair, [self.rule.key(line.code) for line in lines if line.code.strip()]
        )
        found: dict[int, SkuMatch] = {}
        unknown: list[str] = []
        for number, line in enumerate(lines):
            link = links.get(line.product_key)
            candidates = rows.get(self.rule.key(line.code), [])
            if link is not None:
                found[number] = SkuMatch(link.sku_id, link.product_id)
            elif len(candidates) == 1:
                found[number] = SkuMatch(candidates[0].sku_id, candidates[0].product_id)
            else:
                unknown.append(line.code)
        return Match(found, tuple(unknown))

    async def _look_for(self, codes: Sequence[str]) -> None:
        """Ask the office for codes the mirror lacks: what was touched since the scan, a search, and one rescan."""
        spelled = {self.rule.key(code): code.strip() for code in codes if code.strip()}
        scanned = await self.scanned_at()
        # First, and for remembered misses too: a person may just have made the product that an order waits for.
        await self.read_touched(every=REREAD)
        keys = await self.absent(set(spelled))
        keys -= await self._db.run(lambda conn: misses.known(conn, self._pair, sorted(keys), scanned))
        if not keys:
            return
        await self.search([spelled[key] for key in sorted(keys)])
        if await self.absent(keys):
            await self._rescan_once()
        absent = sorted(await self.absent(keys))
        now = self._now()
        await self._db.run(lambda conn: misses.put_many(conn, self._pair, absent, now))

    async def search(self, codes: Sequence[str]) -> None:
        """Ask the office for products with these very codes, one search for each, and remember them."""
        for code in codes:
            hits = [
                product
                for product in await self._office.products_like(code.strip())
                if any(self.rule.key(sku.code) == self.rule.key(code) for sku in product.skus)
            ]
            await self.remember(hits)

    async def absent(self, keys: set[str]) -> set[str]:
        """Those of the normalised codes that the mirror does not have."""
        rows = await self._db.run(lambda conn: mirror.by_codes(conn, self._pair, sorted(keys)))
        return {key for key in keys if not rows.get(key)}

    async def _rescan_once(self) -> None:
        """At most one scan between two sweeps, however many unknown codes come."""
        if await self._db.run(lambda conn: cursors.get(conn, self._pair, RESCANNED)) is None:
            await self.scan()
            now = self._now()
            await self._db.run(lambda conn: cursors.put(conn, self._pair, RESCANNED, now))

    async def _stock_id(self) -> int | None:
        return await self._office.stock_id()
