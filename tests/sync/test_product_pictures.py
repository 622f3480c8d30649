"""The decision about a product's pictures: only a set that was changed since both sides agreed goes anywhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.model.backoffice import OfficeImage, OfficeProduct
from syncd.model.owner import Side
from syncd.model.product import Image, Product
from syncd.sync.merge import Verdict
from syncd.sync.picture_marks import (
    NEVER_AGREED,
    NOTED,
    Shown,
    begun,
    source_mark,
    spell_office,
    spell_source,
)
from syncd.sync.picture_sight import office_pictures_moved, office_pictures_stand, source_pictures_stand
from syncd.sync.product_agreement import agreed_base
from syncd.sync.product_base import images_digest
from syncd.sync.product_decision import ProductPlan
from syncd.sync.product_pictures import (
    MERGED,
    arrived,
    base_while_sending,
    base_with_ours,
    base_with_theirs,
    created_pictures,
)
from tests.sync import builders as make

AGREED, FORTH, BACK, HELD = Verdict.AGREED, Verdict.FORTH, Verdict.BACK, Verdict.HELD
OWN_NAME = "0123456789abcdef01234567.png"
"""A name under which syncd uploads."""


def here(*names: str) -> Product:
    """The source's product with these pictures."""
    return make.product(images=tuple(Image(f"https://shop.example/images/{name}.jpg") for name in names))


def image(number: int, *, ours: bool = False, at: datetime | None = None) -> OfficeImage:
    return OfficeImage(number, OWN_NAME if ours else f"photo-{number}.jpg", at)


def there(*images: int | OfficeImage, main: int | None = None) -> OfficeProduct:
    """The office's product with these pictures, the first as its main one unless another is named."""
    shown = tuple(image(each) if isinstance(each, int) else each for each in images)
    first = shown[0].image_id if shown else None
    return make.office_product(images=shown, image_count=len(shown), main_image_id=main or first)


def noted(product: Product, office: OfficeProduct, **more: Any) -> dict[str, Any]:
    """The base in which these pictures were noted."""
    return {NOTED: [source_mark(product), Shown.by(office).mark], **more}


def decided(
    product: Product,
    office: OfficeProduct,
    base: dict[str, Any],
    *,
    owner: str = "both",
    conflict: str = "hold",
    **fields: Any,
) -> ProductPlan:
    rule = make.merge_rule(conflict, images=owner)
    where = make.place(leads=fields.pop("leads", True))
    return make.plan(product, office, rule=rule, where=where, base=base, **fields)


def verdict(*args: Any, **fields: Any) -> Verdict:
    pictures = decided(*args, **fields).pictures
    assert pictures is not None
    return pictures.verdict


BEFORE = noted(here("a"), there(1))


class TestVerdict:
    """Whose pictures go where."""

    @pytest.mark.parametrize(
        ("source", "office", "both", "webasyst"),
        [
            (here("a"), there(1), AGREED, AGREED),
            (here("b"), there(1), FORTH, AGREED),
            (here("a", "b"), there(1), FORTH, AGREED),
            (here("a"), there(1, 2), BACK, BACK),
            (here("a"), there(2), BACK, BACK),
            (here("b"), there(1, 2), HELD, BACK),
            (here(), there(1), AGREED, AGREED),
            (here("a"), there(), AGREED, AGREED),
            (here(), there(1, 2), BACK, BACK),
            (here("b"), there(), FORTH, AGREED),
            (here(), there(), AGREED, AGREED),
        ],
    )
    def test_a_side_that_changed_its_pictures_gives_them_to_the_other(
        self, source: Product, office: OfficeProduct, both: Verdict, webasyst: Verdict
    ) -> None:
        """A side that shows none any more gives nothing; what Webasyst owns never comes from CS-Cart."""
        assert verdict(source, office, BEFORE) is both
        assert verdict(source, office, BEFORE, owner="webasyst") is webasyst

    @pytest.mark.parametrize("owner", ["both", "webasyst"])
    def test_the_first_contact_only_notes(self, owner: str) -> None:
        """However different the pictures are: CS-Cart would take its own away first."""
        plan = decided(here("a"), there(1, 2), {}, owner=owner)
        assert plan.pictures is not None
        assert plan.pictures.verdict is AGREED
        assert not plan.goes_back
        assert agreed_base(plan, Side.WEBASYST)[0][NOTED] == noted(here("a"), there(1, 2))[NOTED]

    @pytest.mark.parametrize("owner", ["cscart", "none"])
    def test_where_the_offices_do_not_count_nothing_is_decided(self, owner: str) -> None:
        """And nothing goes back, whatever was noted once."""
        plan = decided(here("a"), there(1, 2), BEFORE, owner=owner)
        assert plan.pictures is None
        assert not plan.goes_back
        assert agreed_base(plan, Side.WEBASYST)[0][NOTED] == BEFORE[NOTED]

    def test_pictures_that_were_not_asked_for_are_not_decided_about(self) -> None:
        """Not known is not none."""
        assert decided(here("a"), make.office_product(images=None), BEFORE).pictures is None

    def test_another_order_and_another_main_one_are_changes(self) -> None:
        """CS-Cart's main picture is Webasyst's."""
        base = noted(here("a"), there(1, 2))
        assert verdict(here("a"), there(2, 1), base) is BACK
        assert verdict(here("a"), there(1, 2, main=2), base) is BACK

    @pytest.mark.parametrize("owner", ["both", "webasyst"])
    def test_what_syncd_created_there_gets_the_sources_pictures_first(self, owner: str) -> None:
        """Whoever owns them afterwards, and whatever staff has put there meanwhile."""
        base = {NOTED: [*NEVER_AGREED], "images": ""}
        assert verdict(here("a"), there(7), base, owner=owner) is FORTH
        assert verdict(here(), there(), base, owner=owner) is FORTH

    def test_only_the_product_that_leads_takes_the_offices(self) -> None:
        """A variation beside it brings what it shows itself, where both own."""
        assert verdict(here("a"), there(1, 2), BEFORE, leads=False) is AGREED
        assert verdict(here("b"), there(1, 2), BEFORE, leads=False) is FORTH
        assert verdict(here("b"), there(1, 2), BEFORE, leads=False, owner="webasyst") is AGREED

    def test_a_product_that_syncd_created_at_the_source_takes_them_though_it_does_not_lead(self) -> None:
        """It has none, so that nothing is lost; later it is a product like any other."""
        base = {NOTED: [*NEVER_AGREED]}
        assert verdict(here(), there(1), base, leads=False) is BACK
        assert verdict(here("a"), there(1), base, leads=False) is FORTH
        assert verdict(here(), there(1), base | {"images": "sent"}, leads=False) is AGREED


class TestOwnUploads:
    """What syncd uploaded to the office is no change of the office's."""

    @pytest.mark.parametrize(
        ("before", "now"),
        [
            (there(1), there(1, image(2, ours=True))),
            (there(), there(image(2, ours=True), image(3, ours=True))),
            (there(1, 2, main=2), there(1, 2, image(3, ours=True), main=2)),
        ],
    )
    def test_it_is_known_by_its_name(self, before: OfficeProduct, now: OfficeProduct) -> None:
        """Even where the answer to the upload was lost; and it may become the main one where there was none."""
        base = noted(here("a"), before)
        assert verdict(here("a"), now, base) is AGREED
        assert not office_pictures_moved(now, base)

    @pytest.mark.parametrize(
        "now",
        [
            there(1, 5, image(2, ours=True)),
            there(image(2, ours=True)),
            there(1, image(2, ours=True), main=2),
        ],
    )
    def test_staffs_changes_beside_it_count(self, now: OfficeProduct) -> None:
        """Another picture, one that was deleted, another main one."""
        assert verdict(here("a"), now, BEFORE) is BACK
        assert office_pictures_moved(now, BEFORE)

    def test_once_noted_it_is_a_picture_like_any_other(self) -> None:
        """Staff that deletes it has changed something."""
        base = noted(here("a"), there(1, image(2, ours=True)))
        assert verdict(here("a"), there(1), base) is BACK


class TestConflicts:
    """Both sides changed theirs."""

    CHANGED = here("b"), there(1, 2), BEFORE

    @pytest.mark.parametrize(("choice", "decision"), [(Side.CSCART, FORTH), (Side.WEBASYST, BACK)])
    def test_a_person_chooses(self, choice: Side, decision: Verdict) -> None:
        """By the field's name in the settings."""
        plan = decided(*self.CHANGED)
        assert plan.names(HELD) == ["images"]
        assert verdict(*self.CHANGED, choices={"images": choice}) is decision

    @pytest.mark.parametrize(("rule", "decision"), [("cscart", FORTH), ("webasyst", BACK)])
    def test_or_the_setting_does(self, rule: str, decision: Verdict) -> None:
        """Always the same side."""
        assert verdict(*self.CHANGED, conflict=rule) is decision

    @pytest.mark.parametrize(("minutes", "decision"), [(1, BACK), (-1, FORTH), (0, HELD), (None, HELD)])
    def test_newer_is_the_time_of_the_upload(self, minutes: int | None, decision: Verdict) -> None:
        """The product's own stamp does not move with its pictures (contracts/webasyst §9)."""
        at = None if minutes is None else make.NOON + timedelta(minutes=minutes)
        office = replace(there(1, image(2, at=at)), edited_at=make.NOON + timedelta(days=1))
        assert verdict(here("b"), office, BEFORE, conflict="newer") is decision

    def test_a_deletion_has_no_time(self) -> None:
        """So nobody knows which is newer, and it is held; our own uploads are no news either."""
        office = there(image(9, ours=True, at=make.NOON + timedelta(days=1)))
        assert verdict(here("b"), office, BEFORE, conflict="newer") is HELD

    def test_the_choice_for_the_source_ends_the_conflict(self) -> None:
        """What the office showed has given way, and does not come back once the source's pictures are there."""
        plan = decided(*self.CHANGED, choices={"images": Side.CSCART})
        base, _ = agreed_base(plan, Side.WEBASYST)
        after = base_with_ours(here("b"), base)
        assert verdict(here("b"), there(1, 2, image(3, ours=True)), after) is AGREED

    def test_values_are_spelled_for_a_person(self) -> None:
        """How many, and their names."""
        pictures = decided(*self.CHANGED).pictures
        assert pictures is not None
        assert pictures.spelled == ("1 picture: b.jpg", "2 pictures: photo-1.jpg, photo-2.jpg")
        assert spell_source([]) == "no pictures"
        assert spell_source([Image("https://shop.example/a%20b.png?x=1")]) == "1 picture: a b.png"
        assert spell_office([OfficeImage(3, "")]) == "1 picture: picture 3"


class TestOnTheirWay:
    """Pictures that were being sent to the source when the answer was lost."""

    OFFICE = there(1, 2)
    BASE = base_while_sending(OFFICE, BEFORE)

    def test_what_stands_at_the_source_is_our_own_doing(self) -> None:
        """Finished or not, it is no change of the source's, and no conflict."""
        assert begun(self.BASE) == Shown.by(self.OFFICE).mark
        for source in (here("a"), here(), here("x"), here("x", "y")):
            assert verdict(source, self.OFFICE, self.BASE) is BACK

    @pytest.mark.parametrize(
        ("source", "office", "there_already"),
        [
            (here("x", "y"), there(1, 2), True),
            (here("x"), there(1, 2), False),
            (here(), there(1, 2), False),
            (here("a", "x"), there(1, 2), False),
            (here("x", "y"), there(2, 1), False),
            (here("x", "y", "z"), there(1, 2, 3), False),
        ],
    )
    def test_they_have_arrived_when_as_many_new_ones_stand_there(
        self, source: Product, office: OfficeProduct, there_already: bool
    ) -> None:
        """None of the old ones may be left, and the office must still show what was sent."""
        assert arrived(self.BASE, source, office) is there_already

    def test_nothing_has_arrived_that_was_never_sent(self) -> None:
        """Whatever stands there."""
        assert not arrived(BEFORE, here("x"), there(1))

    def test_they_are_compared_again_even_where_staff_took_the_change_back(self) -> None:
        """The source may have got it."""
        assert verdict(here("x", "y"), there(1), self.BASE) is BACK
        assert office_pictures_moved(there(1), self.BASE)
        assert verdict(here("x"), there(), self.BASE) is AGREED

    def test_the_plan_that_sends_notes_nothing_yet(self) -> None:
        """Only what was read back is agreed."""
        plan = decided(here("a"), self.OFFICE, BEFORE)
        for side in Side:
            assert agreed_base(plan, side)[0][NOTED] == BEFORE[NOTED]
        held = decided(here("b"), self.OFFICE, BEFORE)
        assert agreed_base(held, Side.WEBASYST)[0][NOTED] == BEFORE[NOTED]

    def test_arrived_pictures_are_agreed_in_both_directions(self) -> None:
        """CS-Cart's copies are not brought back to Webasyst, whoever created the product."""
        taken = here("x", "y")
        after = base_with_theirs(taken, self.OFFICE, self.BASE | {"images": images_digest(here("a"))})
        assert verdict(taken, self.OFFICE, after) is AGREED
        assert after["images"] == images_digest(taken)
        assert not decided(taken, self.OFFICE, after, owner="cscart").images_changed
        assert "images" not in base_with_theirs(taken, self.OFFICE, self.BASE)


class TestSight:
    """The first look, without asking a shop."""

    @pytest.mark.parametrize(
        ("sketch", "stands"),
        [("1/2", True), ("", True), ("2/2", False), ("1/3", False), ("0/0", False)],
    )
    def test_a_scan_sees_the_main_picture_and_their_number(self, sketch: str, stands: bool) -> None:
        """A mirror that was filled before they were looked at tells nothing."""
        base = noted(here("a"), there(1, 2))
        assert office_pictures_stand(base, sketch, make.merge_rule(images="both").owners[_IMAGES]) is stands

    def test_what_was_never_noted_is_to_be_noted(self) -> None:
        """As is what is on its way; where the office's do not count, nothing is."""
        for owner in MERGED:
            assert not office_pictures_stand({}, "", owner)
            assert not office_pictures_stand(TestOnTheirWay.BASE, "1/1", owner)
        for name in ("cscart", "none"):
            assert office_pictures_stand({}, "1/1", make.merge_rule(images=name).owners[_IMAGES])

    def test_the_source_shows_what_was_noted(self) -> None:
        """With another picture, or unsent ones, it is compared."""
        for owner in MERGED:
            assert source_pictures_stand(here("a"), BEFORE, owner)
            assert not source_pictures_stand(here("b"), BEFORE, owner)
            assert not source_pictures_stand(here("a"), {}, owner)
            assert not source_pictures_stand(here("a"), BEFORE | {"images": ""}, owner)

    def test_under_the_sources_rule_only_unsent_ones_count(self) -> None:
        """To products that syncd created."""
        owner = make.merge_rule(images="cscart").owners[_IMAGES]
        assert source_pictures_stand(here("b"), BEFORE, owner)
        assert not source_pictures_stand(here("b"), {"images": images_digest(here("a"))}, owner)

    def test_what_is_not_known_did_not_move(self) -> None:
        """Pictures that were not asked for, or never noted."""
        assert not office_pictures_moved(make.office_product(images=None), BEFORE)
        assert not office_pictures_moved(there(1, 2), {})


_IMAGES = next(field for field in make.merge_rule().owners if field == "images")


def test_a_new_product_is_noted_only_where_the_offices_pictures_count() -> None:
    """Without any: staff may add one before the first sweep comes by."""
    assert created_pictures(make.merge_rule(images="both")) == {NOTED: [*NEVER_AGREED]}
    assert created_pictures(make.merge_rule(images="cscart")) == {}


NAMES = st.lists(st.sampled_from("abcd"), unique=True, max_size=3)
IDS = st.lists(st.integers(1, 4), unique=True, max_size=3)


@given(st.tuples(NAMES, NAMES), st.tuples(IDS, IDS), st.sampled_from(["both", "webasyst"]), st.booleans())
def test_pictures_go_to_the_source_only_when_the_offices_changed(
    source: tuple[list[str], list[str]], office: tuple[list[int], list[int]], owner: str, leads: bool
) -> None:
    """Whatever happened at the source; and never so that it would be left without any."""
    (before, now), (theirs, theirs_now) = source, office
    base = noted(here(*before), there(*theirs))
    found = verdict(here(*now), there(*theirs_now), base, owner=owner, conflict="webasyst", leads=leads)
    if found is BACK:
        assert theirs_now
        assert theirs_now != theirs
    if found is FORTH:
        assert now
        assert now != before


@given(NAMES, IDS, st.sampled_from(["both", "webasyst"]))
def test_what_was_noted_asks_for_nothing(names: list[str], ids: list[int], owner: str) -> None:
    """Agreed once, silent for ever: the first look and the decision say the same."""
    plan = decided(here(*names), there(*ids), {}, owner=owner)
    base, _ = agreed_base(plan, Side.CSCART)
    assert verdict(here(*names), there(*ids), base, owner=owner) is AGREED
    assert source_pictures_stand(here(*names), base, make.merge_rule(images=owner).owners[_IMAGES])
    assert not office_pictures_moved(there(*ids), base)
