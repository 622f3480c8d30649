"""The scan of Webasyst: what it may conclude, whoever else reads there meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from syncd.app import PAIR
from syncd.daemon.once import Exit
from syncd.model.backoffice import OfficeProduct
from syncd.model.exchange import Page
from syncd.model.sku import SkuRule
from syncd.state import brakes
from syncd.state import catalog as mirror
from syncd.state.database import Database
from syncd.sync.catalog import Catalog
from tests.scenarios.shops import Pair
from tests.sync import builders as make

DAY = 90_000


class TwoPages:
    """An office of four products whose second page comes when it is let go."""

    def __init__(self) -> None:
        self.first_page = asyncio.Event()
        self.go_on = asyncio.Event()

    async def stock_id(self) -> int:
        """The chosen warehouse."""
        return 1

    async def scan(self) -> AsyncIterator[Page[OfficeProduct]]:
        """Two products a page."""
        for numbers in ((1, 2), (3, 4)):
            records = [
                make.office_product(product_id=n, skus=(make.office_sku(sku_id=n, product_id=n),))
                for n in numbers
            ]
            yield Page(records, [], make.NOON, 4)
            self.first_page.set()
            await self.go_on.wait()


def catalog_of(db: Database, office: Any, pair: Pair) -> Catalog:
    return Catalog(db, office, PAIR, SkuRule(), now=pair.now)


async def overlapping(db: Database, pair: Pair, *, shared: bool) -> tuple[list[Any], list[Any], int]:
    """A second scan begins while the first one is between its pages, and ends before it when it can."""
    slow, quick = TwoPages(), TwoPages()
    first = catalog_of(db, slow, pair)
    second = first if shared else catalog_of(db, quick, pair)
    quick.go_on.set()
    running = asyncio.create_task(first.scan())
    await slow.first_page.wait()
    pair.ahead += make.MINUTE
    late = asyncio.create_task(second.scan())
    if not shared:
        await late
    slow.go_on.set()
    return await running, await late, await db.run(lambda conn: mirror.size(conn, PAIR))


def test_two_scans_at_once_take_nothing_for_vanished(pair: Pair) -> None:
    """Neither within one process nor from two does a scan delete what the other one has seen."""
    for shared in (True, False):
        with pair.database() as db:
            assert asyncio.run(overlapping(db, pair, shared=shared)) == ([], [], 4)


def test_an_emptied_webasyst_is_noticed_though_an_order_scanned_first(started: Pair) -> None:
    """The brake asks what is left of what was linked, not what this very scan missed; a release settles it."""
    started.at_webasyst("product.delete", id=started.office_product("A")["id"])
    started.later(400)
    started.set(products={"create_missing": False})
    started.product("U1")
    started.place("U1")
    started.later(DAY)
    started.run("orders")
    run = started.run("products")
    assert run.exit is Exit.OUTSTANDING
    assert [brake.split(":")[0] for brake in run.reports["products"].brakes] == ["empty"]
    with started.database() as db:
        db.run_sync(lambda conn: brakes.release(conn, PAIR, None, None, started.now()))
    started.run("products")
    started.later(DAY)
    assert started.run("products").reports["products"].brakes == []


def test_codes_are_compared_by_the_new_rule_before_anything_is_created(started: Pair) -> None:
    """Switching the case of codes off finds what stands under another spelling."""
    started.set(products={"sku_case": True})
    started.office_has("ABC")
    started.run()
    started.set(products={"sku_case": False})
    started.later(1000)
    started.product("abc")
    assert started.run().exit is Exit.OK
    assert len([row for row in started.office_products() if row["name"].endswith(("ABC", "abc"))]) == 1
