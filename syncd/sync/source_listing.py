"""Noting which products the source lists: ours only, with their normalised codes and variation groups."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from syncd.model.product import Product
from syncd.model.sku import SkuRule
from syncd.state import listings, product_links
from syncd.state.database import Database
from syncd.state.listings import ListingRow
from syncd.sync.product_decision import ProductPolicy


@dataclass(frozen=True, slots=True)
class SourceListing:
    """The source's product list as far as it concerns this pair."""

    db: Database
    policy: ProductPolicy
    rule: SkuRule
    now: Callable[[], datetime]

    def scan_number(self) -> int:
        """A number for a listing that begins now; later listings have greater ones."""
        return int(self.now().timestamp() * 1000)

    def ours(self, products: Sequence[Product]) -> list[Product]:
        """The products of the chosen company, or all."""
        company = self.policy.company
        return [product for product in products if company is None or product.company == company]

    def group(self, product: Product) -> str:
        """The product's variation group; empty when it has none or groups are not kept together."""
        return product.group or "" if self.policy.group_variations else ""

    async def note(self, products: Sequence[Product], scan: int, *, broken: Sequence[str] = ()) -> None:
        """Remember that these products were listed, with the shop's own groups whatever the setting; those that could not
        be read (`broken`) are still there."""
        await self.db.run(lambda conn: self._note(conn, products, scan, broken, lean=False))

    async def swept(self, products: Sequence[Product], scan: int, *, broken: Sequence[str]) -> list[Product]:
        """The same for the sweep's lean listing, which leaves the variation groups out: they are known from the full one.
        Answers the products with them."""
        return await self.db.run(lambda conn: self._note(conn, products, scan, broken, lean=True))

    def _note(
        self, conn: Connection, products: Sequence[Product], scan: int, broken: Sequence[str], *, lean: bool
    ) -> list[Product]:
        pair, source = self.policy.pair, self.policy.source
        known = listings.rows_of(conn, pair, source, [product.key for product in products])
        whole = (
            [_with_group(product, known.get(product.key)) for product in products] if lean else [*products]
        )
        rows = [ListingRow(item.key, self.rule.key(item.code), item.group or "") for item in whole]
        listings.note(conn, pair, source, rows, scan=scan, known=known)
        listings.keep(conn, pair, source, broken, scan)
        _compare_anew(conn, pair, [item.key for item in whole if item.key not in known])
        return whole

    async def groups(self, keys: Sequence[str]) -> dict[str, str]:
        """The variation groups of these products, as far as groups are kept together; empty for none."""
        if not self.policy.group_variations:
            return {}
        pair, source = self.policy.pair, self.policy.source
        return await self.db.run(lambda conn: listings.groups_of(conn, pair, source, keys))

    async def vanished(self, scan: int) -> tuple[list[str], int]:
        """Products that the full listing of this scan did not show any more, and how many were known in all."""
        pair, source = self.policy.pair, self.policy.source
        return await self.db.run(
            lambda conn: (listings.vanished(conn, pair, source, scan), listings.count(conn, pair, source))
        )

    async def forget(self, keys: Sequence[str]) -> None:
        """Drop products from the list. Who shares an office product with them is compared again: another product's texts
        and visibility may count from now on."""
        pair, source = self.policy.pair, self.policy.source

        def forget(conn: Connection) -> None:
            listings.forget(conn, pair, source, keys)
            links = product_links.by_sources(conn, pair, keys).values()
            shared = product_links.by_products(conn, pair, {link.product_id for link in links})
            gone = set(keys)
            left = [link.sku_id for link in shared if link.source_key not in gone]
            product_links.mark_dirty(conn, pair, left)

        await self.db.run(forget)


def _with_group(product: Product, known: ListingRow | None) -> Product:
    return replace(product, group=known.group) if known is not None and known.group else product


def _compare_anew(conn: Connection, pair: str, keys: Sequence[str]) -> None:
    """Linked products that come back to the list: what the office said meanwhile was not carried anywhere."""
    links = product_links.sketches(conn, pair, keys)
    product_links.mark_dirty(conn, pair, [link.sku_id for link in links.values()])
