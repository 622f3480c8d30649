"""Products that the source does not list any more: reported, and on request sold out in the office; never deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import structlog
from sqlalchemy import Connection

from syncd.errors import InDoubt, SetAside
from syncd.model.backoffice import OfficeProduct, OfficeSku
from syncd.model.exchange import SkuChange
from syncd.model.owner import Field, Owner, Side
from syncd.state import catalog as mirror
from syncd.state import order_stock, product_links
from syncd.state.database import Database
from syncd.state.order_stock import Demand
from syncd.sync.brake import Kind, Overview
from syncd.sync.catalog import Catalog
from syncd.sync.outcome import Event, Tally
from syncd.sync.ports import ProductOffice
from syncd.sync.product_decision import ProductPolicy
from syncd.sync.sold_out import base_after, base_before
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
        sku_ids = [change.sku_id for change in changes]
        if self.policy.merge.owners[Field.QUANTITY] is Owner.SHARED:
            await self._note(sku_ids, await self._products(changes))
        step = Step("vanished", "skus.change", payload={"sku_ids": sku_ids})
        try:
            await self.writer.run(
                step, lambda: self.office.change_skus(changes), lambda conn, _: self._agree(conn, sku_ids)
            )
        except (InDoubt, SetAside) as error:
            log.warning("product.not_sold_out", reason=str(error))
            return False
        await self.catalog.remember(await self._products(changes))
        self.tally.add(Event.UPDATED, len(changes))
        log.info("product.sold_out", number=len(changes), reason="vanished from CS-Cart")
        return True

    async def _products(self, changes: Sequence[SkuChange]) -> Sequence[OfficeProduct]:
        return await self.office.products(sorted({change.product_id for change in changes}))

    async def _note(self, sku_ids: Sequence[int], products: Sequence[OfficeProduct]) -> None:
        """Shared stock that is about to be put to 0: should the product come back, that was no sale."""
        stock_id = await self.office.stock_id()
        there = {sku.sku_id: (product, sku) for product in products for sku in product.skus}

        def note(conn: Connection) -> None:
            pair = self.policy.pair
            demands = order_stock.demand(conn, pair, sku_ids)
            for sku_id, link in product_links.by_skus(conn, pair, sku_ids).items():
                if sku_id in there:
                    taken = demands.get(sku_id, Demand()).taken
                    base = self._counted(link.base, *there[sku_id], stock_id, taken)
                    product_links.put_base(conn, pair, link.source_key, base)

        await self.db.run(note)

    def _counted(
        self,
        base: Mapping[str, Any],
        product: OfficeProduct,
        sku: OfficeSku,
        stock_id: int | None,
        taken: Decimal,
    ) -> Mapping[str, Any]:
        pieces = sku.count if stock_id is None else sku.stock.get(stock_id)
        if pieces is None:
            return base
        return base_before(
            base, Side.WEBASYST, pieces, taken=taken, stamp=product.edited_at, now=self.brakes.now()
        )

    def _agree(self, conn: Connection, sku_ids: Sequence[int]) -> None:
        if self.policy.merge.owners[Field.QUANTITY] is not Owner.BOTH:
            return
        demands = order_stock.demand(conn, self.policy.pair, sku_ids)
        for sku_id, link in product_links.by_skus(conn, self.policy.pair, sku_ids).items():
            base = base_after(link.base, demands.get(sku_id, Demand()).taken)
            product_links.put_base(conn, self.policy.pair, link.source_key, base)
