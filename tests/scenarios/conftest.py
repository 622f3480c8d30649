"""Shops for scenarios."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from syncd.sandbox.cscart.shop import CSCartShop
from syncd.sandbox.webasyst.shop import WebasystShop
from syncd.shops.pace import Pace
from tests.scenarios.shops import Pair, two_shops
from tests.scenarios.sources import CODES, World, five_shops

Opener = Callable[..., Pair]


@pytest.fixture
def shops(tmp_path: Path) -> Iterator[Opener]:
    """Opens pairs of shops of any kind; they close when the test ends."""
    with ExitStack() as stack:
        count = iter(range(10_000))

        def open_shops(cscart: CSCartShop | None = None, webasyst: WebasystShop | None = None) -> Pair:
            return stack.enter_context(
                two_shops(
                    cscart or CSCartShop(products=0),
                    webasyst or WebasystShop(products=0),
                    tmp_path / f"data-{next(count)}",
                )
            )

        yield open_shops


@pytest.fixture
def pair(shops: Opener) -> Pair:
    """An empty CS-Cart shop and an empty Webasyst account, except for one product A, SKU `A`, at 10.00, 50 pieces."""
    pair = shops()
    pair.product("A")
    return pair


@pytest.fixture
def started(pair: Pair) -> Pair:
    """The same after the first run: product A is linked."""
    pair.run()
    pair.forget_counts()
    return pair


@pytest.fixture
def unpaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """JustClick's one call a second is not waited for."""
    monkeypatch.setattr("syncd.shops.transport.Pace", lambda calls_per_second: Pace(10_000))


@pytest.fixture
def world(tmp_path: Path, unpaced: None) -> Iterator[World]:
    """Five shops after the first run of the products: A, B and C stand in Webasyst with 50 pieces at 10.00."""
    with five_shops(tmp_path / "data") as world:
        for code in CODES:
            world.product(code)
        world.run("products")
        world.forget_counts()
        yield world
