"""Source products that the office lacks: which of them may be created now, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from syncd.errors import Held, SetAside
from syncd.model.backoffice import OfficeProduct
from syncd.model.product import Product
from syncd.state import intents, listings, product_links
from syncd.state.database import Database
from syncd.sync.catalog import Catalog
from syncd.sync.ports import ProductOffice
from syncd.sync.product_decision import ProductPolicy
from syncd.sync.product_family import Partner, first_in_group

FEW = 5
"""Up to so many missing products of a batch are searched for by code before they are created."""

STREAM = "products"
CREATIONS = frozenset({"product.create", "sku.create"})
"""Actions of intents that make something new: in doubt they must not be repeated before they are settled."""


@dataclass(slots=True)
class Creations:
    """What a batch creates: whole products, further SKUs of existing ones, and what has to wait."""

    products: list[list[Product]] = field(default_factory=list)
    skus: list[tuple[Product, OfficeProduct]] = field(default_factory=list)
    aside: list[tuple[Product, SetAside]] = field(default_factory=list)


@dataclass(slots=True)
class Missing:
    """Decides about the products of a batch that have no SKU in the office."""

    office: ProductOffice
    catalog: Catalog
    db: Database
    policy: ProductPolicy
    looked: bool = False
    """Whether the office was asked for what staff made there meanwhile: once, before the first creation."""

    async def doubtful(self) -> set[str]:
        """Products whose creation has been begun and whose outcome is not known yet."""
        rows = await self.db.run(lambda conn: intents.all(conn, self.policy.pair, STREAM))
        return {key for row in rows if row.action in CREATIONS for key in row.payload.get("keys", [])}

    async def look_for(self, products: Sequence[Product]) -> bool:
        """Ask the office for what staff made there since the scan; answers whether it was asked at all."""
        if not self.looked:
            self.looked = True
            await self.catalog.read_touched()
        elif len(products) > FEW:
            return False
        if len(products) <= FEW:
            await self.catalog.search([product.code for product in products])
        return True

    async def sort(
        self, missing: Sequence[Product], partners: Sequence[Partner], doubtful: set[str]
    ) -> Creations:
        """New products: alone, as a new group, or as a further SKU of the product that holds the rest of the group."""
        creations = Creations()
        if missing and await self.catalog.blind():
            creations.aside = [(product, _blind(product)) for product in missing]
            return creations
        alone = [product for product in missing if not self._group(product)]
        creations.products = [[product] for product in alone]
        groups: dict[str, list[Product]] = {}
        for product in missing:
            if group := self._group(product):
                groups.setdefault(group, []).append(product)
        for group, products in groups.items():
            await self._sort_group(group, products, partners, doubtful, creations)
        return creations

    async def _sort_group(
        self,
        group: str,
        products: Sequence[Product],
        partners: Sequence[Partner],
        doubtful: set[str],
        creations: Creations,
    ) -> None:
        members = await self._members(group)
        if members & doubtful:
            creations.aside += [(product, _waits(product)) for product in products]
            return
        members |= {partner.product.key for partner in partners if self._group(partner.product) == group}
        home = await self._home(members, partners)
        if home is None:
            creations.products.append(sorted(products, key=first_in_group))
        else:
            creations.skus += [(product, home) for product in products]

    def _group(self, product: Product) -> str:
        return product.group or "" if self.policy.group_variations else ""

    async def _members(self, group: str) -> set[str]:
        pair, source = self.policy.pair, self.policy.source
        found = await self.db.run(lambda conn: listings.members(conn, pair, source, [group]))
        return set(found.get(group, []))

    async def _home(self, members: set[str], partners: Sequence[Partner]) -> OfficeProduct | None:
        """The one office product in which all linked members of a group stand, and nobody else; those matched just now
        count as linked."""
        here = {partner.office.product_id for partner in partners if partner.product.key in members}

        def linked(conn: Connection) -> set[int]:
            links = product_links.by_sources(conn, self.policy.pair, members)
            return here | {link.product_id for link in links.values()}

        def owners(conn: Connection) -> set[str]:
            links = product_links.by_products(conn, self.policy.pair, ids)
            late = {partner.product.key for partner in partners if partner.office.product_id in ids}
            return late | {link.source_key for link in links}

        ids = await self.db.run(linked)
        if len(ids) != 1 or await self.db.run(owners) - members:
            return None
        products = await self.office.products(sorted(ids))
        return products[0] if products else None


def _blind(product: Product) -> Held:
    return Held(
        f"product {product.code} is not created: Webasyst has products whose SKU codes cannot be read, and it might be "
        "among them; the log names them (catalog.unreadable)",
        code="office-unreadable",
    )


def _waits(product: Product) -> Held:
    return Held(
        f"product {product.code} waits: whether Webasyst has made the product of its variation group is not known yet; "
        "it is added as soon as that is settled",
        code="group-in-doubt",
    )
