"""Creating at the source what only the office has: one product for each SKU, once, and only when that is switched on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import partial

import structlog
from sqlalchemy import Connection

from syncd.errors import Held, InDoubt, Misconfigured, SetAside, StopStream, StorageFailed
from syncd.model.backoffice import OfficeProduct, OfficeSku
from syncd.model.exchange import SourceDraft
from syncd.model.money import plain
from syncd.state import catalog as mirror
from syncd.state import intents, product_links
from syncd.state.database import Database
from syncd.state.intents import Intent
from syncd.state.product_links import ProductLink
from syncd.state.rows import batches
from syncd.sync.catalog import Catalog
from syncd.sync.category_places import Places
from syncd.sync.failing import SetAsideRecords
from syncd.sync.outcome import Event, Tally
from syncd.sync.ports import ProductOffice, ProductTarget
from syncd.sync.product_agreement import pair_up
from syncd.sync.product_base import office_texts, office_values, spell_flag
from syncd.sync.product_categories import created_categories
from syncd.sync.product_decision import ProductPolicy, amounts_back
from syncd.sync.product_pictures import created_pictures
from syncd.sync.pulse import Pulse
from syncd.sync.shared_stock import whole
from syncd.sync.source_writes import STREAM
from syncd.sync.writer import Step, Writer

ACTION = "source.create"

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class SourceCreate:
    """Creates products at the source. `wanted` is the setting, `category_id` where they go there that have no category of
    the source's."""

    office: ProductOffice
    target: ProductTarget
    catalog: Catalog
    writer: Writer
    failing: SetAsideRecords
    db: Database
    policy: ProductPolicy
    tally: Tally
    pulse: Pulse
    now: Callable[[], datetime]
    places: Places
    wanted: bool
    category_id: int | None
    waiting: set[int] = field(default_factory=set)
    """SKUs whose creation is in doubt: they are left alone until it cannot take effect any more."""

    async def settle(self) -> None:
        """What became of creations whose answer was lost: the shop has no key of ours to search by, but the code."""
        rows = await self.db.run(lambda conn: intents.all(conn, self.policy.pair, STREAM))
        for row in rows:
            if row.action == ACTION:
                await self._settle(row)

    async def run(self) -> None:
        """Create what only the office has. Raises what stops the stream."""
        if not self.wanted:
            return
        rows = await self.db.run(lambda conn: mirror.unlinked(conn, self.policy.pair, self.policy.source))
        fresh = [
            row
            for row in rows
            if row.sku_id not in self.waiting and not self.failing.rests(_record(row.sku_id))
        ]
        for batch in batches(sorted({row.product_id for row in fresh}), 100):
            products = await self.office.products(batch)
            await self.catalog.remember(products)
            wanted = {row.sku_id for row in fresh}
            for product in products:
                for sku in product.skus:
                    if sku.sku_id in wanted:
                        await self._guarded(product, sku)

    async def _guarded(self, product: OfficeProduct, sku: OfficeSku) -> None:
        """One bad product never stops the others."""
        self.pulse.beat()
        try:
            await self._create(product, sku)
        except (Misconfigured, StopStream, StorageFailed):
            raise
        except (SetAside, InDoubt) as error:
            log.warning("product.not_created", sku=sku.code, reason=str(error))
            self.tally.add(Event.DOUBTFUL if isinstance(error, InDoubt) else Event.FAILED)
            await self.failing.record(_record(sku.sku_id), error, version="")
        else:
            await self.failing.clear(_record(sku.sku_id))

    async def _create(self, product: OfficeProduct, sku: OfficeSku) -> None:
        """Look for the code first: what the source has is for the other stream to link."""
        if await self.target.products_with_code(sku.code):
            log.debug("product.there_already", sku=sku.code)
            return
        draft = await self._draft(product, sku)
        payload = {"code": sku.code, "sku_id": sku.sku_id, "product_id": product.product_id}
        step = Step(_record(sku.sku_id), ACTION, payload=payload)
        link = partial(self._link, product, sku, draft)
        key = await self.writer.run(step, lambda: self.target.create_product(draft), link)
        self.tally.add(Event.CREATED)
        log.info("product.created_in_cscart", sku=sku.code, cscart=key, webasyst=product.product_id)

    async def _draft(self, product: OfficeProduct, sku: OfficeSku) -> SourceDraft:
        rates, currency = (await self.office.profile()).rates, self.policy.currency
        offered = amounts_back(sku, rates, currency, product.currency, await self.office.stock_id())
        several = len(product.skus) > 1 and sku.name.strip()
        name = f"{product.name} ({sku.name.strip()})" if several else product.name
        texts = {field: text for field, text in office_texts(product).items() if text.strip()}
        default = () if self.category_id is None else (self.category_id,)
        return SourceDraft(
            code=sku.code.strip(),
            texts=texts | {"name": name},
            price=offered.price,
            list_price=offered.list_price,
            quantity=0 if offered.stock is None else whole(offered.stock),
            visible=product.visible and sku.visible,
            category_ids=await self.places.at_source(product.category_ids) or default,
            company=self.policy.company,
        )

    def _link(
        self, product: OfficeProduct, sku: OfficeSku, draft: SourceDraft, conn: Connection, key: str
    ) -> None:
        """Tie both; the other stream compares them once more before anything counts as agreed."""
        now = self.now()
        said = {
            "price": plain(draft.price),
            "list_price": plain(draft.list_price),
            "quantity": plain(Decimal(draft.quantity)),
            "visible": spell_flag(draft.visible),
        }
        stock = Decimal(draft.quantity)
        answered = office_values(sku.price, sku.compare_price, stock, shown=draft.visible)
        texts = office_texts(product)
        placed = draft.category_ids
        fresh = created_categories(placed, product.category_ids, self.places.known) if placed else {}
        link = ProductLink(
            source_key=key,
            sku_id=sku.sku_id,
            product_id=product.product_id,
            base={name: [said[name], answered[name]] for name in said}
            | created_pictures(self.policy.merge)
            | fresh,
            dirty=True,
            dirty_back=False,
            pair=self.policy.pair,
            linked_at=now,
            updated_at=now,
            texts=pair_up({**texts, **draft.texts}, texts),
        )
        product_links.put_many(conn, [link])

    async def _settle(self, row: Intent) -> None:
        code, sku_id = row.payload["code"], row.payload["sku_id"]
        hits = [hit for hit in await self.target.products_with_code(code) if hit.code.strip() == code.strip()]
        if not hits and self.now() < row.settle_after:
            self.waiting.add(sku_id)
            return
        if len(hits) > 1:
            await self._several(row, [hit.key for hit in hits])
        if len(hits) == 1:
            await self._adopt(row, hits[0].key)
        await self.writer.close(row.record_key)

    async def _adopt(self, row: Intent, key: str) -> None:
        products = await self.office.products([row.payload["product_id"]])
        for product in products:
            for sku in product.skus:
                if sku.sku_id == row.payload["sku_id"]:
                    draft = await self._draft(product, sku)
                    await self.db.run(partial(self._link, product, sku, draft, key=key))
                    log.info("product.adopted_from_cscart", sku=sku.code, cscart=key)

    async def _several(self, row: Intent, keys: Sequence[str]) -> None:
        error = Held(
            f"SKU {row.payload['code']} stands at several CS-Cart products ({', '.join(keys)}) after a creation "
            "whose answer was lost; keep one of them",
            code="duplicate-sku",
        )
        await self.failing.record(row.record_key, error, version="")


def _record(sku_id: int) -> str:
    """The key that a creation's intent and failure go by: the source has none yet."""
    return f"sku:{sku_id}"
