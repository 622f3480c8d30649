"""Settling product writes whose outcome is unknown: find what a lost creation made, look again at the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import Connection

from syncd.model.backoffice import OfficeProduct
from syncd.model.product import Product
from syncd.state import failures, intents, product_links
from syncd.state.database import Database
from syncd.state.intents import Intent
from syncd.state.link_taken import LinkTaken
from syncd.sync.doubts import SKEW
from syncd.sync.ports import ProductOffice, ProductSource
from syncd.sync.product_missing import CREATIONS
from syncd.sync.product_writes import ProductWrites
from syncd.sync.reference import PARAM

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class ProductDoubts:
    """Settles the open intents of the products stream at the start of a cycle."""

    source: ProductSource
    office: ProductOffice
    writes: ProductWrites
    db: Database
    pair: str
    stream: str
    now: Callable[[], datetime]

    async def settle(self, *, everything: bool = False) -> list[str]:
        """Close every intent whose outcome is now known; answers the source keys that must be looked at again.

        The first repetition comes at once. What failed more often rests until its pause is over, unless `everything` is to
        be tried.
        """
        rows = await self.db.run(lambda conn: intents.all(conn, self.pair, self.stream))
        resting = set() if everything else await self.db.run(self._resting)
        again: list[str] = []
        for row in rows:
            if row.action not in CREATIONS:
                again += [key for key in await self._look_again(row) if key not in resting]
        creations = [row for row in rows if row.action in CREATIONS]
        if creations:
            again += await self._settle_creations(creations, resting)
        return again

    def _resting(self, conn: Connection) -> set[str]:
        now = self.now()
        rows = failures.briefly(conn, self.pair, self.stream)
        return {row.record_key for row in rows if row.attempts > 1 and row.next_at > now}

    async def _look_again(self, row: Intent) -> list[str]:
        """Absolute values, texts and pictures are safe to repeat: their products are compared anew."""

        def close(conn: Connection) -> list[str]:
            skus = list(row.payload.get("sku_ids", []))
            product_links.mark_dirty(conn, self.pair, skus)
            intents.close(conn, self.pair, self.stream, row.record_key)
            return [link.source_key for link in product_links.by_skus(conn, self.pair, skus).values()]

        return [*await self.db.run(close), *row.payload.get("keys", [])]

    async def _settle_creations(self, rows: Sequence[Intent], resting: set[str]) -> list[str]:
        """What was created since the oldest call began shows which ones took effect (contracts/webasyst §9)."""
        offset = timedelta(seconds=(await self.office.profile()).server_offset)
        began = min(row.started_at for row in rows) + offset
        touched = await self.office.products_touched_since(began - SKEW)
        homes = {row.payload["product_id"] for row in rows if "product_id" in row.payload}
        touched += await self.office.products(sorted(homes)) if homes else []
        await self.writes.catalog.remember(touched)
        again: list[str] = []
        for row in rows:
            found = _made_by(row, touched, self.writes.catalog.rule.key)
            if found is not None:
                await self._adopt(row, found)
            elif self.now() < row.settle_after or row.record_key in resting:
                continue
            else:
                log.info("product.repeat", product=row.record_key)
            await self.writes.writer.close(row.record_key)
            again += row.payload.get("keys", [])
        return again

    async def _adopt(self, row: Intent, made: OfficeProduct) -> None:
        page = await self.source.products(list(row.payload.get("keys", [])))
        for member in page.records:
            try:
                await self.db.run(partial(self._adopt_row, member, made))
            except LinkTaken as taken:
                # The comparison that follows says what stands in the way.
                log.warning("product.not_linked", product=member.key, reason=str(taken))
        log.info("product.adopted", product=row.record_key, office_product=made.product_id)

    def _adopt_row(self, member: Product, made: OfficeProduct, conn: Connection) -> None:
        self.writes.adopt(conn, member, made)


def _made_by(
    row: Intent, products: Iterable[OfficeProduct], key: Callable[[str], str]
) -> OfficeProduct | None:
    """The office product that this creation made: it carries the reference, or one of the codes."""
    codes = {key(code) for code in row.payload.get("codes", [])}
    for product in products:
        if row.action == "product.create" and product.params.get(PARAM) == row.reference:
            return product
        if any(key(sku.code) in codes for sku in product.skus):
            return product
    return None
