"""Planning a batch of products: both shops read afresh, every product decided, nothing written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from syncd.errors import Held, SetAside
from syncd.model.backoffice import OfficeProduct, OfficeProfile, OfficeSku
from syncd.model.product import BrokenRecord, Product
from syncd.state import listings, product_links
from syncd.state.database import Database
from syncd.state.product_links import ProductLink
from syncd.sync.brake import Kind, Overview
from syncd.sync.catalog import Catalog
from syncd.sync.ports import ProductOffice, ProductSource
from syncd.sync.product_decision import ProductPlan, ProductPolicy, amounts, decide
from syncd.sync.product_sight import Known, check_code, recall


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
class Partner:
    """A source product and the office SKU that it is, or will be, linked to."""

    product: Product
    office: OfficeProduct
    sku: OfficeSku
    link: ProductLink | None


@dataclass(slots=True)
class ProductPlanner:
    """Reads both shops for a batch and decides."""

    source: ProductSource
    office: ProductOffice
    catalog: Catalog
    db: Database
    policy: ProductPolicy

    async def plan(self, keys: Sequence[str]) -> BatchPlan:
        """Plan these source products. Raises `RetryLater` when a shop is unwell."""
        page = await self.source.products(keys)
        plan = BatchPlan(broken=list(page.broken))
        read = {product.key for product in page.records} | {broken.key for broken in page.broken}
        plan.gone = [key for key in keys if key not in read]
        ours = [p for p in page.records if self.policy.company is None or p.company == self.policy.company]
        known = await self.db.run(
            lambda conn: recall(conn, self.policy.pair, self.policy.source, ours, self.catalog.rule)
        )
        wanted_ids = {self._office_id(product, known) for product in ours} - {None}
        offices = {p.product_id: p for p in await self.office.products(sorted(i for i in wanted_ids if i))}
        await self.catalog.remember(list(offices.values()))
        partners: list[Partner] = []
        missing: list[Product] = []
        for product in ours:
            try:
                partner = self._partner(product, known, offices)
            except Held as error:
                plan.aside.append((product, error))
                continue
            if partner is not None:
                partners.append(partner)
            elif self.policy.create_missing:
                missing.append(product)
        await self._decide(partners, plan)
        await self._sort_missing(missing, partners, plan)
        return plan

    def _office_id(self, product: Product, known: Known) -> int | None:
        link = known.links.get(product.key)
        if link is not None:
            return link.product_id
        rows = known.by_code.get(self.catalog.rule.key(product.code), ())
        return rows[0].product_id if len(rows) == 1 else None

    def _partner(
        self, product: Product, known: Known, offices: Mapping[int, OfficeProduct]
    ) -> Partner | None:
        """The product's SKU in the office; `None` when it has none there yet. Raises `Held`."""
        check_code(product, known, self.catalog.rule)
        office = offices.get(self._office_id(product, known) or 0)
        link = known.links.get(product.key)
        key = self.catalog.rule.key(product.code)
        skus = office.skus if office is not None else ()
        if link is not None:
            for sku in skus:
                if office is not None and sku.sku_id == link.sku_id:
                    return Partner(product, office, sku, link)
            raise Held(
                f"product {product.code} (CS-Cart {product.key}) vanished from Webasyst (was product "
                f"{link.product_id}); syncd does not create it again; restore it there, or delete it in CS-Cart",
                code="vanished",
            )
        matches = [sku for sku in skus if self.catalog.rule.key(sku.code) == key]
        if len(matches) > 1:
            raise Held(
                f"SKU {product.code} stands several times in one Webasyst product", code="ambiguous-sku"
            )
        return Partner(product, office, matches[0], None) if matches and office is not None else None

    async def _decide(self, partners: Sequence[Partner], plan: BatchPlan) -> None:
        profile = await self.office.profile()
        stock_id = await self.office.stock_id()
        families = await self.db.run(lambda conn: self._families(conn, partners))
        for partner in partners:
            try:
                plan.plans.append(self._decide_one(partner, families, profile, stock_id))
            except Held as error:
                plan.aside.append((partner.product, error))

    def _decide_one(
        self, partner: Partner, families: Mapping[int, Family], profile: OfficeProfile, stock_id: int | None
    ) -> ProductPlan:
        product, office = partner.product, partner.office
        family = families[office.product_id]
        taken = family.owners.get(partner.sku.sku_id, product.key)
        if taken != product.key:
            raise Held(
                f"SKU {product.code} is linked to CS-Cart product {taken}; product {product.key} has the same code",
                code="duplicate-sku",
            )
        wanted = amounts(product, profile.rates, self.policy.currency, office.currency)
        return decide(
            product,
            office,
            partner.sku,
            wanted,
            partner.link.base if partner.link else None,
            stock_id=stock_id,
            leads=family.leads(product.key),
            whole=len(family.owners) == len(office.skus),
            siblings_visible=any(shown for key, shown in family.visible.items() if key != product.key),
        )

    def _families(self, conn: Connection, partners: Sequence[Partner]) -> dict[int, Family]:
        """Who is linked to the SKUs of each office product, this batch's new matches included."""
        ids = {partner.office.product_id for partner in partners}
        families = {product_id: Family({}, {}, {}) for product_id in ids}
        links = product_links.by_products(conn, self.policy.pair, sorted(ids))
        for link in links:
            family = families[link.product_id]
            family.owners[link.sku_id] = link.source_key
            family.visible[link.source_key] = bool(link.base.get("visible"))
        for partner in partners:
            family = families[partner.office.product_id]
            family.owners.setdefault(partner.sku.sku_id, partner.product.key)
            family.visible[partner.product.key] = partner.product.visible
        keys = [key for family in families.values() for key in family.owners.values()]
        groups = listings.groups_of(conn, self.policy.pair, self.policy.source, keys)
        for family in families.values():
            family.groups.update({key: groups.get(key, "") for key in family.owners.values()})
        return families

    async def _sort_missing(
        self, missing: Sequence[Product], partners: Sequence[Partner], plan: BatchPlan
    ) -> None:
        """New products: alone, as a new group, or as a further SKU of the product that holds the rest of the group."""
        groups: dict[str, list[Product]] = {}
        for product in missing:
            group = product.group if self.policy.group_variations and product.group else ""
            groups.setdefault(group or f"key:{product.key}", []).append(product)
        for group, products in groups.items():
            home = await self._home(group) if not group.startswith("key:") else None
            if home is None:
                plan.creations.append(sorted(products, key=lambda product: _number(product.key)))
            else:
                plan.additions += [(product, home) for product in products]

    async def _home(self, group: str) -> OfficeProduct | None:
        """The one office product in which all linked members of a group stand, and nobody else."""

        def linked(conn: Connection) -> set[int]:
            keys = listings.members(conn, self.policy.pair, self.policy.source, [group]).get(group, [])
            return {
                link.product_id for link in product_links.by_sources(conn, self.policy.pair, keys).values()
            }

        ids = await self.db.run(linked)
        if len(ids) != 1:
            return None
        products = await self.office.products(sorted(ids))
        return products[0] if products else None


@dataclass(frozen=True, slots=True)
class Family:
    """The source products linked to one office product: SKU id -> key, key -> shown, key -> variation group."""

    owners: dict[int, str]
    visible: dict[str, bool]
    groups: dict[str, str]

    def leads(self, key: str) -> bool:
        """Whether this product's texts speak for the office product: it is alone, or the first of the only group."""
        keys = set(self.owners.values())
        if keys == {key}:
            return True
        groups = {self.groups.get(other, "") for other in keys}
        return len(groups) == 1 and groups != {""} and key == min(keys, key=_number)


def overview(plans: Iterable[ProductPlan], into: Overview) -> None:
    """Count what the plans would overwrite."""
    for plan in plans:
        name = f"{plan.product.code} (CS-Cart {plan.product.key})"
        change = plan.sku_change
        if change is not None and change.price is not None:
            into.note(Kind.PRICE, f"{name}: {plan.sku.price} -> {change.price}")
            into.zero_prices += change.price == 0 and plan.sku.price > 0
        if change is not None and change.stock is not None:
            into.note(Kind.STOCK, f"{name}: -> {change.stock}")
        if plan.texts:
            into.note(Kind.TEXT, f"{name}: {', '.join(sorted(plan.texts))}")
        flags = [
            flag for flag in (plan.product_visible, change.visible if change else None) if flag is not None
        ]
        if flags:
            into.note(Kind.STATUS, f"{name}: {'shown' if flags[0] else 'hidden'}")
            into.hidden += not all(flags)


def without(plan: ProductPlan, blocked: set[Kind]) -> ProductPlan:
    """The plan without the kinds that a brake blocks."""
    change = plan.sku_change
    if change is not None and Kind.PRICE in blocked:
        change = replace(change, price=None, compare_price=None)
    if change is not None and Kind.STOCK in blocked:
        change = replace(change, stock=None)
    if change is not None and Kind.STATUS in blocked:
        change = replace(change, visible=None)
    if change is not None and all(
        value is None for value in (change.price, change.compare_price, change.stock, change.visible)
    ):
        change = None
    return replace(
        plan,
        sku_change=change,
        texts={} if Kind.TEXT in blocked else plan.texts,
        product_visible=None if Kind.STATUS in blocked else plan.product_visible,
    )


def _number(key: str) -> tuple[int, str]:
    """Keys in the order of their numbers."""
    return (int(key), key) if key.isdigit() else (1 << 62, key)
