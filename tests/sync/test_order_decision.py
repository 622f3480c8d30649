"""The decision about one order: leave it, make it, or bring it up to date."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given

from syncd.model.order import Order
from syncd.sync.facets import MONEY, Facet, facets_of
from syncd.sync.order_decision import Create, Skip, SkipReason, Update, decide
from tests.sync import builders as make
from tests.sync.strategies import orders

POLICY = make.order_policy()


@pytest.mark.parametrize("linked", [False, True])
def test_a_parent_order_is_left_to_its_suborders(linked: bool) -> None:
    """A parent order is never synced, linked or not: its suborders are."""
    order = make.order(is_parent=True)
    link = make.order_link(make.order(comment="")) if linked else None
    assert decide(order, link, POLICY) == Skip(SkipReason.PARENT)


@pytest.mark.parametrize("linked", [False, True])
def test_another_company_is_left_alone(linked: bool) -> None:
    """With a company chosen, only its orders are touched."""
    order = make.order(company="2")
    link = make.order_link(make.order(comment="")) if linked else None
    assert decide(order, link, make.order_policy(company="1")) == Skip(SkipReason.OTHER_COMPANY)


@pytest.mark.parametrize("company", [None, "1"])
def test_an_order_of_ours_is_made(company: str | None) -> None:
    """A new order of the chosen company, or of any when none is chosen, is made."""
    assert decide(make.order(), None, make.order_policy(company=company)) == Create()


def test_history_is_not_made() -> None:
    """An order placed before the start is left alone; one placed in that very second is made."""
    earlier = make.order(placed_at=make.NOON - make.MINUTE)
    assert decide(earlier, None, POLICY) == Skip(SkipReason.OLDER)
    assert decide(make.order(placed_at=make.NOON), None, POLICY) == Create()


def test_the_second_of_the_start_is_no_history() -> None:
    """Shops tell whole seconds: what was placed right after a start in the middle of one is not older than it."""
    policy = make.order_policy(since=make.NOON.replace(microsecond=700_000))
    assert decide(make.order(placed_at=make.NOON), None, policy) == Create()


@pytest.mark.parametrize("letter", "FDIN")
def test_some_statuses_make_no_order(letter: str) -> None:
    """An order first seen as failed, declined, cancelled or incomplete is not made."""
    assert decide(make.order(status=letter), None, POLICY) == Skip(SkipReason.STATUS)


def test_an_unmapped_status_makes_an_order() -> None:
    """A letter that leads to no action creates all the same."""
    assert decide(make.order(status="B"), None, POLICY) == Create()


@pytest.mark.parametrize("fields", [{"status": "D"}, {"placed_at": make.NOON - make.MINUTE}])
def test_a_linked_order_stays_synced(fields: dict[str, Any]) -> None:
    """The rules of first sight do not apply to an order that was made already."""
    assert isinstance(
        decide(make.order(comment="", **fields), make.order_link(make.order(**fields)), POLICY), Update
    )


@given(orders())
def test_what_both_sides_agreed_on_is_left_alone(order: Order) -> None:
    """An order that reads as it did when both sides agreed costs nothing."""
    assert decide(order, make.order_link(order), POLICY) == Skip(SkipReason.UNCHANGED)


def test_an_interrupted_write_is_finished() -> None:
    """A link that was never confirmed, or lost its version, is worked on though the order did not change."""
    order = make.order()
    assert decide(order, make.order_link(order, confirmed=False), POLICY) == Update(frozenset())
    assert decide(order, make.order_link(order, version=""), POLICY) == Update(frozenset())
    assert decide(order, make.order_link(order, base={}, confirmed=False), POLICY) == Update(frozenset(Facet))


def test_a_status_that_was_not_applied_is_applied() -> None:
    """An order whose last status did not arrive is worked on, whatever its version says."""
    order = make.order(status="P")
    assert decide(order, make.order_link(order, status="O"), POLICY) == Update(frozenset())


def test_a_flagged_order_is_compared_again() -> None:
    """An order that a person should look at is not left alone before it agrees."""
    order = make.order()
    assert decide(order, make.order_link(order, flag="differs"), POLICY) == Update(frozenset())


def test_a_moved_status_writes_nothing_else() -> None:
    """A new status alone asks for a move and for no other write."""
    order = make.order()
    assert decide(replace(order, status="P"), make.order_link(order), POLICY) == Update(frozenset())


@pytest.mark.parametrize(
    ("fields", "facets"),
    [
        ({"comment": "x"}, {Facet.COMMENT}),
        ({"shipping_name": "Post"}, {Facet.SHIPPING_NAME, Facet.SHIPPING, Facet.DISCOUNT}),
        ({"shipping_cost": Decimal(9)}, {Facet.SHIPPING, Facet.DISCOUNT}),
        ({"discount": Decimal(1)}, {Facet.SHIPPING, Facet.DISCOUNT}),
        ({"lines": (make.line(quantity=Decimal(1)),)}, MONEY),
        ({"lines": (make.line(quantity=Decimal(1)),), "comment": "x"}, {*MONEY, Facet.COMMENT}),
    ],
)
def test_only_what_changed_is_written(fields: dict[str, Any], facets: set[Facet]) -> None:
    """An edit writes its own part; an amount brings shipping and discount along, for the total is one."""
    assert decide(make.order(**fields), make.order_link(make.order()), POLICY) == Update(frozenset(facets))


def test_a_base_without_facets_writes_everything() -> None:
    """A link whose base tells no facets is brought up to date in full."""
    link = make.order_link(make.order(), base={"lines": "?"}, version="")
    assert decide(make.order(), link, POLICY) == Update(frozenset(Facet))
    assert facets_of(make.order()).keys() == set(Facet)
