"""A toy shop on real sockets."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from syncd.sandbox.running import RunningShop, ShopThread
from tests.sandbox.base.toyshop import ToyShop


@pytest.fixture
def toy() -> ToyShop:
    return ToyShop()


@pytest.fixture
def shop(toy: ToyShop) -> Iterator[RunningShop]:
    with ShopThread(toy) as running:
        yield running
