"""What staff edited in an office order: told with both values, and never taken for agreed by the way."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.model.backoffice import OfficeLine, OfficeOrder
from syncd.sync.facets import MONEY, Facet, facets_of
from syncd.sync.order_changes import office_lines
from syncd.sync.order_decision import ADDED_UP
from syncd.sync.order_edit import agree, edit_of, pieces
from tests.sync import builders as make

D = Decimal
ALL = frozenset(Facet)
NONE: frozenset[Facet] = frozenset()
COFFEE = OfficeLine(1, 4, 3, "Coffee", "COF-1", D("2.000"), D("10.5000"))
WRAP = OfficeLine(2, None, None, "Gift wrap", "", D(1), D(3))
ORDER = make.order()
AGREED = make.office_order(lines=(COFFEE,), shipping=D(5), discount=D(0), total=D(26))
BASE = agree(ORDER, {}, AGREED, ALL)


def changed(*lines: OfficeLine, shipping: str = "5", discount: str = "0") -> OfficeOrder:
    """The order as staff may leave it; the total follows."""
    worth = sum((line.price * line.quantity for line in lines), D(0))
    parts = D(shipping), D(discount)
    return replace(
        AGREED, lines=lines, shipping=parts[0], discount=parts[1], total=worth + parts[0] - parts[1]
    )


def test_what_was_agreed_is_no_edit() -> None:
    """However the shop writes its numbers, and in whatever order it lists the lines."""
    assert edit_of(BASE, AGREED) is None
    two = changed(COFFEE, WRAP)
    base = agree(ORDER, {}, two, ALL)
    again = replace(two, lines=(WRAP, replace(COFFEE, quantity=D(2), price=D("10.50"))))
    assert edit_of(base, again) is None


@pytest.mark.parametrize(
    ("order", "told"),
    [
        (
            changed(replace(COFFEE, quantity=D(3))),
            "lines are 3 x Coffee at 10.50, agreed 2 x Coffee at 10.50; total is 36.50, agreed 26.00",
        ),
        (
            changed(COFFEE, WRAP),
            "lines are 2 x Coffee at 10.50; 1 x Gift wrap at 3.00, agreed 2 x Coffee at 10.50; "
            "total is 29.00, agreed 26.00",
        ),
        (changed(COFFEE, discount="1.5"), "discount is 1.50, agreed 0.00; total is 24.50, agreed 26.00"),
        (changed(COFFEE, shipping="0"), "shipping is 0.00, agreed 5.00; total is 21.00, agreed 26.00"),
        (replace(AGREED, total=D("26.01")), "total is 26.01, agreed 26.00"),
    ],
)
def test_every_edit_is_told_with_both_values(order: OfficeOrder, told: str) -> None:
    """Lines, shipping, discount, total."""
    assert edit_of(BASE, order) == told


def test_what_was_not_compared_is_not_agreed() -> None:
    """A status or an address of the source does not make an edit of the staff's agreed; a money facet does for its part."""
    edited = changed(replace(COFFEE, quantity=D(3)), shipping="7")
    for facets in (NONE, frozenset({Facet.ADDRESS})):
        assert agree(ORDER, BASE, edited, facets) == BASE
    money = agree(ORDER, BASE, edited, ADDED_UP)
    assert money["lines"] == BASE["lines"]
    assert money["office"] == BASE["office"] | {"shipping": "7.00"}
    assert "lines are 3 x Coffee" in (edit_of(money, edited) or "")
    assert edit_of(agree(ORDER, BASE, edited, ADDED_UP | {Facet.LINES}), edited) is None


def test_the_facets_of_the_source_are_always_those_of_now() -> None:
    """They are what the next version is compared with."""
    order = make.order(comment="Ring once")
    assert agree(order, BASE, AGREED, frozenset({Facet.COMMENT}))["facets"] == facets_of(order)


OLD: dict[str, Any] = {"facets": facets_of(ORDER), "lines": office_lines(AGREED.lines)}
"""A base from before the way back: a fingerprint, and no words for it."""


def test_a_base_without_words_is_completed_when_its_lines_stand_there() -> None:
    """Else the edit is told without the agreed lines, and stays one."""
    assert agree(ORDER, OLD, AGREED, NONE) == BASE
    edited = changed(replace(COFFEE, quantity=D(3)))
    assert agree(ORDER, OLD, edited, NONE) == OLD
    assert edit_of(OLD, AGREED) is None
    assert edit_of(OLD, edited) == "lines are 3 x Coffee at 10.50, and were not when both shops agreed"
    assert edit_of({}, edited) is None
    assert edit_of({"facets": {}}, edited) is None


def test_only_what_both_shops_sold_is_counted() -> None:
    """Per SKU the smaller of the two; free lines and lines of nothing are no pieces."""
    two = changed(COFFEE, replace(COFFEE, item_id=3, quantity=D(1)), WRAP)
    base = agree(ORDER, {}, two, ALL)
    assert pieces(base, two) == {4: D(3)}
    assert pieces(base, changed(replace(COFFEE, quantity=D(9)), replace(COFFEE, sku_id=5))) == {4: D(3)}
    assert pieces(base, changed(replace(COFFEE, quantity=D(1)))) == {4: D(1)}
    assert pieces(base, changed(replace(COFFEE, quantity=D(0)))) == {}
    assert pieces(OLD, changed(replace(COFFEE, quantity=D(9)))) == {4: D(9)}


LINES = st.lists(
    st.builds(
        OfficeLine,
        item_id=st.just(1),
        sku_id=st.sampled_from([None, 4, 5]),
        product_id=st.none(),
        name=st.sampled_from(["Coffee", "Tea"]),
        code=st.just(""),
        quantity=st.integers(0, 3).map(D),
        price=st.sampled_from([D("1.00"), D("2.5000")]),
    ),
    max_size=3,
)
ORDERS = st.builds(
    lambda lines, shipping, discount: changed(*lines, shipping=shipping, discount=discount),
    LINES,
    st.sampled_from(["0", "5.00"]),
    st.sampled_from(["0", "1.5"]),
)


@given(ORDERS, ORDERS, st.frozensets(st.sampled_from(Facet)))
def test_agreeing_on_everything_leaves_no_edit_and_on_less_never_hides_one(
    first: OfficeOrder, second: OfficeOrder, facets: frozenset[Facet]
) -> None:
    """What counts is what was compared."""
    base = agree(ORDER, {}, first, ALL)
    assert edit_of(base, first) is None
    later = agree(ORDER, base, second, facets)
    same_lines = office_lines(first.lines) == office_lines(second.lines)
    hidden = edit_of(later, second) is None and not same_lines
    assert not hidden or Facet.LINES in facets
    if not facets & MONEY:
        assert edit_of(later, second) == edit_of(base, second)


@given(ORDERS, ORDERS)
def test_no_piece_is_counted_that_one_of_the_shops_did_not_sell(
    first: OfficeOrder, second: OfficeOrder
) -> None:
    """Whatever staff does to the lines."""
    base = agree(ORDER, {}, first, ALL)
    sold = {"first": pieces({}, first), "second": pieces({}, second)}
    for sku_id, number in pieces(base, second).items():
        assert 0 < number <= min(side[sku_id] for side in sold.values())
