"""Products that the source does not list any more: reported, and on request sold out in the office; never deleted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import structlog
from sqlalchemy import Connection

from syncd.errors import InDoubt, SetAside
from syncd.model.exchange import SkuChange
from syncd.state import catalog as mirror
from syncd.state import product_links
from syncd.state.database import Database
from syncd.sync.brake import Kind, Overview
from syncd.sync.catalog import Catalog
from syncd.sync.outcome import Event, Tally
from syncd.sync.ports import ProductOffice
from syncd.sync.product_decision import ProductPolicy
from syncd.sync.stream_brakes import StreamBrakes
from syncd.sync.writer import Step, Writer

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Vanished:
    """What becomes of the office's side of products that vanished from the source."""

    office: ProductOffice
    catalog: Catalog
    writer: Writer
    brakes: StreamBrakes
    db: Database
    policy: ProductPolicy
    tally: Tally

    async def settle(self, keys: Sequence[str]) -> bool:
        """Report them, and put their stock in the office to 0 where the setting says so. Answers whether they may be
        forgotten: a brake, or a write that failed, keeps them for the next listing."""
        for key in keys:
            log.warning("product.gone_from_source", product=key)
        if not self.policy.zero_vanished or not keys:
            return True
        changes = await self.db.run(lambda conn: self._changes(conn, keys))
        return not changes or await self._sell_out(changes)

    def _changes(self, conn: Connection, keys: Sequence[str]) -> list[SkuChange]:
        links = product_links.sketches(conn, self.policy.pair, keys).values()
        rows = mirror.by_skus(conn, self.policy.pair, [link.sku_id for link in links])
        return [SkuChange(row.sku_id, row.product_id, stock=Decimal(0)) for row in rows.values() if row.stock]

    async def _sell_out(self, changes: Sequence[SkuChange]) -> bool:
        pair = self.policy.pair
        plan = Overview(existing=await self.db.run(lambda conn: product_links.count(conn, pair)))
        for change in changes:
            plan.note(Kind.STOCK, f"Webasyst product {change.product_id}: -> 0, vanished from CS-Cart")
        for pull in self.brakes.judge(plan):
            await self.brakes.pull(pull)
        if Kind.STOCK in self.brakes.blocked:
            return False
        step = Step("vanished", "skus.change", payload={"sku_ids": [change.sku_id for change in changes]})
        try:
            await self.writer.run(step, lambda: self.office.change_skus(changes), lambda conn, _: None)
        except (InDoubt, SetAside) as error:
            log.warning("product.not_sold_out", reason=str(error))
            return False
        await self.catalog.remember(
            await self.office.products(sorted({change.product_id for change in changes}))
        )
        self.tally.add(Event.UPDATED, len(changes))
        log.info("product.sold_out", number=len(changes), reason="vanished from CS-Cart")
        return True
