"""Work on products under guard: what moved meanwhile is no failure."""

from __future__ import annotations

import pytest

from syncd.errors import Refused
from syncd.state import failures
from syncd.state.database import Database
from syncd.sync.failing import SetAsideRecords
from syncd.sync.outcome import Tally
from syncd.sync.product_guard import ProductGuard, StockMoved
from tests.sync import builders as make

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("error", "set_aside"), [(StockMoved("its stock moved"), []), (Refused("no"), ["12"])]
)
async def test_stock_that_moved_meanwhile_is_no_failure(
    db: Database, error: Exception, set_aside: list[str]
) -> None:
    """The next cycle looks at the product again by itself; a refusal is set aside with its reason."""
    guard = ProductGuard(SetAsideRecords(db, "main", "products", now=lambda: make.NOON), Tally("products"))

    async def work() -> None:
        raise error

    assert not await guard.run([make.product()], work)
    rows = db.run_sync(lambda conn: failures.briefly(conn, "main", "products"))
    assert [row.record_key for row in rows] == set_aside
