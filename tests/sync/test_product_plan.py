"""Planning a batch: what orders do to the stock while both shops are read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, cast

import pytest

from syncd.model.backoffice import OfficeProduct, OfficeProfile, Warehouse
from syncd.model.exchange import Page
from syncd.model.product import BrokenRecord, Product
from syncd.model.sku import SkuRule
from syncd.state import catalog as mirror
from syncd.state import listings, order_stock, product_links
from syncd.state.database import Database
from syncd.state.listings import ListingRow
from syncd.state.product_links import ProductLink
from syncd.sync.catalog import Catalog
from syncd.sync.office_stock import OfficeStock
from syncd.sync.product_base import spell_shelf
from syncd.sync.product_missing import Missing
from syncd.sync.product_plan import BatchPlan, ProductPlanner
from syncd.sync.shared_stock import Shelf
from tests.sync import builders as make

pytestmark = pytest.mark.anyio
D = Decimal
SEVEN, NONE = D(7), D(0)


@dataclass
class Shops:
    """Both shops and the orders in between: one product of seven pieces, and what happens at each look."""

    db: Database
    stock: Decimal = SEVEN
    taken: Decimal = NONE
    looks: list[str] = field(default_factory=list)
    at: dict[str, Callable[[], None]] = field(default_factory=dict)
    """What happens right after the looks named `refresh 1`, `office 1` and so on."""

    def process(self) -> None:
        """Staff processes an order of three pieces."""
        self.stock -= 3
        self.taken += 3

    async def refresh(self) -> None:
        quantities = {4: self.taken} if self.taken else {}
        self.db.run_sync(lambda conn: order_stock.put(conn, "main", 501, quantities, reduced=True))
        self._looked("refresh")

    async def products(self, keys: Sequence[str]) -> Page[Product]:
        return Page([make.product(quantity=D(7))], [], make.NOON)

    async def products_and_broken(
        self, product_ids: Sequence[int]
    ) -> tuple[list[OfficeProduct], list[BrokenRecord]]:
        found = make.office_product(skus=(make.office_sku(stock={1: self.stock}),))
        self._looked("office")
        return [found], []

    async def profile(self) -> OfficeProfile:
        return OfficeProfile(make.RATES, "UTC", 0.0, "processing", {}, (Warehouse(1, "Main"),))

    async def stock_id(self) -> int | None:
        return 1

    def _looked(self, what: str) -> None:
        name = f"{what} {1 + sum(look.startswith(what) for look in self.looks)}"
        self.looks.append(name)
        self.at.pop(name, lambda: None)()


def planner(shops: Shops, *, shared: bool = True) -> ProductPlanner:
    shop: Any = shops
    policy = make.product_policy(merge=make.merge_rule(quantity="shared" if shared else "cscart"))
    catalog = Catalog(shops.db, shop, "main", SkuRule(), now=lambda: make.NOON)
    missing = Missing(shop, catalog, shops.db, policy)
    stock = cast(OfficeStock, shops) if shared else None
    return ProductPlanner(shop, shop, catalog, shops.db, policy, missing, stock)


@pytest.fixture
def shops(db: Database) -> Shops:
    """The product is linked, and its seven pieces are counted."""
    base = {"shelf": spell_shelf(Shelf(D(7), D(7), D(7), D(0)))}
    link = ProductLink("12", 4, 3, base, False, False, "main", make.NOON, make.NOON)
    db.run_sync(lambda conn: product_links.put_many(conn, [link]))
    db.run_sync(lambda conn: mirror.upsert_many(conn, "main", [make.catalog_row()]))
    db.run_sync(lambda conn: listings.upsert_many(conn, "main", "cscart", [ListingRow("12", "cof-1", "")], 1))
    return Shops(db)


async def planned(shops: Shops, **choices: bool) -> BatchPlan:
    return await planner(shops, **choices).plan(["12"])


async def test_orders_are_read_before_and_after_the_stock(shops: Shops) -> None:
    """What they took by then is known, so that it moves nothing."""
    shops.process()
    (plan,) = (await planned(shops)).plans
    assert shops.looks == ["refresh 1", "office 1", "refresh 2"]
    assert plan.shelf is not None
    assert plan.shelf.total == 7


@pytest.mark.parametrize("moment", ["refresh 1", "office 1"])
async def test_stock_that_an_order_moves_meanwhile_waits(shops: Shops, moment: str) -> None:
    """Whether its stock was read before or after that cannot be told; the next cycle looks at it again."""
    shops.at[moment] = shops.process
    plan = await planned(shops)
    assert (plan.plans, plan.aside, plan.gone) == ([], [], [])
    (again,) = (await planned(shops)).plans
    assert again.shelf is not None
    assert again.shelf.total == 7


async def test_where_stock_is_a_copy_orders_are_of_no_interest(shops: Shops) -> None:
    """No request is spent on them."""
    (plan,) = (await planned(shops, shared=False)).plans
    assert shops.looks == ["office 1"]
    assert plan.shelf is None
