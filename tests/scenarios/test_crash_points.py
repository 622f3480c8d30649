"""Numbered crash points: dead at the k-th commit or write, for every k, syncd ends where a run without a crash ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from syncd.daemon.once import Exit
from tests.scenarios.child import KILLED
from tests.scenarios.conftest import Opener
from tests.scenarios.invariants import in_step
from tests.scenarios.processes import start
from tests.scenarios.shops import Pair, lines_of

State = dict[str, Any]
Story = Callable[[Pair], None]
STEP = 11
"""The fast run tries every eleventh point."""


def first_run(pair: Pair) -> None:
    """A new pair: products with pictures and a variation group, orders of every kind of write."""
    pair.product("A", price="10.00")
    pair.product("B", price="20.00", amount=7, status="H")
    pair.at_cscart("product.image", sku="A", colour=3)
    pair.place("A")
    pair.place(
        {"sku": "A", "amount": 2, "price": "7.77"}, "B", status="P", notes="Ring twice", discount="1.11"
    )
    pair.place("B", customer={"email": "other@example.test", "firstname": "Other"}, status="C")


def later_changes(pair: Pair) -> None:
    """Everything linked; then prices, texts, a new product, an edited order and moved statuses at once."""
    first_run(pair)
    third = pair.place("A", customer={"email": "third@example.test", "firstname": "Third"})
    assert pair.run().exit is Exit.OK
    pair.later(600)
    pair.at_cscart("product.update", sku="A", price="11.00", name="Product A, new")
    pair.at_cscart("product.update", sku="B", amount=70)
    pair.product("C", price="30.00")
    pair.at_cscart(
        "order.edit",
        order_id=third,
        lines=[{"sku": "A", "amount": 5}, {"sku": "B", "amount": 1}],
        notes="More",
    )
    pair.at_cscart("order.status", order_id=1, status="P")
    pair.place("C", "A", customer={"email": "third@example.test", "firstname": "Third"}, shipping=1)


STORIES: dict[str, Story] = {"first run": first_run, "later changes": later_changes}


def snapshot(pair: Pair) -> State:
    """What both shops and syncd's memory say, without numbers that depend on the way."""
    orders = {
        row["params"].get("cscart_order_id"): (
            row["state_id"], row["total"], row["shipping"], row["discount"], row["comment"], lines_of(row),
            {key: value for key, value in row["params"].items() if key.startswith(("shipping_", "payment_"))},
        )
        for row in pair.office_orders()
    }  # fmt: skip
    products = [
        (
            row["name"], row["status"], row["price"], len(row["images"]),
            sorted((sku["sku"], sku["price"], str(sku["stock"]), sku["status"]) for sku in row["skus"]),
        )
        for row in pair.office_products()
    ]  # fmt: skip
    people = sorted(row["emails"][0] for row in pair.customers())
    return {"orders": orders, "products": sorted(products), "people": people, "links": pair.linked_products()}


def undisturbed(pair: Pair, story: Story) -> State:
    """Where the story ends without a crash."""
    story(pair)
    for _ in range(2):
        assert pair.run().exit is Exit.OK
        pair.later(60)
    return snapshot(pair)


def survives(pair: Pair, story: Story, point: int, wanted: State) -> bool:
    """Crash at a point, start again, and compare; False when the run has fewer points than that."""
    story(pair)
    code = start(pair, crash_at=point).wait()
    pair.later(60)
    run = pair.run()
    assert run.exit is Exit.OK, f"point {point}: {run.failures} {run.reports}"
    in_step(pair)
    for part, there in snapshot(pair).items():
        assert there == wanted[part], f"point {point}: {part}"
    assert code in {KILLED, Exit.OK}
    return code == KILLED


def try_points(shops: Opener, story: Story, points: Iterator[int]) -> int:
    """Crash at each of these points until the run has no more; answers how many were tried."""
    wanted = undisturbed(shops(), story)
    tried = 0
    for point in points:
        if not survives(shops(), story, point, wanted):
            break
        tried += 1
    return tried


@pytest.mark.parametrize("part", range(2))
@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_every_eleventh_crash_point_converges(shops: Opener, story: Story, part: int) -> None:
    """A process that dies at a commit or a write is healed by one more run, without a duplicate or a loss."""
    assert try_points(shops, story, iter(range(1 + STEP * part, 1000, 2 * STEP))) >= 3


@pytest.mark.slow
@pytest.mark.parametrize("part", range(8))
@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_every_crash_point_converges(shops: Opener, story: Story, part: int) -> None:
    """The same at every point."""
    assert try_points(shops, story, iter(range(1 + part, 1000, 8))) >= 5
