"""Writing products to the source: a partial change, read back, and what both sides agree on then."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from sqlalchemy import Connection

from syncd.errors import Held, Misconfigured, RetryLater, SetAside
from syncd.model.exchange import SourceChange
from syncd.model.owner import Side
from syncd.model.product import Product
from syncd.state import history, product_links
from syncd.state.database import Database
from syncd.state.history import HistoryEntry
from syncd.sync.conflicts import note_conflicts
from syncd.sync.merge import Verdict
from syncd.sync.outcome import Event, Tally
from syncd.sync.ports import ProductSource, ProductTarget
from syncd.sync.product_agreement import agreed_base, counted_base, pending_base, writes_shared
from syncd.sync.product_base import source_texts, source_values, text_mark
from syncd.sync.product_categories import canonical
from syncd.sync.product_decision import ProductPlan
from syncd.sync.product_guard import StockMoved
from syncd.sync.sold_out import base_before
from syncd.sync.writer import Step, Writer

STREAM = "products-back"

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class SourceWrites:
    """The writing half of the way back."""

    source: ProductSource
    target: ProductTarget
    writer: Writer
    db: Database
    pair: str
    tally: Tally
    now: Callable[[], datetime]

    async def change(self, plan: ProductPlan) -> None:
        """Write what the office changed. Raises `InDoubt` when the answer was lost; the product is compared anew then."""
        change = plan.source_change

        def done(conn: Connection, _: None) -> None:
            product_links.mark_back(conn, self.pair, [change.key], dirty=True)
            self._note(conn, change.key, "sent to CS-Cart", {"fields": fields_of(change)})

        step = Step(change.key, "source.update", payload={"keys": [change.key]})
        await self.writer.run(step, partial(self._change, plan), done)

    async def _change(self, plan: ProductPlan) -> None:
        """Note what is pending, and make the call; an error that is no doubt has changed nothing."""
        shared = writes_shared(plan, Side.CSCART)
        if shared:
            await self._check_unmoved(plan)
        base = pending_base(plan, Side.CSCART, self.now())
        if base is not None:
            await self._put_base(plan, base)
        try:
            await self.target.change_product(plan.source_change)
        except (SetAside, RetryLater, Misconfigured):
            if shared:
                await self._put_base(plan, counted_base(plan))
            raise

    async def _check_unmoved(self, plan: ProductPlan) -> None:
        """Look at shared stock once more right before it is written: a sale since the plan was made would be overwritten,
        and nobody would ever know. Raises `StockMoved`."""
        key = plan.product.key
        page = await self.source.products([key])
        if [product.quantity for product in page.records] != [plan.product.quantity]:
            await self.db.run(lambda conn: product_links.mark_back(conn, self.pair, [key], dirty=True))
            raise StockMoved(f"product {plan.product.code}: its stock in CS-Cart moved while it was compared")

    async def _put_base(self, plan: ProductPlan, base: Mapping[str, Any]) -> None:
        await self.db.run(lambda conn: product_links.put_base(conn, self.pair, plan.product.key, base))

    async def sell_out(self, product: Product) -> None:
        """Put the quantity of a product that vanished from the office to 0; shared stock remembers that this was no sale.
        Raises as `change` does."""
        change = SourceChange(product.key, quantity=0)

        def done(conn: Connection, _: None) -> None:
            self._note(conn, product.key, "sold out in CS-Cart", {"reason": "vanished from Webasyst"})

        await self._note_emptied(product)
        step = Step(product.key, "source.update", payload={"keys": [product.key]})
        await self.writer.run(step, lambda: self.target.change_product(change), done)
        self.tally.add(Event.UPDATED)
        log.info("product.sold_out", sku=product.code, cscart=product.key, reason="vanished from Webasyst")

    async def _note_emptied(self, product: Product) -> None:
        def note(conn: Connection) -> None:
            link = product_links.get(conn, self.pair, product.key)
            if link is not None and "shelf" in link.base:
                base = base_before(
                    link.base,
                    Side.CSCART,
                    product.quantity,
                    taken=None,
                    stamp=product.updated_at,
                    now=self.now(),
                )
                product_links.put_base(conn, self.pair, product.key, base)

        await self.db.run(note)

    async def check(self, plans: Sequence[ProductPlan]) -> list[tuple[ProductPlan, Held]]:
        """Read written products back and agree on what stands there; answers those that the shop did not change.

        The shop answers yes to more than it does (contracts/cscart §3.4, §4.6). What it stored in a way of its own (a text
        cut, letters dropped) is what both sides agree on, so that it is not sent for ever.
        """
        page = await self.source.products([plan.product.key for plan in plans])
        there = {product.key: product for product in page.records}
        missed = []
        for plan in plans:
            product = there.get(plan.product.key)
            ignored = sorted(_ignored(plan, product)) if product is not None else ["everything"]
            if ignored or product is None:
                missed.append((plan, _not_taken(plan, ignored)))
                continue
            self._tell(plan, product)
            self.tally.add(Event.UPDATED)
            await self.agree([_as_stored(plan, product)])
        return missed

    async def agree(self, plans: Sequence[ProductPlan]) -> None:
        """Commit what both sides now say; what is left for the office waits for the other stream, and pictures for the
        write of their own."""

        def commit(conn: Connection) -> None:
            for plan in plans:
                base, texts = agreed_base(plan, Side.CSCART)
                product_links.agree_back(
                    conn, self.pair, plan.product.key, base=base, texts=texts, forth=not plan.empty,
                    back=plan.pictures_back,
                )  # fmt: skip
                note_conflicts(conn, plan, Side.CSCART, self.pair, self.now())

        await self.db.run(commit)

    def _tell(self, plan: ProductPlan, there: Product) -> None:
        texts = source_texts(there.content)
        changed = [
            name
            for name, text in plan.source_change.texts.items()
            if text_mark(texts.get(name, "")) != text_mark(text)
        ]
        log.info(
            "product.taken_back",
            sku=plan.product.code,
            cscart=plan.product.key,
            fields=fields_of(plan.source_change),
        )
        if changed:
            log.warning("product.stored_otherwise", sku=plan.product.code, fields=changed)

    def _note(self, conn: Connection, key: str, event: str, detail: Mapping[str, Any]) -> None:
        history.add(conn, HistoryEntry(self.pair, STREAM, key, self.now(), event, dict(detail)))


def fields_of(change: SourceChange) -> list[str]:
    """The names of the fields that a change writes."""
    values = {
        "price": change.price,
        "list_price": change.list_price,
        "quantity": change.quantity,
        "visible": change.visible,
        "category": change.category_ids,
    }
    return sorted([*change.texts, *(name for name, value in values.items() if value is not None)])


def _ignored(plan: ProductPlan, there: Product) -> set[str]:
    """What was sent and stands there as before. A quantity may have moved on since: the product's stamp tells that the
    change arrived (contracts/cscart §3.7)."""
    change, before = plan.source_change, plan.product
    ignored = set()
    if change.price is not None and there.price != change.price:
        ignored.add("price")
    if change.list_price is not None and there.list_price != change.list_price:
        ignored.add("list_price")
    if change.visible is not None and there.visible != change.visible:
        ignored.add("visible")
    if change.category_ids is not None and canonical(there.category_ids) != canonical(change.category_ids):
        ignored.add("category")
    arrived = there.updated_at != before.updated_at
    if change.quantity is not None and there.quantity != change.quantity and not arrived:
        ignored.add("quantity")
    was, now = source_texts(before.content), source_texts(there.content)
    for name, text in change.texts.items():
        same = text_mark(now.get(name, "")) == text_mark(was.get(name, ""))
        if same and text_mark(now.get(name, "")) != text_mark(text):
            ignored.add(name)
    return ignored


def _as_stored(plan: ProductPlan, there: Product) -> ProductPlan:
    """The plan with what the source really stored. A quantity counts as sent: what moved since is a movement."""
    stored = source_values(there) | {
        name: text_mark(text) for name, text in source_texts(there.content).items()
    }
    fields = {
        name: replace(field, source_after=stored[name])
        if field.verdict is Verdict.BACK and name in stored and name != "quantity"
        else field
        for name, field in plan.fields.items()
    }
    return replace(plan, fields=fields)


def _not_taken(plan: ProductPlan, ignored: Sequence[str]) -> Held:
    return Held(
        f"product {plan.product.code}: CS-Cart answered yes but did not take {', '.join(ignored)} of product "
        f"{plan.product.key}; see whether the API user may edit it there, or give the field to CS-Cart in "
        "SYNCD_PRODUCTS__OWNERS",
        code="not-taken",
    )
