"""CS-Cart sandboxes on real sockets, with a clock that stands still."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from syncd.sandbox.clock import Clock
from syncd.sandbox.cscart.shop import CSCartShop
from syncd.sandbox.running import ShopThread
from tests.sandbox.cscart.client import NOW, Api

Start = Callable[..., Api]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start sandboxes with the given arguments; they stop with the test."""
    with ExitStack() as stack:

        def run(**arguments: Any) -> Api:
            shop = CSCartShop(clock=Clock(NOW), **arguments)
            return Api(stack.enter_context(ShopThread(shop)), shop)

        yield run


@pytest.fixture
def api(start: Start) -> Api:
    """A shop with 30 products and no orders."""
    return start(products=30)
