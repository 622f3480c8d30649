"""Marketplace sandboxes on real sockets, with a clock that stands still, and a receiver of hooks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from syncd.sandbox.clock import Clock
from syncd.sandbox.marketplace.shop import MarketplaceShop
from syncd.sandbox.running import ShopThread
from tests.sandbox.base.receiver import Receiver, receiving
from tests.sandbox.marketplace.client import NOW, Api

Start = Callable[..., Api]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start sandboxes with the given arguments; they stop with the test."""
    with ExitStack() as stack:

        def run(**arguments: Any) -> Api:
            shop = MarketplaceShop(clock=Clock(NOW), **arguments)
            return Api(stack.enter_context(ShopThread(shop)), shop)

        yield run


@pytest.fixture
def api(start: Start) -> Api:
    """A developer with the products A, B and C and no orders."""
    return start(skus=["A", "B", "C"])


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found
