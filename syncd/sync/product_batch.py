"""Prices, stock and flags of many SKUs in one call, read back, and narrowed down to the SKU that spoils it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy import Connection

from syncd.errors import Held, InDoubt, SetAside
from syncd.model.backoffice import OfficeSku
from syncd.model.exchange import SkuChange
from syncd.sync.catalog import Catalog
from syncd.sync.outcome import Event, Tally
from syncd.sync.ports import ProductOffice
from syncd.sync.product_decision import ProductPlan
from syncd.sync.writer import Step, Writer

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
    tally: Tally

    async def send(self, plans: Sequence[ProductPlan]) -> dict[str, Exception]:
        """Send what the plans change, and read it back; answers why products were missed, by source key.

        A call that the shop refuses, or answers with an error, is sent again in halves until the SKU that spoils it stands
        alone: values are absolute, so that nothing can happen twice.
        """
        waiting = [[plan for plan in plans if plan.sku_changes]]
        missed: dict[str, Exception] = {}
        splits = 0
        while waiting:
            batch = waiting.pop(0)
            left, error = await self._send(batch) if batch else ([], None)
            if len(left) > 1 and splits < MOST_SPLITS and _is_known(error):
                splits += 1
                waiting += [left[: len(left) // 2], left[len(left) // 2 :]]
            else:
                missed |= {plan.product.key: error or _not_taken(plan) for plan in left}
        return missed

    async def _send(self, plans: Sequence[ProductPlan]) -> tuple[list[ProductPlan], Exception | None]:
        """One call; answers the plans that did not take, and the call's error."""
        changes = [change for plan in plans for change in plan.sku_changes]
        step = Step(
            f"batch:{changes[0].sku_id}",
            "skus.change",
            payload={
                "sku_ids": [change.sku_id for change in changes],
                "keys": [plan.product.key for plan in plans],
            },
        )
        error: Exception | None = None
        try:
            await self.writer.run(step, lambda: self.office.change_skus(changes), _nothing)
        except SetAside as refusal:
            return list(plans), refusal
        except InDoubt as doubt:
            error = doubt
        left = await self._read_back(plans, changes)
        if error is None or not left or _is_known(error):
            await self.writer.close(step.record_key)
        return left, error

    async def _read_back(
        self, plans: Sequence[ProductPlan], changes: Sequence[SkuChange]
    ) -> list[ProductPlan]:
        products = await self.office.products(sorted({change.product_id for change in changes}))
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
        news = {
            "price": change.price,
            "list_price": change.compare_price,
            "stock": change.stock,
            "visible": change.visible,
        }
        told = {name: str(value) for name, value in news.items() if value is not None}
        told |= {"none_at_warehouses": str(change.fill)} if change.fill else {}
        log.info("product.changed", sku=code, webasyst=change.product_id, **told)


def _taken(change: SkuChange, sku: OfficeSku | None, stock_id: int | None) -> bool:
    if sku is None:
        return False
    stock = sku.count if stock_id is None else sku.stock.get(stock_id)
    pairs = [
        (change.price, sku.price),
        (change.compare_price, sku.compare_price),
        (change.stock, stock),
        (change.visible, sku.visible),
    ]
    filled = all(number in sku.stock for number in change.fill)
    return filled and all(wanted is None or wanted == there for wanted, there in pairs)


def _not_taken(plan: ProductPlan) -> Held:
    return Held(
        f"product {plan.product.code}: Webasyst answered 'ok' but did not take the new values of SKU "
        f"{plan.sku.sku_id}; check the token's rights on products there",
        code="not-taken",
    )
