"""The merge of one product, field by field."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from syncd.model.backoffice import OfficeProduct
from syncd.model.money import Rates, plain
from syncd.model.owner import Owner, Side
from syncd.model.product import Content, Product
from syncd.state.order_stock import Demand
from syncd.sync.facets import digest
from syncd.sync.merge import Verdict
from syncd.sync.product_base import TEXTS, spell_pending, spell_shelf, text_mark
from syncd.sync.product_merge import (
    FieldPlan,
    merge_amounts,
    merge_quantity,
    merge_texts,
    same_price,
    shown_value,
    spell_stamp,
    stamp_of,
)
from syncd.sync.shared_stock import Pending, Shelf
from tests.sync import builders as make

AGREED, FORTH, BACK, HELD = Verdict.AGREED, Verdict.FORTH, Verdict.BACK, Verdict.HELD
D = Decimal
BASE: dict[str, Any] = {
    "price": ["10.5", "10.5"],
    "list_price": ["12", "12"],
    "quantity": ["5", "5"],
    "visible": ["shown", "shown"],
    "taken": "0",
}
"""What both sides of the builders' product agreed on."""
MARKS = {name: [text_mark(getattr(make.content(), name))] * 2 + ["as agreed"] for name in TEXTS}
"""Its agreed texts."""


def amount(
    name: str, product: Product | None = None, office: OfficeProduct | None = None, **fields: Any
) -> FieldPlan:
    rule = fields.pop("rule", make.merge_rule())
    return merge_amounts(make.sides(product, office, **{"base": BASE, **fields}), rule)[name]


def quantity(owner: str, here: str = "5", there: str | None = "5", **fields: Any) -> FieldPlan:
    stock = {} if there is None else {1: D(there)}
    office = make.office_product(skus=(make.office_sku(stock=stock),), **fields.pop("office", {}))
    product = make.product(quantity=D(here), **fields.pop("product", {}))
    sides = make.sides(product, office, **{"base": BASE, **fields})
    return merge_quantity(sides, make.merge_rule(quantity=owner))[0]


def text(
    name: str, product: Product | None = None, office: OfficeProduct | None = None, **fields: Any
) -> FieldPlan:
    rule = fields.pop("rule", make.merge_rule())
    return merge_texts(make.sides(product, office, **{"texts": MARKS, **fields}), rule)[name]


def named(name: str, value: Any) -> Product:
    return make.product(content=make.content(**{name: value}))


PRICES = [("price", "price", "10.50"), ("list_price", "compare_price", "12.00")]


class TestPrices:
    """Price and list price."""

    @pytest.mark.parametrize(("name", "column", "value"), PRICES)
    def test_whoever_moved_tells_the_other(self, name: str, column: str, value: str) -> None:
        """By default both own them: one side's new value goes to the other, and what was agreed is still known."""
        here, there = (
            make.product(**{name: D(11)}),
            make.office_product(skus=(make.office_sku(**{column: D(9)}),)),
        )
        forth, back = amount(name, here), amount(name, office=there)
        assert (forth.verdict, forth.office_after, forth.base) == (FORTH, "11", plain(D(value)))
        assert (back.verdict, back.source_after) == (BACK, "9")
        assert amount(name, here, there).verdict is HELD
        assert amount(name).verdict is AGREED

    @pytest.mark.parametrize(("name", "column", "value"), PRICES)
    def test_who_alone_owns_it_is_never_overwritten(self, name: str, column: str, value: str) -> None:
        """What the other side did to it is put right, before anything was agreed and afterwards."""
        here, there = (
            make.product(**{name: D(11)}),
            make.office_product(skus=(make.office_sku(**{column: D(9)}),)),
        )
        for base in ({}, BASE, {name: ["11", "9"]}):
            for owner, verdict in (("cscart", FORTH), ("webasyst", BACK), ("none", AGREED)):
                found = amount(name, here, there, rule=make.merge_rule(**{name: owner}), base=base)
                assert found.verdict is verdict

    def test_digits_beyond_the_cent_are_no_difference(self) -> None:
        """The office keeps four digits, the source two."""
        sku = make.office_sku(price=D("10.5049"), compare_price=D("11.9951"))
        for base in (BASE, {}):
            plans = merge_amounts(
                make.sides(office=make.office_product(skus=(sku,)), base=base), make.merge_rule()
            )
            assert plans["price"].verdict is plans["list_price"].verdict is AGREED

    def test_a_person_chooses(self) -> None:
        """A choice settles a conflict of the field that it was made for."""
        here, there = make.product(price=D(11)), make.office_product(skus=(make.office_sku(price=D(9)),))
        for side, verdict in ((Side.CSCART, FORTH), (Side.WEBASYST, BACK)):
            assert amount("price", here, there, choices={"price": side}).verdict is verdict
            assert amount("price", here, there, choices={"list_price": side}).verdict is HELD

    @pytest.mark.parametrize(("minutes", "verdict"), [(-1, FORTH), (0, HELD), (1, BACK)])
    def test_the_newer_record_wins_a_conflict(self, minutes: int, verdict: Verdict) -> None:
        """Under that rule; two of the same second are held."""
        at = make.NOON + timedelta(minutes=minutes)
        there = make.office_product(skus=(make.office_sku(price=D(9)),), edited_at=at)
        rule = make.merge_rule("newer")
        assert amount("price", make.product(price=D(11)), there, rule=rule).verdict is verdict

    def test_a_record_of_unknown_age_is_held(self) -> None:
        """Without the office's stamp nobody knows which is newer."""
        there = make.office_product(skus=(make.office_sku(price=D(9)),), edited_at=None)
        rule = make.merge_rule("newer")
        assert amount("price", make.product(price=D(11)), there, rule=rule).verdict is HELD


class TestTwoCurrencies:
    """The office keeps a product in another currency than the source."""

    @pytest.mark.parametrize(
        ("owner", "there", "said", "same"),
        [
            # One cent of the source is many of the office's: 100.30 comes back as 1.00, which is 100 there.
            ("cscart", "100.30", "1.00", False),
            ("webasyst", "100.30", "1.00", True),
            ("both", "100.30", "1.00", True),
            ("cscart", "100.40", "1.004", True),
            ("webasyst", "100", "1.004", True),
            ("both", "101", "1.00", False),
        ],
    )
    def test_the_owners_way_of_converting_counts(self, owner: str, there: str, said: str, same: bool) -> None:
        """A price that was converted one way need not come back to it; where both own, either way will do."""
        rates = Rates("USD", {"RUB": D("0.01")})
        wanted = rates.convert(D(said), "USD", "RUB")
        offered = rates.convert(D(there), "RUB", "USD")
        assert same_price(Owner(owner), wanted=wanted, there=D(there), said=D(said), offered=offered) == same

    def test_values_are_converted_on_their_way(self) -> None:
        """Each side gets it in its own currency, by the office's rate."""
        office = make.office_product(currency="EUR")
        base = BASE | {"price": ["10.5", "9.55"]}
        forth = amount("price", make.product(price=D(11)), office, base=base | {"price": ["9", "10.5"]})
        assert (forth.verdict, forth.office_after) == (FORTH, "10")
        back = amount("price", office=office, base=base)
        assert (back.verdict, back.source_after) == (BACK, "11.55")

    @pytest.mark.parametrize("name", ["price", "list_price"])
    def test_a_new_rate_moves_the_price_in_the_office(self, name: str) -> None:
        """Nobody touched it, and it is wrong by now: the source's price counts, also where the rate has become 1."""
        office = make.office_product(
            currency="EUR", skus=(make.office_sku(price=D("9.00"), compare_price=D("11.00")),)
        )
        base = BASE | {"price": ["10.5", "9"], "list_price": ["12", "11"]}
        assert amount(name, office=office, base=base).verdict is FORTH
        level = make.sides(office=office, base=base, wanted=make.agreed_amounts())
        assert merge_amounts(level, make.merge_rule())[name].verdict is FORTH

    def test_a_difference_that_was_agreed_stays_in_one_currency(self) -> None:
        """There is no rate that could have moved: the shops were left alone while neither owned the price."""
        apart = BASE | {"price": ["11", "9"]}
        office = make.office_product(skus=(make.office_sku(price=D(9)),))
        assert amount("price", make.product(price=D(11)), office, base=apart).verdict is AGREED

    def test_a_new_rate_is_the_owners_affair(self) -> None:
        """Where one shop owns the price, the other's follows; where neither does, nothing happens."""
        office = make.office_product(currency="EUR", skus=(make.office_sku(price=D(9)),))
        base = BASE | {"price": ["10.5", "9"]}
        for owner, verdict in (("cscart", FORTH), ("webasyst", BACK), ("none", AGREED)):
            assert (
                amount("price", office=office, base=base, rule=make.merge_rule(price=owner)).verdict
                is verdict
            )

    def test_a_rate_that_moved_while_somebody_edited(self) -> None:
        """An edit counts as such: it goes to the other side by the new rate."""
        office = make.office_product(currency="EUR", skus=(make.office_sku(price=D(9)),))
        assert amount("price", office=office, base=BASE | {"price": ["10.5", "8"]}).verdict is BACK
        assert amount("price", office=office, base=BASE | {"price": ["8", "9"]}).verdict is FORTH


class TestVisibility:
    """Whether a product is shown."""

    @pytest.mark.parametrize(
        "office",
        [make.office_product(visible=False), make.office_product(skus=(make.office_sku(visible=False),))],
    )
    def test_shown_in_the_office_means_product_and_sku(self, office: OfficeProduct) -> None:
        """Either flag hides it; what staff hides is hidden at the source, where both own it."""
        plan = amount("visible", office=office)
        assert (plan.verdict, plan.source_after) == (BACK, "hidden")

    def test_the_source_hides_it(self) -> None:
        """And the office follows."""
        plan = amount("visible", make.product(visible=False))
        assert (plan.verdict, plan.office_after) == (FORTH, "hidden")

    def test_hidden_in_both_is_agreed(self) -> None:
        """However it came about."""
        office = make.office_product(visible=False)
        assert amount("visible", make.product(visible=False), office, base={}).verdict is AGREED


class TestQuantity:
    """The quantity, where it is not shared."""

    def test_the_source_owns_it(self) -> None:
        """By default the office says what the source says, whoever changed it there."""
        for base in (BASE, {}):
            plan = quantity("cscart", "5", "7", base=base)
            assert (plan.verdict, plan.office_after) == (FORTH, "5")
            assert quantity("cscart", "5", "5.000", base=base).verdict is AGREED
        assert quantity("cscart", "5", "5.5").verdict is FORTH

    def test_what_orders_took_is_put_right(self) -> None:
        """The source's number contains the sale: what the office took off once more is written again."""
        taken = Demand(taken=D(3))
        for owner in ("cscart", "both"):
            plan = quantity(owner, "5", "2", demand=taken)
            assert (plan.verdict, plan.office_after) == (FORTH, "8")
            assert quantity(owner, "5", "5", demand=taken).verdict is AGREED

    def test_what_orders_gave_back_is_put_right(self) -> None:
        """A refund in the office alone sells nothing again."""
        base = BASE | {"quantity": ["5", "8"], "taken": "3"}
        for owner in ("cscart", "both"):
            assert quantity(owner, "5", "8", base=base).verdict is FORTH

    def test_both_own_it(self) -> None:
        """A number that either side enters goes to the other; two of them are a conflict."""
        assert quantity("both", "7", "5").verdict is FORTH
        back = quantity("both", "5", "9")
        assert (back.verdict, back.source_after) == (BACK, "9")
        assert quantity("both", "7", "9").verdict is HELD
        assert quantity("both", "7", "7").verdict is AGREED

    def test_staff_sell_beside_our_orders(self) -> None:
        """The office's own movement is told from that of the orders."""
        back = quantity("both", "5", "1", demand=Demand(taken=D(3)))
        assert (back.verdict, back.source_after, back.office) == (BACK, "1", "4")

    def test_half_a_piece_is_no_difference_where_both_own(self) -> None:
        """The source cannot say it, so its answer is no change of its own."""
        back = quantity("both", "5", "2.5")
        assert (back.verdict, back.source_after) == (BACK, "2")
        assert quantity("both", "2", "2.5", base=BASE | {"quantity": ["2", "2.5"]}).verdict is AGREED
        assert quantity("both", "2", "2.5", base={}).verdict is AGREED

    def test_the_office_owns_it(self) -> None:
        """The source gets whole pieces, without those that orders on their way have sold already."""
        plan = quantity("webasyst", "5", "9.75", demand=Demand(open=D(3)))
        assert (plan.verdict, plan.source_after) == (BACK, "6")
        assert quantity("webasyst", "6", "9.75", demand=Demand(open=D(3))).verdict is AGREED
        assert quantity("webasyst", "5", "9.75", demand=Demand(taken=D(3)), base={}).source_after == "9"

    @pytest.mark.parametrize(
        ("owner", "verdict"), [("cscart", FORTH), ("both", FORTH), ("webasyst", AGREED), ("none", AGREED)]
    )
    @pytest.mark.parametrize("here", ["5", "0"])
    def test_unlimited_stock_is_no_number(self, owner: str, verdict: Verdict, here: str) -> None:
        """No row sells without limit, so that even 0 is written; CS-Cart has no word for it and keeps its number."""
        for base in (BASE, {}, BASE | {"quantity": [here, ""]}):
            plan = quantity(owner, here, None, base=base)
            assert (plan.verdict, plan.office) == (verdict, "")
            assert plan.source_after == here

    def test_neither_owns_it(self) -> None:
        """Both keep their own."""
        assert quantity("none", "7", "9").verdict is AGREED


def shared_base(total: str, source: str, office: str, taken: str = "0") -> dict[str, Any]:
    return {"shelf": spell_shelf(Shelf(D(total), D(source), D(office), D(taken)))}


class TestSharedQuantity:
    """Both sides sell from one shelf."""

    def test_movements_are_added_up(self) -> None:
        """Ten were there, two and three are sold: both get five."""
        plan = quantity("shared", "8", "7", base=shared_base("10", "10", "10"))
        assert (plan.verdict, plan.office_after, plan.source_after) == (FORTH, "5", "5")

    def test_who_says_the_total_is_not_written(self) -> None:
        """Only the source lacks it, or nobody."""
        back = quantity("shared", "10", "7", base=shared_base("10", "10", "10"))
        assert (back.verdict, back.source_after) == (BACK, "7")
        assert quantity("shared", "7", "7", base=shared_base("7", "7", "7")).verdict is AGREED
        assert quantity("shared", "2", "2.5", base=shared_base("2.5", "2", "2.5")).verdict is AGREED

    def test_our_orders_move_nothing(self) -> None:
        """What they took is written back, and noted with what the office says of its own."""
        plan = quantity(
            "shared", "7", "4", base=shared_base("7", "7", "7"), demand=Demand(taken=D(3), open=D(9))
        )
        assert (plan.verdict, plan.source_after, plan.office, plan.office_after) == (FORTH, "7", "7", "10")

    def test_at_first_contact_the_source_leads(self) -> None:
        """Nothing was counted yet, and no quantity was ever agreed."""
        assert quantity("shared", "8", "3", base={}).office_after == "8"
        assert quantity("shared", "8", "3").office_after == "6"

    def test_unlimited_stock_is_counted_anew(self) -> None:
        """What sells without limit gets the source's number."""
        for there in (shared_base("10", "10", "10"), {}):
            plan = quantity("shared", "8", None, base=there)
            assert (plan.verdict, plan.office_after, plan.source_after) == (FORTH, "8", "8")

    @pytest.mark.parametrize(
        ("side", "here", "there", "total"),
        [
            (Side.WEBASYST, "8", "8", "8"),
            (Side.WEBASYST, "8", "6", "6"),
            (Side.CSCART, "8", "8", "8"),
            (Side.CSCART, "7", "8", "7"),
        ],
    )
    def test_a_write_that_took_effect_is_no_movement(
        self, side: Side, here: str, there: str, total: str
    ) -> None:
        """Its answer was lost, but the record's stamp has moved."""
        pending = Pending(side, D(10), "earlier", young=False, shelf=Shelf(D(8), D(8), D(8), D(0)))
        base = shared_base("10", "10", "10") | {"pending": spell_pending(pending)}
        plan = quantity("shared", here, there, base=base, office={"edited_at": make.NOON})
        assert plan.source_after == total

    def test_the_stamps_of_both_sides(self) -> None:
        """The office's is that of the product; none is spelled as nothing."""
        sides = make.sides(office=make.office_product(edited_at=make.NOON + make.MINUTE))
        assert stamp_of(sides, Side.WEBASYST) == make.NOON + make.MINUTE
        assert stamp_of(sides, Side.CSCART) == make.NOON
        assert spell_stamp(make.NOON) == "2026-03-01T12:00:00+00:00"
        assert spell_stamp(stamp_of(make.sides(), Side.WEBASYST)) == ""


class TestTexts:
    """Texts follow whoever changed them."""

    @pytest.mark.parametrize("name", TEXTS)
    def test_whoever_moved_tells_the_other(self, name: str) -> None:
        """By default both own them; two edits are a conflict, shown beside what was agreed."""
        here, there = named(name, "New words"), make.office_product(**{name: "Edited there"})
        assert text(name).verdict is AGREED
        assert (text(name, here).verdict, text(name, here).shown) == (FORTH, "New words")
        assert (text(name, office=there).verdict, text(name, office=there).shown) == (BACK, "Edited there")
        held = text(name, here, there)
        assert (held.verdict, held.base) == (HELD, "as agreed")

    @pytest.mark.parametrize("name", TEXTS)
    def test_an_edit_on_the_side_that_does_not_own_it_stays(self, name: str) -> None:
        """Only what the owner changed is carried over."""
        here, there = named(name, "New words"), make.office_product(**{name: "Edited there"})
        cscart = make.merge_rule(name="cscart", description="cscart", seo="cscart")
        webasyst = make.merge_rule(name="webasyst", description="webasyst", seo="webasyst")
        assert text(name, office=there, rule=cscart).verdict is AGREED
        assert text(name, here, there, rule=cscart).verdict is FORTH
        assert text(name, here, rule=webasyst).verdict is AGREED
        assert text(name, here, there, rule=webasyst).verdict is BACK

    def test_at_first_contact_the_owner_leads(self) -> None:
        """The shop that sells, unless the office owns it."""
        there = make.office_product(name="Edited there")
        assert text("name", office=there, texts={}).verdict is FORTH
        assert text("name", office=there, texts={}, rule=make.merge_rule(name="webasyst")).verdict is BACK
        assert text("name", office=there, texts={}).base is None

    def test_a_change_that_is_there_already_is_not_carried(self) -> None:
        """Both made it, or it is one of blanks and line ends only."""
        both = make.office_product(summary="New words")
        assert text("summary", named("summary", "New words"), both).verdict is AGREED
        assert text("summary", named("summary", " Short\r\n")).verdict is AGREED

    def test_a_text_with_line_ends_has_not_moved_since_the_first_form(self) -> None:
        """Its fingerprint was made in another way: what staff wrote in the office stays."""
        here, there = named("description", "a\r\nb"), make.office_product(description="Edited there")
        texts = {"description": [digest("a\r\nb"), None, ""]}
        assert text("description", here, there, texts=texts).verdict is AGREED
        edited = named("description", "a\r\nc")
        assert text("description", edited, there, texts=texts).verdict is FORTH

    def test_what_was_not_told_is_left_alone(self) -> None:
        """A listing that tells less does not empty the rest."""
        sides = make.sides(make.product(content=Content("Tea")), texts=MARKS)
        assert merge_texts(sides, make.merge_rule()).keys() == {"name"}

    def test_only_the_product_that_leads_speaks(self) -> None:
        """The texts of the others do not speak for the office product."""
        assert merge_texts(make.sides(named("name", "Tea"), leads=False), make.merge_rule()) == {}

    def test_a_name_is_never_emptied(self) -> None:
        """No product goes without one: it stays on the other side, and a new one is carried again."""
        gone = text("name", named("name", " "))
        assert gone.verdict is AGREED
        assert text("name", office=make.office_product(name="")).verdict is AGREED
        again = {"name": [gone.source, gone.office, ""]}
        assert text("name", named("name", " "), make.office_product(name="Tea"), texts=again).verdict is BACK
        assert text("name", named("name", "Tea"), texts=again).verdict is FORTH

    def test_a_text_that_was_taken_away_goes(self) -> None:
        """On either side."""
        assert text("summary", named("summary", "")).verdict is FORTH
        assert text("summary", office=make.office_product(summary=" ")).verdict is BACK

    def test_a_text_that_was_never_there_empties_nothing(self) -> None:
        """Where both own the text, the side that has none gets the other's; where one does, nothing is taken away."""
        assert text("summary", named("summary", ""), texts={}).verdict is BACK
        assert text("summary", office=make.office_product(summary=""), texts={}).verdict is FORTH
        for blank in ("", " "):
            nothing = text("summary", named("summary", blank), make.office_product(summary=blank), texts={})
            assert nothing.verdict is AGREED
        child = replace(named("summary", ""), parent="1")
        assert text("summary", child, texts={}).verdict is AGREED
        owned = make.merge_rule(description="cscart")
        assert text("summary", named("summary", ""), texts={}, rule=owned).verdict is AGREED
        office, rule = make.office_product(summary=""), make.merge_rule(description="webasyst")
        assert text("summary", office=office, texts={}, rule=rule).verdict is AGREED

    @pytest.mark.parametrize(("name", "length"), [("name", 255), ("meta_title", 255), ("summary", 65_535)])
    def test_what_the_office_cuts_agrees(self, name: str, length: int) -> None:
        """A longer text arrives cut, and its cut is no edit of the office's."""
        long = named(name, "x" * (length + 50))
        forth = text(name, long)
        cut = ("x" * length)[: length - (1 if length == 255 else 3)] + "…"
        assert (forth.verdict, forth.office_after) == (FORTH, text_mark(cut))
        agreed = {name: [forth.source, forth.office_after, ""]}
        for texts in (agreed, {}, MARKS):
            assert text(name, long, make.office_product(**{name: cut}), texts=texts).verdict is AGREED

    @pytest.mark.parametrize(
        ("name", "there", "stored"),
        [
            ("name", "Mug 😀", "Mug "),
            ("description", "😀 <p>", " <p>"),
            ("meta_keywords", "x" * 400, "x" * 254 + "…"),
        ],
    )
    def test_what_the_source_cannot_hold_agrees(self, name: str, there: str, stored: str) -> None:
        """Its own way to store the office's text is no edit, also where the answer was lost; a real one goes forth."""
        office = make.office_product(**{name: there})
        back = text(name, office=office)
        assert (back.verdict, back.source_after) == (BACK, text_mark(stored))
        agreed = {name: [back.source_after, back.office, ""]}
        for texts in (agreed, MARKS):
            assert text(name, named(name, stored), office, texts=texts).verdict is AGREED
        webasyst = make.merge_rule(name="webasyst", description="webasyst", seo="webasyst")
        assert text(name, named(name, stored), office, rule=webasyst).verdict is AGREED
        before = {name: [text_mark("before"), text_mark(there), ""]}
        assert text(name, named(name, stored), office, texts=before).verdict is FORTH


class TestShownValues:
    """What a person sees of a conflict."""

    def test_amounts_as_they_are_written(self) -> None:
        """The office's in its own currency, its stock without what orders took."""
        sides = make.sides(demand=Demand(taken=D(2)))
        assert shown_value(sides, "price", Side.CSCART) == "10.5"
        assert shown_value(sides, "quantity", Side.WEBASYST) == "7"

    def test_texts_by_their_beginning(self) -> None:
        """Long ones are cut; one that the source did not tell is empty."""
        sides = make.sides(make.product(content=Content("Tea")), make.office_product(description="x" * 500))
        assert shown_value(sides, "name", Side.CSCART) == "Tea"
        assert shown_value(sides, "description", Side.CSCART) == ""
        assert len(shown_value(sides, "description", Side.WEBASYST)) == 300
