"""The brake: a look at the whole plan before it is written, for what a person would call an accident."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

EXAMPLES = 10
"""Records named in a brake's evidence."""

LEAST_SUSPICIOUS = 5
"""Fewer records than this are never an accident, whatever their share."""


class Kind(StrEnum):
    """What would be overwritten; a pulled brake blocks exactly its kind."""

    PRICE = "price"
    STOCK = "stock"
    TEXT = "text"
    STATUS = "status"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class BrakeRule:
    """The settings: the share of existing values that may change at once, and how many always may."""

    share: float
    least: int


@dataclass(slots=True)
class Overview:
    """Counts of a plan: how many existing values of each kind it overwrites, with a few examples as evidence."""

    existing: int
    overwritten: Counter[Kind] = field(default_factory=Counter)
    zero_prices: int = 0
    hidden: int = 0
    examples: dict[Kind, list[str]] = field(default_factory=dict)

    def note(self, kind: Kind, example: str) -> None:
        """Count one overwritten value."""
        self.overwritten[kind] += 1
        examples = self.examples.setdefault(kind, [])
        if len(examples) < EXAMPLES:
            examples.append(example)


@dataclass(frozen=True, slots=True)
class Pull:
    """A brake to be pulled, with its reason and evidence."""

    kind: Kind
    reason: str
    examples: tuple[str, ...] = ()


def look(plan: Overview, rule: BrakeRule) -> list[Pull]:
    """The brakes that this plan pulls; none for an ordinary one.

    A kind is braked when more than `share` of the existing values and more than `least` of them change at once; prices
    already when that share, or `least`, would become 0; statuses when most products would be hidden.
    """
    pulls = []
    for kind in (Kind.PRICE, Kind.STOCK, Kind.TEXT, Kind.STATUS):
        number = plan.overwritten[kind]
        if number > rule.least and number > rule.share * plan.existing:
            reason = f"{number} of {plan.existing} existing values would be overwritten at once"
            pulls.append(_pull(plan, kind, reason))
    pulls += _accidents(plan, rule, {pull.kind for pull in pulls})
    return pulls


def emptied(what: str, before: int) -> Pull:
    """The brake for a shop that suddenly lists nothing."""
    return Pull(Kind.EMPTY, f"{what} lists no products at all, {before} were known before")


def _accidents(plan: Overview, rule: BrakeRule, pulled: Iterable[Kind]) -> list[Pull]:
    found = []
    few = max(LEAST_SUSPICIOUS, int(rule.share * plan.existing))
    if Kind.PRICE not in pulled and plan.zero_prices >= min(max(rule.least, 1), few):
        found.append(_pull(plan, Kind.PRICE, f"{plan.zero_prices} prices would become 0"))
    if Kind.STATUS not in pulled and plan.hidden >= LEAST_SUSPICIOUS and plan.hidden * 2 > plan.existing:
        found.append(_pull(plan, Kind.STATUS, f"{plan.hidden} of {plan.existing} products would be hidden"))
    return found


def _pull(plan: Overview, kind: Kind, reason: str) -> Pull:
    return Pull(kind, reason, tuple(plan.examples.get(kind, ())))
