"""Order states: every target has a state and an action, and every state a place."""

from __future__ import annotations

import pytest

from syncd.model.status import ACTION_OF, EDITABLE, RANK, STATE_OF, TERMINAL, Target


@pytest.mark.parametrize("target", Target)
def test_every_target_leads_somewhere(target: Target) -> None:
    """A target has an action and a state, which is either an end or has a rank."""
    assert ACTION_OF[target]
    assert (STATE_OF[target] in TERMINAL) != (STATE_OF[target] in RANK)


def test_the_ranks_are_those_of_the_workflow() -> None:
    """An order goes from new over processing, paid, fulfilling and shipped to completed."""
    assert sorted(RANK, key=RANK.__getitem__) == [
        "new",
        "processing",
        "paid",
        "fulfilling",
        "shipped",
        "completed",
    ]
    assert len(set(RANK.values())) == len(RANK)


def test_lines_are_edited_early_only() -> None:
    """Lines are rewritten in the two lowest states and in no other."""
    assert {state for state in RANK if RANK[state] <= RANK["processing"]} == EDITABLE
