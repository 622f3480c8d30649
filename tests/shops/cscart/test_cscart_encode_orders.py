"""What is sent of an order: a status alone, a shipment, or complete lines."""

from __future__ import annotations

from decimal import Decimal

import pytest

from syncd.errors import Held
from syncd.model.exchange import SourceLine
from syncd.shops.cscart.encode_orders import (
    checked_discount,
    discount_change,
    line_map,
    new_shipment,
    status_change,
    tracking_change,
)

STATUS_PATH = {"status", "notify_user", "notify_department", "notify_vendor"}
"""One key more, and the whole order is rebuilt (contracts/cscart §4.6)."""
TEA = SourceLine("12", "Tea", 2, Decimal("5.50"))
CUP = SourceLine("13", "Cup", 1, Decimal(7))


def test_a_status_notifies_nobody_unless_told() -> None:
    """An absent flag means no; "N" and "0" are never sent, for the former means yes."""
    assert status_change("C", frozenset()) == {"status": "C"}
    assert status_change("C", frozenset({"user"})) == {"status": "C", "notify_user": "1"}
    everybody = status_change("C", frozenset({"user", "department", "vendor"}))
    assert set(everybody) == STATUS_PATH
    assert set(everybody.values()) == {"C", "1"}


@pytest.mark.parametrize("letter", ["", "CC", " ", "?"])
def test_what_is_no_letter_is_held(letter: str) -> None:
    """The shop stores whatever it gets."""
    with pytest.raises(Held):
        status_change(letter, frozenset())


def test_nobody_else_can_be_notified() -> None:
    """A key that the status path does not know would rebuild the order."""
    with pytest.raises(ValueError, match="neighbour"):
        status_change("C", frozenset({"user", "neighbour"}))


def test_a_shipment_leaves_the_order_alone() -> None:
    """Neither a status nor a mail goes along, and everything is shipped."""
    assert new_shipment("98", "1", "RR1") == {"order_id": "98", "shipping_id": "1", "tracking_number": "RR1"}
    assert tracking_change("RR2") == {"tracking_number": "RR2"}


def test_lines_are_a_map_of_complete_lines() -> None:
    """Keys from "1" on, never a list, and each line with all that the shop takes literally (contracts/cscart §4.6)."""
    body = line_map([TEA, CUP], "1", {"12": {"note": "n"}})
    assert list(body) == ["1", "2"]
    assert body["1"] == {
        "product_id": "12",
        "product": "Tea",
        "amount": 2,
        "price": "5.5",
        "base_price": "5.5",
        "discount": 0,
        "stored_price": "Y",
        "is_edp": "N",
        "extra": {"note": "n"},
        "company_id": "1",
    }
    assert body["2"]["extra"] == {}
    assert all("company_id" not in line for line in line_map([TEA], "0", {}).values())


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [TEA, TEA],
        [SourceLine("", "Free", 1, Decimal(1))],
        [SourceLine("0", "Free", 1, Decimal(1))],
        [SourceLine("12", "None", 0, Decimal(1))],
        [SourceLine("12", "Back", 1, Decimal(-1))],
    ],
    ids=["none", "twice", "no product", "product 0", "no pieces", "below zero"],
)
def test_lines_that_the_shop_would_lose_are_held(lines: list[SourceLine]) -> None:
    """It skips lines silently, merges those of one product, and drops signs."""
    with pytest.raises(Held):
        line_map(lines, "1", {})


def test_a_discount_comes_with_its_total() -> None:
    """The shop would keep the total of before (contracts/cscart §4.5)."""
    assert discount_change(Decimal("3.00"), Decimal("10.50")) == {"subtotal_discount": "3", "total": "10.5"}


def test_a_discount_lies_within_the_goods() -> None:
    """In cents, from nothing to all of it."""
    assert checked_discount(Decimal("3.005"), [TEA]) == Decimal("3.01")
    assert checked_discount(Decimal(11), [TEA]) == 11
    for discount in (Decimal("-0.01"), Decimal("11.01")):
        with pytest.raises(Held):
            checked_discount(discount, [TEA])
