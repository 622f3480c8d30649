"""Writing products to the office: texts, new products and SKUs, and the links that follow from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from sqlalchemy import Connection

from syncd.errors import Held
from syncd.model.backoffice import OfficeProduct
from syncd.model.exchange import DraftSku, ProductDraft, SkuChange
from syncd.model.owner import Side
from syncd.model.product import Product
from syncd.model.text import shorten
from syncd.state import history, product_links
from syncd.state.database import Database
from syncd.state.history import HistoryEntry
from syncd.state.product_links import ProductLink
from syncd.sync.catalog import Catalog
from syncd.sync.category_places import Places
from syncd.sync.conflicts import note_conflicts
from syncd.sync.outcome import Event, Tally
from syncd.sync.ports import ProductOffice
from syncd.sync.product_agreement import (
    agreed_base,
    counted_base,
    created_base,
    created_texts,
    pending_base,
    writes_shared,
)
from syncd.sync.product_categories import canonical, created_categories
from syncd.sync.product_decision import ProductPlan, ProductPolicy, amounts, content_fields
from syncd.sync.product_pictures import base_with_ours, created_pictures
from syncd.sync.reference import PARAM, reference
from syncd.sync.writer import Step, Writer

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class ProductWrites:
    """The writing half of the products stream."""

    office: ProductOffice
    catalog: Catalog
    writer: Writer
    db: Database
    policy: ProductPolicy
    tally: Tally
    now: Callable[[], datetime]
    places: Places

    async def change_product(self, plan: ProductPlan, fields: Mapping[str, str]) -> None:
        """Write texts, visibility and the plan's categories of one product; its SKUs are never sent
        (contracts/webasyst §0.6). Raises `Held` when the office did not take the categories."""
        product_id, placed = plan.sku.product_id, plan.category_ids
        names = sorted([*fields, *(["category"] if placed else [])])

        def done(conn: Connection, product: OfficeProduct) -> None:
            self._note(conn, plan.product.key, "content", {"product_id": product_id, "fields": names})

        payload = {"sku_ids": [plan.sku.sku_id], "keys": [plan.product.key]}
        step = Step(plan.product.key, "product.update", payload=payload)
        update = partial(self.office.update_product, product_id, fields, placed)
        changed = await self.writer.run(step, update, done)
        await self.catalog.remember([changed])
        if placed and canonical(changed.category_ids) != placed:
            raise _misplaced(plan)
        self.tally.add(Event.UPDATED)
        log.info("product.updated", sku=plan.product.code, webasyst=product_id, fields=names)

    async def create(self, members: Sequence[Product], lead: Product) -> OfficeProduct:
        """Create one office product whose SKUs are these source rows; `lead` gives the texts."""
        draft = await self._draft(members, lead)
        payload = {"keys": [member.key for member in members], "codes": [member.code for member in members]}

        def done(conn: Connection, made: OfficeProduct) -> None:
            self.link(conn, members, made)

        step = Step(lead.key, "product.create", draft.params[PARAM], payload)
        made = await self.writer.run(step, lambda: self.office.add_product(draft), done)
        self.tally.add(Event.CREATED, len(members))
        log.info("product.created", sku=lead.code, webasyst=made.product_id, skus=len(members))
        await self.catalog.remember([made])
        return made

    async def add_sku(self, product: Product, office: OfficeProduct) -> None:
        """Add one more SKU to a product that holds the rest of its variation group."""
        draft = await self._sku(product, office.currency)

        base = created_base(
            product, (draft.price, draft.compare_price), shown=draft.visible, rule=self.policy.merge
        )

        # A product that is hidden as a whole is shown by the first comparison, which must not take it for staff's wish.
        unseen = draft.visible and not office.visible
        if unseen:
            del base["visible"]

        def done(conn: Connection, sku_id: int) -> None:
            dirty = self.policy.images or unseen
            self._put_link(conn, product, sku_id, office.product_id, base=base, dirty=dirty)

        payload = {"keys": [product.key], "codes": [product.code], "product_id": office.product_id}
        step = Step(product.key, "sku.create", self._reference(product.key), payload)
        await self.writer.run(step, lambda: self.office.add_sku(office.product_id, draft), done)
        self.tally.add(Event.CREATED)
        log.info("product.sku_added", sku=product.code, webasyst=office.product_id)
        await self.catalog.remember(await self.office.products([office.product_id]))

    def prepare(self, conn: Connection, plans: Sequence[ProductPlan]) -> None:
        """Note shared stock that is about to be written: sums, unlike absolute values, must know whether a write took
        effect."""
        for plan in plans:
            base = pending_base(plan, Side.WEBASYST, self.now())
            if base is not None and plan.linked:
                product_links.put_base(conn, self.policy.pair, plan.product.key, base)

    def withdraw(self, conn: Connection, plans: Sequence[ProductPlan]) -> None:
        """Note that shared stock was not written: the call never reached the office, or was refused there."""
        for plan in plans:
            if plan.linked and writes_shared(plan, Side.WEBASYST):
                product_links.put_base(conn, self.policy.pair, plan.product.key, counted_base(plan))

    def agree(self, conn: Connection, plans: Sequence[ProductPlan]) -> None:
        """Commit what both sides now say: the links' bases, and nothing left to look at but pictures to be sent."""
        for plan in plans:
            if plan.replaces:
                product_links.remove(conn, self.policy.pair, [plan.replaces])
            base, texts = agreed_base(plan, Side.WEBASYST)
            _report(plan, plan.sides.base)
            pictures = self.policy.images and plan.images_changed
            product, sku = plan.product, plan.sku
            self._put_link(
                conn, product, sku.sku_id, sku.product_id, base=base, texts=texts, dirty=pictures,
                dirty_back=plan.goes_back,
            )  # fmt: skip
            note_conflicts(conn, plan, Side.WEBASYST, self.policy.pair, self.now())

    def tie(self, conn: Connection, plans: Sequence[ProductPlan]) -> None:
        """Link products that a brake holds back, and keep them in line for the pass after its release."""
        for plan in plans:
            link = product_links.get(conn, self.policy.pair, plan.product.key)
            if plan.replaces:
                product_links.remove(conn, self.policy.pair, [plan.replaces])
            if link is None or link.sku_id != plan.sku.sku_id:
                self._put_link(conn, plan.product, plan.sku.sku_id, plan.sku.product_id, base={}, dirty=True)
        product_links.mark_dirty(conn, self.policy.pair, [plan.sku.sku_id for plan in plans])

    def pictures_agreed(self, conn: Connection, product: Product) -> None:
        """Note that all pictures of a product have been sent."""
        link = product_links.get(conn, self.policy.pair, product.key)
        if link is not None:
            base = base_with_ours(product, link.base)
            product_links.put_many(conn, [replace(link, base=base, dirty=False, updated_at=self.now())])

    def link(self, conn: Connection, members: Sequence[Product], made: OfficeProduct) -> list[Product]:
        """Tie source rows to the SKUs of an office product by code; answers the rows that have none there.

        They stay in line until their pictures have been sent.
        """
        by_code = {self.catalog.rule.key(sku.code): sku for sku in made.skus}
        missing = []
        for member in members:
            sku = by_code.get(self.catalog.rule.key(member.code))
            if sku is None:
                missing.append(member)
            else:
                shown = made.visible and sku.visible
                prices = (sku.price, sku.compare_price)
                base = created_base(member, prices, shown=shown, rule=self.policy.merge)
                base |= created_pictures(self.policy.merge)
                base |= created_categories(member.category_ids, made.category_ids, self.places.known)
                texts = created_texts(member, made) if member is members[0] else {}
                self._put_link(
                    conn,
                    member,
                    sku.sku_id,
                    made.product_id,
                    base=base,
                    texts=texts,
                    dirty=self.policy.images,
                )
        return missing

    def adopt(self, conn: Connection, member: Product, made: OfficeProduct) -> None:
        """Tie a source row to its SKU in an office product that a lost creation made.

        What the row said when it was sent is not known any more: its first comparison brings what changed since.
        """
        key = self.catalog.rule.key(member.code)
        for sku in made.skus:
            if self.catalog.rule.key(sku.code) == key:
                self._put_link(conn, member, sku.sku_id, made.product_id, base={"images": ""}, dirty=True)

    def _put_link(
        self,
        conn: Connection,
        product: Product,
        sku_id: int,
        product_id: int,
        *,
        base: Mapping[str, Any],
        texts: Mapping[str, Any] | None = None,
        dirty: bool = False,
        dirty_back: bool = False,
    ) -> None:
        now = self.now()
        earlier = product_links.get(conn, self.policy.pair, product.key)
        if earlier is not None and earlier.sku_id != sku_id:
            product_links.remove(conn, self.policy.pair, [product.key])
            earlier = None
        link = ProductLink(
            pair=self.policy.pair,
            source_key=product.key,
            sku_id=sku_id,
            product_id=product_id,
            base=dict(base),
            dirty=dirty,
            dirty_back=dirty_back,
            texts=dict(texts or {}),
            linked_at=earlier.linked_at if earlier else now,
            updated_at=now,
        )
        product_links.put_many(conn, [link])
        if earlier is None:
            self._note(conn, product.key, "linked", {"sku_id": sku_id, "product_id": product_id})

    async def _draft(self, members: Sequence[Product], lead: Product) -> ProductDraft:
        profile = await self.office.profile()
        currency = profile.rates.primary
        return ProductDraft(
            fields=content_fields(lead.content),
            visible=any(member.visible for member in members),
            currency=currency,
            skus=tuple([await self._sku(member, currency, alone=len(members) == 1) for member in members]),
            params={PARAM: self._reference(lead.key)},
            category_ids=await self.places.in_office(lead.category_ids),
        )

    async def _sku(self, product: Product, currency: str, *, alone: bool = False) -> DraftSku:
        profile = await self.office.profile()
        wanted = amounts(product, profile.rates, self.policy.currency, currency)
        return DraftSku(
            code=product.code.strip(),
            # A member of a group gets its name even when it comes first and alone: others may join it.
            name="" if alone and not self._grouped(product) else shorten(product.variant),
            price=wanted.price,
            compare_price=wanted.list_price,
            stock=product.quantity,
            visible=alone or product.visible,
        )

    def _grouped(self, product: Product) -> bool:
        return self.policy.group_variations and bool(product.group)

    def _reference(self, key: str) -> str:
        return reference(f"{self.policy.source}.product", self.policy.account, key)

    def note_changes(self, conn: Connection, plans: Sequence[ProductPlan]) -> None:
        """Note which values of SKUs were written and read back."""
        changed = [(plan.product.key, plan.sku_change) for plan in plans if plan.sku_change is not None]
        pair, now = self.policy.pair, self.now()
        history.add_many(
            conn,
            [
                HistoryEntry(pair, "products", key, now, "changed", {"sku_id": change.sku_id, **told(change)})
                for key, change in changed
            ],
        )

    def _note(self, conn: Connection, key: str, event: str, detail: dict[str, Any]) -> None:
        history.add(conn, HistoryEntry(self.policy.pair, "products", key, self.now(), event, detail))


def told(change: SkuChange) -> dict[str, str]:
    """The values that a change of a SKU writes, spelled for logs and the history."""
    news = {
        "price": change.price,
        "list_price": change.compare_price,
        "stock": change.stock,
        "visible": change.visible,
    }
    spelled = {name: str(value) for name, value in news.items() if value is not None}
    return spelled | ({"none_at_warehouses": str(change.fill)} if change.fill else {})


def _report(plan: ProductPlan, earlier: Mapping[str, Any]) -> None:
    """Tell once what is staff's to change, and syncd's to leave alone."""
    if plan.stays_hidden and "kept_hidden" not in earlier:
        log.warning("product.kept_hidden", sku=plan.product.code, webasyst=plan.sku.product_id)
    if plan.unlimited and list(plan.unlimited) != earlier.get("unlimited"):
        log.warning("product.unlimited", sku=plan.product.code, warehouses=list(plan.unlimited))


def _misplaced(plan: ProductPlan) -> Held:
    return Held(
        f"product {plan.product.code}: Webasyst did not take the categories {plan.category_ids} of product "
        f"{plan.sku.product_id}; one of them may have been deleted a moment ago, which is known within the hour",
        code="not-taken",
    )
