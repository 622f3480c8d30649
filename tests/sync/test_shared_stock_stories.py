"""Any story of one shelf that two shops sell from: whatever happens in whatever order, no piece is counted twice or lost.

Told on paper: sales, receipts, orders on their way through the office, and cycles whose writes get through, are refused,
are lost, or take effect while their answer is lost. The model knows what is on the shelf; syncd sees two numbers and its
orders.

Two things are left out, because nothing that the shops tell could show them: what moves between our read and our write,
and, while the end of a write is unknown, a movement that just undoes it or that comes with somebody's edit of the record.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Literal

import pytest
from hypothesis import HealthCheck, assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from syncd.model.owner import Side
from syncd.state.order_stock import Demand
from syncd.sync.brake import Kind
from syncd.sync.product_agreement import counted_base, pending_base
from syncd.sync.product_base import pending_of
from syncd.sync.product_decision import ProductPlan
from syncd.sync.product_overview import without
from syncd.sync.shared_stock import whole
from tests.sync import builders as make
from tests.sync.paper_shops import PaperPair, kept, to_office, to_source

Outcome = Literal["done", "refused", "lost before", "lost after"]
Counting = Literal["create", "processing", "none"]

PIECES = st.integers(1, 4).map(Decimal)
FRACTIONS = st.sampled_from(["0.5", "1", "1.25", "2", "3"]).map(Decimal)
OUTCOME = st.sampled_from(["done", "done", "refused", "lost before", "lost after"])
ORDER = st.integers(0, 30)
FLAG = st.booleans()


@dataclass(slots=True)
class PaperOrder:
    """An order of the source, and what became of it in the office. `there` is what the office's order asks for."""

    pieces: Decimal
    cancelled: bool = False
    pushed: bool = False
    there: Decimal = Decimal(0)
    reduced: bool = False
    reduced_before: bool = False
    gone: bool = False


class OneShelf(RuleBasedStateMachine):
    """The stories and what must hold in them."""

    def __init__(self) -> None:
        super().__init__()
        self.orders: list[PaperOrder] = []

    @initialize(
        there=st.integers(0, 40).map(Decimal),
        here=st.integers(0, 40).map(Decimal),
        counting=st.sampled_from(["create", "processing", "none"]),
    )
    def first_contact(self, there: Decimal, here: Decimal, counting: Counting) -> None:
        """The shop that sells leads: what it says is on the shelf."""
        sku = make.office_sku(stock={1: there})
        office = make.office_product(skus=(sku,), edited_at=make.NOON)
        product = make.product(quantity=here)
        self.pair = PaperPair([product], office, make.merge_rule(quantity="shared"))
        self.counting = counting
        self.shelf = here
        self.effected = False
        self.pair.forth()

    def teardown(self) -> None:
        """The end of every story: the orders arrive, cycles get through, and both shops say what is on the shelf."""
        if not self.pair.linked:
            return
        for order in self.orders:
            self._push(order)
        self._count()
        for _ in range(2):
            self._forth("done")
            self._back("done")
        assert self.there == self.shelf
        assert self.here == whole(self.shelf)
        plan = self._plan()
        assert plan.empty
        assert plan.source_change.empty

    # -- the source -----------------------------------------------------------------------------------------------------

    @rule(pieces=PIECES)
    def sale(self, pieces: Decimal) -> None:
        """A customer orders; the source takes it off at once."""
        self._move_source(-pieces)
        self.orders.append(PaperOrder(pieces))
        self.shelf -= pieces

    @rule(number=ORDER, pieces=PIECES)
    def order_edited(self, number: int, pieces: Decimal) -> None:
        """The source's order asks for another number of pieces."""
        order = self._order(number)
        assume(not order.cancelled)
        self._move_source(order.pieces - pieces)
        self.shelf += order.pieces - pieces
        order.pieces = pieces

    @rule(number=ORDER)
    def order_cancelled(self, number: int) -> None:
        """A cancelled order gives its pieces back to the source."""
        order = self._order(number)
        assume(not order.cancelled)
        self._move_source(order.pieces)
        self.shelf += order.pieces
        order.cancelled = True

    @rule(pieces=PIECES, edited=FLAG)
    def source_receives(self, pieces: Decimal, edited: bool) -> None:
        """Goods are received in the source, by an edit of the product or by an import that leaves its stamp alone."""
        self._move_source(pieces, edited=edited)
        self.shelf += pieces

    @rule()
    def source_edited(self) -> None:
        """Staff edits something else of the product."""
        self._move_source(Decimal(0), edited=True)
        self.pair.edit_source(price=self.pair.products[0].price + 1, meta_title=f"at {self.pair.now}")

    # -- the office -----------------------------------------------------------------------------------------------------

    @rule(pieces=FRACTIONS)
    def office_sale(self, pieces: Decimal) -> None:
        """The office sells over its own counter."""
        self._move_office(-pieces)
        self.shelf -= pieces

    @rule(pieces=FRACTIONS, edited=FLAG)
    def office_receives(self, pieces: Decimal, edited: bool) -> None:
        """Goods are received in the office."""
        self._move_office(pieces, edited=edited)
        self.shelf += pieces

    @rule()
    def office_edited(self) -> None:
        """Staff edits something else of the product, or a sibling's price is written there."""
        self._move_office(Decimal(0), edited=True)

    # -- our orders in the office ---------------------------------------------------------------------------------------

    @rule(number=ORDER)
    def order_pushed(self, number: int) -> None:
        """An order is carried to the office, or what changed of it."""
        self._push(self._order(number))

    @rule(number=ORDER)
    def order_processed(self, number: int) -> None:
        """Staff or we process, pay or ship it: the first of these takes its pieces off, where stock is counted then."""
        order = self._order(number)
        assume(order.pushed and not order.gone)
        if self.counting == "processing" and not order.reduced:
            self._reduce(order)

    @rule(number=ORDER)
    def order_deleted(self, number: int) -> None:
        """Deleted or refunded in the office: what was taken off is given back."""
        order = self._order(number)
        assume(order.pushed and not order.gone)
        order.gone = True
        if order.reduced:
            self._move_office(order.there)
            order.reduced = False

    @rule(number=ORDER)
    def order_restored(self, number: int) -> None:
        """Restored: what had been taken off is taken off again."""
        order = self._order(number)
        assume(order.gone)
        order.gone = False
        if order.reduced_before:
            self._reduce(order)

    # -- syncd ----------------------------------------------------------------------------------------------------------

    @rule(outcome=OUTCOME)
    def way_forth(self, outcome: Outcome) -> None:
        """A cycle writes to the office only."""
        self._forth(outcome)

    @rule(outcome=OUTCOME)
    def way_back(self, outcome: Outcome) -> None:
        """A cycle writes to the source only."""
        self._back(outcome)

    @rule()
    def braked(self) -> None:
        """A brake holds the stock back, while the price goes out."""
        plan = self._plan()
        allowed = without(plan, {Kind.STOCK})
        assume(allowed != plan)
        self._prepare(allowed, Side.WEBASYST, "lost after")
        assert self._pending is None
        self.pair.office = to_office(allowed, self.pair.office, self._now())

    # -- how it is done -------------------------------------------------------------------------------------------------

    @property
    def here(self) -> Decimal:
        """What the source says."""
        return self.pair.products[0].quantity

    @property
    def there(self) -> Decimal:
        """What the office says."""
        return self.pair.office.skus[0].stock[1]

    @property
    def _pending(self) -> Side | None:
        """The side of which it is not known whether it was written."""
        pending = pending_of(self.pair.bases[0])
        return None if pending is None else pending.side

    def _order(self, number: int) -> PaperOrder:
        assume(self.orders)
        return self.orders[number % len(self.orders)]

    def _move_source(self, pieces: Decimal, *, edited: bool = False) -> None:
        after = self.here + pieces
        self._check_decidable(Side.CSCART, after, edited=edited)
        product = self.pair.products[0]
        stamp = self._now() if edited else product.updated_at
        self.pair.products[0] = replace(product, quantity=after, updated_at=stamp)

    def _move_office(self, pieces: Decimal, *, edited: bool = False) -> None:
        after = self.there + pieces
        self._check_decidable(Side.WEBASYST, after, edited=edited)
        sku = replace(self.pair.office.skus[0], stock={1: after})
        stamp = self._now() if edited else self.pair.office.edited_at
        self.pair.office = replace(self.pair.office, skus=(sku,), edited_at=stamp)

    def _check_decidable(self, side: Side, after: Decimal, *, edited: bool) -> None:
        """What nothing could tell apart does not happen here."""
        pending = pending_of(self.pair.bases[0])
        if pending is not None and pending.side is side:
            assume(after != pending.before if self.effected else not edited)

    def _push(self, order: PaperOrder) -> None:
        changed = order.pushed and order.pieces != order.there and not order.gone
        if changed and order.reduced:
            self._move_office(order.there - order.pieces)
        if changed or not order.pushed:
            order.there = order.pieces
        if not order.pushed and self.counting == "create":
            self._reduce(order)
        order.pushed = True

    def _reduce(self, order: PaperOrder) -> None:
        self._move_office(-order.there)
        order.reduced = order.reduced_before = True

    def _count(self) -> None:
        taken = sum((order.there for order in self.orders if order.reduced), Decimal(0))
        asked = (order for order in self.orders if order.pushed and not order.reduced and not order.gone)
        self.pair.demand[0] = Demand(taken, sum((order.there for order in asked), Decimal(0)))

    def _plan(self) -> ProductPlan:
        """Every plan, at any moment of a story, knows what is on the shelf."""
        self._count()
        plan = self.pair.plans()[0]
        assert plan.shelf is not None
        assert plan.shelf.total == self.shelf
        return plan

    def _forth(self, outcome: Outcome) -> None:
        plan = self._plan()
        self._prepare(plan, Side.WEBASYST, outcome)
        if outcome in {"done", "lost after"}:
            self.pair.office = to_office(plan, self.pair.office, self._now())
            assert self.there == self.shelf
        if outcome == "done":
            self.pair.agree(0, plan, Side.WEBASYST)

    def _back(self, outcome: Outcome) -> None:
        plan = self._plan()
        self._prepare(plan, Side.CSCART, outcome)
        if outcome in {"done", "lost after"}:
            self.pair.products[0] = to_source(plan, self.pair.products[0], self._now())
            assert self.here == whole(self.shelf)
        if outcome == "done":
            self.pair.agree(0, plan, Side.CSCART)

    def _prepare(self, plan: ProductPlan, side: Side, outcome: Outcome) -> None:
        base = pending_base(plan, side, self._now())
        if base is not None:
            self.pair.bases[0] = kept(base)
            self.effected = outcome == "lost after"
        if outcome == "refused":
            self.pair.bases[0] = kept(counted_base(plan))

    def _now(self) -> datetime:
        return self.pair.tick()


def test_no_piece_is_counted_twice_or_lost() -> None:
    """Short stories, told in every run of the tests."""
    run_state_machine_as_test(OneShelf, settings=_stories(150, 25))


@pytest.mark.slow
def test_no_piece_is_counted_twice_or_lost_in_long_stories() -> None:
    """Long stories, and many."""
    run_state_machine_as_test(OneShelf, settings=_stories(3000, 60))


def _stories(number: int, steps: int) -> settings:
    return settings(
        max_examples=number,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
