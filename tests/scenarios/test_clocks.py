"""Naive clocks: shops in other time zones, clocks that are wrong or jump, hours that repeat or never come."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from syncd.app import utc_now
from syncd.sandbox.cscart.shop import CSCartShop
from syncd.sandbox.webasyst.shop import WebasystShop
from tests.scenarios.living import Living
from tests.scenarios.shops import Pair, money

STEP = 600
QUARTER = 900
CODES = ("A", "B", "C")
SHIFTS = {
    "Europe/Berlin": (datetime(2026, 10, 25, 1, tzinfo=UTC), datetime(2027, 3, 28, 1, tzinfo=UTC)),
    "America/New_York": (datetime(2026, 11, 1, 6, tzinfo=UTC), datetime(2027, 3, 14, 7, tzinfo=UTC)),
    "Asia/Vladivostok": (datetime(2026, 11, 26, 12, tzinfo=UTC),),
    "UTC": (datetime(2026, 12, 31, 23, 30, tzinfo=UTC),),
}
"""Time zones of Webasyst's server with the moments when its clock goes back and forth, in UTC; the others have none."""
MOMENTS = [(zone, moment) for zone, moments in SHIFTS.items() for moment in moments]
RIGHT = (0, 0)
SKEWS = [(QUARTER, -QUARTER), (-QUARTER, QUARTER)]
"""Seconds that CS-Cart's and Webasyst's clocks are ahead of syncd's."""


def _nights() -> list[Any]:
    """Every moment with clocks that are right, and the doubled hour of Berlin with wrong ones; the others are slow."""
    nights = []
    for zone, moment in MOMENTS:
        for skews in (RIGHT, *SKEWS):
            fast = skews == RIGHT or (zone, moment) == MOMENTS[0]
            name = f"{zone} {moment:%b} {skews}"
            nights.append(pytest.param(zone, moment, skews, id=name, marks=() if fast else pytest.mark.slow))
    return nights


@pytest.fixture
def living(tmp_path: Path) -> Iterator[Living]:
    """Two empty shops."""
    living = Living(CSCartShop(products=0), WebasystShop(products=0), tmp_path / "data")
    living.pair.set(
        orders={"update_time": STEP},
        products={"update_time": STEP},
        statuses_back='{"processing":"P","completed":"C"}',
    )
    yield living
    living.close()


def set_clocks(pair: Pair, moment: datetime, skews: tuple[int, int]) -> None:
    """All three clocks show this moment, give or take."""
    pair.ahead = moment - utc_now()
    for shop, skew in zip((pair.cscart, pair.webasyst), skews, strict=True):
        shop.shop.clock.set(moment.timestamp() + skew)


def live(living: Living, steps: int) -> dict[str, str]:
    """Somebody does something in every shop between two cycles; answers the names that must stand on both sides."""
    pair = living.pair
    names = {}
    for number in range(steps):
        code, other = CODES[number % 3], CODES[(number + 1) % 3]
        names[code] = f"Webasyst {number}"
        pair.at_webasyst("product.update", id=pair.office_product(code)["id"], name=names[code])
        names[other] = f"CS-Cart {number}"
        pair.at_cscart("product.update", sku=other, product=names[other])
        pair.place(code)
        new = [row for row in pair.office_orders() if row["state_id"] == "new"]
        if new:
            pair.at_webasyst("order.action", id=new[0]["id"], action="process")
        pair.later(STEP)
        living.cycle()
    return names


def all_agree(living: Living, names: dict[str, str]) -> None:
    """Nothing was missed and nothing applied twice; then nothing is written any more."""
    pair = living.pair
    for _ in range(2):
        pair.later(STEP)
        living.cycle()
    assert living.failures() == []
    for code, name in names.items():
        product = pair.source_product(code)
        assert (product["name"], pair.office_product(code)["name"]) == (name, name)
        assert pair.stock(code) == product["amount"]
    orders = pair.source_orders()
    assert pair.delivered() == dict.fromkeys(orders, 1)
    for number, order in orders.items():
        there = pair.office_order(number)
        assert money(there["total"]) == money(order["total"])
        assert order["status"] == {"new": "O", "processing": "P"}[there["state_id"]]
    pair.forget_counts()
    pair.later(STEP)
    living.cycle()
    assert pair.writes == 0, (pair.webasyst.counters.by_method, pair.cscart.counters.by_method)


@pytest.mark.parametrize(("zone", "moment", "skews"), _nights())
def test_no_clock_loses_or_doubles_anything(
    living: Living, zone: str, moment: datetime, skews: tuple[int, int]
) -> None:
    """Both shops are edited from an hour and more before the clock is changed until an hour and more after it."""
    pair = living.pair
    pair.at_webasyst("setting", timezone=zone)
    set_clocks(pair, moment, skews)
    for _ in range(8):
        pair.later(-STEP)
    for code in CODES:
        pair.product(code, amount=1000)
    living.cycle("products", "orders", "products")
    names = live(living, 16)
    all_agree(living, names)


@pytest.mark.parametrize("jump", [QUARTER, -QUARTER])
@pytest.mark.parametrize("shop", ["cscart", "webasyst", "syncd"])
def test_a_clock_that_jumps_loses_nothing(living: Living, shop: str, jump: int) -> None:
    """A clock is put right, or wrong, while syncd runs."""
    pair = living.pair
    pair.set(products={"update_time": 1800}, orders={"update_time": 1800})
    for code in CODES:
        pair.product(code, amount=1000)
    living.cycle("products", "orders", "products")
    pair.later(4000)
    live(living, 2)
    if shop == "syncd":
        pair.later(jump)
        for each in (pair.cscart, pair.webasyst):
            each.shop.clock.advance(-jump)
    else:
        getattr(pair, shop).shop.clock.advance(jump)
    names = live(living, 4)
    all_agree(living, names)
