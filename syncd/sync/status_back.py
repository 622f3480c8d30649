"""Which letter, if any, the source is to be told for an order that moved in the office: a pure decision.

Both sides may move an order at any time, and neither tells when. What is known is what each of them said when they were
last in step: the link's `status` (the source's letter last seen or written) and `carried` (the office state the source
knows of). Of two moves the one further along wins; a stale one never overwrites a newer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from syncd.model.status import RANK, STATE_OF, TERMINAL, Target
from syncd.state.order_links import OrderLink

_DELETED = STATE_OF[Target.DELETED]


@dataclass(frozen=True, slots=True)
class Nothing:
    """Nothing to tell: the source knows, says the same, or is never told about this state."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Both moved, and the source is further: the stream that goes the other way moves the office."""


@dataclass(frozen=True, slots=True)
class SetLetter:
    """Give the source's order this letter."""

    letter: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """The two contradict each other and no rank decides; a person does."""

    reason: str


def decide_back(
    link: OrderLink,
    state: str,
    letter: str,
    statuses: Mapping[str, Target],
    back: Mapping[str, str],
    *,
    moved: bool,
) -> Nothing | Wait | SetLetter | Conflict:
    """What to do about an order that is in `state` in the office and has `letter` at the source, which `moved` since it
    was last looked at, or did not.

    `statuses` says what the source's letters mean in the office, `back` which letter an office state has at the source.
    """
    wanted = back.get(state)
    if state == link.carried or wanted is None or letter == wanted:
        return Nothing()
    target = statuses.get(letter)
    told = None if target is None else STATE_OF[target]
    if not moved:
        return _office_moved(link.carried, state, told, SetLetter(wanted))
    return _both_moved(state, told, letter, SetLetter(wanted))


def _office_moved(carried: str, state: str, told: str | None, move: SetLetter) -> SetLetter | Conflict:
    """Only the office moved. It may not take back what the source says already; cancelling and refunding may come at any
    time, and a restored order comes back from where the office itself had sent it."""
    restored = told == _DELETED == carried
    if told in TERMINAL and told != state and not restored:
        return Conflict(f"Webasyst says {state}, but the source's status means {told}, which is an end")
    if told in RANK and state in RANK and RANK[told] > RANK[state]:
        return Conflict(f"Webasyst says {state}, but the source's status means {told}, which is beyond that")
    return move


def _both_moved(
    state: str, told: str | None, letter: str, move: SetLetter
) -> Nothing | Wait | SetLetter | Conflict:
    if told == state:
        return Nothing()
    if told is None or told not in RANK or state not in RANK:
        meaning = f" ({told})" if told else ""
        return Conflict(
            f"Webasyst moved it to {state} while the source moved it to {letter}{meaning}, and neither goes before the other"
        )
    return move if RANK[told] < RANK[state] else Wait()
