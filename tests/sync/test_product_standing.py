"""The look at the mirror that saves the office from being asked: what stands as both sides agreed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.model.owner import Side
from syncd.model.product import Content, Product
from syncd.state.catalog import CatalogRow
from syncd.sync.facets import digest
from syncd.sync.merge import Verdict
from syncd.sync.product_base import TEXTS, spell_pending, spell_shelf, text_mark
from syncd.sync.product_merge import MergeRule
from syncd.sync.product_standing import stands, texts_stand
from syncd.sync.shared_stock import Pending, Shelf
from tests.sync import builders as make
from tests.sync.paper_shops import STOCK_ID, PaperPair
from tests.sync.product_strategies import edit_office, edit_source, pairs

D = Decimal
BASE: dict[str, Any] = {
    "price": ["10.5", "10.5"],
    "list_price": ["12", "12"],
    "quantity": ["5", "5"],
    "visible": ["shown", "shown"],
    "taken": "0",
}
SHELF = Shelf(D(5), D(5), D(5), D(0))
SHARED = BASE | {"shelf": spell_shelf(SHELF)}
ALL_CSCART = make.merge_rule(price="cscart", list_price="cscart", status="cscart")
ALL_WEBASYST = make.merge_rule(
    price="webasyst", list_price="webasyst", quantity="webasyst", status="webasyst"
)
ALL_BOTH = make.merge_rule(quantity="both")
NOBODY = make.merge_rule(price="none", list_price="none", quantity="none", status="none")
RULES = [make.merge_rule(), ALL_CSCART, ALL_WEBASYST, ALL_BOTH, NOBODY]


def stand(
    product: Product | None = None,
    row: CatalogRow | None = None,
    rule: MergeRule | None = None,
    base: dict[str, Any] | None = None,
    **fields: Any,
) -> bool:
    """Whether a product stands that agrees, but for what the test chooses."""
    return stands(
        product or make.product(),
        BASE if base is None else base,
        row or make.catalog_row(),
        rule or make.merge_rule(),
        **{"wanted": make.agreed_amounts(), "offered": make.agreed_amounts(), "foreign": False, **fields},
    )


@pytest.mark.parametrize("rule", RULES)
class TestWhoeverOwnsIt:
    """What holds for all owners."""

    def test_what_agrees_stands(self, rule: MergeRule) -> None:
        """Base, mirror and source say the same."""
        assert stand(rule=rule)

    @pytest.mark.parametrize(
        "row",
        [
            make.catalog_row(price=D("10.51")),
            make.catalog_row(compare_price=D(0)),
            make.catalog_row(stock=D(4)),
            make.catalog_row(stock=None),
            make.catalog_row(visible=False),
            make.catalog_row(product_visible=False),
        ],
    )
    def test_any_difference_in_the_office_is_looked_at(self, rule: MergeRule, row: CatalogRow) -> None:
        """Price, list price, stock, an unlimited warehouse and visibility: one difference is enough."""
        assert not stand(row=row, rule=rule)

    @pytest.mark.parametrize(
        "fields",
        [{"price": D(9)}, {"list_price": D(9)}, {"quantity": D(9)}, {"visible": False}],
    )
    def test_any_difference_at_the_source_is_looked_at(self, rule: MergeRule, fields: dict[str, Any]) -> None:
        """The same values on the other side."""
        product = make.product(**fields)
        wanted = make.agreed_amounts(
            price=product.price, list_price=product.list_price, stock=product.quantity
        )
        assert not stand(product, rule=rule, wanted=wanted)

    def test_an_unlimited_product_of_ours_is_looked_at(self, rule: MergeRule) -> None:
        """The sweep notices it by the SKU's total, which is unlimited then; staff's product it leaves."""
        row = make.catalog_row(others_unlimited=True)
        assert not stand(row=row, rule=rule, base=BASE | {"images": ""})
        assert stand(row=row, rule=rule)


class TestOwners:
    """What depends on them."""

    def test_what_the_source_owns_needs_no_base(self) -> None:
        """It must stand in the office as the source says it, whatever was noted."""
        assert stand(rule=ALL_CSCART, base={})
        assert not stand(row=make.catalog_row(stock=D(4)), rule=ALL_CSCART, base={})
        for rule in (make.merge_rule(), ALL_WEBASYST, ALL_BOTH, NOBODY):
            assert not stand(rule=rule, base={})

    def test_a_difference_that_one_shop_owns_is_looked_at(self) -> None:
        """Also where it was agreed under other owners; where both own or neither, it may stay."""
        row = make.catalog_row(price=D(9))
        apart = BASE | {"price": ["10.5", "9"]}
        offered = make.agreed_amounts(price=D(9))
        assert not stand(row=row, rule=ALL_CSCART, base=apart, offered=offered)
        assert not stand(row=row, rule=ALL_WEBASYST, base=apart, offered=offered)
        assert stand(row=row, base=apart, offered=offered)
        assert stand(row=row, rule=NOBODY, base=apart, offered=offered)

    def test_what_the_office_owns_may_wait_for_orders(self) -> None:
        """The source says less than the office while orders are on their way: that was agreed, and stands."""
        agreed = BASE | {"quantity": ["5", "9"]}
        assert stand(row=make.catalog_row(stock=D(9)), rule=ALL_WEBASYST, base=agreed)

    def test_hidden_in_both_shops_stands(self) -> None:
        """A hidden product agrees with a hidden SKU as well as with a hidden product."""
        hidden = make.product(visible=False)
        base = BASE | {"visible": ["hidden", "hidden"]}
        for row in (make.catalog_row(visible=False), make.catalog_row(product_visible=False)):
            for rule in RULES:
                assert stand(hidden, row, rule, base)

    def test_what_staff_keeps_hidden_stands(self) -> None:
        """It was told once; where the office owns the flag, the source must follow."""
        row = make.catalog_row(visible=False)
        base = BASE | {"visible": ["shown", "hidden"]}
        assert stand(row=row, rule=ALL_CSCART, base=base | {"kept_hidden": True})
        assert not stand(row=row, rule=ALL_CSCART, base=base)
        assert stand(row=row, base=base)
        assert not stand(row=row, rule=ALL_WEBASYST, base=base | {"kept_hidden": True})

    def test_what_orders_took_is_no_movement(self) -> None:
        """Where both own the quantity the office's stock is taken without what they had taken when it was agreed."""
        base = BASE | {"quantity": ["5", "8"], "taken": "3"}
        assert stand(rule=ALL_BOTH, base=base)
        assert not stand(row=make.catalog_row(stock=D(2)), rule=ALL_BOTH, base=base)


class TestMoney:
    """Prices in one currency or in two."""

    def test_digits_beyond_the_cent_stand(self) -> None:
        """The mirror keeps the office's four digits."""
        row = make.catalog_row(price=D("10.5049"), compare_price=D("11.9951"))
        assert stand(row=row, rule=ALL_CSCART)
        assert stand(row=row, base=BASE | {"price": ["10.5", "10.5049"], "list_price": ["12", "11.9951"]})

    @pytest.mark.parametrize("name", ["price", "list_price"])
    def test_a_new_rate_is_looked_at(self, name: str) -> None:
        """Nobody moved, but the price in the office is another by now; where neither owns it, that is so."""
        wanted = make.agreed_amounts(**{name: D(3)})
        offered = make.agreed_amounts(**{name: D(4)})
        for rule in (make.merge_rule(), ALL_CSCART, ALL_WEBASYST):
            assert not stand(rule=rule, wanted=wanted, offered=offered, foreign=True)
        assert stand(wanted=wanted, offered=offered)
        assert stand(rule=NOBODY, wanted=wanted, offered=offered, foreign=True)

    def test_a_price_that_came_from_the_office_stands(self) -> None:
        """Converted back it may be some cents off."""
        assert stand(wanted=make.agreed_amounts(price=D("10.51")), foreign=True)


class TestSharedStock:
    """Stock that both sides sell from."""

    def test_what_was_counted_stands(self) -> None:
        """Neither side moved since."""
        assert stand(rule=make.merge_rule(quantity="shared"), base=SHARED)

    def test_what_was_never_counted_is_looked_at(self) -> None:
        """Under an earlier owner nobody counted: what the office sells from now on would be lost."""
        assert not stand(rule=make.merge_rule(quantity="shared"))
        assert stand(base=SHARED)

    def test_a_write_in_doubt_is_looked_at(self) -> None:
        """Whether it took effect is found out as long as the shops still show it."""
        pending = spell_pending(Pending(Side.WEBASYST, D(5), "", young=True, shelf=SHELF))
        assert not stand(rule=make.merge_rule(quantity="shared"), base=SHARED | {"pending": pending})


class TestTexts:
    """The source's texts, which a sweep does not read."""

    MARKS: ClassVar = {name: [text_mark(getattr(make.content(), name)), None, ""] for name in TEXTS}

    def test_agreed_texts_stand(self) -> None:
        """What the office says of them is the other stream's question."""
        assert texts_stand(make.product(), self.MARKS)

    def test_texts_that_were_agreed_in_the_first_form_stand(self) -> None:
        """Their fingerprints took line ends for differences."""
        product = make.product(content=Content("Coffee", description="a\r\nb"))
        marks = self.MARKS | {"description": [digest("a\r\nb"), None, ""]}
        assert texts_stand(product, marks)

    @pytest.mark.parametrize("name", TEXTS)
    def test_an_edited_text_does_not(self, name: str) -> None:
        """Nor does one that was never agreed; one that was not told is not asked for."""
        assert not texts_stand(make.product(content=make.content(**{name: "New words"})), self.MARKS)
        assert not texts_stand(make.product(), {})
        assert texts_stand(make.product(content=Content("Coffee")), self.MARKS)


def standing(pair: PaperPair, number: int) -> bool:
    """What the first look says about one of the products, with a mirror that is up to date."""
    plan = pair.plans()[number]
    sku, sides = plan.sku, plan.sides
    row = make.catalog_row(
        price=sku.price,
        compare_price=sku.compare_price,
        stock=sku.stock.get(STOCK_ID),
        visible=sku.visible,
        product_visible=pair.office.visible,
    )
    return stands(
        plan.product,
        pair.bases[number],
        row,
        pair.rule,
        wanted=sides.wanted,
        offered=sides.offered,
        foreign=sides.foreign,
    )


def any_story(data: st.DataObject, pair: PaperPair) -> None:
    for _ in range(data.draw(st.integers(0, 3))):
        data.draw(st.sampled_from([edit_source, edit_office]))(data.draw, pair)
        pair.both_ways()


@settings(max_examples=150)
@given(st.data(), pairs())
def test_what_stands_needs_no_work(data: st.DataObject, pair: PaperPair) -> None:
    """The first look never settles what the plan would change: price, stock and visibility, whoever owns them."""
    any_story(data, pair)
    for edit in data.draw(st.lists(st.sampled_from([edit_source, edit_office]), max_size=1)):
        edit(data.draw, pair)
    for number, plan in enumerate(pair.plans()):
        amounts = {each.verdict for name, each in plan.fields.items() if name not in {*TEXTS, "category"}}
        if standing(pair, number) and not plan.stays_hidden:
            assert amounts == {Verdict.AGREED}


@settings(max_examples=150)
@given(st.data(), pairs())
def test_what_needs_no_work_stands(data: st.DataObject, pair: PaperPair) -> None:
    """Once each way was gone the office need not be asked again, but for what waits for a person."""
    any_story(data, pair)
    pair.both_ways()
    for number, plan in enumerate(pair.plans()):
        held = [name for name in plan.names(Verdict.HELD) if name not in {*TEXTS, "category"}]
        assert held or standing(pair, number)
