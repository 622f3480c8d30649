"""The one save that closes the difference between two orders, and the words for what is left of it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.model.backoffice import OfficeLine, OfficeOrder
from syncd.model.exchange import DraftLine, OrderChanges
from syncd.sync.expected import expect
from syncd.sync.facets import MONEY, Facet
from syncd.sync.order_changes import (
    MOST_VARIABLES,
    Wanted,
    differences,
    office_lines,
    plan_changes,
    same_text,
    save_variables,
    shipping_name_change,
)
from tests.sync import builders as make
from tests.sync.strategies import cents, matches, orders

ALL = frozenset(Facet)
COFFEE = DraftLine("Coffee", Decimal(2), Decimal("10.50"), sku_id=4, product_id=3)
TEA = DraftLine("Tea [T-1]", Decimal(1), Decimal("4.00"))
PLACE = {"street": "Main st. 1", "city": "Tver", "zip": "170000", "country": "rus", "region": "69"}
WANTED = make.wanted(
    make.expected(COFFEE, TEA, shipping="5", discount="1"),
    address=PLACE,
    comment="Please ring twice",
    params={"syncd_ref": "r", "payment_name": "Card", "shipping_name": "Courier"},
)
AGREED = make.office_order(
    lines=(
        make.office_line(11, "Coffee", "2.000", "10.5000", sku_id=4),
        make.office_line(12, "Tea [T-1]", "1", "4"),
    ),
    shipping=Decimal("5.0000"),
    discount=Decimal("1.0000"),
    total=Decimal("29.0000"),
    comment="Please ring twice",
    params={
        "syncd_ref": "r",
        "payment_name": "Card",
        "shipping_name": "Courier",
        "coupon_codes": "old",
        **{f"shipping_address.{name}": value for name, value in PLACE.items()},
    },
)


def office(**fields: Any) -> OfficeOrder:
    return replace(AGREED, **fields)


def moved(name: str, value: str) -> OfficeOrder:
    """The agreed order with one part of its delivery address changed in the office."""
    return office(params={**AGREED.params, f"shipping_address.{name}": value})


def changes_of(actual: OfficeOrder, *facets: Facet, want: Wanted = WANTED) -> OrderChanges:
    changes = plan_changes(want, actual, frozenset(facets) or ALL)
    assert changes is not None
    return changes


DIFFERENT = {
    Facet.LINES: office(lines=AGREED.lines[:1], total=Decimal("25.00")),
    Facet.SHIPPING: office(shipping=Decimal("7.00"), total=Decimal("31.00")),
    Facet.DISCOUNT: office(discount=Decimal(0), total=Decimal("30.00")),
    Facet.ADDRESS: moved("city", "Moscow"),
    Facet.COMMENT: office(comment="Ring once"),
    Facet.NAMES: office(params={**AGREED.params, "payment_name": "Cash"}),
}


def test_an_order_that_agrees_is_not_written() -> None:
    """Where everything agrees there is nothing to save and nothing to report; the office's further params are its own."""
    assert plan_changes(WANTED, AGREED, ALL) is None
    assert differences(WANTED, AGREED, ALL) == []
    assert shipping_name_change(WANTED, AGREED, ALL) is None


def test_digits_beyond_the_cent_are_no_difference() -> None:
    """The office keeps four digits of an amount; what agrees in cents agrees."""
    fine = office(shipping=Decimal("5.0049"), discount=Decimal("0.9951"), total=Decimal("29.0049"))
    assert plan_changes(WANTED, fine, ALL) is None
    assert differences(WANTED, fine, ALL) == []


@pytest.mark.parametrize("facet", DIFFERENT)
def test_a_difference_is_written_in_its_facet_only(facet: Facet) -> None:
    """What differs is saved when its facet is asked for, and left alone by all the others."""
    assert plan_changes(WANTED, DIFFERENT[facet], frozenset({facet})) is not None
    assert plan_changes(WANTED, DIFFERENT[facet], ALL - {facet}) is None


@pytest.mark.parametrize("facet", DIFFERENT)
def test_a_save_closes_the_difference(facet: Facet) -> None:
    """After the save there is nothing left to do."""
    after = make.saved(DIFFERENT[facet], plan_changes(WANTED, DIFFERENT[facet], ALL))
    assert plan_changes(WANTED, after, ALL) is None
    assert differences(WANTED, after, ALL) == []


@pytest.mark.parametrize("facet", [facet for facet in DIFFERENT if facet not in {Facet.SHIPPING}])
def test_a_save_never_loses_the_shipping_cost(facet: Facet) -> None:
    """Every save sends the shipping cost that shall stand, for left out it would become 0."""
    other = replace(DIFFERENT[facet], shipping=Decimal("8.00"))
    assert changes_of(other, facet).shipping == Decimal("8.00")
    assert changes_of(other, facet, Facet.SHIPPING).shipping == Decimal("5.00")


class TestLines:
    """Lines are compared as a bag and written as a complete list."""

    def test_lines_that_stay_keep_their_ids(self) -> None:
        """An existing line is kept by its id, a new one has none, and one that is gone is left out."""
        actual = office(
            lines=(make.office_line(21, "Mug", sku_id=9), make.office_line(22, "Coffee", sku_id=4))
        )
        assert changes_of(actual).lines == (replace(COFFEE, item_id=22), TEA)

    def test_equal_lines_share_no_id(self) -> None:
        """Two lines of one SKU keep two lines, and a third one is new."""
        twice = make.wanted(make.expected(COFFEE, COFFEE, COFFEE))
        actual = make.office_order(lines=tuple(make.office_line(number, sku_id=4) for number in (31, 32)))
        lines = changes_of(actual, want=twice).lines
        assert lines is not None
        assert [line.item_id for line in lines] == [31, 32, None]

    def test_new_lines_bring_the_discount_along(self) -> None:
        """The office spreads the discount over the lines, so with new lines it is sent even when it agrees."""
        assert changes_of(DIFFERENT[Facet.LINES]).discount == Decimal("1.00")
        assert changes_of(DIFFERENT[Facet.LINES], Facet.LINES).discount is None

    @pytest.mark.parametrize(
        "lines",
        [
            AGREED.lines[::-1],
            (replace(AGREED.lines[0], name="Arabica", code="X"), AGREED.lines[1]),
            (AGREED.lines[0], replace(AGREED.lines[1], name=" Tea  [T-1] ")),
            (replace(AGREED.lines[0], price=Decimal("10.5049"), quantity=Decimal("2.0")), AGREED.lines[1]),
        ],
    )
    def test_what_makes_no_other_line(self, lines: tuple[OfficeLine, ...]) -> None:
        """Order, a product's name, blanks in a free name and digits beyond the cent do not count."""
        assert plan_changes(WANTED, office(lines=lines), ALL) is None
        assert differences(WANTED, office(lines=lines), ALL) == []

    @pytest.mark.parametrize(
        "fields",
        [{"sku_id": 5}, {"sku_id": None}, {"quantity": Decimal(3)}, {"price": Decimal("10.51")}],
    )
    def test_what_makes_another_line(self, fields: dict[str, Any]) -> None:
        """SKU, quantity and price do count."""
        lines = (replace(AGREED.lines[0], **fields), AGREED.lines[1])
        assert changes_of(office(lines=lines), Facet.LINES).lines is not None

    def test_a_free_line_is_known_by_its_name(self) -> None:
        """A free line with another name is another line."""
        actual = office(lines=(AGREED.lines[0], replace(AGREED.lines[1], name="Mug")))
        assert changes_of(actual, Facet.LINES).lines == (replace(COFFEE, item_id=11), TEA)

    def test_a_name_that_the_office_cut_is_the_same_name(self) -> None:
        """A free line's long name is known by its beginning, as far as the office keeps it."""
        long = make.wanted(make.expected(replace(TEA, name="x" * 300)))
        cut = make.office_order(lines=(make.office_line(1, "x" * 255, "1", "4"),), total=Decimal(4))
        assert plan_changes(long, cut, ALL) is None

    def test_the_fingerprint_tells_edits_of_lines(self) -> None:
        """The fingerprint of an office order's lines changes with SKU, quantity or price and with nothing else."""
        first, second = AGREED.lines
        same = [
            second,
            replace(first, name="Arabica", item_id=99, quantity=Decimal(2), price=Decimal("10.5")),
        ]
        assert office_lines(same) == office_lines(AGREED.lines)
        for fields in ({"sku_id": 5}, {"quantity": Decimal(3)}, {"price": Decimal(1)}):
            assert office_lines([replace(first, **fields), second]) != office_lines(AGREED.lines)


def test_a_form_that_is_too_long_is_known_beforehand() -> None:
    """Three variables for a product, five for a free line, and room for the rest: what PHP would cut is known before."""
    free = replace(COFFEE, sku_id=None, product_id=None)
    assert save_variables([COFFEE] * 290) <= MOST_VARIABLES < save_variables([COFFEE] * 291)
    assert save_variables([free] * 174) <= MOST_VARIABLES < save_variables([free] * 175)


class TestAddress:
    """The delivery address is compared part by part and written in full."""

    @pytest.mark.parametrize("name", PLACE)
    def test_every_part_counts(self, name: str) -> None:
        """One part that differs, or that only the office has, sends the whole address."""
        assert changes_of(moved(name, "other"), Facet.ADDRESS).address == PLACE
        lacking = replace(WANTED, address={part: value for part, value in PLACE.items() if part != name})
        assert changes_of(AGREED, Facet.ADDRESS, want=lacking).address == {**PLACE, name: ""}

    def test_an_order_without_address_leaves_the_office_alone(self) -> None:
        """A source that has no address does not take the office's away."""
        assert plan_changes(replace(WANTED, address={}), AGREED, ALL) is None
        assert differences(replace(WANTED, address={}), AGREED, ALL) == []

    def test_a_long_part_is_cut_as_the_office_would(self) -> None:
        """A part longer than a column is cut on purpose, so that what is compared is what was stored."""
        long = replace(WANTED, address={**PLACE, "street": "s" * 300})
        after = make.saved(AGREED, plan_changes(long, AGREED, ALL))
        assert len(after.address["street"]) == 255
        assert plan_changes(long, after, ALL) is None

    def test_a_difference_is_reported(self) -> None:
        """An address that did not arrive is told, when the address was written."""
        assert differences(WANTED, DIFFERENT[Facet.ADDRESS], ALL) == ["the delivery address differs"]
        assert differences(WANTED, DIFFERENT[Facet.ADDRESS], ALL - {Facet.ADDRESS}) == []


class TestTexts:
    """Comments and names."""

    @pytest.mark.parametrize("there", ["a\r\nb", " a\nb\n", "a\nb"])
    def test_line_ends_and_surrounding_blanks_do_not_count(self, there: str) -> None:
        """A text that a browser or shop wrapped differently is the same."""
        assert same_text("a\nb", there)
        assert same_text(there, "a\nb")

    @pytest.mark.parametrize("there", ["a b", "ab", "A\nb", ""])
    def test_everything_else_does(self, there: str) -> None:
        """Other words, case and inner blanks make another text."""
        assert not same_text("a\nb", there)

    def test_a_removed_comment_is_removed(self) -> None:
        """A comment that the customer's order no longer has is emptied, not kept."""
        assert changes_of(AGREED, Facet.COMMENT, want=replace(WANTED, comment="")).comment == ""

    def test_only_names_that_differ_are_sent(self) -> None:
        """Params are merged by the office, so only those that differ or lack are sent."""
        actual = office(params={**AGREED.params, "payment_name": "Cash", "shipping_name": "Post"})
        assert changes_of(actual, Facet.NAMES).params == {"payment_name": "Card"}

    def test_a_shipping_method_is_renamed_on_its_own(self) -> None:
        """The name travels in a save of its own: together with the cost the office keeps the old one."""
        renamed = office(params={**AGREED.params, "shipping_name": "Post"})
        assert plan_changes(WANTED, renamed, ALL) is None
        assert shipping_name_change(WANTED, renamed, ALL) == "Courier"
        assert shipping_name_change(WANTED, renamed, ALL - {Facet.SHIPPING_NAME}) is None
        assert shipping_name_change(replace(WANTED, params={}), renamed, ALL) is None


class TestWords:
    """What is told to a person."""

    def test_lines_are_told_in_words(self) -> None:
        """Lines that differ are spelled out as they are and as they should be."""
        actual = office(lines=AGREED.lines[:1])
        found = differences(WANTED, actual, frozenset({Facet.LINES}))
        expected = "2 x Coffee at 10.50; 1 x Tea [T-1] at 4.00"
        assert found == [f"lines are 2 x Coffee at 10.50, expected {expected}"]
        assert differences(WANTED, office(lines=()), frozenset({Facet.LINES}))[0].startswith(
            "lines are none, "
        )

    def test_amounts_are_told_with_what_was_expected(self) -> None:
        """Shipping, discount and total are named with both amounts."""
        actual = office(shipping=Decimal("7.0000"), discount=Decimal(0), total=Decimal("32.0000"))
        assert differences(WANTED, actual, ALL) == [
            "shipping is 7.00, expected 5.00",
            "discount is 0.00, expected 1.00",
            "total is 32.00, expected 29.00",
        ]
        assert differences(WANTED, actual, frozenset({Facet.COMMENT})) == []

    def test_the_total_is_looked_at_whenever_lines_were_written(self) -> None:
        """Taxes of the office's own, say, are noticed after an edit of the lines too."""
        actual = office(total=Decimal("30.00"))
        assert differences(WANTED, actual, frozenset({Facet.LINES})) == ["total is 30.00, expected 29.00"]

    def test_a_large_quantity_is_told_without_exponent(self) -> None:
        """A hundred is told as 100."""
        many = make.wanted(make.expected(replace(COFFEE, quantity=Decimal(100))))
        (lines, _) = differences(many, office(lines=()), frozenset({Facet.LINES}))
        assert lines == "lines are none, expected 100 x Coffee at 10.50"


OFFICE_LINES = st.builds(
    OfficeLine,
    item_id=st.integers(1, 90),
    sku_id=st.sampled_from([None, 100, 101]),
    product_id=st.none(),
    name=st.sampled_from(["Coffee", "Tea [A]", "Fee"]),
    code=st.just(""),
    quantity=st.integers(1, 3).map(Decimal),
    price=cents(most=500),
)


@st.composite
def situations(draw: st.DrawFn) -> tuple[Wanted, OfficeOrder]:
    """Some wanted order, and some office order that has nothing to do with it."""
    order = draw(orders())
    money = expect(order, draw(matches(order)), discounts=draw(st.booleans()))
    place = draw(st.sampled_from([{}, PLACE, {"city": "Tver"}]))
    lines = tuple(draw(st.lists(OFFICE_LINES, max_size=4)))
    worth = sum((line.price * line.quantity for line in lines), Decimal(0))
    shipping, discount = draw(cents(most=3_000)), min(draw(cents(most=500)), worth)
    actual = make.office_order(
        lines=lines,
        shipping=shipping,
        discount=discount,
        total=worth + shipping - discount,
        params=draw(st.sampled_from([{}, AGREED.params])),
    )
    return make.wanted(money, address=place, comment=order.comment, params=WANTED.params), actual


FACETS = st.frozensets(st.sampled_from(sorted(Facet)))


@given(situations(), FACETS)
def test_one_save_is_enough(situation: tuple[Wanted, OfficeOrder], facets: frozenset[Facet]) -> None:
    """Whatever an office order says, after one save of these facets there is nothing left to save in them."""
    want, actual = situation
    if facets & {Facet.LINES, Facet.DISCOUNT}:
        facets |= MONEY  # A discount larger than the lines that stand there would be cut.
    after = make.saved(actual, plan_changes(want, actual, facets))
    assert plan_changes(want, after, facets) is None


@given(situations())
def test_a_full_save_leaves_no_difference(situation: tuple[Wanted, OfficeOrder]) -> None:
    """After a save of everything lines, amounts, total and address are what the source says."""
    want, actual = situation
    assert differences(want, make.saved(actual, plan_changes(want, actual, ALL)), ALL) == []


@given(situations())
def test_words_and_writes_agree_about_money(situation: tuple[Wanted, OfficeOrder]) -> None:
    """Amounts are told to differ exactly when there is something to write about them."""
    want, actual = situation
    assert bool(differences(want, actual, MONEY)) == (plan_changes(want, actual, MONEY) is not None)
