"""The first look at a product: codes that cannot be trusted, and what there is to do at all."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from syncd.errors import Held
from syncd.model.money import Rates
from syncd.model.product import Image, Product
from syncd.model.sku import SkuRule
from syncd.state.product_links import LinkSketch, ProductLink
from syncd.sync.product_base import TEXTS, images_digest, text_mark
from syncd.sync.product_sight import Known, Sight, check_code, glance
from tests.sync import builders as make

RULE = SkuRule()
RATES = Rates("USD", {})
BASE = {
    "price": ["10.5", "10.5"],
    "list_price": ["12", "12"],
    "quantity": ["5", "5"],
    "visible": ["shown", "shown"],
    "taken": "0",
}
MARKS = {name: [text_mark(getattr(make.content(), name))] * 2 + [""] for name in TEXTS}
SKETCH = LinkSketch("12", 4, 3, BASE, dirty=False, dirty_back=False)
LINK = ProductLink("12", 4, 3, BASE, False, False, "main", make.NOON, make.NOON, MARKS)
UNKNOWN = Known(links={}, by_code={}, by_sku={}, duplicates={})
THERE = replace(UNKNOWN, by_code={"cof-1": [make.catalog_row()]})
LINKED = replace(THERE, links={"12": LINK}, by_sku={4: make.catalog_row()})
SWEPT = replace(LINKED, links={"12": SKETCH})


def sight(known: Known, product: Product | None = None, *, sweep: bool = False, **policy: Any) -> Sight:
    return glance(product or make.product(), known, make.product_policy(**policy), RATES, RULE, sweep=sweep)


def held(product: Product, known: Known, code: str) -> str:
    with pytest.raises(Held) as error:
        check_code(product, known, RULE)
    assert error.value.code == code
    return str(error.value)


class TestCodes:
    """A code that does not tell which SKU is meant holds the product."""

    @pytest.mark.parametrize("code", ["", "  "])
    def test_a_product_without_a_code_is_named(self, code: str) -> None:
        """An empty code is set aside with the product's number and name, linked or not."""
        assert "product 12 (Coffee) has no SKU" in held(make.product(code=code), LINKED, "empty-sku")

    def test_one_code_at_several_products_is_named(self) -> None:
        """All source products with the code are named; a product is no duplicate of itself."""
        known = replace(THERE, duplicates={"cof-1": ["12", "13", "14"]})
        assert "12 and 13, 14" in held(make.product(), known, "duplicate-sku")
        check_code(make.product(), replace(THERE, duplicates={"cof-1": ["12"]}), RULE)

    def test_one_code_at_several_skus_is_named(self) -> None:
        """The office's products with the code are named."""
        rows = [make.catalog_row(), make.catalog_row(sku_id=9, product_id=8)]
        assert "(products 3, 8)" in held(
            make.product(), replace(UNKNOWN, by_code={"cof-1": rows}), "ambiguous-sku"
        )

    def test_a_linked_product_keeps_its_sku(self) -> None:
        """Once linked, duplicates that appear later do not matter to the product that was first."""
        rows = [make.catalog_row(), make.catalog_row(sku_id=9)]
        check_code(
            make.product(), replace(LINKED, by_code={"cof-1": rows}, duplicates={"cof-1": ["12", "13"]}), RULE
        )

    def test_a_renamed_code_is_held(self) -> None:
        """A linked product whose code differs between the shops is held, with both codes."""
        text = held(make.product(code="COF-9"), LINKED, "renamed-sku")
        assert "COF-9" in text
        assert "COF-1" in text

    def test_another_case_is_no_other_code(self) -> None:
        """By default a code written in another case is the same code."""
        check_code(make.product(code=" cof-1 "), LINKED, RULE)


class TestSight:
    """What there is to do."""

    def test_another_company_is_left_alone(self) -> None:
        """With a company chosen, other companies' products are not even checked."""
        assert sight(UNKNOWN, make.product(company="2", code=""), company="1") is Sight.OTHER_COMPANY
        assert sight(LINKED, company="1") is Sight.SETTLED

    def test_a_product_to_be_created_is_work(self) -> None:
        """What the office lacks is created, or not, by setting."""
        assert sight(UNKNOWN) is Sight.WORK
        assert sight(UNKNOWN, create_missing=False) is Sight.UNWANTED

    def test_a_product_to_be_linked_is_work(self) -> None:
        """What the office has under that code is linked whatever the setting."""
        assert sight(THERE, create_missing=False) is Sight.WORK

    @pytest.mark.parametrize("sweep", [True, False])
    def test_a_linked_product_that_agrees_is_settled(self, sweep: bool) -> None:
        """Nothing differs, so the office is not asked."""
        assert sight(LINKED, sweep=sweep) is Sight.SETTLED
        assert sight(SWEPT, sweep=sweep) is Sight.SETTLED

    @pytest.mark.parametrize("sweep", [True, False])
    def test_a_linked_product_that_differs_is_work(self, sweep: bool) -> None:
        """A price that differs from the mirror is work for cycle and sweep."""
        assert sight(LINKED, make.product(price=Decimal(1)), sweep=sweep) is Sight.WORK

    def test_only_the_cycle_looks_at_texts(self) -> None:
        """A sweep reads no texts, of neither the products nor their links, so it does not compare them."""
        edited = make.product(content=make.content(name="Tea"))
        assert sight(LINKED, edited) is Sight.WORK
        assert sight(SWEPT, edited, sweep=True) is Sight.SETTLED

    def test_pictures_count_only_when_they_are_sent(self) -> None:
        """Pictures still to be sent are work where sending pictures is on, and nothing otherwise."""
        product = make.product(images=(Image("https://shop.example/1.png"),))
        waiting = replace(LINKED, links={"12": replace(LINK, base={**BASE, "images": ""})})
        assert sight(waiting, product) is Sight.WORK
        assert sight(waiting, product, images=False) is Sight.SETTLED
        sent = replace(LINK, base={**BASE, "images": images_digest(product)})
        assert sight(replace(LINKED, links={"12": sent}), product) is Sight.SETTLED

    def test_a_link_that_agreed_on_nothing_is_work(self) -> None:
        """It was tied while a brake held it back, or made by a lost creation."""
        assert sight(replace(LINKED, links={"12": replace(LINK, base={})})) is Sight.WORK

    @pytest.mark.parametrize("sweep", [True, False])
    def test_prices_of_two_currencies_are_compared_by_the_rate(self, sweep: bool) -> None:
        """A price that nobody touched is work once the office's rate has moved, and settled before."""
        row = make.catalog_row(price=Decimal("9.55"), compare_price=Decimal("10.91"), currency="EUR")
        base = {**BASE, "price": ["10.5", "9.55"], "list_price": ["12", "10.91"]}
        known = replace(LINKED, links={"12": replace(LINK, base=base)}, by_sku={4: row})
        for rate, found in (("1.1", Sight.SETTLED), ("1.2", Sight.WORK)):
            rates = Rates("USD", {"EUR": Decimal(rate)})
            product, policy = make.product(), make.product_policy()
            assert glance(product, known, policy, rates, RULE, sweep=sweep) is found

    @pytest.mark.parametrize("sweep", [True, False])
    def test_a_dirty_link_is_always_work(self, sweep: bool) -> None:
        """After an order moved its stock a product is compared, though the mirror may agree."""
        assert sight(replace(LINKED, links={"12": replace(LINK, dirty=True)}), sweep=sweep) is Sight.WORK

    def test_a_sku_that_vanished_is_held(self) -> None:
        """A linked SKU that a sweep did not find, also under no other number, is never created again by itself."""
        with pytest.raises(Held, match=r"vanished from Webasyst \(was product 3\)") as error:
            sight(replace(LINKED, by_sku={}, by_code={}), sweep=True)
        assert error.value.code == "vanished"

    def test_a_sku_that_the_mirror_lacks_is_looked_for(self) -> None:
        """Between two sweeps the mirror may lack what was made before a crash: the office itself is asked."""
        assert sight(replace(LINKED, by_sku={}, by_code={})) is Sight.WORK

    def test_a_sku_that_staff_made_anew_is_work(self) -> None:
        """The linked SKU is gone, and one that is nobody's has its code: it is compared, and linked."""
        anew = make.catalog_row(sku_id=9, product_id=8)
        assert sight(replace(LINKED, by_sku={}, by_code={"cof-1": [anew]})) is Sight.WORK

    def test_a_code_that_is_somebody_elses_is_not_taken(self) -> None:
        """A SKU that another listed product is linked to replaces nothing; neither do two of one code."""
        rows = [make.catalog_row(), make.catalog_row(sku_id=9)]
        for known in (replace(LINKED, owned={4}), replace(LINKED, by_code={"cof-1": rows})):
            with pytest.raises(Held, match="vanished"):
                sight(replace(known, by_sku={}), sweep=True)

    def test_a_sku_that_staff_moved_is_work(self) -> None:
        """The SKU stands in another product than the link says: the link is put right."""
        moved = make.catalog_row(product_id=77)
        assert sight(replace(LINKED, by_sku={4: moved})) is Sight.WORK

    def test_a_currency_without_a_rate_is_held(self) -> None:
        """A product in a currency that the office does not know is held."""
        with pytest.raises(Held, match="no currency EUR"):
            sight(replace(LINKED, by_sku={4: make.catalog_row(currency="EUR")}))
