"""A buyer's comment that only the call about the new order told (contracts/sources §1.4)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from syncd.model.hook import HookCall
from syncd.model.order import Order
from syncd.shops.horoshop.comments import comment_in
from tests.shops.horoshop.conftest import Reading
from tests.shops.horoshop.small_shop import SmallShop, an_order

pytestmark = pytest.mark.anyio


def call(**body: Any) -> HookCall:
    return HookCall("order_created", "PUT", "application/json", json.dumps(body).encode())


async def told(keys: Sequence[str]) -> dict[str, list[HookCall]]:
    """Orders 1 and 2 were called about."""
    kept = {"1": [call(order_id=1, comment=" Ring twice ")], "2": [call(order_id=2, comment="By hook")]}
    return {key: kept[key] for key in keys if key in kept}


async def test_the_calls_comment_stands_in_for_one_that_lacks(shop: SmallShop, reading: Reading) -> None:
    """In the list and alone; a comment that the order itself has is the later one, and what nobody told is not told."""
    shop.orders = [an_order(1, comment=""), an_order(2, comment="By list"), an_order(3, comment="")]
    source = reading(calls=told)
    found = {order.key: order async for page in source.changed_orders(None) for order in page.records}

    assert {key: (order.comment, order.comment_told) for key, order in found.items()} == {
        "1": ("Ring twice", True),
        "2": ("By list", True),
        "3": ("", False),
    }
    alone = await source.order("1")
    assert isinstance(alone, Order)
    assert alone.comment == "Ring twice"


def test_the_last_comment_counts() -> None:
    """A later call without one (order_paid) takes none away; what cannot be read tells none."""
    paid, broken = call(order_id=1, payed=1), HookCall("order_created", "PUT", "", b"\xff")
    assert comment_in([call(comment="a"), call(comment="b"), call(comment=None), paid, broken]) == "b"
    assert comment_in([paid, broken, call(comment=[])]) == ""
