"""Which status moves a cycle would make, for the brake to judge."""

from __future__ import annotations

from typing import Any

import pytest

from syncd.model.order import Order
from syncd.sync.order_brake import status_moves
from tests.sync import builders as make

AGREED = make.order()


def moves(order: Order, **link: Any) -> list[str]:
    return status_moves([order], {order.key: make.order_link(AGREED, **link)}, make.order_policy())


def test_a_mapped_status_that_is_new_is_a_move() -> None:
    """A linked order with another, mapped status would move; the evidence names it and both states."""
    assert moves(make.order(status="C"), state="paid") == ["order 98: paid -> completed"]


def test_an_order_without_a_link_moves_nothing() -> None:
    """An order still to be created overwrites nothing."""
    assert status_moves([make.order(status="C")], {}, make.order_policy()) == []


@pytest.mark.parametrize(
    ("status", "link"),
    [("B", {}), ("P", {"status": "P"}), ("P", {"state": "processing"})],
)
def test_what_moves_nothing_is_not_counted(status: str, link: dict[str, Any]) -> None:
    """An unmapped letter, a status applied already and a state reached already are no moves."""
    assert moves(make.order(status=status), **link) == []
