"""The decision about one product: price, stock, visibility and texts, each only where it differs, on either side."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from syncd.errors import Held
from syncd.model.backoffice import OfficeProduct
from syncd.model.exchange import SkuChange, SourceChange
from syncd.model.owner import Side
from syncd.model.product import Content, Image, Product
from syncd.sync.merge import Verdict
from syncd.sync.product_agreement import agreed_base
from syncd.sync.product_base import TEXTS, spell_shelf
from syncd.sync.product_decision import (
    ProductPlan,
    amounts,
    amounts_back,
    amounts_of,
    content_fields,
)
from syncd.sync.product_merge import Amounts
from syncd.sync.shared_stock import Shelf
from tests.sync import builders as make

D = Decimal
PAIR = (make.office_sku(), make.office_sku(sku_id=5, code="COF-2"))
CSCART = make.merge_rule(
    name="cscart", description="cscart", seo="cscart", price="cscart", list_price="cscart", status="cscart"
)
WEBASYST = make.merge_rule(
    name="webasyst",
    description="webasyst",
    seo="webasyst",
    price="webasyst",
    list_price="webasyst",
    quantity="webasyst",
    status="webasyst",
)


def agreed(product: Product | None = None, office: OfficeProduct | None = None) -> dict[str, Any]:
    """Base and texts of a link after both sides agreed."""
    base, texts = agreed_base(make.plan(product, office), Side.WEBASYST)
    return {"base": base, "texts": texts}


def change_of(
    product: Product | None = None, office: OfficeProduct | None = None, **fields: Any
) -> SkuChange:
    plan = make.plan(product, office, **fields)
    assert plan.sku_change is not None
    return plan.sku_change


class TestAmounts:
    """Amounts are compared in the currency of either side."""

    def test_the_sources_are_converted_by_the_offices_rate(self) -> None:
        """Price and list price are converted, the quantity is not."""
        product = make.product(price=D("10.55"), list_price=D("20.00"))
        assert amounts(product, make.RATES, "EUR", "USD") == Amounts(D("11.61"), D("22.00"), D(5))

    def test_the_offices_are_converted_by_the_same_rate(self) -> None:
        """Its stock is that of the chosen warehouse, or the total where there are none."""
        sku = make.office_sku(price=D("11.61"), compare_price=D("22"))
        assert amounts_back(sku, make.RATES, "EUR", "USD", 1) == Amounts(D("10.55"), D("20.00"), D(5))
        assert amounts_back(sku, make.RATES, "USD", "USD", None).stock == 9
        assert amounts_back(sku, make.RATES, "USD", "USD", 3).stock is None

    def test_the_mirrors_are_the_offices(self) -> None:
        """What the mirror knows is converted in the same way."""
        row = make.catalog_row(price=D("11.61"), compare_price=D("22"))
        assert amounts_of(row, make.RATES, "EUR") == Amounts(D("10.55"), D("20.00"), D(5))

    @pytest.mark.parametrize(
        ("source", "target", "named"), [("UAH", "USD", "UAH"), ("USD", "OLD", "OLD"), ("UAH", "OLD", "UAH")]
    )
    def test_a_currency_that_the_office_lacks_holds_the_product(
        self, source: str, target: str, named: str
    ) -> None:
        """Without a rate nothing is guessed: the product is held and the text names product, currency and setting."""
        words = f"COF-1: Webasyst has no currency {named}.*SYNCD_CSCART__CURRENCY"
        with pytest.raises(Held, match=words) as error:
            amounts(make.product(), make.RATES, source, target)
        assert error.value.code == "unknown-currency"
        with pytest.raises(Held, match=words):
            amounts_back(make.office_sku(), make.RATES, source, target, 1)


class TestSku:
    """What one SKU gets."""

    def test_equal_values_are_not_sent(self) -> None:
        """Where both shops agree the plan is empty, whatever other warehouses hold."""
        plan = make.plan(**agreed())
        assert plan.empty
        assert plan.source_change == SourceChange("12")
        assert plan.linked
        assert not plan.images_changed

    @pytest.mark.parametrize(
        ("fields", "changed"),
        [
            ({"price": D("11.00")}, {"price": D("11.00")}),
            ({"list_price": D(0)}, {"compare_price": D("0.00")}),
            ({"quantity": D(0)}, {"stock": D(0)}),
            ({"quantity": D(-2)}, {"stock": D(-2)}),
        ],
    )
    def test_only_what_differs_is_sent(self, fields: dict[str, Any], changed: dict[str, Any]) -> None:
        """One value that differs is sent, the others are left out: at first contact and later."""
        for known in ({}, agreed()):
            plan = make.plan(make.product(**fields), **known)
            assert not plan.empty
            assert plan.sku_change == SkuChange(4, 3, **changed)
            assert plan.source_change.empty

    def test_stock_is_that_of_the_chosen_warehouse(self) -> None:
        """The chosen warehouse is compared; without warehouses the total is."""
        assert make.plan().sku_change is None
        assert change_of(where=make.place(stock_id=2)).stock == D(5)
        assert change_of(where=make.place(stock_id=None)).stock == D(5)
        assert make.plan(make.product(quantity=D(9)), where=make.place(stock_id=None)).sku_change is None

    def test_no_row_in_the_warehouse_means_unlimited_and_is_written(self) -> None:
        """A missing row sells without limit, so even a quantity of 0 is written."""
        assert change_of(make.product(quantity=D(0)), where=make.place(stock_id=3)).stock == 0

    def test_shared_stock_gets_the_total(self) -> None:
        """On both sides, in whole pieces at the source."""
        base = {"shelf": spell_shelf(Shelf(D(10), D(10), D(10), D(0)))}
        sku = make.office_sku(stock={1: D("7.5")})
        plan = make.plan(
            make.product(quantity=D(8)),
            make.office_product(skus=(sku,)),
            rule=make.merge_rule(quantity="shared"),
            base=base,
        )
        assert plan.sku_change == SkuChange(4, 3, stock=D("5.5"))
        assert plan.source_change.quantity == 5
        assert plan.shelf == Shelf(D("5.5"), D(8), D("7.5"), D(0))
        assert make.plan(base=base).shelf is None


class TestSource:
    """What the source gets."""

    def test_what_the_office_changed_goes_back(self) -> None:
        """Prices in the source's currency, texts as they are, whole pieces, the flag of product and SKU."""
        sku = make.office_sku(price=D("9"), compare_price=D("10"), stock={1: D("2.75")})
        office = make.office_product(skus=(sku,), visible=False, name="Tea", summary="")
        plan = make.plan(rule=make.merge_rule(quantity="both"), office=office, **agreed())
        assert plan.source_change == SourceChange(
            "12", {"name": "Tea", "summary": ""}, D("9.00"), D("10.00"), 2, visible=False
        )
        assert plan.empty

    def test_prices_go_back_in_the_sources_currency(self) -> None:
        """By the office's rate."""
        plan = make.plan(office=make.office_product(currency="EUR"), rule=WEBASYST)
        assert plan.source_change.price == D("11.55")

    def test_what_is_in_conflict_goes_nowhere(self) -> None:
        """It is named, and neither side is written."""
        office = make.office_product(name="Chai")
        plan = make.plan(make.product(content=make.content(name="Tea")), office, **agreed())
        assert plan.names(Verdict.HELD) == ["name"]
        assert plan.empty
        assert plan.source_change.empty

    def test_each_field_goes_its_own_way(self) -> None:
        """One shop changed the price, the other the name."""
        office = make.office_product(name="Chai")
        plan = make.plan(make.product(price=D(11)), office, **agreed())
        assert plan.sku_change == SkuChange(4, 3, price=D("11.00"))
        assert plan.source_change == SourceChange("12", {"name": "Chai"})
        assert (plan.names(Verdict.FORTH), plan.names(Verdict.BACK)) == (["price"], ["name"])


class TestWarehouses:
    """Warehouses beside the chosen one, where a SKU without a row sells without limit."""

    def test_a_product_that_syncd_made_gets_nothing_there(self) -> None:
        """A warehouse that staff added later is filled with 0, even when nothing else changes."""
        base = agreed()["base"] | {"images": "x"}
        plan = make.plan(base=base, where=make.place(warehouses=[1, 2, 3, 4]))
        assert plan.sku_change == SkuChange(4, 3, fill=(3, 4))
        assert plan.unlimited == ()

    @pytest.mark.parametrize("known", [{}, agreed()])
    def test_a_product_that_staff_made_is_left_alone_there(self, known: dict[str, Any]) -> None:
        """Staff may want it unlimited: it is told, and remembered as told."""
        plan = make.plan(where=make.place(warehouses=[1, 2, 3]), **known)
        assert plan.unlimited == (3,)
        assert plan.sku_change is None
        assert agreed_base(plan, Side.WEBASYST)[0]["unlimited"] == [3]

    def test_without_warehouses_there_is_nothing_to_fill(self) -> None:
        """A shop without warehouses has only the total, and the chosen one is written as the stock."""
        office = make.office_product(skus=(make.office_sku(count=D(5), stock={}),))
        base = agreed()["base"] | {"images": "x"}
        assert make.plan(office=office, base=base, where=make.place(stock_id=None, warehouses=[])).empty
        assert change_of(office=office, base=base, where=make.place(warehouses=[1])).fill == ()


class TestVisibility:
    """Who is shown: the product's flag alone, or the SKUs' flags and the product's with them."""

    @pytest.mark.parametrize("shown", [True, False])
    def test_an_only_sku_follows_the_products_flag(self, shown: bool) -> None:
        """With one SKU the product is shown or hidden, and the SKU keeps its own flag."""
        plan = make.plan(make.product(visible=shown), make.office_product(visible=not shown))
        assert (plan.product_visible, plan.sku_change) == (shown, None)
        assert not plan.empty

    def test_an_only_sku_has_no_siblings(self) -> None:
        """With one SKU nobody else keeps the product shown."""
        plan = make.plan(make.product(visible=False), where=make.place(siblings_visible=True))
        assert plan.product_visible is False

    def test_an_only_sku_keeps_its_flag(self) -> None:
        """A SKU that the office hides for itself stays hidden."""
        office = make.office_product(skus=(make.office_sku(visible=False),))
        assert make.plan(office=office).sku_change is None

    @pytest.mark.parametrize(
        ("office", "where"),
        [
            (make.office_product(skus=(make.office_sku(visible=False),)), make.place()),
            (make.office_product(skus=PAIR, visible=False), make.place(whole=False)),
        ],
    )
    def test_what_staff_hides_for_itself_is_told(self, office: OfficeProduct, where: Any) -> None:
        """A flag that is not ours to change keeps a product hidden; one that the source hides as well is no news."""
        assert make.plan(office=office, where=where).stays_hidden
        assert make.plan(office=office, where=where, rule=CSCART, **agreed()).stays_hidden
        assert not make.plan(make.product(visible=False), office, where=where).stays_hidden
        assert not make.plan(office=office, where=where, rule=WEBASYST).stays_hidden

    def test_every_member_shows_and_hides_the_product(self) -> None:
        """A member that does not lead still says whether the product is shown."""
        plan = make.plan(office=make.office_product(skus=PAIR, visible=False), where=make.place(leads=False))
        assert plan.product_visible is True
        assert not plan.stays_hidden

    def test_one_of_several_skus_is_hidden_alone(self) -> None:
        """A hidden variation hides its SKU; the product stays while another one is shown."""
        plan = make.plan(
            make.product(visible=False),
            make.office_product(skus=PAIR),
            where=make.place(siblings_visible=True),
        )
        assert plan.sku_change == SkuChange(4, 3, visible=False)
        assert plan.product_visible is None

    def test_the_last_hidden_sku_hides_the_product(self) -> None:
        """When no other SKU is shown, the product goes too; and comes back with the first."""
        hidden = make.plan(make.product(visible=False), make.office_product(skus=PAIR))
        assert hidden.product_visible is False
        shown = make.plan(office=make.office_product(skus=PAIR, visible=False))
        assert shown.product_visible is True

    def test_who_shows_the_product_keeps_hidden_siblings_hidden(self) -> None:
        """Nobody saw their own flags while the whole product was hidden: now they must say it themselves."""
        where = make.place(siblings_hidden=[5])
        plan = make.plan(office=make.office_product(skus=PAIR, visible=False), where=where)
        assert plan.hides == plan.sku_changes == (SkuChange(5, 3, visible=False),)
        assert not plan.empty
        told = (PAIR[0], make.office_sku(sku_id=5, visible=False))
        assert make.plan(office=make.office_product(skus=told, visible=False), where=where).hides == ()
        assert make.plan(office=make.office_product(skus=PAIR), where=where).hides == ()

    @pytest.mark.parametrize("where", [make.place(together=False), make.place(whole=False)])
    def test_a_shared_product_keeps_its_flag(self, where: Any) -> None:
        """Where SKUs of the product are not ours, or others speak for it, its flag is the office's."""
        plan = make.plan(make.product(visible=False), make.office_product(skus=PAIR), where=where)
        assert plan.product_visible is None
        assert plan.sku_change == SkuChange(4, 3, visible=False)

    def test_staff_hides_the_whole_product(self) -> None:
        """Each of its variations is hidden at the source, and no SKU's flag is touched."""
        plan = make.plan(office=make.office_product(skus=PAIR, visible=False), **agreed())
        assert plan.source_change == SourceChange("12", visible=False)
        assert plan.empty


class TestTexts:
    """Texts of the office product."""

    @pytest.mark.parametrize("name", TEXTS)
    def test_a_changed_text_is_sent_alone(self, name: str) -> None:
        """An edit at the source is brought along, and only that one."""
        plan = make.plan(make.product(content=make.content(**{name: "New words"})), **agreed())
        assert (plan.texts, plan.sku_change, plan.empty) == ({name: "New words"}, None, False)

    @pytest.mark.parametrize("name", TEXTS)
    def test_an_edit_in_the_office_stays(self, name: str) -> None:
        """It goes to the source, or nowhere where the source alone owns it; at first contact the source leads."""
        office = make.office_product(**{name: "Edited there"})
        plan = make.plan(office=office, **agreed())
        assert (plan.texts, plan.source_change) == ({}, SourceChange("12", {name: "Edited there"}))
        kept = make.plan(office=office, rule=CSCART, **agreed())
        assert kept.empty
        assert kept.source_change.empty
        assert make.plan(office=office).texts == {name: getattr(make.content(), name)}

    def test_a_text_that_was_not_told_is_left_alone(self) -> None:
        """A listing that tells less does not empty the rest."""
        assert make.plan(make.product(content=Content("Coffee"))).texts == {}

    def test_an_emptied_text_is_emptied(self) -> None:
        """A text that the source took away goes, but for the name, which no product is without."""
        gone = make.content(name=" ", summary="", description="")
        plan = make.plan(make.product(content=gone), **agreed())
        assert plan.texts == {"summary": "", "description": ""}

    def test_texts_that_the_source_never_had_are_not_emptied(self) -> None:
        """Staff's words stay where the source has none."""
        bare = make.product(content=make.content(summary="", description="<p>New</p>"))
        assert make.plan(bare).texts == {"description": "<p>New</p>"}

    def test_the_address_of_a_page_is_never_changed(self) -> None:
        """An existing product keeps its URL, on both sides."""
        plan = make.plan(make.product(content=make.content(url="other")), **agreed())
        assert plan.texts == plan.source_change.texts == {}

    def test_texts_follow_the_product_that_speaks_for_all(self) -> None:
        """A product whose texts do not speak for the office product sends none, and gets none."""
        product = make.product(content=make.content(name="Tea"))
        plan = make.plan(product, where=make.place(leads=False))
        assert (plan.texts, plan.leads) == ({}, False)
        assert plan.source_change.texts == {}
        assert make.plan(product).texts == {"name": "Tea"}

    @pytest.mark.parametrize("name", ["name", "meta_title"])
    def test_long_titles_are_cut_on_purpose(self, name: str) -> None:
        """What a column cannot hold is cut before it is sent, and then agrees."""
        product = make.product(content=make.content(**{name: "x" * 300}))
        texts = make.plan(product).texts
        assert len(texts[name]) == 255
        assert make.plan(product, make.office_product(**{name: texts[name]})).texts == {}

    def test_long_descriptions_are_not_cut(self) -> None:
        """Columns without such a limit get the whole text."""
        product = make.product(content=make.content(description="x" * 3000))
        assert make.plan(product).texts == {"description": "x" * 3000}

    def test_a_new_product_gets_what_was_told(self) -> None:
        """The columns of a new product are the told texts and the URL; what is empty is left to the office."""
        assert content_fields(Content("x" * 300, summary="", description=None, url="coffee")) == {
            "name": "x" * 254 + "…",
            "url": "coffee",
        }
        assert content_fields(make.content()).keys() == {*TEXTS, "url"}


class TestWhatElseIsTold:
    """What the plan tells those who carry it out."""

    def test_pictures_that_are_not_sent_yet(self) -> None:
        """For products that syncd made and linked."""
        product = make.product(images=(Image("https://shop.example/1.png"),))
        assert make.plan(product, base={"images": ""}).images_changed
        assert not make.plan(product, base={"images": ""}, linked=False).images_changed
        assert not make.plan(product).images_changed

    def test_stock_counts_as_changed_unless_the_base_says_otherwise(self) -> None:
        """Without a base nothing proves that the source did not change it."""
        assert make.plan().source_sold
        assert not make.plan(**agreed()).source_sold
        assert make.plan(make.product(quantity=D(8)), **agreed()).source_sold

    def test_who_was_linked_before(self) -> None:
        """The source product that this one takes the place of."""
        assert make.plan(where=make.place(replaces="7")).replaces == "7"


def test_plans_of_equal_sides_are_equal() -> None:
    """A plan is a value: what a brake left of it can be compared with what it was."""
    plan: ProductPlan = make.plan(make.product(price=D(11)))
    assert plan == make.plan(make.product(price=D(11)))
    assert plan != make.plan(make.product(price=D(12)))
