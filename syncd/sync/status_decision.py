"""Which workflow action, if any, brings an office order to the state that the source's status asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from syncd.model.status import ACTION_OF, RANK, STATE_OF, TERMINAL, Target


@dataclass(frozen=True, slots=True)
class Stay:
    """Nothing to do: the order is there already, or the status asks for nothing."""


@dataclass(frozen=True, slots=True)
class Move:
    """Run this action; it leads to this state."""

    action: str
    state: str


@dataclass(frozen=True, slots=True)
class TellSource:
    """The office is further by its own move, and the way back tells the source so."""


@dataclass(frozen=True, slots=True)
class OutOfReach:
    """The target cannot be reached from here without a detour; a person decides."""

    reason: str


_PAYABLE = "pay"


def asked_for(status: Target | None, *, paid: bool) -> Target | None:
    """What a source's status asks for together with its payment, where the source tells that apart.

    A paid order is at least that, whatever its status says; the status counts where it leads further, or to an end.
    """
    if not paid or (status is not None and STATE_OF[status] in TERMINAL):
        return status
    if status is None or RANK[STATE_OF[status]] < RANK[STATE_OF[Target.PAID]]:
        return Target.PAID
    return status


def pays_first(
    target: Target | None, state: str, workflow: Mapping[str, frozenset[str]], *, paid: bool
) -> bool:
    """Whether the payment must be noted by an action of its own on the way to the target, and can be: the office notes
    when an order was paid only by `pay`, which no state from shipped on allows (contracts/webasyst §5.1)."""
    if not paid or target is None or target is Target.PAID or STATE_OF[target] in TERMINAL:
        return False
    early = RANK.get(state, RANK["paid"]) < RANK["paid"]
    return early and _PAYABLE in workflow.get(state, frozenset())


def decide_move(
    target: Target | None, state: str, workflow: Mapping[str, frozenset[str]], *, news: bool = False
) -> Stay | Move | TellSource | OutOfReach:
    """The one step to the target, guarded by the ranks (contracts/webasyst §5.1).

    `workflow` maps a state to the actions it allows. A target below the state, an end state, or a missing action is out
    of reach: a status is never moved backwards and never by a detour. `news` means that the source is yet to be told of
    this state: then it is the source's status that is behind.
    """
    if target is None or state == STATE_OF[target]:
        return Stay()
    wanted = STATE_OF[target]
    if state in TERMINAL:
        return OutOfReach(f"the order is {state} in Webasyst, which is an end")
    if wanted not in TERMINAL and RANK.get(state, -1) > RANK[wanted]:
        if news:
            return TellSource()
        return OutOfReach(f"the order is already {state} in Webasyst, which is beyond {wanted}")
    action = ACTION_OF[target]
    if action not in workflow.get(state, frozenset()):
        return OutOfReach(f"Webasyst's workflow has no action '{action}' in state {state}")
    return Move(action, wanted)
