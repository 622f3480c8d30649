"""The verdict on a record: what is open counts before what would be decided, and that before what was agreed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.state.conflicts import HeldConflict
from syncd.state.dossier import Dossier
from syncd.state.failures import Failure
from syncd.state.history import HistoryEntry
from syncd.sync.brake import Kind
from syncd.sync.explaining import (
    WRITTEN_TO_SOURCE,
    Now,
    SeenOrder,
    Verdict,
    conclude,
    order_now,
    product_now,
)
from tests.sync import builders
from tests.sync.builders import MINUTE, NOON

NOTHING = Dossier("cscart", "98", None, None, (), (), (), (), (), ())
SYNCED = Now(Verdict.SYNCED, "nothing to do", NOON)


def failed(code: str) -> Failure:
    return Failure("main", "orders", "98", code, "words", "", "", "", 1, NOON, NOON, NOON)


def written(event: str, minutes: int) -> HistoryEntry:
    return HistoryEntry("main", "orders-back", "98", NOON + minutes * MINUTE, event, {})


CONFLICT = HeldConflict("main", "98", "name", "COF-1", None, "a", "b", None, NOON)
OPEN: list[tuple[dict[str, Any], Verdict]] = [
    ({"intents": (builders.intent(),)}, Verdict.IN_DOUBT),
    ({"conflicts": (CONFLICT,)}, Verdict.HELD),
    ({"failures": (failed("unknown-sku"),)}, Verdict.HELD),
    ({"failures": (failed("differs"),)}, Verdict.HELD),
    ({"failures": (failed("braked"),)}, Verdict.BRAKED),
    ({"failures": (failed("refused"),)}, Verdict.FAILED),
    ({"failures": (failed("unreadable"),)}, Verdict.FAILED),
    ({"failures": (failed("ShopUnavailable"),)}, Verdict.FAILED),
    ({"failures": (failed("InDoubt"),)}, Verdict.IN_DOUBT),
]


@pytest.mark.parametrize(("kept", "verdict"), OPEN)
@pytest.mark.parametrize("now", [None, SYNCED, Now(Verdict.WAITING, "created", NOON)])
def test_what_is_open_counts_first(kept: dict[str, Any], verdict: Verdict, now: Now | None) -> None:
    """An open intent, conflict or failure is the verdict, whatever would be decided now, or not known."""
    assert conclude(replace(NOTHING, **kept), now)[0] is verdict


def test_without_an_answer_of_the_shop() -> None:
    """What was agreed is told while the shop cannot be asked; of what was never met nothing is known."""
    link = builders.order_link(builders.order())

    assert conclude(replace(NOTHING, order=link), None)[0] is Verdict.SYNCED
    assert conclude(NOTHING, None)[0] is Verdict.UNKNOWN


def test_an_order_that_was_let_go() -> None:
    """An order that vanished from its shop is left alone, and told so."""
    link = builders.order_link(builders.order(), flag="deleted in CS-Cart")

    assert conclude(replace(NOTHING, order=link), SYNCED)[0] is Verdict.SKIPPED


@given(st.sampled_from(sorted(WRITTEN_TO_SOURCE)), st.integers(-600, 600))
def test_an_echo_is_a_change_since_our_write(event: str, seconds: int) -> None:
    """The source's stamp tells: what changed there after our write, but for two minutes, and is as agreed, is our write."""
    kept = replace(NOTHING, history=(written(event, 0),))
    changed = replace(SYNCED, changed_at=NOON + timedelta(seconds=seconds))

    assert (conclude(kept, changed)[0] is Verdict.ECHO) == (seconds >= -120)


@pytest.mark.parametrize("event", ["linked", "agreed", "moved", "changed"])
def test_writes_to_the_office_are_no_echo(event: str) -> None:
    """What we wrote to Webasyst changes no stamp at the source."""
    assert conclude(replace(NOTHING, history=(written(event, 0),)), SYNCED)[0] is Verdict.SYNCED


def test_only_an_agreed_record_is_an_echo() -> None:
    """A further change at the source is one, though we wrote there just now."""
    waiting = Now(Verdict.WAITING, "compared", NOON + MINUTE)

    assert conclude(replace(NOTHING, history=(written("told", 0),)), waiting)[0] is Verdict.WAITING


def test_an_order_and_its_brake() -> None:
    """Only a status that would move is held back by the brake on statuses."""
    order = builders.order(status="P")
    link = builders.order_link(order, status="O", version="")
    policy = builders.order_policy()
    seen = SeenOrder(order)

    assert order_now(seen, link, policy, {Kind.STATUS}).verdict is Verdict.BRAKED
    assert order_now(seen, link, policy, {Kind.PRICE}).verdict is Verdict.WAITING
    same = replace(link, status="P")
    assert order_now(seen, same, policy, {Kind.STATUS}).verdict is Verdict.WAITING


def test_an_unknown_sku_holds_new_orders_only() -> None:
    """An order whose SKUs lead nowhere is held, and they are named; one that is settled is not asked about them."""
    order = builders.order()
    policy = builders.order_policy(hold_unknown=True)

    held = order_now(SeenOrder(order, ["COF-1", ""]), None, policy, ())
    done = order_now(SeenOrder(order, ["COF-1"]), builders.order_link(order), policy, ())

    assert held.verdict is Verdict.HELD
    assert "COF-1, (empty)" in held.text
    assert done.verdict is Verdict.SYNCED


@pytest.mark.parametrize(("linked", "verdict"), [(True, Verdict.SYNCED), (False, Verdict.WAITING)])
def test_a_product_is_in_step_when_it_is_linked(linked: bool, verdict: Verdict) -> None:
    """Two shops that happen to say the same are not in step yet: the next cycle links them."""
    plan = replace(builders.plan(builders.product()), linked=linked)

    assert product_now(plan, (), (), images=True).verdict is verdict


def test_a_brake_holds_a_product_only_by_its_kind() -> None:
    """A price that would go to Webasyst is held back by the brake on prices and by no other."""
    plan = builders.plan(builders.product(price=builders.product().price + 1))

    assert product_now(plan, {"price"}, (), images=True).verdict is Verdict.BRAKED
    assert product_now(plan, {"text"}, (), images=True).verdict is Verdict.WAITING
