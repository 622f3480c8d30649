"""The decision about one product: price, stock, visibility and texts, each only where it differs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.errors import Held
from syncd.model.backoffice import OfficeProduct
from syncd.model.exchange import SkuChange
from syncd.model.money import Rates
from syncd.model.product import Content, Image, Product
from syncd.sync.product_decision import (
    TEXTS,
    Amounts,
    ProductPlan,
    agreed_base,
    amounts,
    base_of,
    content_fields,
    decide,
    images_digest,
    looks_equal,
    looks_settled,
)
from tests.sync import builders as make

RATES = Rates("USD", {"EUR": Decimal("1.1"), "OLD": Decimal(0)})
PICTURE = Image("https://shop.example/1.png", "front")
PAIR = (make.office_sku(), make.office_sku(sku_id=5, code="COF-2"))


def plan_of(
    product: Product | None = None,
    office: OfficeProduct | None = None,
    base: dict[str, Any] | None = None,
    **choices: Any,
) -> ProductPlan:
    """The plan for the first SKU of an office product that agrees, but for what the test chooses."""
    office = office or make.office_product()
    product = product or make.product()
    given_: dict[str, Any] = {
        "stock_id": 1,
        "leads": True,
        "whole": True,
        "siblings_visible": False,
        "together": True,
        "warehouses": [1, 2],
    } | choices
    wanted = given_.pop("wanted", None) or amounts(product, RATES, "USD", office.currency)
    return decide(product, office, office.skus[0], wanted, base, **given_)


def change_of(**choices: Any) -> SkuChange:
    plan = plan_of(**choices)
    assert plan.sku_change is not None
    return plan.sku_change


class TestAmounts:
    """Amounts are compared in the currency of the office's product."""

    def test_they_are_converted_by_the_offices_rate(self) -> None:
        """Price and list price are converted, the quantity is not."""
        product = make.product(price=Decimal("10.55"), list_price=Decimal("20.00"))
        assert amounts(product, RATES, "EUR", "USD") == Amounts(
            Decimal("11.61"), Decimal("22.00"), Decimal(5)
        )

    @pytest.mark.parametrize(
        ("source", "target", "named"), [("RUB", "USD", "RUB"), ("USD", "OLD", "OLD"), ("RUB", "OLD", "RUB")]
    )
    def test_a_currency_that_the_office_lacks_holds_the_product(
        self, source: str, target: str, named: str
    ) -> None:
        """Without a rate nothing is guessed: the product is held and the text names product, currency and setting."""
        with pytest.raises(
            Held, match=f"COF-1: Webasyst has no currency {named}.*SYNCD_CSCART__CURRENCY"
        ) as error:
            amounts(make.product(), RATES, source, target)
        assert error.value.code == "unknown-currency"


class TestSku:
    """What one SKU gets."""

    def test_equal_values_are_not_sent(self) -> None:
        """Where both shops agree the plan is empty, whatever other warehouses hold."""
        plan = plan_of(base=base_of(make.product()))
        assert plan.empty
        assert plan.linked
        assert not plan.images_changed

    @pytest.mark.parametrize(
        ("fields", "changed"),
        [
            ({"price": Decimal("11.00")}, {"price": Decimal("11.00")}),
            ({"list_price": Decimal(0)}, {"compare_price": Decimal("0.00")}),
            ({"quantity": Decimal(0)}, {"stock": Decimal(0)}),
            ({"quantity": Decimal(-2)}, {"stock": Decimal(-2)}),
        ],
    )
    def test_only_what_differs_is_sent(self, fields: dict[str, Any], changed: dict[str, Any]) -> None:
        """One value that differs is sent, the others are left out."""
        assert not plan_of(product=make.product(**fields)).empty
        assert change_of(product=make.product(**fields)) == SkuChange(4, 3, **changed)

    def test_digits_beyond_the_cent_are_no_difference(self) -> None:
        """The office keeps four digits, the source two."""
        sku = make.office_sku(price=Decimal("10.5049"), compare_price=Decimal("11.9951"))
        assert plan_of(office=make.office_product(skus=(sku,))).sku_change is None

    def test_stock_is_that_of_the_chosen_warehouse(self) -> None:
        """The chosen warehouse is compared; without warehouses the total is."""
        assert plan_of(stock_id=1).sku_change is None
        assert change_of(stock_id=2).stock == Decimal(5)
        assert change_of(stock_id=None).stock == Decimal(5)
        assert plan_of(product=make.product(quantity=Decimal(9)), stock_id=None).sku_change is None

    def test_no_row_in_the_warehouse_means_unlimited_and_is_written(self) -> None:
        """A missing row sells without limit, so even a quantity of 0 is written."""
        assert change_of(product=make.product(quantity=Decimal(0)), stock_id=3).stock == 0


class TestWarehouses:
    """Warehouses beside the chosen one, where a SKU without a row sells without limit."""

    OURS: ClassVar = {**base_of(make.product()), "images": "x"}

    def test_a_product_that_syncd_made_gets_nothing_there(self) -> None:
        """A warehouse that staff added later is filled with 0, even when nothing else changes."""
        plan = plan_of(base=self.OURS, warehouses=[1, 2, 3, 4])
        assert plan.sku_change == SkuChange(4, 3, fill=(3, 4))
        assert plan.unlimited == ()

    @pytest.mark.parametrize("base", [None, {}, base_of(make.product())])
    def test_a_product_that_staff_made_is_left_alone_there(self, base: dict[str, Any] | None) -> None:
        """Staff may want it unlimited: it is told, and remembered as told."""
        plan = plan_of(base=base, warehouses=[1, 2, 3])
        assert plan.unlimited == (3,)
        assert plan.sku_change is None
        assert agreed_base(plan, base)["unlimited"] == [3]

    def test_without_warehouses_there_is_nothing_to_fill(self) -> None:
        """A shop without warehouses has only the total, and the chosen one is written as the stock."""
        sku = make.office_sku(count=Decimal(5), stock={})
        office = make.office_product(skus=(sku,))
        assert plan_of(office=office, base=self.OURS, stock_id=None, warehouses=[]).empty
        assert change_of(office=office, base=self.OURS, warehouses=[1]).fill == ()

    def test_an_unlimited_product_of_ours_is_not_settled(self) -> None:
        """The sweep notices it by the SKU's total, which is unlimited then; staff's product it leaves."""
        row = make.catalog_row(others_unlimited=True)
        assert not looks_equal(make.product(), self.OURS, row, make.agreed_amounts())
        assert looks_equal(make.product(), {}, row, make.agreed_amounts())


class TestLeading:
    """Whose texts count, and what is remembered of the others'."""

    def test_texts_that_did_not_count_are_not_agreed(self) -> None:
        """A product whose texts did not speak for the office product writes them when they do."""
        told = make.product(content=make.content(name="Old"))
        edited = make.product(content=make.content(name="New"))
        base = agreed_base(plan_of(edited, base=base_of(told), leads=False), base_of(told))
        again = agreed_base(plan_of(edited, base=base, leads=False), base)
        assert plan_of(edited, base=again, leads=True).texts == {"name": "New"}
        assert base["texts"] == base_of(edited)["texts"]

    def test_texts_that_counted_are_agreed(self) -> None:
        """After the product led, nothing but its texts is remembered; what was made of its pictures stays."""
        edited = make.product(content=make.content(name="New"))
        base = agreed_base(plan_of(edited, base={"led": {}, "images": "x"}), {"led": {}, "images": "x"})
        assert base == {**base_of(edited), "images": "x"}
        assert agreed_base(plan_of(edited), None) == base_of(edited)


class TestVisibility:
    """Who is shown: the product's flag alone, or the SKUs' flags and the product's with them."""

    @pytest.mark.parametrize("shown", [True, False])
    def test_an_only_sku_follows_the_products_flag(self, shown: bool) -> None:
        """With one SKU the product is shown or hidden, and the SKU keeps its own flag."""
        office = make.office_product(visible=not shown)
        plan = plan_of(make.product(visible=shown), office)
        assert (plan.product_visible, plan.sku_change) == (shown, None)
        assert not plan.empty

    def test_an_only_sku_has_no_siblings(self) -> None:
        """With one SKU nobody else keeps the product shown."""
        assert plan_of(make.product(visible=False), siblings_visible=True).product_visible is False

    def test_an_only_sku_keeps_its_flag(self) -> None:
        """A SKU that the office hides for itself stays hidden."""
        office = make.office_product(skus=(make.office_sku(visible=False),))
        assert plan_of(office=office).sku_change is None

    @pytest.mark.parametrize(
        ("office", "choices"),
        [
            (make.office_product(skus=(make.office_sku(visible=False),)), {}),
            (make.office_product(skus=PAIR, visible=False), {"whole": False}),
        ],
    )
    def test_what_staff_hides_is_settled(self, office: OfficeProduct, choices: dict[str, Any]) -> None:
        """A flag of staff's that keeps a product hidden is remembered, and asked about no more."""
        plan = plan_of(office=office, **choices)
        base = agreed_base(plan, None)
        assert plan.stays_hidden
        row = make.catalog_row(visible=office.skus[0].visible, product_visible=office.visible)
        assert looks_equal(make.product(), base, row, make.agreed_amounts())
        assert not looks_equal(make.product(), {}, row, make.agreed_amounts())
        assert not plan_of(make.product(visible=False), office, **choices).stays_hidden

    def test_every_member_shows_and_hides_the_product(self) -> None:
        """A member that does not lead still says whether the product is shown."""
        office = make.office_product(skus=PAIR, visible=False)
        assert plan_of(office=office, leads=False).product_visible is True
        assert not plan_of(office=office, leads=False).stays_hidden

    def test_one_of_several_skus_is_hidden_alone(self) -> None:
        """A hidden variation hides its SKU; the product stays while another one is shown."""
        office = make.office_product(skus=PAIR)
        plan = plan_of(make.product(visible=False), office, siblings_visible=True)
        assert plan.sku_change == SkuChange(4, 3, visible=False)
        assert plan.product_visible is None

    def test_the_last_hidden_sku_hides_the_product(self) -> None:
        """When no other SKU is shown, the product goes too; and comes back with the first."""
        hidden = plan_of(make.product(visible=False), make.office_product(skus=PAIR))
        assert hidden.product_visible is False
        shown = plan_of(make.product(), make.office_product(skus=PAIR, visible=False))
        assert shown.product_visible is True

    @pytest.mark.parametrize("choices", [{"together": False}, {"whole": False}])
    def test_a_shared_product_keeps_its_flag(self, choices: dict[str, Any]) -> None:
        """Where SKUs of the product are not ours, or others speak for it, its flag is the office's."""
        plan = plan_of(make.product(visible=False), make.office_product(skus=PAIR), **choices)
        assert plan.product_visible is None
        assert plan.sku_change == SkuChange(4, 3, visible=False)


class TestTexts:
    """Texts follow the source where it changed them and the office says something else."""

    @pytest.mark.parametrize("name", TEXTS)
    def test_a_changed_text_is_sent_alone(self, name: str) -> None:
        """An edit at the source is brought along, and only that one."""
        product = make.product(content=make.content(**{name: "New words"}))
        plan = plan_of(product, base=base_of(make.product()))
        assert (plan.texts, plan.sku_change, plan.empty) == ({name: "New words"}, None, False)

    @pytest.mark.parametrize("name", TEXTS)
    def test_an_edit_in_the_office_stays(self, name: str) -> None:
        """A text that the source did not change since the base is left as the office has it."""
        office = make.office_product(**{name: "Edited there"})
        assert plan_of(office=office, base=base_of(make.product())).texts == {}
        assert plan_of(office=office, base=None).texts == {name: getattr(make.content(), name)}

    def test_a_text_that_is_there_already_is_not_sent(self) -> None:
        """A change that the office made too, or that differs in blanks only, needs no call."""
        product = make.product(content=make.content(summary=" Short\r\n"))
        assert plan_of(product, base=base_of(make.product())).texts == {}

    def test_a_text_that_was_not_told_is_left_alone(self) -> None:
        """A listing that tells less does not empty the rest."""
        assert plan_of(make.product(content=Content("Coffee"))).texts == {}

    def test_an_emptied_text_is_emptied(self) -> None:
        """A text that the source took away goes, but for the name, which no product is without."""
        gone = make.content(name=" ", summary="", description="")
        plan = plan_of(make.product(content=gone), base=base_of(make.product()))
        assert plan.texts == {"summary": "", "description": ""}

    def test_the_address_of_a_page_is_never_changed(self) -> None:
        """An existing product keeps its URL."""
        assert plan_of(make.product(content=make.content(url="other"))).texts == {}

    def test_texts_follow_the_product_that_speaks_for_all(self) -> None:
        """A product whose texts do not speak for the office product sends none."""
        product = make.product(content=make.content(name="Tea"))
        assert plan_of(product, leads=False).texts == {}
        assert plan_of(product).texts == {"name": "Tea"}

    @pytest.mark.parametrize("name", ["name", "meta_title"])
    def test_long_titles_are_cut_on_purpose(self, name: str) -> None:
        """What a column cannot hold is cut before it is sent, and then agrees."""
        product = make.product(content=make.content(**{name: "x" * 300}))
        texts = plan_of(product).texts
        assert len(texts[name]) == 255
        assert plan_of(product, make.office_product(**{name: texts[name]})).texts == {}

    def test_long_descriptions_are_not_cut(self) -> None:
        """Columns without such a limit get the whole text."""
        product = make.product(content=make.content(description="x" * 3000))
        assert plan_of(product).texts == {"description": "x" * 3000}

    def test_a_new_product_gets_what_was_told(self) -> None:
        """The columns of a new product are the told texts and the URL; what is empty is left to the office."""
        assert content_fields(Content("x" * 300, summary="", description=None, url="coffee")) == {
            "name": "x" * 254 + "…",
            "url": "coffee",
        }
        assert content_fields(make.content()).keys() == {*TEXTS, "url"}


class TestImages:
    """Pictures are compared by their addresses."""

    def test_other_pictures_are_noticed(self) -> None:
        """Another, a further or a moved picture changes the fingerprint, another description does not."""
        second = Image("https://shop.example/2.png")
        prints = [
            images_digest(make.product(images=images))
            for images in ((), (PICTURE,), (PICTURE, second), (second, PICTURE))
        ]
        assert len(set(prints)) == 4
        assert images_digest(make.product(images=(Image(PICTURE.url, "back"),))) == prints[1]

    def test_pictures_are_sent_to_products_that_syncd_made(self) -> None:
        """Only a base that tells pictures asks for them: products that were there before keep theirs."""
        product = make.product(images=(PICTURE,))
        base = base_of(product)
        assert plan_of(product, base={**base, "images": ""}).images_changed
        assert not plan_of(product, base={**base, "images": images_digest(product)}).images_changed
        assert not plan_of(product, base=base).images_changed
        assert not plan_of(product, base=None).images_changed


SETTLED: dict[str, Any] = {
    "product": make.product(),
    "row": make.catalog_row(),
    "wanted": make.agreed_amounts(),
}
UNSETTLED: list[dict[str, Any]] = [
    {"row": make.catalog_row(price=Decimal("10.51"))},
    {"row": make.catalog_row(compare_price=Decimal(0))},
    {"row": make.catalog_row(stock=Decimal(4))},
    {"row": make.catalog_row(stock=None)},
    {"row": make.catalog_row(visible=False)},
    {"row": make.catalog_row(product_visible=False)},
    {"product": make.product(visible=False)},
    {"wanted": make.agreed_amounts(price=Decimal("9.00"))},
]


class TestFirstLook:
    """The look at the mirror, which saves the office from being asked."""

    def test_digits_beyond_the_cent_are_settled(self) -> None:
        """The mirror keeps the office's four digits."""
        row = make.catalog_row(price=Decimal("10.5049"), compare_price=Decimal("11.9951"))
        fine = SETTLED | {"row": row}
        assert looks_settled(**fine, base=base_of(make.product()), images=True)
        assert looks_equal(**fine, base={})

    def test_the_base_does_not_depend_on_how_amounts_are_written(self) -> None:
        """The base keeps amounts as plain texts, so that equal ones stay equal in the database."""
        fine = make.product(price=Decimal("10.500"), list_price=Decimal("12"), quantity=Decimal("5.000"))
        assert base_of(fine) == base_of(make.product())
        assert base_of(fine)["quantity"] == "5"

    def test_what_agrees_is_settled(self) -> None:
        """A product whose base and mirror agree is done."""
        base = base_of(make.product())
        assert looks_settled(**SETTLED, base=base, images=True)
        assert looks_equal(**SETTLED, base={})

    def test_hidden_in_both_shops_is_settled(self) -> None:
        """A hidden product agrees with a hidden SKU as well as with a hidden product."""
        hidden = make.product(visible=False)
        for row in (make.catalog_row(visible=False), make.catalog_row(product_visible=False)):
            assert looks_equal(hidden, {}, row, make.agreed_amounts())

    @pytest.mark.parametrize("fields", UNSETTLED)
    def test_any_difference_asks_the_office(self, fields: dict[str, Any]) -> None:
        """Price, list price, stock, an unlimited warehouse and visibility: one difference is enough for both looks."""
        assert not looks_settled(**(SETTLED | fields), base=base_of(make.product()), images=True)
        assert not looks_equal(**(SETTLED | fields), base={})

    @pytest.mark.parametrize("name", TEXTS)
    def test_an_edited_text_asks_the_office(self, name: str) -> None:
        """A text that differs from the base is looked at, by the cycle and not by the sweep, which reads no texts."""
        edited = SETTLED | {"product": make.product(content=make.content(**{name: "New words"}))}
        assert not looks_settled(**edited, base=base_of(make.product()), images=True)
        assert looks_equal(**edited, base={})

    def test_pictures_count_only_when_they_are_sent(self) -> None:
        """Pictures still to be sent are work where sending pictures is on, and nothing otherwise."""
        waiting = {**base_of(make.product()), "images": ""}
        assert not looks_settled(**SETTLED, base=waiting, images=True)
        assert looks_settled(**SETTLED, base=waiting, images=False)

    def test_an_empty_base_asks_the_office(self) -> None:
        """A link that agreed on nothing yet is looked at."""
        assert not looks_settled(**SETTLED, base={}, images=True)


NUMBERS = st.integers(0, 20).map(lambda number: Decimal(number) / 4)
FLAGS = st.booleans()


@given(
    price=NUMBERS,
    stock=NUMBERS,
    visible=FLAGS,
    shown=FLAGS,
    sibling=FLAGS,
    alone=FLAGS,
    name=st.sampled_from("ab"),
)
def test_a_plan_carried_out_leaves_no_plan(
    *, price: Decimal, stock: Decimal, visible: bool, shown: bool, sibling: bool, alone: bool, name: str
) -> None:
    """Once the office says what the plan wrote, deciding again finds nothing to do."""
    skus = (make.office_sku(visible=shown),) if alone else (make.office_sku(visible=shown), PAIR[1])
    product = make.product(price=price, quantity=stock, visible=visible, content=Content(name))
    plan = plan_of(product, make.office_product(skus=skus, visible=shown), siblings_visible=sibling)
    change = plan.sku_change or SkuChange(4, 3)
    written = make.office_sku(
        price=skus[0].price if change.price is None else change.price,
        compare_price=skus[0].compare_price if change.compare_price is None else change.compare_price,
        stock={1: skus[0].stock[1] if change.stock is None else change.stock},
        visible=shown if change.visible is None else change.visible,
    )
    office = make.office_product(
        skus=(written, *skus[1:]),
        visible=shown if plan.product_visible is None else plan.product_visible,
        name=plan.texts.get("name", "Coffee"),
    )
    assert plan_of(product, office, siblings_visible=sibling).empty


class TestFirstContact:
    """What is known, and what is not, before the two sides agreed for the first time."""

    def test_texts_that_the_source_never_had_are_not_emptied(self) -> None:
        """Staff's words stay where the source has none; once it had some, emptying them counts."""
        bare = make.product(content=make.content(summary="", description="<p>New</p>"))
        assert plan_of(bare).texts == {"description": "<p>New</p>"}
        assert plan_of(bare, base=base_of(make.product())).texts == {
            "summary": "",
            "description": "<p>New</p>",
        }

    def test_stock_counts_as_changed_unless_the_base_says_otherwise(self) -> None:
        """Without a base nothing proves that the source did not change it."""
        assert plan_of().source_sold
        assert plan_of(base={}).source_sold
        assert not plan_of(base=base_of(make.product())).source_sold
        assert plan_of(base=base_of(make.product(quantity=Decimal(8)))).source_sold
