"""A creation in doubt: adopt what exists, wait while it may still be at work, repeat only what surely is not there."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.sync.doubts import SKEW, Adopt, Repeat, Suspect, Wait, fingerprint, settle
from tests.sync import builders as make

LATER = make.NOON + 2 * make.MINUTE
"""After the abandoned call of the default intent has ended for sure."""

OURS = make.office_order(order_id=601, lines=(make.office_line(1, "Coffee", "2.000", sku_id=4),))
"""An order that looks like the one the default intent was to make."""

MOMENTS = st.integers(-3600, 3600).map(lambda seconds: make.NOON + timedelta(seconds=seconds))


def like(**fields: Any) -> Suspect | Repeat:
    """The verdict when this order without a reference is there."""
    order = make.office_order(**{"order_id": 601, "lines": OURS.lines} | fields)
    verdict = settle(make.intent(), [], [order], LATER)
    assert isinstance(verdict, Suspect | Repeat)
    return verdict


@pytest.mark.parametrize("now", [make.NOON, LATER])
def test_an_order_with_the_reference_is_ours(now: datetime) -> None:
    """What carries the reference is adopted at once, also while the call may still be at work."""
    assert settle(make.intent(), [OURS], [], now) == Adopt(OURS)


def test_of_several_hits_the_oldest_is_ours() -> None:
    """The first order made is adopted, in whatever order the shop lists them."""
    hits = [make.office_order(order_id=number) for number in (605, 602, 609)]
    assert settle(make.intent(), hits, [], LATER) == Adopt(hits[1])


def test_a_miss_proves_nothing_while_the_call_may_run() -> None:
    """Before `settle_after` a miss means waiting; from that moment on it counts."""
    end = make.intent().settle_after
    assert settle(make.intent(), [], [OURS], end - timedelta(microseconds=1)) == Wait()
    assert settle(make.intent(), [], [], end) == Repeat()


@given(MOMENTS, MOMENTS, st.lists(st.sampled_from([OURS, make.office_order()]), max_size=3), st.booleans())
def test_nothing_is_repeated_early_or_twice(
    now: datetime, end: datetime, nameless: list[Any], hit: bool
) -> None:
    """Never is a creation repeated before its call has ended, with a hit, or with an order that looks like it."""
    verdict = settle(make.intent(settle_after=end), [OURS] if hit else [], nameless, now)
    if isinstance(verdict, Repeat):
        assert now >= end
        assert not hit
        assert not nameless or end < make.NOON - SKEW
    assert isinstance(verdict, Adopt) == hit


def test_an_order_that_looks_like_ours_is_for_a_person() -> None:
    """The same contact, time and lines without a reference: the shop may have died between the row and its params."""
    assert like() == Suspect((601,))


def test_all_suspects_are_named() -> None:
    """Every order that looks like ours is named, by number."""
    nameless = [make.office_order(order_id=number, lines=OURS.lines) for number in (609, 602)]
    assert settle(make.intent(), [], nameless, LATER) == Suspect((602, 609))


def test_an_order_whose_lines_were_not_written_is_suspect() -> None:
    """The shop may have died even before the lines."""
    assert like(lines=()) == Suspect((601,))


@pytest.mark.parametrize(
    "fields",
    [
        {"params": {"syncd_ref": "cscart:shop.example:99"}},
        {"params": {"storefront": "shop.example"}},
        {"state": "deleted"},
        {"contact_id": 10},
        {"lines": (make.office_line(1, "Coffee", "3", sku_id=4),)},
        {"lines": (make.office_line(1, "Tea", "2", sku_id=5),)},
        {"lines": (*OURS.lines, *OURS.lines)},
        {"lines": (make.office_line(1, "Delivery by phone"),)},
        {"created_at": make.NOON - SKEW - make.MINUTE},
        {"created_at": make.NOON + make.MINUTE + SKEW + make.MINUTE},
    ],
)
def test_an_order_of_somebody_else_holds_nothing_up(fields: dict[str, Any]) -> None:
    """A reference of its own, another contact, other lines or another time: not ours, and a deleted one is done with."""
    assert like(**fields) == Repeat()


@pytest.mark.parametrize("moment", [make.NOON - SKEW, make.NOON + make.MINUTE + SKEW])
def test_clocks_may_disagree(moment: datetime) -> None:
    """The office's clock may be off by the skew in either direction."""
    assert like(created_at=moment) == Suspect((601,))


def test_an_unknown_contact_is_not_compared() -> None:
    """A new customer's contact id was not known before the call, so it tells nothing."""
    intent = make.intent(payload={"contact_id": None, "lines": ["4x2"]})
    order = make.office_order(order_id=601, contact_id=77, lines=OURS.lines)
    assert settle(intent, [], [order], LATER) == Suspect((601,))


def test_free_lines_are_compared_by_what_is_left() -> None:
    """An order of free lines only is told by having no products, for those lines come with a later call."""
    free = make.office_order(order_id=601, lines=(make.office_line(1, "Delivery"),))
    assert settle(make.intent(payload={"contact_id": 9}), [], [free], LATER) == Suspect((601,))
    assert settle(make.intent(payload={"contact_id": 9}), [], [OURS], LATER) == Repeat()


def test_a_fingerprint_knows_products_and_quantities() -> None:
    """The fingerprint does not depend on the order of the lines, and leaves free lines out."""
    lines = [(5, "1"), (None, "9"), (4, str(Decimal("2.000").normalize()))]
    assert fingerprint(lines) == fingerprint(reversed(lines)) == ["4x2", "5x1"]
