"""Nothing bounces: when nobody changes anything, cycle after cycle writes nothing and asks little."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from syncd.daemon.streams import PAIR_STREAMS as STREAMS
from syncd.sandbox.cscart.shop import CSCartShop
from syncd.sandbox.webasyst.shop import WebasystShop
from tests.scenarios.living import Living
from tests.scenarios.shops import Pair

UPDATE_TIME = 300
MOST_REQUESTS = 7
"""Requests of an idle cycle of all four streams, sweeps aside (issue: both ways, what it must show)."""


@pytest.fixture(params=["cscart", "shared"])
def living(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Living]:
    """Two shops after both were edited and agree: products with awkward texts and prices in two currencies, variations,
    orders in every state, one that staff worked on, a parcel."""
    living = Living(CSCartShop(products=14, orders=12), WebasystShop(products=0), tmp_path / "data")
    pair = living.pair
    pair.set(
        products={"owners": {"quantity": request.param}, "update_time": UPDATE_TIME},
        cscart={"currency": "EUR"},
        statuses_back='{"processing":"P","completed":"C","deleted":"I"}',
    )
    living.cycle("products", "orders", "orders-back", "products")
    edit_everywhere(pair)
    for _ in range(3):
        pair.later(4000)
        living.cycle()
    assert living.failures() == []
    assert [row["tracking_number"] for row in pair.cscart.dump()["shipments"].values()] == ["TRACK-1"]
    yield living
    living.close()


def edit_everywhere(pair: Pair) -> None:
    """What people do before they leave."""
    pair.at_webasyst(
        "product.update", id=1, name='Tea &amp; "Co" <b>x</b>', description=" <p>a</p>\r\n<p>b</p> "
    )
    pair.at_webasyst("sku.update", id=pair.office_products()[1]["skus"][0]["id"], price="10.5555")
    pair.at_webasyst("product.update", id=3, status="0", meta_title="t" * 300)
    pair.at_cscart("product.update", sku="SKU-000004", product="Ż" * 250, page_title="e &quot; f")
    order = pair.office_orders()[0]
    pair.at_webasyst("order.action", id=order["id"], action="ship", tracking_number="TRACK-1")


def rest(living: Living, cycles: int) -> None:
    """So many idle cycles of all four streams, the sweeps among them that are due meanwhile."""
    pair = living.pair
    sweeps = 0
    for number in range(cycles):
        pair.forget_counts()
        pair.later(UPDATE_TIME)
        reports = living.cycle()
        told = {stream: dict(report.counts) for stream, report in reports.items()}
        assert pair.writes == 0, (
            number,
            told,
            pair.webasyst.counters.by_method,
            pair.cscart.counters.by_method,
        )
        assert all(str(report.ending) == "ok" for report in reports.values()), reports
        swept = reports["products"].counts.get("read", 0) > 0
        sweeps += swept
        calls = Counter(pair.webasyst.counters.by_method) + Counter(pair.cscart.counters.by_method)
        assert swept or calls.total() <= MOST_REQUESTS, calls
    assert sweeps <= cycles * UPDATE_TIME // 3600 + 1
    assert set(reports) == set(STREAMS)


def test_a_day_without_changes_writes_nothing(living: Living) -> None:
    """A hundred idle cycles, the sweeps among them: no write, and at most seven requests in each cycle."""
    rest(living, 100)


@pytest.mark.slow
def test_a_thousand_idle_cycles_write_nothing(living: Living) -> None:
    """The same for as long as it takes a small error to grow."""
    rest(living, 1000)
