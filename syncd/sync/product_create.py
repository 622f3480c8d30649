"""Creating what the office lacks: products, further SKUs, and their pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from syncd.model.backoffice import OfficeProduct
from syncd.model.product import Product
from syncd.state.database import Database
from syncd.sync.ports import ProductOffice, ProductSource
from syncd.sync.product_decision import ProductPolicy
from syncd.sync.product_guard import ProductGuard
from syncd.sync.product_images import ProductImages
from syncd.sync.product_writes import ProductWrites


@dataclass(slots=True)
class ProductCreate:
    """The creating part of the products cycle."""

    source: ProductSource
    office: ProductOffice
    writes: ProductWrites
    images: ProductImages
    guard: ProductGuard
    db: Database
    policy: ProductPolicy

    async def product(self, members: Sequence[Product]) -> None:
        """One office product for these rows, or a failure for each of them; pictures that cannot be had hold nothing back.

        The first row tells the texts, with its page address. More rows than fit into one call are added one by one.
        """
        made: list[OfficeProduct] = []
        room = await self.office.most_skus()
        first, others = members[:room], members[room:]

        async def create() -> None:
            detail = await self.source.product(first[0].key)
            lead = detail if isinstance(detail, Product) else first[0]
            made.append(await self.writes.create([lead, *first[1:]], lead))

        if not await self.guard.run(members, create, clears=not self.policy.images):
            return
        for member in first:
            await self.pictures(member, made[0].product_id, fresh=True)
        for member in others:
            await self.sku(member, made[0])

    async def sku(self, product: Product, home: OfficeProduct) -> None:
        """One more SKU of a product that holds the rest of the group, or a failure for it."""
        add = partial(self.writes.add_sku, product, home)
        if await self.guard.run([product], add, clears=not self.policy.images):
            await self.pictures(product, home.product_id)

    async def pictures(self, product: Product, product_id: int, *, fresh: bool = False) -> None:
        """Send the pictures that the office product lacks; what cannot be had is set aside and tried again."""
        if not self.policy.images:
            return

        async def send() -> None:
            await self.images.send(product, product_id, fresh=fresh)
            await self.db.run(lambda conn: self.writes.pictures_agreed(conn, product))

        await self.guard.run([product], send)
