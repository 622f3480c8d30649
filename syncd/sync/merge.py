"""The three-way merge of one field: what each shop says now, against what both said when they last agreed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from syncd.model.owner import ConflictRule, Owner, Side


class Verdict(StrEnum):
    """What becomes of a field."""

    AGREED = "agreed"
    """Nothing is carried over: both say the same, or nobody asked for their difference to end."""
    FORTH = "forth"
    """The source's value goes to the office."""
    BACK = "back"
    """The office's value goes to the source."""
    HELD = "held"
    """Both changed it, and a person decides."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What each side said about a field when they last agreed; `None` where that is not known."""

    source: str | None = None
    office: str | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """One field now, each side's value spelled so that equal texts are equal values.

    `same` tells whether both mean the same (in one currency, however they are written). A `strict` field follows its owner
    whatever anybody did on the other side; the others only follow what the owner changed since they agreed.
    """

    source: str
    office: str
    same: bool
    base: Seen
    strict: bool = False

    @property
    def source_moved(self) -> bool:
        """Whether the source changed it since they agreed; before they ever did, it counts as changed."""
        return self.source != self.base.source

    @property
    def office_moved(self) -> bool:
        """Whether the office changed it since they agreed; what was never noted counts as unchanged."""
        return self.base.office is not None and self.office != self.base.office


def merge(
    owner: Owner,
    rule: ConflictRule,
    field: Compared,
    *,
    newer: Side | None = None,
    choice: Side | None = None,
) -> Verdict:
    """The decision table of one field.

    `newer` is the shop whose record was changed last (`None`: not known), `choice` the one that a person picked for this
    conflict. At the first contact, without anything agreed, the shop that sells leads where both own.
    """
    if field.same or owner is Owner.NONE:
        return Verdict.AGREED
    if owner is Owner.CSCART:
        return Verdict.FORTH if field.strict or field.source_moved else Verdict.AGREED
    if owner is Owner.WEBASYST:
        first = field.base.office is None
        return Verdict.BACK if field.strict or first or field.office_moved else Verdict.AGREED
    if field.source_moved and field.office_moved:
        return _conflict(rule, newer, choice)
    if field.source_moved:
        return Verdict.FORTH
    return Verdict.BACK if field.office_moved else Verdict.AGREED


def _conflict(rule: ConflictRule, newer: Side | None, choice: Side | None) -> Verdict:
    by_rule = {
        ConflictRule.CSCART: Side.CSCART,
        ConflictRule.WEBASYST: Side.WEBASYST,
        ConflictRule.NEWER: newer,
    }
    winner = choice or by_rule.get(rule)
    if winner is None:
        return Verdict.HELD
    return Verdict.FORTH if winner is Side.CSCART else Verdict.BACK
