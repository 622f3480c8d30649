"""What linked orders ask of the office's stock is read once, and then only where something happened."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import cast

import pytest

from syncd.errors import ShopUnavailable
from syncd.state import cursors
from syncd.state.database import Database
from syncd.state.order_stock import Demand
from syncd.sync.office_stock import CURSOR, OfficeStock
from syncd.sync.ports import OrderOffice
from tests.sync.way_back import WayBack

pytestmark = pytest.mark.anyio
D = Decimal


@pytest.fixture
def way(db: Database) -> WayBack:
    """Two orders of two pieces each, one of them on its way."""
    way = WayBack(db)
    way.sells()
    way.sells("99", 502)
    way.office.orders[502] = replace(
        way.office.orders[502],
        state="processing",
        params={**way.office.orders[502].params, "reduced": "1"},
    )
    way.clock.later(hours=1)
    return way


def stock(way: WayBack) -> OfficeStock:
    office = cast(OrderOffice, way.office)
    return OfficeStock(office, way.db, "main", "cscart", timedelta(minutes=2), way.clock)


async def test_the_first_time_every_linked_order_is_read(way: WayBack) -> None:
    """Those that nothing ever touched as well: a shop may take stock when an order is created."""
    await stock(way).refresh()
    assert way.demand() == Demand(taken=D(2), open=D(2))
    assert way.office.calls == ["by reference"]


async def test_later_only_what_happened_since_is_read(way: WayBack) -> None:
    """One request, with a look-back, in the office's clock."""
    way.office.offset = 60.0
    await stock(way).refresh()
    way.office.calls.clear()
    way.clock.later(hours=1)
    order = way.office.orders[501]
    way.office.moves(501, "processing", params={**order.params, "reduced": "1"})
    await stock(way).refresh()
    assert way.office.calls == ["touched since 12:59"]
    assert way.demand() == Demand(taken=D(4))
    assert way.db.run_sync(lambda conn: cursors.get(conn, "main", CURSOR)) == cursors.Cursor(
        "main", CURSOR, way.clock.time + timedelta(minutes=1), None
    )


async def test_what_is_known_already_is_not_written_again(way: WayBack) -> None:
    """Within the look-back the office shows an order again and again; only the cursor moves."""
    await stock(way).refresh()
    way.office.moves(501)
    await stock(way).refresh()
    before = way.db.commits
    await stock(way).refresh()
    assert way.db.commits == before + 1
    assert way.demand() == Demand(taken=D(2), open=D(2))


async def test_an_outage_skips_nothing(way: WayBack) -> None:
    """The cursor stays where it was."""
    way.office.down = True
    with pytest.raises(ShopUnavailable):
        await stock(way).refresh()
    way.office.down = False
    await stock(way).refresh()
    assert way.demand() == Demand(taken=D(2), open=D(2))


async def test_the_way_back_of_orders_and_this_reader_skip_nothing_of_each_others(way: WayBack) -> None:
    """Each has its own cursor."""
    await stock(way).refresh()
    way.clock.later(hours=1)
    way.office.moves(501, "deleted")
    await stock(way).refresh()
    way.clock.later(minutes=1)
    await way.run()
    assert way.source.orders["98"].status == "I"
