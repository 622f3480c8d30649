"""The decision where a product stands in either shop's menu."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.model.backoffice import OfficeProduct
from syncd.model.category import Category
from syncd.model.owner import Owner, Side
from syncd.model.product import Product
from syncd.sync.categories import Counterparts, match
from syncd.sync.merge import Verdict
from syncd.sync.product_agreement import agreed_base
from syncd.sync.product_categories import (
    canonical,
    carried,
    categories_noted,
    created_categories,
    lonely,
    office_categories_moved,
    source_categories_stand,
)
from syncd.sync.product_decision import ProductPlan
from tests.sync import builders as make

AGREED, FORTH, BACK, HELD = Verdict.AGREED, Verdict.FORTH, Verdict.BACK, Verdict.HELD

KNOWN = match(
    [Category(1, ("Food",)), Category(2, ("Food", "Tea")), Category(3, ("Food", "Coffee")), Category(9, ("Sale",))],
    [Category(10, ("Food",)), Category(20, ("food ", " TEA")), Category(30, ("Food", "coffee")), Category(90, ("New",))],
)  # fmt: skip
"""1-3 at the source are 10-30 in the office; 9 and 90 stand alone."""


class TestMatch:
    """Which categories of the two shops are the same."""

    def test_the_whole_path_counts_but_for_case_and_blanks(self) -> None:
        """Tea below Food is not Tea below Gifts."""
        assert KNOWN.forth == {1: 10, 2: 20, 3: 30}
        assert KNOWN.back == {10: 1, 20: 2, 30: 3}
        assert match([Category(1, ("Gifts", "Tea"))], [Category(2, ("Food", "Tea"))]).forth == {}

    def test_a_path_that_leads_to_several_has_no_counterpart(self) -> None:
        """In either shop: nobody knows which one is meant."""
        twice = [Category(5, ("Tea",)), Category(6, ("TEA",))]
        once = [Category(7, ("Tea",))]
        assert match(twice, once).forth == match(once, twice).forth == {}

    def test_a_category_without_a_name_is_nobodys_counterpart(self) -> None:
        """Nor is what lies below it."""
        assert match([Category(1, ("", "Tea"))], [Category(2, (" ", "Tea"))]).forth == {}

    def test_paths_are_spelled_for_a_person(self) -> None:
        """As each shop writes them."""
        assert (KNOWN.source_paths[2], KNOWN.office_paths[20]) == ("Food / Tea", "food / TEA")


def here(*ids: int) -> Product:
    return make.product(category_ids=ids)


def there(*ids: int) -> OfficeProduct:
    return make.office_product(category_ids=ids)


def base_of(source: tuple[int, ...], office: tuple[int, ...], known: Counterparts = KNOWN) -> dict[str, Any]:
    """What was noted when both sides agreed on these."""
    return created_categories(source, office, known)


def decided(
    product: Product,
    office: OfficeProduct,
    base: dict[str, Any] | None = None,
    *,
    owner: str = "both",
    conflict: str = "hold",
    known: Counterparts | None = KNOWN,
    **fields: Any,
) -> ProductPlan:
    rule = make.merge_rule(conflict, category=owner)
    where = make.place(leads=fields.pop("leads", True))
    return make.plan(product, office, rule=rule, where=where, base=base or {}, counterparts=known, **fields)


def outcome(plan: ProductPlan) -> tuple[Verdict, tuple[int, ...] | None]:
    """The verdict and the list that is written."""
    written = (
        plan.category_ids if plan.source_change.category_ids is None else plan.source_change.category_ids
    )
    return plan.fields["category"].verdict, written


class TestLists:
    """What a side's list becomes."""

    @pytest.mark.parametrize(
        ("source", "office", "after"),
        [
            ((2,), (30,), (20,)),
            ((2,), (), (20,)),
            ((2, 3), (30,), (20, 30)),
            ((3, 2), (20, 30), (30, 20)),
            ((2,), (90, 30), (20, 90)),
            ((2, 9), (30, 90), (20, 90)),
            ((9, 2), (90, 30), (90, 20)),
            ((9, 2), (30, 90), (20, 90)),
            ((9, 2), (20, 30), (20,)),
            ((9,), (90,), (90,)),
            ((9,), (20,), ()),
        ],
    )
    def test_counterparts_take_the_place_of_counterparts(
        self, source: tuple[int, ...], office: tuple[int, ...], after: tuple[int, ...]
    ) -> None:
        """What has none stays; the main one is the other side's, as far as that has a counterpart."""
        assert carried(source, KNOWN.forth, own=office, matched=KNOWN.back) == after

    def test_the_main_one_first_is_all_the_order_there_is(self) -> None:
        """Neither shop keeps any other."""
        assert canonical((3, 9, 1, 3)) == (3, 1, 9)
        assert canonical(()) == ()


class TestVerdict:
    """Who gets whose list."""

    @pytest.mark.parametrize(
        ("source", "office", "expected"),
        [
            ((2,), (20,), (AGREED, None)),
            ((3,), (20,), (FORTH, (30,))),
            ((2,), (30,), (BACK, (3,))),
            ((2, 9), (20,), (AGREED, None)),
            ((2,), (20, 90), (AGREED, None)),
            ((3,), (30,), (AGREED, None)),
            ((3, 2), (30, 20, 90), (AGREED, None)),
            ((3,), (10,), (HELD, None)),
            ((9,), (20,), (AGREED, None)),
            ((2,), (90,), (AGREED, None)),
            ((2,), (), (AGREED, None)),
            ((9,), (30,), (BACK, (3, 9))),
            ((3,), (90,), (FORTH, (30, 90))),
        ],
    )
    def test_the_side_that_moved_it_gives_its_list_to_the_other(
        self, source: tuple[int, ...], office: tuple[int, ...], expected: tuple[Verdict, Any]
    ) -> None:
        """From Tea in both shops; no side is left without a category, and one that has none to name does not count."""
        assert outcome(decided(here(*source), there(*office), base_of((2,), (20,)))) == expected

    @pytest.mark.parametrize(
        ("owner", "moved", "expected"),
        [
            ("cscart", ((3,), (20,)), (FORTH, (30,))),
            ("cscart", ((2,), (30,)), (AGREED, None)),
            ("cscart", ((3,), (10,)), (FORTH, (30,))),
            ("webasyst", ((3,), (20,)), (AGREED, None)),
            ("webasyst", ((2,), (30,)), (BACK, (3,))),
            ("webasyst", ((3,), (10,)), (BACK, (1,))),
        ],
    )
    def test_what_one_shop_owns_goes_one_way(
        self, owner: str, moved: tuple[tuple[int, ...], tuple[int, ...]], expected: tuple[Verdict, Any]
    ) -> None:
        """A move in the other shop is noted, and stays."""
        plan = decided(here(*moved[0]), there(*moved[1]), base_of((2,), (20,)), owner=owner)
        assert outcome(plan) == expected

    @pytest.mark.parametrize(
        ("owner", "source", "office", "expected"),
        [
            ("both", (2,), (30,), (FORTH, (20,))),
            ("cscart", (2,), (30, 90), (FORTH, (20, 90))),
            ("webasyst", (2, 9), (30,), (BACK, (3, 9))),
            ("webasyst", (2, 9), (), (AGREED, None)),
            ("webasyst", (9, 2), (90,), (AGREED, None)),
            ("both", (9,), (90, 30), (AGREED, None)),
            ("cscart", (9,), (90, 30), (AGREED, None)),
        ],
    )
    def test_at_the_first_contact_the_owner_leads_and_nobody_is_emptied(
        self, owner: str, source: tuple[int, ...], office: tuple[int, ...], expected: tuple[Verdict, Any]
    ) -> None:
        """A side without any known category has nothing to say."""
        assert outcome(decided(here(*source), there(*office), owner=owner)) == expected

    @pytest.mark.parametrize(
        "plan",
        [
            decided(here(3), there(20), base_of((2,), (20,)), owner="none"),
            decided(here(3), there(20), base_of((2,), (20,)), known=None),
        ],
    )
    def test_where_they_are_each_shops_own_affair_nothing_is_decided(self, plan: ProductPlan) -> None:
        """And what was noted once is forgotten, so that a later first contact is one."""
        assert "category" not in plan.fields
        assert (plan.category_ids, plan.source_change.category_ids) == (None, None)
        assert "category" not in agreed_base(plan, Side.WEBASYST)[0]

    @pytest.mark.parametrize("fields", [{"leads": False}, {"product": here()}])
    def test_who_does_not_lead_or_tells_none_only_notes(self, fields: dict[str, Any]) -> None:
        """A child variation stands where its parent stands."""
        product = fields.pop("product", here(3))
        plan = decided(product, there(20), base_of((2,), (20,)), **fields)
        assert outcome(plan) == (AGREED, None)
        assert (
            agreed_base(plan, Side.CSCART)[0]["category"] == base_of(product.category_ids, (20,))["category"]
        )

    @pytest.mark.parametrize(
        ("choice", "expected"), [(Side.CSCART, (FORTH, (30,))), (Side.WEBASYST, (BACK, (1,)))]
    )
    def test_a_person_chooses_in_a_conflict(self, choice: Side, expected: tuple[Verdict, Any]) -> None:
        """By paths."""
        moved = here(3), there(10), base_of((2,), (20,))
        field = decided(*moved).fields["category"]
        assert (field.base, field.spelled) == ("Food / Tea", ("Food / Coffee", "Food"))
        assert outcome(decided(*moved, choices={"category": choice})) == expected


class TestCounterpartsComeAndGo:
    """The trees change while products stand still."""

    LATER = match(
        [Category(1, ("Food",)), Category(2, ("Food", "Tea")), Category(9, ("Sale",))],
        [
            Category(10, ("Food",)),
            Category(20, ("Food", "Tea")),
            Category(99, ("SALE",)),
            Category(90, ("New",)),
        ],
    )

    def test_a_counterpart_that_is_created_later_is_a_change(self) -> None:
        """The base knows which ones had none."""
        base = base_of((2, 9), (20,))
        assert lonely(base) == ({9}, set())
        assert outcome(decided(here(2, 9), there(20), base, known=self.LATER)) == (FORTH, (20, 99))

    def test_a_counterpart_that_is_lost_moves_nothing(self) -> None:
        """Coffee was renamed in both shops at different times."""
        base = base_of((2, 3), (20, 30))
        assert outcome(decided(here(2, 3), there(20, 30), base, known=self.LATER)) == (AGREED, None)
        assert outcome(decided(here(2, 3), there(20), base, known=self.LATER)) == (AGREED, None)

    def test_a_category_that_no_tree_has_is_left_alone(self) -> None:
        """It was made since the trees were read."""
        assert outcome(decided(here(2, 77), there(20, 770), base_of((2,), (20,)))) == (AGREED, None)


class TestSight:
    """The first look, without any tree."""

    def test_the_ids_are_compared_and_not_their_counterparts(self) -> None:
        """So that nothing has to be read."""
        base = base_of((2, 9), (20, 90))
        assert source_categories_stand(here(2, 9), base, Owner.BOTH)
        assert not source_categories_stand(here(9, 2), base, Owner.BOTH)
        assert not office_categories_moved(there(20, 90), base)
        assert office_categories_moved(there(90, 20), base)

    def test_what_was_never_compared_is_to_be_compared(self) -> None:
        """Unless neither shop's count; the office's way alone begins nothing."""
        assert not source_categories_stand(here(2), {}, Owner.CSCART)
        assert not categories_noted({}, Owner.CSCART)
        assert source_categories_stand(here(2), {}, Owner.NONE)
        assert categories_noted({}, Owner.NONE)
        assert not office_categories_moved(there(20), {})
        assert created_categories((2,), (20,), None) == {}


SOURCE = st.lists(st.sampled_from([1, 2, 3, 9, 77]), unique=True, max_size=4).map(tuple)
OFFICE = st.lists(st.sampled_from([10, 20, 30, 90, 770]), unique=True, max_size=4).map(tuple)
OWNERS = st.sampled_from(["cscart", "webasyst", "both"])


@given(
    st.tuples(SOURCE, SOURCE),
    st.tuples(OFFICE, OFFICE),
    OWNERS,
    st.sampled_from(["hold", "cscart", "webasyst"]),
)
def test_what_is_carried_out_is_agreed(
    here_: tuple[tuple[int, ...], tuple[int, ...]],
    there_: tuple[tuple[int, ...], tuple[int, ...]],
    owner: str,
    conflict: str,
) -> None:
    """After the write nothing is left to do; what has no counterpart is still there, and nobody stands nowhere."""
    (before, source), (theirs, office) = here_, there_
    plan = decided(here(*source), there(*office), base_of(before, theirs), owner=owner, conflict=conflict)
    found, written = outcome(plan)
    if found is HELD:
        return
    assert (written is None) == (found is AGREED)
    now = written if found is BACK and written else source
    then = written if found is FORTH and written else office
    lonely_ones = {9, 77, 90, 770}
    assert lonely_ones.intersection(source) == lonely_ones.intersection(now)
    assert lonely_ones.intersection(office) == lonely_ones.intersection(then)
    base, _ = agreed_base(plan, Side.CSCART if found is BACK else Side.WEBASYST)
    again = decided(here(*now), there(*then), base, owner=owner, conflict=conflict)
    assert outcome(again) == (AGREED, None)
    assert source_categories_stand(here(*now), base, Owner(owner))
    assert not office_categories_moved(there(*then), base)
