"""What staff changes in Webasyst comes back to CS-Cart; what both changed is merged or held."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from syncd.cli.conflicts import take_command
from syncd.daemon.once import Exit
from syncd.sandbox.webasyst.shop import WebasystShop
from tests.scenarios.conftest import Opener
from tests.scenarios.shops import Pair, Row, money


@pytest.fixture
def pair(shops: Opener) -> Pair:
    """Two products, A and B, in both shops."""
    pair = shops()
    for code in "AB":
        pair.product(code, price="10.00", amount=10, name=f"Product {code}")
    assert pair.run().exit is Exit.OK
    pair.later(600)
    assert pair.run().exit is Exit.OK
    pair.forget_counts()
    return pair


def there(pair: Pair, code: str) -> Row:
    """CS-Cart's product, with its texts."""
    return pair.source_detail(code)


def staff(pair: Pair, code: str, **fields: Any) -> None:
    """Staff edits a product in Webasyst."""
    pair.at_webasyst("product.update", id=pair.office_product(code)["id"], **fields)


def quiet(pair: Pair) -> None:
    """The next runs write nothing."""
    pair.later(600)
    pair.run()
    pair.forget_counts()
    pair.later(600)
    run = pair.run()
    assert pair.writes == 0, (pair.webasyst.counters.by_method, pair.cscart.counters.by_method)
    assert run.exit in {Exit.OK, Exit.OUTSTANDING}


@contextmanager
def vanished(pair: Pair, shop: str) -> Iterator[None]:
    """Product A is not shown by one of the shops for a while."""
    if shop == "cscart":
        categories = there(pair, "A")["category_ids"]
        pair.at_cscart("product.update", sku="A", category_ids=[])
        yield
        pair.at_cscart("product.update", sku="A", category_ids=categories)
        return
    assert isinstance(pair.webasyst.shop, WebasystShop)
    store = pair.webasyst.shop.state.store
    product = store.products.rows[pair.office_product("A")["id"]]
    store.products.drop(product.id)
    for sku in product.skus:
        store.skus.drop(sku.id)
    yield
    store.products.put(product.id, product)
    for sku in product.skus:
        store.skus.put(sku.id, sku)


class TestEdits:
    """One side changed a field: the other one gets it."""

    @pytest.mark.parametrize(
        ("fields", "there_now"),
        [
            ({"name": "New name"}, {"product": "New name"}),
            ({"description": "<p>New &amp; long</p>"}, {"full_description": "<p>New &amp; long</p>"}),
            ({"summary": "Short"}, {"short_description": "Short"}),
            ({"meta_title": "Title"}, {"page_title": "Title"}),
            ({"meta_keywords": "a, b"}, {"meta_keywords": "a, b"}),
            ({"meta_description": "Words"}, {"meta_description": "Words"}),
            ({"status": "0"}, {"status": "D"}),
        ],
    )
    def test_an_edit_in_webasyst_arrives_in_cscart(
        self, pair: Pair, fields: dict[str, str], there_now: dict[str, str]
    ) -> None:
        """One PUT brings it; nothing bounces."""
        staff(pair, "A", **fields)
        run = pair.run()
        assert run.exit is Exit.OK, run.failures
        assert {name: there(pair, "A")[name] for name in there_now} == there_now
        assert pair.calls("PUT products") == 1, pair.cscart.counters.by_method
        quiet(pair)

    def test_a_price_that_moved_without_a_stamp_comes_with_the_sweep(self, pair: Pair) -> None:
        """`skus.update` touches no time stamp: the full scan finds it."""
        pair.at_webasyst("sku.update", id=pair.office_sku("A")["id"], price="12.5")
        pair.later(4000)
        run = pair.run()
        assert run.exit is Exit.OK, run.failures
        assert money(there(pair, "A")["price"]) == money("12.50")
        quiet(pair)

    def test_different_fields_are_merged(self, pair: Pair) -> None:
        """The name from one side, the description from the other: both keep both."""
        staff(pair, "A", name="From Webasyst")
        pair.at_cscart("product.update", sku="A", full_description="From CS-Cart")
        run = pair.run()
        assert run.exit is Exit.OK, run.failures
        assert there(pair, "A")["product"] == pair.office_product("A")["name"] == "From Webasyst"
        assert (
            there(pair, "A")["full_description"] == pair.office_product("A")["description"] == "From CS-Cart"
        )
        quiet(pair)

    def test_pictures_survive_an_edit(self, pair: Pair) -> None:
        """A partial PUT leaves pictures and user groups alone (contracts/cscart §3.4, §3.5)."""
        pair.at_cscart("product.image", sku="A")
        pair.later(600)
        pair.run()
        before = there(pair, "A")
        staff(pair, "A", name="New name")
        pair.run()
        after = there(pair, "A")
        assert {**before, "product": "", "updated_timestamp": 0} == {
            **after,
            "product": "",
            "updated_timestamp": 0,
        }


class TestConflicts:
    """Both sides changed the same field."""

    def clash(self, pair: Pair) -> None:
        staff(pair, "A", name="From Webasyst")
        pair.at_cscart("product.update", sku="A", product="From CS-Cart")

    def test_a_conflict_is_held_with_all_three_values(self, pair: Pair) -> None:
        """Neither side is overwritten; the others go on; the run says 3."""
        self.clash(pair)
        staff(pair, "B", name="B renamed")
        run = pair.run()
        assert run.exit is Exit.OUTSTANDING
        assert run.reports["products-back"].conflicts == 1
        assert there(pair, "A")["product"] == "From CS-Cart"
        assert pair.office_product("A")["name"] == "From Webasyst"
        assert there(pair, "B")["product"] == "B renamed"
        [held] = pair.conflicts()
        assert (held.base_value, held.source_value, held.office_value) == (
            "Product A", "From CS-Cart", "From Webasyst",
        )  # fmt: skip
        quiet(pair)

    @pytest.mark.parametrize(("shop", "name"), [("cscart", "From CS-Cart"), ("webasyst", "From Webasyst")])
    def test_one_command_settles_it(
        self, pair: Pair, shop: str, name: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The chosen value goes to the other side, and nothing is left."""
        self.clash(pair)
        pair.run()
        monkeypatch.setattr("syncd.cli.conflicts.load_settings", pair.settings)
        assert take_command(shop, " a ", None) == 0
        run = pair.run()
        assert run.exit is Exit.OK
        assert there(pair, "A")["product"] == pair.office_product("A")["name"] == name
        assert pair.conflicts() == []
        quiet(pair)

    @pytest.mark.parametrize(("rule", "name"), [("cscart", "From CS-Cart"), ("webasyst", "From Webasyst")])
    def test_a_setting_settles_them_all(self, pair: Pair, rule: str, name: str) -> None:
        """One side always wins."""
        pair.set(products={"conflict": rule})
        self.clash(pair)
        assert pair.run().exit is Exit.OK
        assert there(pair, "A")["product"] == pair.office_product("A")["name"] == name
        quiet(pair)

    @pytest.mark.parametrize("later", ["cscart", "webasyst"])
    def test_the_newer_one_wins(self, pair: Pair, later: str) -> None:
        """The record that was changed last, by each shop's own stamp."""
        pair.set(products={"conflict": "newer"})
        first, second = ("webasyst", "cscart") if later == "cscart" else ("cscart", "webasyst")
        for shop in (first, second):
            if shop == "webasyst":
                staff(pair, "A", name="webasyst")
            else:
                pair.at_cscart("product.update", sku="A", product="cscart")
            pair.later(5)
        assert pair.run().exit is Exit.OK
        assert there(pair, "A")["product"] == pair.office_product("A")["name"] == later


class TestOwners:
    """One shop owns a field."""

    def test_what_cscart_owns_never_comes_back(self, pair: Pair) -> None:
        """A price that staff changed is put right with the next sweep."""
        pair.set(products={"owners": {"price": "cscart"}})
        pair.at_webasyst("sku.update", id=pair.office_sku("A")["id"], price="12.5")
        pair.later(4000)
        assert pair.run().exit is Exit.OK
        assert money(there(pair, "A")["price"]) == money(pair.office_sku("A")["price"]) == 10

    def test_what_webasyst_owns_is_put_right_in_cscart(self, pair: Pair) -> None:
        """The other way round."""
        pair.set(products={"owners": {"price": "webasyst", "quantity": "webasyst"}})
        pair.at_cscart("product.update", sku="A", price="99", amount=3)
        assert pair.run().exit is Exit.OK
        assert money(there(pair, "A")["price"]) == money(pair.office_sku("A")["price"]) == 10
        assert there(pair, "A")["amount"] == "10"

    def test_what_nobody_owns_stays_apart(self, pair: Pair) -> None:
        """Each shop keeps its own."""
        pair.set(products={"owners": {"name": "none"}})
        staff(pair, "A", name="There")
        pair.at_cscart("product.update", sku="A", product="Here")
        assert pair.run().exit is Exit.OK
        assert (there(pair, "A")["product"], pair.office_product("A")["name"]) == ("Here", "There")


class TestSharedStock:
    """Both shops sell from one shelf."""

    def test_sales_of_both_sides_are_added_up(self, pair: Pair) -> None:
        """Ten on the shelf, two sold here, three there: five on both."""
        pair.set(products={"owners": {"quantity": "shared"}})
        pair.later(4000)
        assert pair.run().exit is Exit.OK
        pair.at_cscart("product.update", sku="A", amount=8, touch=False)
        pair.at_webasyst("sku.update", id=pair.office_sku("A")["id"], stock={"1": 7, "2": 0})
        pair.later(4000)
        assert pair.run().exit is Exit.OK
        assert [pair.amount("A"), pair.stock("A")] == [5, 5]
        quiet(pair)

    @pytest.mark.parametrize("action", ["process", "ship", "complete"])
    def test_a_pushed_order_counts_once(self, pair: Pair, action: str) -> None:
        """CS-Cart has taken the sale off; the workflow in Webasyst takes it off once more."""
        pair.set(products={"owners": {"quantity": "shared"}})
        pair.later(4000)
        pair.run()
        number = pair.place({"sku": "A", "amount": 2})
        pair.run()
        assert pair.stock("A") == pair.amount("A") == 8
        pair.at_webasyst("order.action", id=pair.link(number).order_id, action=action)
        pair.later(4000)
        assert pair.run().exit is Exit.OK
        assert pair.stock("A") == pair.amount("A") == 8
        quiet(pair)


SKU_EDITS: dict[str, dict[str, Any]] = {
    "price": {"price": "12.00"},
    "list_price": {"compare_price": "12.00"},
    "quantity": {"stock": {"1": 8, "2": 0}},
}
"""What staff may change of a SKU, by the field that it is for syncd."""


class TestEmptyYes:
    """CS-Cart answers 200 to what it does not do (contracts/cscart §3.4, §4.6): every change is read back."""

    @pytest.fixture
    def pair(self, shops: Opener) -> Pair:
        """Product A and a category in both shops; shared stock, and both own the categories."""
        pair = shops()
        pair.set(products={"owners": {"quantity": "shared", "category": "both"}})
        pair.product("A", price="10.00", amount=10)
        pair.at_cscart("category.create", name="Tea")
        self.tea = pair.at_webasyst("category.create", name="Tea")
        for _ in range(2):
            assert pair.run().exit is Exit.OK
            pair.later(4000)
        return pair

    @pytest.mark.parametrize(
        "field", ["name", "description", "price", "list_price", "visible", "quantity", "category"]
    )
    def test_what_cscart_did_not_take_is_told_and_sent_again(self, pair: Pair, field: str) -> None:
        """The product is set aside with the field's name; nothing is agreed, so what stands in CS-Cart is no edit."""
        sku_id = pair.office_sku("A")["id"]
        if field == "category":
            pair.at_webasyst("product.update", id=pair.office_product("A")["id"], categories=[self.tea])
        elif field in SKU_EDITS:
            pair.at_webasyst("sku.update", id=sku_id, **SKU_EDITS[field])
        else:
            staff(pair, "A", **{"visible": {"status": "0"}}.get(field, {field: "New"}))
        before, edited = there(pair, "A"), pair.office_product("A")
        yes = {"status": 200, "content_type": "application/json", "body": '{"product_id":"1"}'}
        pair.cscart.faults.add(
            {"when": "before", "kind": "status", "times": None, "match": {"method": "PUT"}, **yes}
        )
        pair.later(4000)
        run = pair.run()
        assert run.reasons == {str(before["product_id"]): "not-taken"}
        assert f"did not take {field} of" in run.text(before["product_id"])
        assert there(pair, "A") == before
        assert pair.office_product("A") == edited
        pair.cscart.faults.clear()
        pair.later(4000)
        assert pair.run().exit is Exit.OK
        assert there(pair, "A") != before
        quiet(pair)


class TestLostAnswers:
    """A write to CS-Cart whose answer got lost."""

    @pytest.mark.parametrize(
        "fault",
        [
            {"when": "after", "kind": "drop"},
            {"when": "after", "kind": "status", "status": 500},
            {"when": "before", "kind": "status", "status": 500},
            {"when": "answer", "kind": "truncate"},
        ],
    )
    def test_shared_stock_is_counted_once(self, pair: Pair, fault: dict[str, Any]) -> None:
        """Whether or not the write took effect, the sum is right in the end."""
        pair.set(products={"owners": {"quantity": "shared"}})
        pair.later(4000)
        pair.run()
        pair.at_cscart("product.update", sku="A", amount=8, touch=False)
        pair.at_webasyst("sku.update", id=pair.office_sku("A")["id"], stock={"1": 7, "2": 0})
        pair.later(4000)
        pair.cscart.faults.add({**fault, "match": {"method": "PUT"}, "times": 1})
        pair.webasyst.faults.add({**fault, "match": {"method": "POST"}, "times": 1})
        for _ in range(3):
            pair.run()
            pair.later(4000)
        assert pair.run().exit is Exit.OK
        assert [pair.amount("A"), pair.stock("A")] == [5, 5]
        quiet(pair)


class TestCreation:
    """Products that only Webasyst has."""

    def test_they_are_created_only_when_switched_on(self, pair: Pair) -> None:
        """Off by default; once on, each SKU makes one product, exactly once."""
        pair.at_webasyst(
            "product.create", name="Tea", skus=[{"sku": "T-1", "name": "100 g", "price": "3.50", "stock": {"1": 4, "2": 0}},
            {"sku": "T-2", "name": "250 g", "price": "7.00", "stock": {"1": 5, "2": 0}}],
        )  # fmt: skip
        pair.later(4000)
        pair.run()
        assert "T-1" not in pair.source_codes()
        pair.set(products={"create_in_cscart": True})
        pair.cscart.faults.add({"when": "after", "kind": "drop", "match": {"method": "POST"}, "times": 1})
        for _ in range(3):
            run = pair.run()
            pair.later(600)
        assert run.exit is Exit.OK, run.failures
        assert sorted(code for code in pair.source_codes() if code.startswith("T")) == ["T-1", "T-2"]
        assert there(pair, "T-2")["product"] == "Tea (250 g)"
        assert (money(there(pair, "T-2")["price"]), pair.amount("T-2")) == (money(7), 5)
        quiet(pair)


class TestVanished:
    """A product that one shop lost."""

    def lose(self, pair: Pair, shop: str) -> None:
        if shop == "webasyst":
            pair.at_webasyst("product.delete", id=pair.office_product("A")["id"])
        else:
            pair.at_cscart("product.delete", sku="A")
        pair.later(4000)
        pair.run()

    @pytest.mark.parametrize("shop", ["cscart", "webasyst"])
    def test_it_is_reported_and_left_alone_by_default(self, pair: Pair, shop: str) -> None:
        """Nothing is deleted or sold out on the other side."""
        self.lose(pair, shop)
        assert pair.stock("A") == 10 if shop == "cscart" else pair.amount("A") == 10
        assert pair.writes == 0

    @pytest.mark.parametrize("shop", ["cscart", "webasyst"])
    def test_a_setting_sells_it_out_on_the_other_side(self, pair: Pair, shop: str) -> None:
        """Its stock becomes 0, once."""
        pair.set(products={"vanished": "zero"})
        self.lose(pair, shop)
        assert pair.stock("A") == 0 if shop == "cscart" else pair.amount("A") == 0
        assert pair.writes == 1
        quiet(pair)

    @pytest.mark.parametrize("fault", [None, {"when": "after", "kind": "drop"}], ids=["done", "lost answer"])
    @pytest.mark.parametrize("shop", ["cscart", "webasyst"])
    def test_shared_stock_is_there_again_with_its_product(
        self, pair: Pair, shop: str, fault: dict[str, Any] | None
    ) -> None:
        """A product without a category is not listed by CS-Cart, nor is one by Webasyst that the user may not see: that it
        was sold out meanwhile was syncd's doing, and counts as no sale. What people did meanwhile does."""
        pair.set(products={"vanished": "zero", "owners": {"quantity": "shared"}}, http={"deadline": 1})
        pair.later(4000)
        pair.run()
        pair.at_webasyst("sku.update", id=pair.office_sku("A")["id"], stock={"1": 7, "2": 0})
        if fault is not None:
            writes = {"method": "PUT"} if shop == "webasyst" else {"name": "shop.product.massUpdate"}
            running = pair.cscart if shop == "webasyst" else pair.webasyst
            running.faults.add({**fault, "match": writes})
        with vanished(pair, shop):
            for _ in range(2):
                pair.later(4000)
                pair.run()
            assert pair.stock("A") == 0 if shop == "cscart" else pair.amount("A") == 0
            if shop == "cscart":
                pair.at_webasyst("sku.update", id=pair.office_sku("A")["id"], stock={"1": 2, "2": 0})
            else:
                pair.at_cscart("product.update", sku="A", amount=2, touch=False)
        for _ in range(2):
            pair.later(4000)
            pair.run()
        assert pair.amount("A") == pair.stock("A") == 9
        quiet(pair)

    def test_a_zero_that_both_own_is_no_edit_of_the_staffs(self, pair: Pair) -> None:
        """Back in its category, the product brings its quantity to Webasyst again."""
        pair.set(products={"vanished": "zero", "owners": {"quantity": "both"}})
        with vanished(pair, "cscart"):
            pair.later(4000)
            pair.run()
            assert pair.stock("A") == 0
        pair.later(4000)
        pair.run()
        assert pair.amount("A") == pair.stock("A") == 10
        quiet(pair)

    @pytest.mark.parametrize("shop", ["cscart", "webasyst"])
    def test_many_at_once_pull_the_brake(self, shops: Opener, shop: str) -> None:
        """A shop that lost half of its products had an accident: nothing is sold out."""
        pair = shops()
        codes = [f"S{number}" for number in range(12)]
        for code in codes:
            pair.product(code, amount=5)
        pair.run()
        pair.set(products={"vanished": "zero"}, brakes={"min": 3})
        for code in codes[:6]:
            if shop == "webasyst":
                pair.at_webasyst("product.delete", id=pair.office_product(code)["id"])
            else:
                pair.at_cscart("product.delete", sku=code)
        pair.later(4000)
        pair.forget_counts()
        run = pair.run()
        assert run.exit is Exit.OUTSTANDING
        assert pair.writes == 0
        stream = "products" if shop == "cscart" else "products-back"
        assert run.reports[stream].brakes
        pair.later(4000)
        pair.run(override=True)
        assert {pair.stock(code) if shop == "cscart" else pair.amount(code) for code in codes[:6]} == {0}
