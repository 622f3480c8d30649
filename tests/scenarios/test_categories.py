"""Where products stand in the menu: carried over by the path of names, both ways, and no category is ever made."""

from __future__ import annotations

from typing import Any

import pytest
from structlog.testing import capture_logs

from syncd.cli.conflicts import take_command
from syncd.daemon.once import Exit
from syncd.sandbox.cscart.shop import CSCartShop
from syncd.sandbox.webasyst.shop import WebasystShop
from tests.scenarios.conftest import Opener
from tests.scenarios.shops import Pair
from tests.scenarios.variations import group

HOUR = 4000
TREE = "shop.category.getTree"


class Menu:
    """Both shops with the categories Food / Tea and Food / Coffee, spelled a little differently; CS-Cart also has Sale, and
    Webasyst New goods, which have no counterpart."""

    def __init__(self, pair: Pair) -> None:
        self.pair = pair
        self.here: dict[str, int] = {}
        self.there: dict[str, int] = {}
        for name in ("Food", "Sale"):
            self.here[name] = pair.at_cscart("category.create", name=name)
        for name in ("FOOD ", "New goods"):
            self.there[name.strip().capitalize()] = pair.at_webasyst("category.create", name=name)
        for name in ("Tea", "Coffee"):
            self.here[name] = pair.at_cscart("category.create", name=name, parent_id=self.here["Food"])
            other = name.replace("Tea", " tea")
            self.there[name] = pair.at_webasyst("category.create", name=other, parent_id=self.there["Food"])

    def put_here(self, code: str, *names: str) -> None:
        """Staff puts a product into these categories of CS-Cart, the first as its main one."""
        ids = [self.here[name] for name in names]
        self.pair.at_cscart("product.update", sku=code, category_ids=ids)

    def put_there(self, code: str, *names: str) -> None:
        """Staff does the same in Webasyst."""
        ids = [self.there[name] for name in names]
        self.pair.at_webasyst("product.update", id=self.pair.office_product(code)["id"], categories=ids)

    def of_here(self, code: str) -> list[str]:
        """The product's categories in CS-Cart, the main one first, the others by name."""
        assert isinstance(self.pair.cscart.shop, CSCartShop)
        [product] = self.pair.cscart.shop.context.store.by_code(code)
        return self._names(self.here, product.category_ids)

    def of_there(self, code: str) -> list[str]:
        """The same in Webasyst."""
        assert isinstance(self.pair.webasyst.shop, WebasystShop)
        store = self.pair.webasyst.shop.state.store
        product = store.products.rows[int(self.pair.office_product(code)["id"])]
        assert product.category_id == (product.category_ids[0] if product.category_ids else None)
        return self._names(self.there, product.category_ids)

    def _names(self, known: dict[str, int], ids: tuple[int, ...]) -> list[str]:
        names = {number: name for name, number in known.items()}
        found = [names.get(number, str(number)) for number in ids]
        return [*found[:1], *sorted(found[1:])]


@pytest.fixture
def menu(shops: Opener) -> Menu:
    """Products A and B, both in Tea, made by syncd; what either shop says of categories counts."""
    pair = shops()
    pair.set(products={"owners": {"category": "both"}})
    menu = Menu(pair)
    for code in "AB":
        pair.product(code, category_ids=[menu.here["Tea"]])
    assert pair.run().exit is Exit.OK
    pair.later(HOUR)
    assert pair.run().exit is Exit.OK
    pair.forget_counts()
    return menu


def quiet(pair: Pair) -> None:
    """From here on nothing is written any more, over several cycles and sweeps."""
    pair.forget_counts()
    for _ in range(3):
        pair.later(HOUR)
        assert pair.run().exit in {Exit.OK, Exit.OUTSTANDING}
        assert pair.writes == 0, (pair.webasyst.counters.by_method, pair.cscart.counters.by_method)


class TestEdits:
    """One side moved a product: the other one follows."""

    def test_a_new_product_is_created_in_its_category(self, menu: Menu) -> None:
        """At once, not only with a later edit."""
        assert menu.of_here("A") == menu.of_there("A") == ["Tea"]
        assert menu.pair.writes == 0

    def test_a_move_in_cscart_arrives_in_webasyst(self, menu: Menu) -> None:
        """With the main category as CS-Cart has it."""
        menu.put_here("A", "Coffee", "Tea")
        assert menu.pair.run().exit is Exit.OK
        assert menu.of_there("A") == ["Coffee", "Tea"]
        assert menu.of_there("B") == ["Tea"]
        menu.pair.later(HOUR)
        quiet(menu.pair)

    def test_a_move_in_webasyst_arrives_in_cscart(self, menu: Menu) -> None:
        """With the main category as Webasyst has it; one PUT does it."""
        menu.put_there("A", "Coffee", "Food")
        assert menu.pair.run().exit is Exit.OK
        assert menu.of_here("A") == ["Coffee", "Food"]
        assert menu.pair.calls("PUT products") == 1
        quiet(menu.pair)

    def test_a_new_product_can_be_moved_at_once(self, menu: Menu) -> None:
        """Before any sweep has seen it: where it was put at its creation is agreed."""
        menu.pair.product("C", category_ids=[menu.here["Tea"]])
        menu.pair.run()
        menu.put_there("C", "Coffee")
        menu.pair.later(HOUR)
        assert menu.pair.run().exit is Exit.OK
        assert menu.of_here("C") == menu.of_there("C") == ["Coffee"]
        quiet(menu.pair)

    def test_an_edit_of_another_field_moves_nothing(self, menu: Menu) -> None:
        """A product that was saved with another name stays where it is, in both shops."""
        menu.pair.at_cscart("product.update", sku="A", product="Renamed")
        menu.pair.at_webasyst("product.update", id=menu.pair.office_product("B")["id"], name="Other")
        menu.pair.webasyst.faults.add(
            {"when": "before", "kind": "status", "status": 500, "match": {"body": "categor"}}
        )
        assert menu.pair.run().exit is Exit.OK
        assert menu.pair.office_product("A")["name"] == "Renamed"
        assert menu.pair.source_detail("B")["product"] == "Other"
        quiet(menu.pair)

    def test_a_product_that_syncd_creates_in_cscart_lands_in_its_category(self, menu: Menu) -> None:
        """Where Webasyst has it, as far as CS-Cart has that place."""
        pair = menu.pair
        pair.set(products={"create_in_cscart": True})
        skus = [{"sku": "T-1", "price": "3", "stock": {"1": 4, "2": 0}}]
        ids = [menu.there["Coffee"], menu.there["New goods"]]
        pair.at_webasyst("product.create", name="New", skus=skus, categories=ids)
        for _ in range(2):
            pair.later(HOUR)
            assert pair.run().exit is Exit.OK
        assert menu.of_here("T-1") == ["Coffee"]
        assert menu.of_there("T-1") == ["Coffee", "New goods"]
        quiet(pair)


def trees(pair: Pair) -> tuple[list[int], list[int]]:
    """The categories that there are in either shop."""
    assert isinstance(pair.cscart.shop, CSCartShop)
    assert isinstance(pair.webasyst.shop, WebasystShop)
    return [*pair.cscart.shop.context.store.categories], [*pair.webasyst.shop.state.store.categories.ids]


class TestWithoutCounterpart:
    """Categories that only one shop has."""

    def test_they_stay_and_nothing_is_created(self, menu: Menu) -> None:
        """Each side keeps its own beside what the other one says; the trees are as they were."""
        before = trees(menu.pair)
        menu.put_there("A", "New goods", "Tea")
        menu.pair.run()
        menu.put_here("A", "Coffee", "Sale")
        assert menu.pair.run().exit is Exit.OK
        assert menu.of_there("A") == ["Coffee", "New goods"]
        assert menu.of_here("A") == ["Coffee", "Sale"]
        menu.put_there("A", "New goods", "Tea")
        assert menu.pair.run().exit is Exit.OK
        assert menu.of_here("A") == ["Tea", "Sale"]
        assert (trees(menu.pair)) == before
        quiet(menu.pair)

    def test_a_main_category_without_counterpart_leaves_the_other_sides_main_one(self, menu: Menu) -> None:
        """Sale is main in CS-Cart; Webasyst has no Sale and keeps Tea as its main one."""
        menu.put_here("A", "Sale", "Tea", "Coffee")
        assert menu.pair.run().exit is Exit.OK
        assert menu.of_there("A") == ["Tea", "Coffee"]
        quiet(menu.pair)

    def test_no_product_is_left_without_a_category(self, menu: Menu) -> None:
        """Moved to a place that the other shop does not have, it stays where it is there."""
        menu.put_here("A", "Sale")
        menu.put_there("B", "New goods")
        assert menu.pair.run().exit is Exit.OK
        assert menu.of_there("A") == ["Tea"]
        assert menu.of_here("B") == ["Tea"]
        quiet(menu.pair)

    def test_the_log_names_each_once_in_a_cycle(self, menu: Menu) -> None:
        """A warning, no failure: somebody may want to create it."""
        for code in "AB":
            menu.put_here(code, "Sale", "Tea")
        with capture_logs() as lines:
            assert menu.pair.run("products").exit is Exit.OK
        told = [line for line in lines if line["event"] == "category.no_counterpart"]
        assert [(line["shop"], line["category"], line["log_level"]) for line in told] == [
            ("CS-Cart", "Sale", "warning")
        ]

    def test_one_that_is_created_later_gets_its_products(self, menu: Menu) -> None:
        """With the next sweep, though nobody touches the products again."""
        menu.put_here("A", "Tea", "Sale")
        menu.put_there("B", "Tea", "New goods")
        menu.pair.run()
        menu.there["Sale"] = menu.pair.at_webasyst("category.create", name="SALE")
        menu.here["New goods"] = menu.pair.at_cscart("category.create", name="new  goods")
        menu.pair.later(HOUR)
        assert menu.pair.run().exit is Exit.OK
        assert menu.of_there("A") == ["Tea", "Sale"]
        assert menu.of_here("B") == ["Tea", "New goods"]
        quiet(menu.pair)

    def test_one_that_loses_its_counterpart_moves_nothing(self, menu: Menu) -> None:
        """Renamed or deleted in one shop, it is a category of the other shop's own."""
        menu.put_here("A", "Tea", "Coffee")
        menu.pair.run()
        menu.pair.at_webasyst("category.update", id=menu.there["Tea"], name="Infusions")
        menu.pair.at_webasyst("category.delete", id=menu.there["Coffee"])
        menu.pair.at_webasyst("product.update", id=menu.pair.office_product("A")["id"], name="Renamed")
        menu.pair.later(HOUR)
        assert menu.pair.run().exit is Exit.OK
        assert menu.of_here("A") == ["Tea", "Coffee"]
        assert menu.of_there("A") == ["Tea"]
        quiet(menu.pair)


class TestOwners:
    """Whose categories count."""

    def test_by_default_each_shop_keeps_its_own(self, menu: Menu) -> None:
        """No tree is read either."""
        menu.pair.set(products={"owners": {"images": "cscart"}})
        menu.put_here("A", "Coffee")
        menu.put_there("B", "Coffee")
        menu.pair.run()
        assert (menu.of_there("A"), menu.of_here("B")) == (["Tea"], ["Tea"])
        assert menu.pair.calls(TREE) == menu.pair.calls("GET categories") == 0

    @pytest.mark.parametrize(("owner", "code", "other"), [("cscart", "A", "B"), ("webasyst", "B", "A")])
    def test_what_one_shop_owns_goes_one_way(self, menu: Menu, owner: str, code: str, other: str) -> None:
        """What staff changes in the other shop is that shop's affair."""
        menu.pair.set(products={"owners": {"category": owner}})
        menu.put_here("A", "Coffee")
        menu.put_there("B", "Coffee")
        assert menu.pair.run().exit is Exit.OK
        assert menu.of_here(code) == menu.of_there(code) == ["Coffee"]
        assert {*menu.of_here(other), *menu.of_there(other)} == {"Coffee", "Tea"}
        quiet(menu.pair)

    def test_the_setting_comes_later(self, shops: Opener) -> None:
        """The next sweep carries over what stands in CS-Cart; a Webasyst product without a place gets one."""
        pair = shops()
        menu = Menu(pair)
        for code in "AB":
            pair.product(code, category_ids=[menu.here["Tea"]])
        pair.office_has("B", categories=[menu.there["Coffee"], menu.there["New goods"]])
        assert pair.run().exit is Exit.OK
        assert menu.of_there("A") == []
        pair.set(products={"owners": {"category": "both"}})
        pair.later(HOUR)
        assert pair.run().exit is Exit.OK
        assert menu.of_there("A") == ["Tea"]
        assert menu.of_there("B") == ["Tea", "New goods"]
        quiet(pair)

    def test_webasyst_empties_nothing_at_the_first_contact(self, shops: Opener) -> None:
        """A product that was never put anywhere there says nothing about its place."""
        pair = shops()
        menu = Menu(pair)
        pair.product("A", category_ids=[menu.here["Sale"], menu.here["Tea"]])
        pair.office_has("A")
        pair.set(products={"owners": {"category": "webasyst"}})
        assert pair.run().exit is Exit.OK
        assert menu.of_here("A") == ["Sale", "Tea"]
        quiet(pair)

    def test_only_the_variation_that_leads_counts(self, menu: Menu) -> None:
        """CS-Cart ignores what it is told about a child (contracts/cscart §3.4)."""
        pair = menu.pair
        ids = [pair.product(code, category_ids=[menu.here["Tea"]]) for code in ("G1", "G2")]
        group(pair, *ids)
        pair.run()
        menu.put_there("G1", "Coffee")
        pair.later(HOUR)
        run = pair.run()
        assert run.exit is Exit.OK, run.failures
        assert menu.of_here("G1") == ["Coffee"]
        quiet(pair)


class TestConflicts:
    """Both shops moved a product."""

    def clash(self, menu: Menu) -> None:
        menu.put_here("A", "Coffee", "Tea")
        menu.put_there("A", "Food", "New goods")

    def test_it_is_held_and_spelled_by_paths(self, menu: Menu) -> None:
        """Neither side is touched."""
        self.clash(menu)
        assert menu.pair.run().exit is Exit.OUTSTANDING
        [held] = menu.pair.conflicts()
        assert held.field == "category"
        assert (held.base_value, held.source_value, held.office_value) == (
            "Food / Tea", "Food / Coffee; Food / Tea", "FOOD; New goods",
        )  # fmt: skip
        assert (menu.of_here("A"), menu.of_there("A")) == (["Coffee", "Tea"], ["Food", "New goods"])
        quiet(menu.pair)

    @pytest.mark.parametrize(
        ("side", "here", "there"),
        [
            ("cscart", ["Coffee", "Tea"], ["Coffee", "New goods", "Tea"]),
            ("webasyst", ["Food"], ["Food", "New goods"]),
        ],
    )
    def test_one_command_settles_it(
        self, menu: Menu, side: str, here: list[str], there: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The chosen side's categories go over, and each keeps its own."""
        self.clash(menu)
        menu.pair.run()
        monkeypatch.setattr("syncd.cli.conflicts.load_settings", menu.pair.settings)
        assert take_command(side, "A", "category") == 0
        assert menu.pair.run().exit is Exit.OK
        assert (menu.of_here("A"), menu.of_there("A")) == (here, there)
        quiet(menu.pair)

    def test_the_same_move_in_both_shops_is_none(self, menu: Menu) -> None:
        """Whoever came first."""
        menu.put_here("A", "Coffee")
        menu.put_there("A", "Coffee")
        menu.pair.forget_counts()
        assert menu.pair.run().exit is Exit.OK
        assert menu.pair.writes == 0


class TestCalls:
    """What it costs, and what becomes of lost answers."""

    def test_an_idle_cycle_reads_no_tree(self, menu: Menu) -> None:
        """Nor does a sweep, while every category has its counterpart."""
        menu.pair.later(600)
        menu.pair.run()
        menu.pair.forget_counts()
        menu.pair.later(600)
        menu.pair.run()
        menu.pair.later(HOUR)
        menu.pair.run()
        assert menu.pair.calls(TREE) == menu.pair.calls("GET categories") == 0

    @pytest.mark.parametrize(
        "fault",
        [
            {"when": "after", "kind": "drop"},
            {"when": "after", "kind": "status", "status": 500},
            {"when": "before", "kind": "status", "status": 500},
            {"when": "answer", "kind": "truncate"},
        ],
    )
    def test_lost_answers_lose_nothing(self, menu: Menu, fault: dict[str, Any]) -> None:
        """Whether or not the write took effect, both shops say the same in the end."""
        menu.put_here("A", "Coffee", "Tea")
        menu.put_there("B", "Coffee")
        menu.pair.cscart.faults.add({**fault, "match": {"method": "PUT"}, "times": 1})
        menu.pair.webasyst.faults.add({**fault, "match": {"name": "shop.product.update"}, "times": 1})
        for _ in range(3):
            menu.pair.run()
            menu.pair.later(HOUR)
        assert menu.of_here("A") == menu.of_there("A") == ["Coffee", "Tea"]
        assert menu.of_here("B") == menu.of_there("B") == ["Coffee"]
        assert menu.pair.conflicts() == []
        quiet(menu.pair)

    @pytest.mark.parametrize("shop", ["cscart", "webasyst"])
    def test_a_tree_that_cannot_be_read_ends_the_cycle_and_loses_nothing(self, menu: Menu, shop: str) -> None:
        """The next cycle brings what was moved."""
        menu.put_here("A", "Coffee")
        menu.put_there("B", "Coffee")
        match = {"path": "categories"} if shop == "cscart" else {"name": TREE}
        served = menu.pair.cscart if shop == "cscart" else menu.pair.webasyst
        served.faults.add({"when": "before", "kind": "status", "status": 503, "match": match, "times": None})
        assert menu.pair.run().exit is Exit.FAILED
        served.faults.clear()
        menu.pair.later(600)
        assert menu.pair.run().exit is Exit.OK
        assert menu.of_there("A") == menu.of_here("B") == ["Coffee"]
        quiet(menu.pair)

    def test_many_moves_at_once_are_braked(self, menu: Menu) -> None:
        """They count with the texts."""
        pair = menu.pair
        codes = [f"K{number}" for number in range(8)]
        for code in codes:
            pair.product(code, category_ids=[menu.here["Tea"]])
        pair.set(brakes={"min": 5})
        pair.run()
        for code in codes:
            menu.put_here(code, "Coffee")
        run = pair.run()
        assert [brake.split(":")[0] for brake in run.reports["products"].brakes] == ["text"]
        assert {tuple(menu.of_there(code)) for code in codes} == {("Tea",)}
        assert pair.run(override=True).exit is Exit.OK
        assert {tuple(menu.of_there(code)) for code in codes} == {("Coffee",)}
