"""Statuses move by one allowed action, never backwards and never by a detour."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.model.status import ACTION_OF, RANK, STATE_OF, TERMINAL, Target
from syncd.sync.status_decision import (
    Move,
    OutOfReach,
    Stay,
    TellSource,
    asked_for,
    decide_move,
    pays_first,
)

WORKFLOW = {
    "new": frozenset({"process", "pay", "fulfilling", "ship", "complete", "delete"}),
    "processing": frozenset({"pay", "fulfilling", "ship", "complete", "delete"}),
    "paid": frozenset({"fulfilling", "ship", "complete", "refund"}),
    "fulfilling": frozenset({"ship", "complete", "delete"}),
    "shipped": frozenset({"complete", "delete"}),
    "completed": frozenset({"refund"}),
    "refunded": frozenset({"message"}),
    "deleted": frozenset({"restore"}),
    "packing": frozenset({"ship"}),
}
"""The default workflow (contracts/webasyst §5.1) and a state of a shop's own."""

STATES = st.sampled_from(sorted(WORKFLOW))
WORKFLOWS = st.dictionaries(STATES, st.frozensets(st.sampled_from(sorted(ACTION_OF.values()))))


@pytest.mark.parametrize("state", WORKFLOW)
def test_no_target_asks_for_nothing(state: str) -> None:
    """A status without a mapping moves nothing, wherever the order stands."""
    assert decide_move(None, state, WORKFLOW) == Stay()


@pytest.mark.parametrize("target", Target)
def test_being_there_is_success(target: Target) -> None:
    """An order that is there already stays there without a call, whatever the workflow allows."""
    assert decide_move(target, STATE_OF[target], {}) == Stay()


@pytest.mark.parametrize(
    ("target", "state", "move"),
    [
        (Target.PROCESSED, "new", Move("process", "processing")),
        (Target.PAID, "new", Move("pay", "paid")),
        (Target.SHIPPED, "paid", Move("ship", "shipped")),
        (Target.SHIPPED, "packing", Move("ship", "shipped")),
        (Target.COMPLETED, "new", Move("complete", "completed")),
        (Target.REFUNDED, "completed", Move("refund", "refunded")),
        (Target.DELETED, "shipped", Move("delete", "deleted")),
    ],
)
def test_one_action_leads_to_the_target(target: Target, state: str, move: Move) -> None:
    """The action of the workflow is run, over states in between, and from a state of the shop's own."""
    assert decide_move(target, state, WORKFLOW) == move


@pytest.mark.parametrize(
    ("target", "state"), [(Target.PROCESSED, "paid"), (Target.PAID, "shipped"), (Target.SHIPPED, "completed")]
)
def test_a_status_never_goes_back(target: Target, state: str) -> None:
    """A target below the state is out of reach even where the workflow has the action."""
    decision = decide_move(target, state, {state: frozenset(ACTION_OF.values())})
    assert isinstance(decision, OutOfReach)
    assert f"already {state}" in decision.reason


@pytest.mark.parametrize("state", sorted(TERMINAL))
@pytest.mark.parametrize("target", Target)
def test_an_end_is_never_left(target: Target, state: str) -> None:
    """A refunded or deleted order stays so, and the reason says it."""
    if STATE_OF[target] == state:
        return
    decision = decide_move(target, state, {state: frozenset(ACTION_OF.values())})
    assert isinstance(decision, OutOfReach)
    assert f"is {state}" in decision.reason


@pytest.mark.parametrize(
    ("target", "state"), [(Target.REFUNDED, "new"), (Target.DELETED, "paid"), (Target.PAID, "packing")]
)
def test_a_missing_action_is_no_reason_for_a_detour(target: Target, state: str) -> None:
    """Where the workflow has no such action a person decides; the reason names action and state."""
    decision = decide_move(target, state, WORKFLOW)
    assert isinstance(decision, OutOfReach)
    assert f"'{ACTION_OF[target]}' in state {state}" in decision.reason


def test_a_state_that_the_workflow_does_not_know_is_left_alone() -> None:
    """From a state that the workflow does not describe nothing is tried."""
    assert isinstance(decide_move(Target.SHIPPED, "mystery", WORKFLOW), OutOfReach)


@given(st.sampled_from(Target), st.sampled_from([*sorted(WORKFLOW), "mystery"]), WORKFLOWS)
def test_a_move_is_allowed_and_goes_forward(
    target: Target, state: str, workflow: dict[str, frozenset[str]]
) -> None:
    """In any workflow a move runs an allowed action, to the target, to no lower rank, and out of no end."""
    decision = decide_move(target, state, workflow)
    if isinstance(decision, Move):
        assert decision.action in workflow[state]
        assert decision.state == STATE_OF[target] != state
        assert state not in TERMINAL
        assert decision.state in TERMINAL or RANK[decision.state] > RANK.get(state, -1)


@given(st.sampled_from(Target), STATES, WORKFLOWS)
def test_moving_twice_is_moving_once(target: Target, state: str, workflow: dict[str, frozenset[str]]) -> None:
    """After a move the same status asks for nothing more."""
    decision = decide_move(target, state, workflow)
    if isinstance(decision, Move):
        assert decide_move(target, decision.state, workflow) == Stay()


@pytest.mark.parametrize("state", sorted(WORKFLOW))
@pytest.mark.parametrize("target", Target)
def test_only_a_rank_beyond_the_target_is_left_to_the_way_back(target: Target, state: str) -> None:
    """When the source is yet to be told of the office's state, its lower status is no failure; all else is as ever."""
    plain = decide_move(target, state, WORKFLOW)
    beyond = STATE_OF[target] in RANK and RANK.get(state, -1) > RANK.get(STATE_OF[target], 9)
    assert decide_move(target, state, WORKFLOW, news=True) == (TellSource() if beyond else plain)


@pytest.mark.parametrize("status", [None, *Target])
def test_without_a_payment_told_apart_the_status_alone_asks(status: Target | None) -> None:
    """What its map says, and nothing else."""
    assert asked_for(status, paid=False) is status


@pytest.mark.parametrize(
    ("status", "asks"),
    [
        (None, Target.PAID),
        (Target.PROCESSED, Target.PAID),
        (Target.PAID, Target.PAID),
        (Target.SHIPPED, Target.SHIPPED),
        (Target.COMPLETED, Target.COMPLETED),
        (Target.DELETED, Target.DELETED),
        (Target.REFUNDED, Target.REFUNDED),
    ],
)
def test_a_paid_order_is_at_least_paid(status: Target | None, asks: Target) -> None:
    """The status counts where it leads further, or to an end."""
    assert asked_for(status, paid=True) is asks


@pytest.mark.parametrize(
    ("target", "state", "paid", "first"),
    [
        (Target.SHIPPED, "new", True, True),
        (Target.COMPLETED, "processing", True, True),
        (Target.SHIPPED, "new", False, False),
        (Target.SHIPPED, "fulfilling", True, False),
        (Target.COMPLETED, "shipped", True, False),
        (Target.PAID, "new", True, False),
        (Target.DELETED, "new", True, False),
        (Target.SHIPPED, "packing", True, False),
        (None, "new", True, False),
    ],
)
def test_a_payment_is_noted_first_where_it_still_can_be(
    target: Target | None, state: str, paid: bool, first: bool
) -> None:
    """Only `pay` notes it, and no state from shipped on, nor one of the shop's own, is taken back for it."""
    assert pays_first(target, state, WORKFLOW, paid=paid) is first


def test_a_workflow_without_pay_notes_no_payment() -> None:
    """Nothing is run that the shop does not offer."""
    assert not pays_first(Target.SHIPPED, "new", {"new": frozenset({"ship"})}, paid=True)
