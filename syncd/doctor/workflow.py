"""Webasyst's workflow against the two maps: states that exist, and actions that lead to what is asked for."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from syncd.doctor.finding import Finding, error, ok
from syncd.model.status import ACTION_OF, STATE_OF, Target

SUBJECT = "webasyst"
CHECK = "workflow"


def needed_actions(targets: Collection[Target]) -> list[str]:
    """The workflow actions that lead to these targets (contracts/webasyst §5.1)."""
    return sorted({ACTION_OF[target] for target in targets})


def workflow(
    states: Mapping[str, frozenset[str]], targets: Collection[Target], back: Mapping[str, str]
) -> list[Finding]:
    """`states` are the shop's with the actions that each allows."""
    lost = sorted(target for target in targets if not _reachable(target, states))
    unknown = sorted(back.keys() - states.keys())
    found = [_lost(lost, states)] if lost else []
    found += [_unknown(unknown, states)] if unknown else []
    return found or [ok(SUBJECT, CHECK, "its workflow has every state and action that the status maps need")]


def _reachable(target: Target, states: Mapping[str, frozenset[str]]) -> bool:
    return STATE_OF[target] in states and any(ACTION_OF[target] in actions for actions in states.values())


def _lost(lost: Sequence[Target], states: Mapping[str, frozenset[str]]) -> Finding:
    named = ", ".join(f"{target} (action {ACTION_OF[target]})" for target in lost)
    return error(
        SUBJECT,
        CHECK,
        f"its workflow does not lead to {named}",
        why="Orders whose status asks for it are set aside as out of reach.",
        fix="Put state and action back under Store > Settings > Order workflow, or choose another meaning in "
        f"SYNCD_STATUSES. There are: {', '.join(sorted(states))}.",
    )


def _unknown(unknown: Sequence[str], states: Mapping[str, frozenset[str]]) -> Finding:
    return error(
        SUBJECT,
        CHECK,
        f"SYNCD_STATUSES_BACK names {', '.join(unknown)}, which its workflow does not have",
        why="An order never comes into such a state, so that entry does nothing.",
        fix=f"Use the states' ids: {', '.join(sorted(states))}.",
    )
