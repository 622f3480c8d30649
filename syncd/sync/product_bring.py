"""Bringing products that an order needs before their own stream has come to them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from syncd.errors import Held, StopStream
from syncd.sync.brake import LEAST_SUSPICIOUS
from syncd.sync.ports import ProductSource
from syncd.sync.product_apply import ProductApply
from syncd.sync.product_doubts import ProductDoubts
from syncd.sync.source_listing import SourceListing

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class ProductBringer:
    """Creates missing products on behalf of an order; never while the products stream itself is at work."""

    apply: ProductApply
    doubts: ProductDoubts
    source: ProductSource
    listing: SourceListing
    busy: asyncio.Lock

    async def compare(self, keys: Sequence[str]) -> None:
        """Compare these source products in full and write what differs, under the brakes. Raises as a cycle does."""
        async with self.busy:
            await self.apply.begin()
            again = await self.doubts.settle()
            page = await self.source.products(list(dict.fromkeys([*keys, *again])))
            ours = self.listing.ours(page.records)
            await self.listing.note(ours, self.listing.scan_number())
            wanted = [product.key for product in ours]
            if len(wanted) >= LEAST_SUSPICIOUS:
                await self.apply.look_ahead([wanted])
            await self.apply.batch(wanted)

    async def bring(self, keys: Sequence[str]) -> None:
        """Compare these source products with the office and create what it lacks.

        What cannot be brought is set aside in the products stream; the order then goes by its unknown-SKU policy. Raises
        `Held` while the outcome of a creation is unknown: the product may well be there.
        """
        async with self.busy:
            try:
                await self.apply.begin()
            except StopStream as braked:
                log.warning("product.not_brought", products=list(keys), reason=str(braked))
                return
            again = await self.doubts.settle()
            page = await self.source.products(list(dict.fromkeys([*keys, *again])))
            ours = self.listing.ours(page.records)
            await self.listing.note(ours, self.listing.scan_number())
            await self.apply.batch([product.key for product in ours])
            waiting = sorted((await self.apply.planner.missing.doubtful()).intersection(keys))
            if waiting:
                raise Held(
                    f"the creation of CS-Cart product {', '.join(waiting)} in Webasyst got no usable answer yet; "
                    "the order waits until it is known",
                    code="waits-for-product",
                )
