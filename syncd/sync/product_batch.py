"""Prices, stock and flags of many SKUs in one call, read back, and narrowed down to the SKU that spoils it.

Shared stock is looked at once more right before the call, while no other stream writes: what moved since the plan was made
would be overwritten, and nobody would ever know.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import structlog
from sqlalchemy import Connection

from syncd.errors import Held, InDoubt, Misconfigured, RetryLater, SetAside
from syncd.model.backoffice import OfficeSku
from syncd.model.exchange import SkuChange
from syncd.model.owner import Side
from syncd.state import product_links
from syncd.state.database import Database
from syncd.sync.catalog import Catalog
from syncd.sync.outcome import Event, Tally
from syncd.sync.ports import ProductOffice
from syncd.sync.product_agreement import writes_shared
from syncd.sync.product_decision import ProductPlan
from syncd.sync.product_guard import StockMoved
from syncd.sync.product_writes import ProductWrites, told
from syncd.sync.writer import LeftOut, Step, Writer

TOLD_SINGLY = 5
"""Up to so many changes of a batch are told one by one in the log; more are told as a number."""

MOST_SPLITS = 16
"""Calls that may fail in one batch while the spoiling SKUs are searched for; what is left then fails as a whole, and is
tried again after its pause."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class ProductBatch:
    """Writes the changes of a batch."""

    office: ProductOffice
    catalog: Catalog
    writer: Writer
    writes: ProductWrites
    db: Database
    tally: Tally
    unplanned: Callable[[Sequence[SkuChange]], Awaitable[set[int]]] | None = None
    """Where a plan is being applied: the SKUs whose change is not in it."""

    async def send(self, plans: Sequence[ProductPlan]) -> dict[str, Exception]:
        """Send what the plans change, and read it back; answers why products were missed, by source key.

        A call that the shop refuses, or answers with an error, is sent again in halves until the SKU that spoils it stands
        alone: values are absolute, so that nothing can happen twice.
        """
        missed: dict[str, Exception] = dict(await self._left_out(plans))
        plans = [plan for plan in plans if plan.product.key not in missed]
        waiting = [[plan for plan in plans if plan.sku_changes]]
        idle = [plan for plan in plans if not writes_shared(plan, Side.WEBASYST)]
        await self.db.run(lambda conn: self.writes.prepare(conn, idle))
        splits = 0
        while waiting:
            batch = waiting.pop(0)
            left, error = await self._send(batch, missed) if batch else ([], None)
            if len(left) > 1 and splits < MOST_SPLITS and _is_known(error):
                splits += 1
                waiting += [left[: len(left) // 2], left[len(left) // 2 :]]
            else:
                missed |= {plan.product.key: error or _not_taken(plan) for plan in left}
        return missed

    async def _left_out(self, plans: Sequence[ProductPlan]) -> dict[str, LeftOut]:
        """The products that the plan which is being applied leaves out; all of a product's changes go or none."""
        changes = [change for plan in plans for change in plan.sku_changes]
        if self.unplanned is None or not changes:
            return {}
        with self.writer.at_hand(Step(f"batch:{changes[0].sku_id}", "skus.change")):
            left = await self.unplanned(changes)
        return {
            plan.product.key: LeftOut(f"product {plan.product.code}: its change is not in the plan")
            for plan in plans
            if any(change.sku_id in left for change in plan.sku_changes)
        }

    async def _send(
        self, plans: Sequence[ProductPlan], missed: dict[str, Exception]
    ) -> tuple[list[ProductPlan], Exception | None]:
        """One call; answers the plans that did not take, and the call's error. Plans whose stock moved are left out of it,
        and noted as missed."""
        step = Step(
            f"batch:{plans[0].sku.sku_id}",
            "skus.change",
            payload={
                "sku_ids": [change.sku_id for plan in plans for change in plan.sku_changes],
                "keys": [plan.product.key for plan in plans],
            },
        )
        going = list(plans)

        async def call() -> None:
            moved = await self._moved(plans)
            missed.update({plan.product.key: _stock_moved(plan) for plan in moved})
            going[:] = [plan for plan in plans if plan.product.key not in missed]
            if going:
                await self._change(going)

        error: Exception | None = None
        try:
            await self.writer.run(step, call, _nothing)
        except SetAside as refusal:
            return going, refusal
        except InDoubt as doubt:
            error = doubt
        left = await self._read_back(going) if going else []
        if error is None or not left or _is_known(error):
            await self.writer.close(step.record_key)
        return left, error

    async def _moved(self, plans: Sequence[ProductPlan]) -> list[ProductPlan]:
        """Those whose shared stock is not what it was when they were planned; they are compared in the next cycle."""
        shared = [plan for plan in plans if plan.linked and writes_shared(plan, Side.WEBASYST)]
        if not shared:
            return []
        found = await self.office.products(sorted({plan.sku.product_id for plan in shared}))
        stock_id = await self.office.stock_id()
        there = {sku.sku_id: _stock(sku, stock_id) for product in found for sku in product.skus}
        moved = [plan for plan in shared if there.get(plan.sku.sku_id) != plan.sides.offered.stock]
        skus = [plan.sku.sku_id for plan in moved]
        await self.db.run(lambda conn: product_links.mark_dirty(conn, self.writes.policy.pair, skus))
        return moved

    async def _change(self, plans: Sequence[ProductPlan]) -> None:
        """Note what is pending, and make the call; an error that is no doubt has changed nothing."""
        await self.db.run(lambda conn: self.writes.prepare(conn, plans))
        try:
            await self.office.change_skus([change for plan in plans for change in plan.sku_changes])
        except (SetAside, RetryLater, Misconfigured):
            await self.db.run(lambda conn: self.writes.withdraw(conn, plans))
            raise

    async def _read_back(self, plans: Sequence[ProductPlan]) -> list[ProductPlan]:
        products = await self.office.products(sorted({plan.sku.product_id for plan in plans}))
        await self.catalog.remember(products)
        skus = {sku.sku_id: sku for product in products for sku in product.skus}
        stock_id = await self.office.stock_id()
        taken = [
            plan
            for plan in plans
            if all(_taken(change, skus.get(change.sku_id), stock_id) for change in plan.sku_changes)
        ]
        self.tally.add(Event.UPDATED, len(taken))
        _tell(taken)
        if taken:
            await self.db.run(lambda conn: self.writes.note_changes(conn, taken))
        there = {plan.product.key for plan in taken}
        return [plan for plan in plans if plan.product.key not in there]


def _is_known(error: Exception | None) -> bool:
    """Whether the call has surely ended in vain: refused, or answered with an error and read back."""
    return isinstance(error, SetAside) or (isinstance(error, InDoubt) and error.ended)


def _nothing(conn: Connection, result: None) -> None:
    """A batch is accounted for after it has been read back."""


def _tell(plans: Sequence[ProductPlan]) -> None:
    changed = [(plan.product.code, plan.sku_change) for plan in plans if plan.sku_change is not None]
    if len(changed) > TOLD_SINGLY:
        log.info("products.changed", number=len(changed))
        return
    for code, change in changed:
        log.info("product.changed", sku=code, webasyst=change.product_id, **told(change))


def _taken(change: SkuChange, sku: OfficeSku | None, stock_id: int | None) -> bool:
    if sku is None:
        return False
    pairs = [
        (change.price, sku.price),
        (change.compare_price, sku.compare_price),
        (change.stock, _stock(sku, stock_id)),
        (change.visible, sku.visible),
    ]
    filled = all(number in sku.stock for number in change.fill)
    return filled and all(wanted is None or wanted == there for wanted, there in pairs)


def _stock(sku: OfficeSku, stock_id: int | None) -> Decimal | None:
    return sku.count if stock_id is None else sku.stock.get(stock_id)


def _stock_moved(plan: ProductPlan) -> StockMoved:
    return StockMoved(f"product {plan.product.code}: its stock in Webasyst moved while it was compared")


def _not_taken(plan: ProductPlan) -> Held:
    return Held(
        f"product {plan.product.code}: Webasyst answered 'ok' but did not take the new values of SKU "
        f"{plan.sku.sku_id}; check the token's rights on products there",
        code="not-taken",
    )
