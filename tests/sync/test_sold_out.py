"""A product that syncd sold out because its partner vanished: its pieces are there again when the partner is."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.model.owner import Side
from syncd.sync.product_base import pending_of, shelf_of, spell_shelf
from syncd.sync.product_merge import spell_stamp
from syncd.sync.shared_stock import Shelf, counted, resolve
from syncd.sync.sold_out import base_after, base_before
from tests.sync import builders as make

D = Decimal
LATER = make.NOON + timedelta(hours=1)
moves = st.integers(-5, 5).map(Decimal)


def shelf(pieces: int = 10) -> Shelf:
    """Both sides say so many; linked orders had taken two of the office's."""
    return Shelf(D(pieces), D(pieces), D(pieces), D(2))


def again(base: dict[str, object], side: Side, now: Decimal, stamp: datetime) -> Decimal:
    """What is on the shelf once the product is back; the other side did not move."""
    known = resolve(shelf_of(base), pending_of(base), now, spell_stamp(stamp))
    assert known is not None
    source, office = (now, known.office) if side is Side.CSCART else (known.source, now)
    return counted(known, source, office, known.taken).total


@given(side=st.sampled_from(Side), before=moves, after=moves, done=st.booleans(), tries=st.integers(1, 3))
def test_only_what_people_moved_counts(
    side: Side, before: Decimal, after: Decimal, *, done: bool, tries: int
) -> None:
    """Before and after it was sold out, whether or not that took effect, and however often it was tried."""
    base: dict[str, object] = {"shelf": spell_shelf(shelf())}
    stands, stamp = D(10) + before, make.NOON
    for _ in range(tries):
        base = base_before(base, side, stands, taken=None, stamp=stamp, now=LATER)
        if done:
            stands, stamp = D(0), LATER
    assert again(base, side, stands + after, stamp) == 10 + before + after


def test_what_orders_took_meanwhile_is_no_movement() -> None:
    """The office worked on two more pieces that the source had sold."""
    base = base_before(
        {"shelf": spell_shelf(shelf())}, Side.WEBASYST, D(8), taken=D(4), stamp=make.NOON, now=LATER
    )
    assert again(base, Side.WEBASYST, D(0), LATER) == 10


@pytest.mark.parametrize("base", [{}, {"quantity": ["10", ""], "visible": ["shown", "shown"]}])
def test_what_was_never_counted_stays_so(base: dict[str, object]) -> None:
    """There is nothing that could be missed."""
    assert base_before(base, Side.WEBASYST, D(3), taken=D(0), stamp=None, now=LATER) == base


def test_a_zero_that_both_own_was_nobodys_edit() -> None:
    """The base says what the office says then, with what orders took."""
    base = {"quantity": ["10", "10"], "taken": "0", "price": ["1", "1"]}
    assert base_after(base, D(2)) == {"quantity": ["10", "2"], "taken": "2", "price": ["1", "1"]}
    assert base_after({"price": ["1", "1"]}, D(2)) == {"price": ["1", "1"]}
