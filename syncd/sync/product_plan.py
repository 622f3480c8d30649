"""Planning a batch of products: both shops read afresh, every product decided, nothing written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from syncd.errors import Held, SetAside
from syncd.model.backoffice import OfficeProduct, OfficeProfile
from syncd.model.owner import Side
from syncd.model.product import BrokenRecord, Product
from syncd.state import conflicts, order_stock, product_links
from syncd.state.conflicts import HeldConflict
from syncd.state.database import Database
from syncd.state.order_stock import Demand
from syncd.state.product_links import ProductLink
from syncd.sync.catalog import Catalog
from syncd.sync.categories import Counterparts
from syncd.sync.category_places import Places
from syncd.sync.office_stock import OfficeStock
from syncd.sync.ports import ProductOffice, ProductSource
from syncd.sync.product_decision import Place, ProductPlan, ProductPolicy, amounts, amounts_back, decide
from syncd.sync.product_family import Family, Partner, families
from syncd.sync.product_merge import Sides
from syncd.sync.product_missing import Missing
from syncd.sync.product_sight import Known, check_code, recall, row_of, vanished


@dataclass(slots=True)
class BatchPlan:
    """What a batch of source products changes in the office."""

    plans: list[ProductPlan] = field(default_factory=list)
    creations: list[list[Product]] = field(default_factory=list)
    additions: list[tuple[Product, OfficeProduct]] = field(default_factory=list)
    aside: list[tuple[Product, SetAside]] = field(default_factory=list)
    broken: list[BrokenRecord] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Recollection:
    """What is known about the products of a batch: by the database, and of the shops' categories."""

    links: Mapping[str, ProductLink]
    families: Mapping[int, Family]
    conflicts: Mapping[str, Mapping[str, HeldConflict]]
    demand: Mapping[int, Demand]
    counterparts: Counterparts | None


@dataclass(slots=True)
class ProductPlanner:
    """Reads both shops for a batch and decides."""

    source: ProductSource
    office: ProductOffice
    catalog: Catalog
    db: Database
    policy: ProductPolicy
    missing: Missing
    stock: OfficeStock | None = None
    """Where stock is more than a copy of the source's: what orders took of it is read before it and after it. A product
    for which that differs waits for the next cycle, because nobody knows which of both its stock belongs to."""
    places: Places | None = None
    """Where products belong in the other shop's menu; without it categories are each shop's own affair."""

    async def plan(self, keys: Sequence[str]) -> BatchPlan:
        """Plan these source products. Raises `RetryLater` when a shop is unwell."""
        page = await self.source.products(keys)
        plan = BatchPlan(broken=list(page.broken))
        read = {product.key for product in page.records} | {broken.key for broken in page.broken}
        ours = [p for p in page.records if self.policy.company is None or p.company == self.policy.company]
        foreign = {product.key for product in page.records} - {product.key for product in ours}
        plan.gone = [key for key in keys if key not in read or key in foreign]
        partners, missing = await self._match(ours, plan)
        doubtful = await self.missing.doubtful() if missing else set()
        missing = [product for product in missing if product.key not in doubtful]
        if missing and await self.missing.look_for(missing):
            late, missing = await self._match(missing, plan)
            partners += late
        await self._decide(partners, plan)
        creations = await self.missing.sort(missing, partners, doubtful)
        plan.creations, plan.additions = creations.products, creations.skus
        plan.aside += creations.aside
        return plan

    async def _match(
        self, products: Sequence[Product], plan: BatchPlan
    ) -> tuple[list[Partner], list[Product]]:
        """The products that have a SKU in the office, and those to be created there."""
        if self.stock is not None:
            await self.stock.refresh()
        known, demand = await self.db.run(lambda conn: self._recall(conn, products))
        wanted_ids = {self._office_id(product, known) for product in products} - {None}
        found, broken = await self.office.products_and_broken(sorted(i for i in wanted_ids if i))
        if self.stock is not None:
            await self.stock.refresh()
        await self.catalog.remember(found)
        offices = {office.product_id: office for office in found}
        unreadable = {int(record.key): record.reason for record in broken}
        partners: list[Partner] = []
        missing: list[Product] = []
        for product in products:
            try:
                _check_readable(product, unreadable.get(self._office_id(product, known) or 0))
                partner = self._partner(product, known, offices, demand)
            except Held as error:
                plan.aside.append((product, error))
                continue
            if partner is not None:
                partners.append(partner)
            elif self.policy.create_missing:
                missing.append(product)
        return partners, missing

    def _recall(self, conn: Connection, products: Sequence[Product]) -> tuple[Known, Mapping[int, Demand]]:
        """What the database knows of the products, and what orders ask of the SKUs that they are linked to."""
        pair = self.policy.pair
        known = recall(conn, pair, self.policy.source, products, self.catalog.rule, lean=True)
        return known, order_stock.demand(conn, pair, [link.sku_id for link in known.links.values()])

    def _office_id(self, product: Product, known: Known) -> int | None:
        """Where to look for the product; by its link where the mirror lacks what was made before a crash."""
        row = row_of(product, known, self.catalog.rule)
        if row is not None:
            return row.product_id
        link = known.links.get(product.key)
        return link.product_id if link is not None else None

    def _partner(
        self,
        product: Product,
        known: Known,
        offices: Mapping[int, OfficeProduct],
        demand: Mapping[int, Demand],
    ) -> Partner | None:
        """The product's SKU in the office; `None` when it has none there yet. Raises `Held`."""
        check_code(product, known, self.catalog.rule)
        office = offices.get(self._office_id(product, known) or 0)
        link = known.links.get(product.key)
        key = self.catalog.rule.key(product.code)
        skus = office.skus if office is not None else ()
        if link is not None and office is not None:
            for sku in skus:
                if sku.sku_id == link.sku_id:
                    return Partner(product, office, sku, link, demand.get(sku.sku_id, Demand()))
        matches = [sku for sku in skus if self.catalog.rule.key(sku.code) == key]
        if link is not None and (link.sku_id in known.by_sku or not matches):
            raise vanished(product, link)
        if len(matches) > 1:
            raise Held(
                f"SKU {product.code} stands several times in one Webasyst product", code="ambiguous-sku"
            )
        return Partner(product, office, matches[0], None) if matches and office is not None else None

    async def _decide(self, partners: Sequence[Partner], plan: BatchPlan) -> None:
        profile = await self.office.profile()
        stock_id = await self.office.stock_id()
        known = await self.places.counterparts() if partners and self.places else None
        recollection = await self.db.run(lambda conn: self._recollect(conn, partners, known))
        for partner in partners:
            if self.stock is not None and partner.moved(recollection.demand):
                continue
            try:
                plan.plans.append(self._decide_one(partner, recollection, profile, stock_id))
            except Held as error:
                plan.aside.append((partner.product, error))
        plan.plans = _shown_once(plan.plans)
        if partners and self.places:
            await self.places.tell(plan.plans)

    def _recollect(
        self, conn: Connection, partners: Sequence[Partner], counterparts: Counterparts | None
    ) -> Recollection:
        pair, keys = self.policy.pair, [partner.product.key for partner in partners]
        return Recollection(
            product_links.by_sources(conn, pair, keys),
            families(conn, pair, self.policy.source, partners),
            conflicts.of_products(conn, pair, keys),
            order_stock.demand(conn, pair, [partner.sku.sku_id for partner in partners]),
            counterparts,
        )

    def _decide_one(
        self, partner: Partner, known: Recollection, profile: OfficeProfile, stock_id: int | None
    ) -> ProductPlan:
        product, office = partner.product, partner.office
        family = known.families[office.product_id]
        taken = family.owners.get(partner.sku.sku_id, product.key)
        if taken != product.key:
            raise Held(
                f"SKU {product.code} is linked to CS-Cart product {taken}; product {product.key} has the same code",
                code="duplicate-sku",
            )
        place = Place(
            stock_id=stock_id,
            leads=family.leads(product.key),
            whole=family.holds(office),
            siblings_visible=any(shown for key, shown in family.visible.items() if key != product.key),
            siblings_hidden=family.hidden(product.key),
            together=family.together,
            warehouses=[warehouse.stock_id for warehouse in profile.warehouses],
            replaces=family.gone.get(partner.sku.sku_id, ""),
        )
        sides = self._sides(partner, known, profile, place)
        return decide(sides, self.policy.merge, place, linked=partner.link is not None)

    def _sides(self, partner: Partner, known: Recollection, profile: OfficeProfile, place: Place) -> Sides:
        product, office, sku = partner.product, partner.office, partner.sku
        link = known.links.get(product.key) if partner.link is not None else None
        rates, currency = profile.rates, self.policy.currency
        held = known.conflicts.get(product.key, {})
        return Sides(
            product=product,
            office=office,
            sku=sku,
            wanted=amounts(product, rates, currency, office.currency),
            offered=amounts_back(sku, rates, currency, office.currency, place.stock_id),
            base=link.base if link else {},
            texts=link.texts if link else {},
            choices={name: Side(each.choice) for name, each in held.items() if each.choice},
            demand=known.demand.get(sku.sku_id, Demand()),
            leads=place.leads,
            foreign=currency != office.currency,
            counterparts=known.counterparts,
        )


def _shown_once(plans: Sequence[ProductPlan]) -> list[ProductPlan]:
    """Every member of a group plans the visibility of their office product; the first one writes it."""
    seen: set[int] = set()
    once = []
    for plan in plans:
        again = plan.product_visible is not None and plan.sku.product_id in seen
        once.append(replace(plan, product_visible=None, hides=()) if again else plan)
        if plan.product_visible is not None:
            seen.add(plan.sku.product_id)
    return once


def _check_readable(product: Product, reason: str | None) -> None:
    if reason is not None:
        raise Held(
            f"product {product.code} stands in Webasyst, but its row there cannot be read: {reason}; "
            "open and save the product there",
            code="office-unreadable",
        )
