"""Shared stock on its way to the source: looked at once more before the call, and never left in doubt without need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from syncd.errors import InDoubt, Refused, ShopUnavailable
from syncd.model.exchange import Page, SourceChange
from syncd.model.product import Product
from syncd.state import intents, product_links
from syncd.state.database import Database
from syncd.state.product_links import ProductLink
from syncd.sync.outcome import Tally
from syncd.sync.product_base import pending_of, spell_shelf
from syncd.sync.product_decision import ProductPlan
from syncd.sync.product_guard import StockMoved
from syncd.sync.shared_stock import Shelf
from syncd.sync.source_writes import STREAM, SourceWrites
from syncd.sync.turns import Turns, Urgency
from syncd.sync.writer import Writer
from tests.sync import builders as make

pytestmark = pytest.mark.anyio
D = Decimal
BASE = {"shelf": spell_shelf(Shelf(D(10), D(10), D(10), D(0)))}
COUNTED = {"shelf": spell_shelf(Shelf(D(7), D(10), D(7), D(0)))}


@dataclass
class Source:
    """One product of ten pieces."""

    product: Product = field(default_factory=lambda: make.product(quantity=D(10)))
    changes: list[SourceChange] = field(default_factory=list)
    error: Exception | None = None

    async def products(self, keys: Sequence[str]) -> Page[Product]:
        return Page([self.product], [], make.NOON)

    async def change_product(self, change: SourceChange) -> None:
        self.changes.append(change)
        if self.error is not None:
            raise self.error
        quantity = self.product.quantity if change.quantity is None else D(change.quantity)
        self.product = replace(self.product, quantity=quantity)


@dataclass
class Way:
    """The writing half of the way back; three pieces were sold in the office."""

    db: Database
    source: Source = field(default_factory=Source)

    def __post_init__(self) -> None:
        link = ProductLink("12", 4, 3, BASE, False, False, "main", make.NOON, make.NOON)
        self.db.run_sync(lambda conn: product_links.put_many(conn, [link]))

    def plan(self, there: str = "7", **office: Any) -> ProductPlan:
        sku = make.office_sku(stock={1: D(there)})
        rule = make.merge_rule(quantity="shared", name="webasyst")
        return make.plan(
            self.source.product, make.office_product(skus=(sku,), **office), base=self.base(), rule=rule
        )

    async def change(self, plan: ProductPlan) -> None:
        shop: Any = self.source
        writer = Writer(
            self.db,
            "main",
            STREAM,
            turns=Turns(),
            urgency=Urgency.PRODUCTS,
            deadline=timedelta(seconds=30),
            now=lambda: make.NOON,
        )
        tally = Tally(STREAM)
        await SourceWrites(shop, shop, writer, self.db, "main", tally, lambda: make.NOON).change(plan)

    def base(self) -> dict[str, Any]:
        link = self.db.run_sync(lambda conn: product_links.get(conn, "main", "12"))
        assert link is not None
        return dict(link.base)

    def waiting(self) -> list[str]:
        return self.db.run_sync(lambda conn: product_links.dirty_back_keys(conn, "main"))


@pytest.fixture
def way(db: Database) -> Way:
    return Way(db)


async def test_a_write_is_pending_until_it_was_read_back(way: Way) -> None:
    """Noted before the call, and the product waits for the look at what came of it."""
    await way.change(way.plan())
    assert way.source.changes == [SourceChange("12", quantity=7)]
    assert pending_of(way.base()) is not None
    assert way.waiting() == ["12"]


async def test_a_sale_since_the_plan_is_not_overwritten(way: Way) -> None:
    """Nothing is called and nothing is in doubt; the next cycle looks again."""
    plan = way.plan()
    way.source.product = replace(way.source.product, quantity=D(9))
    with pytest.raises(StockMoved, match="COF-1"):
        await way.change(plan)
    assert way.source.changes == []
    assert way.base() == BASE
    assert way.waiting() == ["12"]
    assert way.db.run_sync(lambda conn: intents.all(conn, "main", STREAM)) == []


@pytest.mark.parametrize("error", [Refused("no"), ShopUnavailable("away")])
async def test_a_call_that_changed_nothing_leaves_nothing_in_doubt(way: Way, error: Exception) -> None:
    """What was counted is kept."""
    way.source.error = error
    with pytest.raises(type(error)):
        await way.change(way.plan())
    assert way.base() == COUNTED


async def test_a_lost_answer_stays_in_doubt(way: Way) -> None:
    """Until the product's stamp and value tell."""
    way.source.error = InDoubt("time-out", ended=False)
    with pytest.raises(InDoubt):
        await way.change(way.plan())
    assert pending_of(way.base()) is not None


async def test_other_values_need_no_second_look(way: Way) -> None:
    """A sale does not keep a name from being written, and nothing is noted of stock."""
    plan = way.plan("10", name="Tea")
    way.source.product = replace(way.source.product, quantity=D(9))
    way.source.error = Refused("no")
    with pytest.raises(Refused):
        await way.change(plan)
    assert way.source.changes == [SourceChange("12", {"name": "Tea"})]
    assert way.base() == BASE
