"""Shared stock on its way to the office: looked at once more before the call, and never left in doubt without need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from syncd.errors import InDoubt, NotAuthorised, Refused, ShopUnavailable
from syncd.model.backoffice import OfficeProduct
from syncd.model.exchange import SkuChange
from syncd.model.owner import Side
from syncd.model.sku import SkuRule
from syncd.state import intents, product_links
from syncd.state.database import Database
from syncd.state.product_links import ProductLink
from syncd.sync.catalog import Catalog
from syncd.sync.category_places import CategoryTrees, Places
from syncd.sync.outcome import Tally
from syncd.sync.product_base import pending_of, shelf_of, spell_pending, spell_shelf
from syncd.sync.product_batch import ProductBatch
from syncd.sync.product_decision import ProductPlan
from syncd.sync.product_guard import StockMoved
from syncd.sync.product_writes import ProductWrites
from syncd.sync.shared_stock import Pending, Shelf
from syncd.sync.turns import Turns, Urgency
from syncd.sync.writer import Writer
from tests.sync import builders as make

pytestmark = pytest.mark.anyio
D = Decimal
TEN = Shelf(D(10), D(10), D(10), D(0))
RULE = make.merge_rule(quantity="shared")


@dataclass
class Office:
    """Two products of ten pieces each, SKUs 4 and 5."""

    stock: dict[int, Decimal] = field(default_factory=lambda: {4: D(10), 5: D(10)})
    price: dict[int, Decimal] = field(default_factory=lambda: {4: D("10.5"), 5: D("10.5")})
    calls: list[list[int]] = field(default_factory=list)
    error: Exception | None = None
    lost: Exception | None = None

    async def products(self, product_ids: Sequence[int]) -> list[OfficeProduct]:
        return [self.product(number + 1) for number in product_ids]

    def product(self, sku_id: int) -> OfficeProduct:
        stock = {1: self.stock[sku_id]}
        sku = make.office_sku(sku_id=sku_id, product_id=sku_id - 1, stock=stock, price=self.price[sku_id])
        return make.office_product(
            product_id=sku_id - 1, skus=(sku,), edited_at=make.NOON - timedelta(hours=1)
        )

    async def stock_id(self) -> int | None:
        return 1

    async def change_skus(self, changes: Sequence[SkuChange]) -> None:
        self.calls.append([change.sku_id for change in changes])
        if self.error is not None:
            raise self.error
        for change in changes:
            if change.stock is not None:
                self.stock[change.sku_id] = change.stock
            if change.price is not None:
                self.price[change.sku_id] = change.price
        if self.lost is not None:
            raise self.lost


@dataclass
class Way:
    """The writing half of the products stream, as far as batches need it."""

    db: Database
    office: Office = field(default_factory=Office)

    def __post_init__(self) -> None:
        base = {"shelf": spell_shelf(TEN)}
        links = [
            ProductLink(key, sku, sku - 1, base, False, False, "main", make.NOON, make.NOON)
            for key, sku in (("12", 4), ("13", 5))
        ]
        self.db.run_sync(lambda conn: product_links.put_many(conn, links))

    def plan(self, key: str = "12", sku_id: int = 4, **changes: Any) -> ProductPlan:
        """Three pieces were sold at the source."""
        product = make.product(key=key, **{"quantity": D(7), **changes})
        return make.plan(product, self.office.product(sku_id), base=self.base(key), rule=RULE)

    async def send(self, *plans: ProductPlan) -> dict[str, Exception]:
        shop: Any = self.office
        catalog = Catalog(self.db, shop, "main", SkuRule(), now=lambda: make.NOON)
        writer = Writer(
            self.db,
            "main",
            "products",
            turns=Turns(),
            urgency=Urgency.PRODUCTS,
            deadline=timedelta(seconds=30),
            now=lambda: make.NOON,
        )
        tally = Tally("products")
        policy = make.product_policy(merge=RULE)
        places = Places(CategoryTrees(shop, shop, now=lambda: make.NOON), policy)
        writes = ProductWrites(shop, catalog, writer, self.db, policy, tally, lambda: make.NOON, places)
        return await ProductBatch(shop, catalog, writer, writes, self.db, tally).send(plans)

    def base(self, key: str = "12") -> dict[str, Any]:
        link = self.db.run_sync(lambda conn: product_links.get(conn, "main", key))
        assert link is not None
        return dict(link.base)

    def dirty(self) -> list[str]:
        return self.db.run_sync(lambda conn: product_links.dirty_keys(conn, "main"))

    def open_intents(self) -> int:
        return len(self.db.run_sync(lambda conn: intents.all(conn, "main", "products")))


@pytest.fixture
def way(db: Database) -> Way:
    return Way(db)


async def test_a_write_is_pending_while_nobody_knows_its_end(way: Way) -> None:
    """Noted before the call; the agreement that follows takes it away."""
    assert await way.send(way.plan()) == {}
    assert way.office.stock[4] == 7
    pending = pending_of(way.base())
    assert pending is not None
    assert pending.side is Side.WEBASYST
    assert (pending.before, pending.shelf.office) == (D(10), D(7))
    assert way.open_intents() == 0


async def test_stock_that_moved_since_the_plan_is_not_overwritten(way: Way) -> None:
    """An order processed in the office or a sale there: the product is compared anew, and its neighbours go on."""
    plans = [way.plan(), way.plan("13", 5)]
    way.office.stock[4] = D(8)
    missed = await way.send(*plans)
    assert list(missed) == ["12"]
    assert isinstance(missed["12"], StockMoved)
    assert way.office.calls == [[5]]
    assert way.office.stock == {4: 8, 5: 7}
    assert way.dirty() == ["12"]
    assert way.base() == {"shelf": spell_shelf(TEN)}


async def test_nothing_is_called_when_all_of_it_moved(way: Way) -> None:
    """There is nothing to read back either, and no intent stays."""
    plan = way.plan()
    way.office.stock[4] = D(8)
    assert list(await way.send(plan)) == ["12"]
    assert way.office.calls == []
    assert way.open_intents() == 0


@pytest.mark.parametrize("error", [Refused("no"), ShopUnavailable("away"), NotAuthorised("no right")])
async def test_a_call_that_changed_nothing_leaves_nothing_in_doubt(way: Way, error: Exception) -> None:
    """What was counted is kept: whatever moves the record's stamp later cannot make the write look done."""
    way.office.error = error
    if isinstance(error, Refused):
        assert list(await way.send(way.plan())) == ["12"]
    else:
        with pytest.raises(type(error)):
            await way.send(way.plan())
    assert way.base() == {"shelf": spell_shelf(Shelf(D(7), D(7), D(10), D(0)))}


async def test_a_lost_answer_stays_in_doubt(way: Way) -> None:
    """A sale right after it leaves open whether the write took effect."""
    plan = way.plan()
    way.office.lost = InDoubt("time-out", ended=False)
    assert await way.send(plan) == {}
    assert pending_of(way.base()) is not None


async def test_an_older_doubt_is_settled_before_anything_else_is_written(way: Way) -> None:
    """A price moves the record's stamp too."""
    pending = Pending(Side.WEBASYST, D(10), "earlier", young=False, shelf=Shelf(D(7), D(7), D(7), D(0)))
    base = {"shelf": spell_shelf(TEN), "pending": spell_pending(pending)}
    way.db.run_sync(lambda conn: product_links.put_base(conn, "main", "12", base))
    way.office.stock[4] = D(7)
    await way.send(way.plan(price=D(11)))
    assert way.base() == {"shelf": spell_shelf(Shelf(D(7), D(7), D(7), D(0)))}
    assert way.office.price[4] == 11


async def test_what_was_never_linked_is_written_as_it_is(way: Way) -> None:
    """At first contact the source leads: nothing was counted that a movement could be lost from."""
    plan = replace(way.plan(), linked=False)
    way.office.stock[4] = D(8)
    assert await way.send(plan) == {}
    assert way.office.stock[4] == 7
    assert shelf_of(way.base()) == TEN
