"""Counting one shelf that two shops sell from."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.model.owner import Side
from syncd.sync.shared_stock import Pending, Shelf, counted, resolve, whole, written

D = Decimal
AMOUNT = st.integers(-400, 400).map(lambda number: D(number) / 4)
PIECES = st.integers(-100, 100).map(D)
Four = tuple[Decimal, Decimal, Decimal, Decimal]
FOUR = st.tuples(AMOUNT, AMOUNT, AMOUNT, AMOUNT)


def shelf(total: str, source: str, office: str, taken: str = "0") -> Shelf:
    return Shelf(D(total), D(source), D(office), D(taken))


AGREED = shelf("10", "10", "10")


class TestCounting:
    """What moved on either side since the last count is added up."""

    def test_sales_on_both_sides_are_added(self) -> None:
        """Ten pieces, two sold by one shop and three by the other: five are left."""
        assert counted(AGREED, D(8), D(7), D(0)) == shelf("5", "8", "7")

    def test_receipts_on_both_sides_add(self) -> None:
        """Goods that either shop receives are there for both."""
        assert counted(AGREED, D(14), D(12), D(0)).total == 16

    def test_a_sale_and_a_receipt_that_cancel_out_leave_the_total(self) -> None:
        """Movements are counted with their signs."""
        assert counted(AGREED, D(8), D(12), D(0)).total == 10

    def test_what_our_orders_took_is_no_movement(self) -> None:
        """A sale of three that came to the office as an order and was taken off there once more counts once."""
        sold = counted(AGREED, D(7), D(10), D(0))
        assert sold.total == 7
        assert counted(sold, D(7), D(7), D(3)).total == 7

    def test_what_our_orders_gave_back_is_no_movement(self) -> None:
        """A deleted or refunded order gives its pieces back to the office; the shelf waits for the source to say so."""
        reduced = shelf("7", "7", "7", "3")
        assert counted(reduced, D(7), D(10), D(0)).total == 7
        assert counted(reduced, D(10), D(10), D(0)).total == 10

    def test_without_an_earlier_count_the_source_leads(self) -> None:
        """At first contact the shop that sells knows what is there; from then on the office's movements count."""
        first = counted(None, D(4), D(9), D(2))
        assert first == shelf("4", "4", "9", "2")
        assert counted(written(first, Side.WEBASYST), D(4), D(3), D(2)).total == 3

    def test_more_may_be_sold_than_there_was(self) -> None:
        """The total goes below zero, and comes back with the next receipt: nothing is forgotten."""
        oversold = counted(AGREED, D(3), D(2), D(0))
        assert oversold.total == -5
        both = written(written(oversold, Side.WEBASYST), Side.CSCART)
        assert counted(both, D(3), D(-5), D(0)).total == 3

    @given(FOUR, FOUR)
    def test_counting_twice_counts_once(self, kept: Four, now: Four) -> None:
        """A count that is repeated with nothing moved in between changes nothing."""
        once = counted(Shelf(*kept), *now[:3])
        assert counted(once, *now[:3]) == once

    @given(st.lists(st.tuples(PIECES, AMOUNT, AMOUNT), max_size=6))
    def test_how_often_it_is_counted_does_not_matter(
        self, moves: list[tuple[Decimal, Decimal, Decimal]]
    ) -> None:
        """Many small counts come to the same as one at the end."""
        source, office, taken = D(10), D(10), D(0)
        often = AGREED
        for here, there, order in moves:
            source, office, taken = source + here, office + there - order, taken + order
            often = counted(often, source, office, taken)
        assert often == counted(AGREED, source, office, taken)


class TestWriting:
    """What stands where after a write."""

    @pytest.mark.parametrize(("total", "pieces"), [("2.5", 2), ("2", 2), ("0", 0), ("-0.5", -1), ("-2", -2)])
    def test_the_source_takes_whole_pieces(self, total: str, pieces: int) -> None:
        """Never more than there are: half a piece cannot be sold."""
        assert whole(D(total)) == pieces
        assert written(shelf(total, "9", "9"), Side.CSCART).source == pieces

    def test_the_office_takes_fractions(self) -> None:
        """What the source cannot say is no movement of its own afterwards."""
        both = written(written(shelf("2.5", "9", "9"), Side.WEBASYST), Side.CSCART)
        assert both == shelf("2.5", "2", "2.5")
        assert counted(both, D(2), D("2.5"), D(0)).total == D("2.5")
        assert counted(both, D(1), D("2.5"), D(0)).total == D("1.5")

    @given(AMOUNT, PIECES, AMOUNT, AMOUNT)
    def test_an_own_write_is_no_movement(
        self, total: Decimal, source: Decimal, office: Decimal, taken: Decimal
    ) -> None:
        """Once the total stands on both sides, the next count finds that nothing moved."""
        both = written(written(Shelf(total, source, office, taken), Side.WEBASYST), Side.CSCART)
        assert counted(both, both.source, both.office, taken) == both


PENDING = Pending(Side.WEBASYST, D(10), "12:00", young=False, shelf=shelf("7", "7", "7"))
YOUNG = Pending(Side.WEBASYST, D(10), "12:00", young=True, shelf=shelf("7", "7", "7"))
BEFORE = shelf("7", "7", "10")


class TestPending:
    """A write whose answer was lost: whether it took effect is seen from the value and the record's stamp."""

    @pytest.mark.parametrize(
        ("pending", "now", "stamp", "took_effect"),
        [
            (PENDING, "10", "12:00", False),
            (PENDING, "7", "12:01", True),
            # Sold since, before or after the write.
            (PENDING, "8", "12:00", False),
            (PENDING, "5", "12:01", True),
            # As many were sold as the write would have taken off.
            (PENDING, "7", "12:00", False),
            # Somebody edited the record, and nothing moved.
            (PENDING, "10", "12:01", False),
            # The record had been changed just before the write: its stamp may be the same after it.
            (YOUNG, "7", "12:00", True),
            (YOUNG, "10", "12:00", False),
            (YOUNG, "8", "12:00", False),
            (YOUNG, "5", "12:01", True),
            (YOUNG, "7", "12:01", True),
        ],
    )
    def test_whether_it_took_effect(self, pending: Pending, now: str, stamp: str, took_effect: bool) -> None:
        """A stamp that stands still proves that nothing was written, unless it was young; else the value tells."""
        assert resolve(BEFORE, pending, D(now), stamp) == (pending.shelf if took_effect else BEFORE)

    def test_the_source_is_judged_by_its_own_value(self) -> None:
        """A write to the source took effect when the source says it, in whole pieces."""
        pending = Pending(Side.CSCART, D(9), "12:00", young=False, shelf=shelf("2.5", "2", "2.5"))
        assert resolve(BEFORE, pending, D(2), "12:01") == pending.shelf
        assert resolve(BEFORE, pending, D(9), "12:01") == BEFORE

    def test_without_a_pending_write_what_was_counted_counts(self) -> None:
        """Nothing is in doubt, so nothing changes; also before anything was counted."""
        assert resolve(BEFORE, None, D(1), "12:01") == BEFORE
        assert resolve(None, None, D(1), "12:01") is None
        assert resolve(None, PENDING, D(10), "12:00") is None
