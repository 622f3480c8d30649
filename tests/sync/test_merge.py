"""The merge of one field: its decision table, and what holds for every field."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from syncd.model.owner import ConflictRule, Owner, Side
from syncd.sync.merge import Compared, Seen, Verdict, merge

AGREED, FORTH, BACK, HELD = Verdict.AGREED, Verdict.FORTH, Verdict.BACK, Verdict.HELD
FIRST = "first contact"
KEPT = "neither moved"
SOURCE = "the source moved"
OFFICE = "the office moved"
BOTH = "both moved"
KEPT_UNKNOWN = "the source stayed, what the office said was never noted"
MOVED_UNKNOWN = "the source moved, what the office said was never noted"
FIELDS = {
    FIRST: Seen(),
    KEPT: Seen("s", "o"),
    SOURCE: Seen("before", "o"),
    OFFICE: Seen("s", "before"),
    BOTH: Seen("before", "before"),
    KEPT_UNKNOWN: Seen("s", None),
    MOVED_UNKNOWN: Seen("before", None),
}
"""What both sides said before, while they now say `s` and `o`."""
CONFLICT = None
TABLE: dict[tuple[Owner, bool], dict[str, Verdict | None]] = {
    (Owner.CSCART, False): {
        FIRST: FORTH,
        KEPT: AGREED,
        SOURCE: FORTH,
        OFFICE: AGREED,
        BOTH: FORTH,
        KEPT_UNKNOWN: AGREED,
        MOVED_UNKNOWN: FORTH,
    },
    (Owner.CSCART, True): dict.fromkeys(FIELDS, FORTH),
    (Owner.WEBASYST, False): {
        FIRST: BACK,
        KEPT: AGREED,
        SOURCE: AGREED,
        OFFICE: BACK,
        BOTH: BACK,
        KEPT_UNKNOWN: BACK,
        MOVED_UNKNOWN: BACK,
    },
    (Owner.WEBASYST, True): dict.fromkeys(FIELDS, BACK),
    (Owner.BOTH, False): {
        FIRST: FORTH,
        KEPT: AGREED,
        SOURCE: FORTH,
        OFFICE: BACK,
        BOTH: CONFLICT,
        KEPT_UNKNOWN: AGREED,
        MOVED_UNKNOWN: FORTH,
    },
    (Owner.NONE, False): dict.fromkeys(FIELDS, AGREED),
    (Owner.NONE, True): dict.fromkeys(FIELDS, AGREED),
}
"""By owner and strictness: the verdict on values that differ."""
TABLE[Owner.BOTH, True] = TABLE[Owner.BOTH, False]
CONFLICTS = {
    (ConflictRule.CSCART, None): FORTH,
    (ConflictRule.CSCART, Side.CSCART): FORTH,
    (ConflictRule.CSCART, Side.WEBASYST): FORTH,
    (ConflictRule.WEBASYST, None): BACK,
    (ConflictRule.WEBASYST, Side.CSCART): BACK,
    (ConflictRule.WEBASYST, Side.WEBASYST): BACK,
    (ConflictRule.NEWER, None): HELD,
    (ConflictRule.NEWER, Side.CSCART): FORTH,
    (ConflictRule.NEWER, Side.WEBASYST): BACK,
    (ConflictRule.HOLD, None): HELD,
    (ConflictRule.HOLD, Side.CSCART): HELD,
    (ConflictRule.HOLD, Side.WEBASYST): HELD,
}
"""By rule, and by the shop whose record was changed last: the verdict where both moved and nobody chose."""
TO = {Side.CSCART: FORTH, Side.WEBASYST: BACK}
SIDES = [None, Side.CSCART, Side.WEBASYST]
OWNERS = [owner for owner in Owner if owner is not Owner.SHARED]


@pytest.mark.parametrize(("owner", "strict"), TABLE, ids=str)
@pytest.mark.parametrize("case", FIELDS)
def test_the_table(owner: Owner, strict: bool, case: str) -> None:
    """Every owner, whoever moved, under every rule and choice: what the table says."""
    field = Compared("s", "o", same=False, base=FIELDS[case], strict=strict)
    for rule, newer, choice in product(ConflictRule, SIDES, SIDES):
        expected = TABLE[owner, strict][case]
        if expected is CONFLICT:
            expected = CONFLICTS[rule, newer] if choice is None else TO[choice]
        assert merge(owner, rule, field, newer=newer, choice=choice) is expected, (rule, newer, choice)


VALUES = st.sampled_from("abc")
SEEN = st.builds(Seen, source=VALUES | st.none(), office=VALUES | st.none())
COMPARED = st.builds(
    Compared, source=VALUES, office=VALUES, same=st.booleans(), base=SEEN, strict=st.booleans()
)
SIDE = st.sampled_from(SIDES)
ANY = {
    "owner": st.sampled_from(OWNERS),
    "rule": st.sampled_from(ConflictRule),
    "field": COMPARED,
    "newer": SIDE,
    "choice": SIDE,
}


@given(**ANY)
def test_what_means_the_same_is_agreed(
    owner: Owner, rule: ConflictRule, field: Compared, newer: Side | None, choice: Side | None
) -> None:
    """Whoever moved, and whatever a person chose: nothing is carried over where both say the same."""
    assert merge(owner, rule, replace(field, same=True), newer=newer, choice=choice) is AGREED


@given(**ANY)
def test_both_shops_are_treated_alike(
    owner: Owner, rule: ConflictRule, field: Compared, newer: Side | None, choice: Side | None
) -> None:
    """Seen from the other shop, every verdict is the opposite one; only at first contact the source leads."""
    assume(field.base.source is not None and field.base.office is not None)
    turned = replace(
        field, source=field.office, office=field.source, base=Seen(field.base.office, field.base.source)
    )
    swap = {"cscart": "webasyst", "webasyst": "cscart"}
    opposite = {FORTH: BACK, BACK: FORTH, AGREED: AGREED, HELD: HELD}
    there = merge(
        Owner(swap.get(owner, owner)),
        ConflictRule(swap.get(rule, rule)),
        turned,
        newer=newer and newer.other,
        choice=choice and choice.other,
    )
    assert merge(owner, rule, field, newer=newer, choice=choice) is opposite[there]


@given(**ANY)
def test_nobody_is_asked_without_need(
    owner: Owner, rule: ConflictRule, field: Compared, newer: Side | None, choice: Side | None
) -> None:
    """A field is held only where both own it, both moved, nobody chose yet, and the rule does not tell who wins."""
    if merge(owner, rule, field, newer=newer, choice=choice) is HELD:
        assert owner is Owner.BOTH
        assert field.source_moved
        assert field.office_moved
        assert choice is None
        assert rule is ConflictRule.HOLD or (rule is ConflictRule.NEWER and newer is None)


@given(**{name: strategy for name, strategy in ANY.items() if name != "owner"})
def test_no_update_is_lost(
    rule: ConflictRule, field: Compared, newer: Side | None, choice: Side | None
) -> None:
    """Where both own the field and only one moved, its value goes to the other, whatever the rule or a choice says."""
    assume(not field.same and field.source_moved != field.office_moved)
    verdict = merge(Owner.BOTH, rule, field, newer=newer, choice=choice)
    assert verdict is (FORTH if field.source_moved else BACK)


def test_what_was_never_noted_has_not_moved_in_the_office() -> None:
    """Before anything was noted the source counts as changed and the office does not: the shop that sells leads."""
    first = Compared("s", "o", same=False, base=Seen())
    assert first.source_moved
    assert not first.office_moved
