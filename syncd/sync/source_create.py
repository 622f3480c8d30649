"""Creating at the source what only the office has: one product for each SKU, once, and only when that is switched on."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial

import structlog

from syncd.errors import ENDS_CYCLE, Held, InDoubt, RetryLater, SetAside
from syncd.model.backoffice import OfficeProduct, OfficeSku
from syncd.model.exchange import SourceDraft
from syncd.state import catalog as mirror
from syncd.state.catalog import CatalogRow
from syncd.state.database import Database
from syncd.state.rows import batches
from syncd.sync.catalog import Catalog
from syncd.sync.category_places import Places
from syncd.sync.failing import SetAsideRecords
from syncd.sync.outcome import Event, Tally
from syncd.sync.ports import ProductOffice, ProductTarget
from syncd.sync.product_base import office_texts
from syncd.sync.product_categories import created_categories
from syncd.sync.product_decision import ProductPolicy, amounts_back
from syncd.sync.product_guard import TROUBLES_IN_A_ROW, unwell
from syncd.sync.product_pictures import created_pictures
from syncd.sync.pulse import Pulse
from syncd.sync.shared_stock import whole
from syncd.sync.source_doubts import ACTION, SourceDoubts, is_creation, record_of, sent
from syncd.sync.writer import LeftOut, Step, Writer

BATCH = 20
"""Products created together: each costs a search and a call, while the other stream waits."""

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
    places: Places
    wanted: bool
    category_id: int | None
    doubts: SourceDoubts
    busy: asyncio.Lock
    troubles: int = 0

    async def run(self, *, everything: bool = False) -> None:
        """Create what only the office has, those that failed when their pause is over, or all of them with `everything`.

        Raises what stops the stream, and `RetryLater` when a shop seems to be unwell.
        """
        rows = await self._missing() if self.wanted else []
        await self._forget({record_of(row.sku_id) for row in rows})
        fresh = {
            row.sku_id: row.product_id
            for row in rows
            if row.sku_id not in self.doubts.waiting
            and (everything or not self.failing.rests(record_of(row.sku_id)))
        }
        for batch in batches(sorted(set(fresh.values())), BATCH):
            async with self.busy:
                await self._batch(batch, fresh)

    async def _batch(self, product_ids: Sequence[int], wanted: Collection[int]) -> None:
        products = await self.office.products(product_ids)
        await self.catalog.remember(products)
        for product in products:
            for sku in product.skus:
                if sku.sku_id in wanted:
                    await self._guarded(product, sku)

    async def _missing(self) -> list[CatalogRow]:
        return await self.db.run(lambda conn: mirror.unlinked(conn, self.policy.pair, self.policy.source))

    async def _forget(self, missing: Collection[str]) -> None:
        """Failures of SKUs that nobody misses any more: they were linked or deleted, or creating was switched off."""
        for key in self.failing.due(everything=True):
            if is_creation(key) and key not in missing:
                await self.failing.clear(key)

    async def _guarded(self, product: OfficeProduct, sku: OfficeSku) -> None:
        """One bad product never stops the others; a shop that does not answer does."""
        key = record_of(sku.sku_id)
        self.pulse.beat()
        try:
            await self._create(product, sku)
        except ENDS_CYCLE:
            raise
        except (InDoubt, RetryLater) as error:
            await self._failed(key, sku, error)
            self.troubles += 1
            if self.troubles < TROUBLES_IN_A_ROW:
                return
            if isinstance(error, InDoubt):
                raise unwell(error) from error
            raise
        except LeftOut as left:
            log.info("product.left_out", sku=sku.code, reason=str(left))
        except SetAside as error:
            await self._failed(key, sku, error)
        except Exception as error:
            log.exception("product.unexpected", sku=sku.code)
            await self._failed(key, sku, error)
        else:
            self.troubles = 0
            await self.failing.clear(key)

    async def _failed(self, key: str, sku: OfficeSku, error: Exception) -> None:
        log.warning("product.not_created", sku=sku.code, reason=str(error))
        self.tally.add(Event.DOUBTFUL if isinstance(error, InDoubt) else Event.FAILED)
        await self.failing.record(key, error, version="")

    async def _create(self, product: OfficeProduct, sku: OfficeSku) -> None:
        """Look for the code first: what the source has is for the other stream to link."""
        hits = await self.target.products_with_code(sku.code)
        if hits and all(self.policy.company not in (None, hit.company) for hit in hits):
            raise Held(
                f"SKU {sku.code} is not created in CS-Cart: product {hits[0].key} of company {hits[0].company} has it "
                "there; make the codes differ",
                code="duplicate-sku",
            )
        if hits:
            log.debug("product.there_already", sku=sku.code)
            return
        draft = await self._draft(product, sku)
        placed = draft.category_ids
        fresh = created_categories(placed, product.category_ids, self.places.known) if placed else {}
        payload = sent(product, sku, draft, created_pictures(self.policy.merge) | fresh)
        step = Step(record_of(sku.sku_id), ACTION, payload=payload)
        link = partial(self.doubts.link, payload)
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
