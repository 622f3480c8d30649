"""Any story of both shops: customers, staff, lost answers and restarts in any order; once it is quiet, all agrees."""

from __future__ import annotations

import os
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from syncd.daemon.once import Exit
from syncd.model.status import RANK
from syncd.sandbox.cscart.shop import CSCartShop
from syncd.sandbox.webasyst.shop import WebasystShop
from tests.scenarios.invariants import in_step
from tests.scenarios.shops import ANY_WRITE, Pair, money, two_shops

LEFT_TO_A_PERSON = {"edited-too-late", "status-out-of-reach"}
"""Reasons that a story may end with: staff was ahead of the customer."""
CODES = ("A", "B", "C", "D")
PEOPLE = 3
TROUBLES: tuple[dict[str, Any], ...] = (
    {"when": "after", "kind": "drop"},
    {"when": "after", "kind": "reset"},
    {"when": "after", "kind": "status", "status": 500},
    {"when": "after", "kind": "status", "status": 502},
    {"when": "before", "kind": "status", "status": 500},
    {"when": "answer", "kind": "truncate"},
    {"when": "answer", "kind": "html"},
)

places = st.integers(min_value=0, max_value=30)
amounts = st.integers(min_value=1, max_value=3)
prices = st.integers(min_value=1, max_value=9999).map(lambda cents: f"{cents / 100:.2f}")


class TwoShops(RuleBasedStateMachine):
    """The stories and what must hold in them."""

    left = LEFT_TO_A_PERSON

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        folder = self.stack.enter_context(tempfile.TemporaryDirectory())
        self.pair: Pair = self.stack.enter_context(
            two_shops(CSCartShop(products=0), WebasystShop(products=0), Path(folder) / "data")
        )
        self.pair.set(products={"sweep_time": 0}, brakes={"min": 1000}, http={"deadline": 2})
        self.orders: list[int] = []
        self.people: set[int] = set()
        self.ranks: dict[int, int] = {}

    def teardown(self) -> None:
        """The end of every story: quiet, and all agrees."""
        try:
            self.agree()
        finally:
            self.stack.close()

    # -- CS-Cart --------------------------------------------------------------------------------------------------------

    @initialize()
    def opens(self) -> None:
        """The shop opens with two products."""
        for code in CODES[:2]:
            self.pair.product(code, amount=5000)

    @rule(code=st.sampled_from(CODES), price=prices)
    def product(self, code: str, price: str) -> None:
        """A product appears, or gets another price."""
        if code in self.codes():
            self.pair.at_cscart("product.update", sku=code, price=price)
        else:
            self.pair.product(code, price=price, amount=5000)

    @rule(place=places, amount=st.integers(min_value=4000, max_value=6000), touch=st.booleans())
    def stock_taking(self, place: int, amount: int, touch: bool) -> None:
        """The stock changes, perhaps behind the time stamps."""
        codes = self.codes()
        self.pair.at_cscart("product.update", sku=codes[place % len(codes)], amount=amount, touch=touch)

    @rule(place=places, number=st.integers(min_value=0, max_value=9))
    def product_name(self, place: int, number: int) -> None:
        """A product is called otherwise."""
        codes = self.codes()
        self.pair.at_cscart("product.update", sku=codes[place % len(codes)], product=f"Name {number}")

    @rule(lines=st.dictionaries(places, amounts, min_size=1, max_size=3), person=st.integers(0, PEOPLE - 1),
          letter=st.sampled_from("OPC"), shipping=st.sampled_from((1, 2)), paid=st.none() | prices)  # fmt: skip
    def order(self, lines: dict[int, int], person: int, letter: str, shipping: int, paid: str | None) -> None:
        """A customer places an order, perhaps at a price of the manager's."""
        rows = [{**row, "price": paid} if paid else row for row in self.rows(lines)]
        customer = {"email": f"person{person}@example.test", "firstname": f"Person {person}"}
        self.people.add(person)
        self.orders.append(self.pair.place(*rows, customer=customer, status=letter, shipping=shipping))

    @precondition(lambda self: self.orders)
    @rule(
        place=places,
        lines=st.dictionaries(places, amounts, min_size=1, max_size=3),
        notes=st.sampled_from(("", "Ring")),
    )
    def edit(self, place: int, lines: dict[int, int], notes: str) -> None:
        """The manager edits an order."""
        self.pair.at_cscart("order.edit", order_id=self.chosen(place), lines=self.rows(lines), notes=notes)

    @precondition(lambda self: self.orders)
    @rule(place=places, letter=st.sampled_from("OPCB"))
    def status(self, place: int, letter: str) -> None:
        """The manager moves an order's status."""
        self.pair.at_cscart("order.status", order_id=self.chosen(place), status=letter)

    # -- Webasyst -------------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.pair.office_orders())
    @rule(place=places, action=st.sampled_from(("process", "ship", "complete")))
    def staff(self, place: int, action: str) -> None:
        """Staff works on an order in Webasyst, where the workflow allows it."""
        rows = self.pair.office_orders()
        order = rows[place % len(rows)]
        wanted = {"process": "processing", "ship": "shipped", "complete": "completed"}[action]
        if RANK[order["state_id"]] < RANK[wanted]:
            self.pair.at_webasyst("order.action", id=order["id"], action=action)

    # -- the way between ------------------------------------------------------------------------------------------------

    @rule(trouble=st.sampled_from(TROUBLES), skip=st.integers(0, 3), times=st.integers(1, 3))
    def trouble(self, trouble: dict[str, Any], skip: int, times: int) -> None:
        """Some of the coming writes lose their answer, or fail."""
        self.pair.webasyst.faults.add({**trouble, "match": ANY_WRITE, "skip": skip, "times": times})

    @rule(seconds=st.sampled_from((1, 30, 3600)))
    def time_passes(self, seconds: int) -> None:
        """Nobody does anything for a while."""
        self.pair.later(seconds)

    @rule()
    def run(self) -> None:
        """A new syncd runs once."""
        self.pair.run()

    # -- what must hold -------------------------------------------------------------------------------------------------

    @invariant()
    def no_status_moves_backwards(self) -> None:
        """An order's rank only grows."""
        for row in self.pair.office_orders():
            rank = RANK[row["state_id"]]
            assert rank >= self.ranks.get(row["id"], 0)
            self.ranks[row["id"]] = rank

    @invariant()
    def no_order_twice(self) -> None:
        """At no moment does an order stand twice."""
        assert max(self.pair.delivered().values(), default=1) == 1

    def agree(self) -> None:
        """Quiet: the shops agree after at most three runs, and the next one writes nothing."""
        self.pair.webasyst.faults.clear()
        self.pair.cscart.faults.clear()
        for _ in range(3):
            self.pair.later(60)
            run = self.pair.run()
        left = {failure.record_key for failure in run.failures if failure.code in self.left}
        assert set(run.reasons) == left, run.failures
        assert run.exit is (Exit.OUTSTANDING if left else Exit.OK), run.reports
        in_step(self.pair, but=left)
        assert len(self.pair.customers()) == len(self.people)
        for code in self.codes():
            source = self.pair.source_product(code)
            assert money(self.pair.office_sku(code)["price"]) == money(source["price"])
            assert self.pair.stock(code) == source["amount"]
            assert self.pair.office_product(code)["name"] == source["name"]
        self.pair.forget_counts()
        self.pair.run()
        assert self.pair.writes == 0, self.pair.webasyst.counters.by_method

    def codes(self) -> list[str]:
        """CS-Cart's SKUs."""
        return [row["code"] for row in self.pair.cscart.dump()["products"].values()]

    def chosen(self, place: int) -> int:
        """One of the orders."""
        return self.orders[place % len(self.orders)]

    def rows(self, lines: dict[int, int]) -> list[dict[str, Any]]:
        """Lines of different products."""
        codes = self.codes()
        return [
            {"sku": codes[n], "amount": k} for n, k in {p % len(codes): a for p, a in lines.items()}.items()
        ]


CHECKS = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)
QUICK = settings(max_examples=5, stateful_step_count=12, deadline=None, suppress_health_check=CHECKS)
THOROUGH = settings(
    max_examples=int(os.environ.get("SCENARIO_STORIES", "60")), stateful_step_count=40, deadline=None,
    suppress_health_check=CHECKS,
)  # fmt: skip


def test_short_stories_end_in_agreement() -> None:
    """A few short stories of both shops."""
    run_state_machine_as_test(TwoShops, settings=QUICK)


@pytest.mark.slow
def test_long_stories_end_in_agreement() -> None:
    """Many long ones; `SCENARIO_STORIES` says how many."""
    run_state_machine_as_test(TwoShops, settings=THOROUGH)
