"""A run with nothing to do costs next to nothing (issue: what it must show, point 2)."""

from __future__ import annotations

import pytest

from syncd.daemon.once import Exit
from syncd.sandbox.cscart.shop import CSCartShop
from tests.scenarios.conftest import Opener
from tests.scenarios.invariants import in_step
from tests.scenarios.shops import Pair

BACK = 1
"""Requests of the way back for each stream."""
MOST_REQUESTS = 5
"""Requests of the two forward streams, those that a new process makes to get to know the office included."""


def fill_and_rest(pair: Pair) -> None:
    """The first run, and then a time without changes that is longer than every overlap."""
    first = pair.run()
    assert first.exit is Exit.OK, first.failures
    in_step(pair)
    pair.later(3600)
    pair.run()
    pair.forget_counts()


def run_quietly(pair: Pair) -> None:
    """No write, few requests, and one commit for each stream's cycle."""
    run = pair.run()
    assert run.exit is Exit.OK
    assert pair.writes == 0
    most = MOST_REQUESTS + BACK * sum(name.endswith("-back") for name in pair.streams)
    assert pair.cscart.counters.requests + pair.webasyst.counters.requests <= most
    assert run.commits == len(pair.streams)


def test_a_quiet_run_of_a_small_shop_writes_nothing_and_asks_little(shops: Opener) -> None:
    """With nothing changed within the overlap, the forward streams need five requests together, the way back one each."""
    pair = shops(CSCartShop(products=40, orders=20))
    fill_and_rest(pair)
    run_quietly(pair)


@pytest.mark.slow
def test_a_quiet_run_of_a_shop_of_2000_products_and_500_orders_writes_nothing_and_asks_little(
    shops: Opener,
) -> None:
    """The first run of 2,000 products and 500 orders is complete; the next one writes nothing and asks little."""
    pair = shops(CSCartShop(products=2000, orders=500))
    fill_and_rest(pair)
    run_quietly(pair)
