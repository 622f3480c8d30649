"""Nothing of Webasyst's is lost by an update: traps 6 to 13 of its contract, and what is cut or counted there."""

from __future__ import annotations

from decimal import Decimal

import pytest

from syncd.daemon.once import Exit
from tests.scenarios.invariants import in_step
from tests.scenarios.shops import Pair, Row, lines_of, money

KEPT = (
    "tags",
    "params",
    "category_ids",
    "url",
    "summary",
    "features",
    "type_id",
    "images",
    "sku_id",
    "category_id",
)


@pytest.fixture
def furnished(pair: Pair) -> Pair:
    """A rich Webasyst product whose second SKU is CS-Cart's product A, and one more that is nobody's; linked."""
    category = pair.at_webasyst("category.create", name="Staff's own")
    product = pair.at_webasyst(
        "product.create",
        name="Product A",
        url="hand-made-address",
        summary="Staff's words",
        skus=[
            {"sku": "OTHER", "name": "Main", "price": "99.00", "stock": {"1": 5, "2": 6}},
            {"sku": "A", "name": "Ours", "price": "10.00", "stock": {"1": 50, "2": 7}},
            {"sku": "OFF", "name": "Off", "price": "1.00", "stock": {"1": 1, "2": 1}},
        ],
        categories=[category],
        tags=["sale", "gift"],
    )
    pair.at_webasyst("product.update", id=product, params={"staff_note": "keep me"})
    off = next(sku for sku in pair.office_product("A")["skus"] if sku["sku"] == "OFF")
    pair.at_webasyst("sku.update", id=off["id"], available=0, status=0)
    assert pair.run().exit is Exit.OK
    return pair


def others(product: Row) -> list[Row]:
    """The SKUs of a product that are not CS-Cart's."""
    return [sku for sku in product["skus"] if sku["sku"] != "A"]


def change_everything(pair: Pair) -> Row:
    """Everything that syncd may write changes in CS-Cart; answers the office product before that."""
    before = pair.office_product("A")
    pair.at_cscart(
        "product.update", sku="A", price="12.34", list_price="20.00", amount=33, product="A new name",
        full_description="New words", page_title="Title", meta_keywords="k", meta_description="d",
    )  # fmt: skip
    run = pair.run()
    assert run.exit is Exit.OK, run.failures
    assert money(pair.office_sku("A")["price"]) == money("12.34")
    return before


def test_other_skus_keep_their_flags_prices_and_order(furnished: Pair) -> None:
    """Trap 6: disabled SKUs stay disabled, and no SKU of staff's own changes in any field."""
    before = change_everything(furnished)
    after = furnished.office_product("A")
    assert others(after) == others(before)
    assert [sku["sort"] for sku in after["skus"]] == [sku["sort"] for sku in before["skus"]]


def test_the_main_sku_stays(furnished: Pair) -> None:
    """Trap 6: the product's main SKU, and with it its price, is still the one that staff chose."""
    before = change_everything(furnished)
    after = furnished.office_product("A")
    assert after["sku_id"] == before["sku_id"]
    assert after["price"] == before["price"]


def test_no_sku_changes_hands_and_no_product_is_inserted(furnished: Pair) -> None:
    """Traps 7 and 8: an update neither steals a SKU nor inserts a SKU or a product."""
    before = furnished.office_products()
    change_everything(furnished)
    after = furnished.office_products()
    assert [row["id"] for row in after] == [row["id"] for row in before]
    assert [[sku["id"] for sku in row["skus"]] for row in after] == [
        [sku["id"] for sku in row["skus"]] for row in before
    ]


def test_tags_params_categories_and_the_address_stay(furnished: Pair) -> None:
    """Categories, tags, params, pictures, type, address and staff's own columns are what they were."""
    before = change_everything(furnished)
    after = furnished.office_product("A")
    assert {name: after[name] for name in KEPT} == {name: before[name] for name in KEPT}


def test_the_texts_of_a_product_with_foreign_skus_are_written_for_its_only_linked_row(
    furnished: Pair,
) -> None:
    """All linked SKUs belong to one CS-Cart product, so its texts arrive."""
    change_everything(furnished)
    assert furnished.office_product("A")["name"] == "A new name"
    assert furnished.office_product("A")["description"] == "New words"


def test_hiding_our_product_does_not_hide_staffs_skus(furnished: Pair) -> None:
    """A disabled CS-Cart product hides its own SKU only while the office product has SKUs of somebody else."""
    before = furnished.office_product("A")
    furnished.at_cscart("product.update", sku="A", status="D")
    assert furnished.run().exit is Exit.OK
    after = furnished.office_product("A")
    assert after["status"] == "1"
    assert furnished.office_sku("A")["status"] == "0"
    assert others(after) == others(before)
    furnished.at_cscart("product.update", sku="A", status="A")
    assert furnished.run().exit is Exit.OK
    assert furnished.office_sku("A")["status"] == "1"


@pytest.mark.parametrize("price", ["0.01", "1000000.00", "19.999", "3"])
def test_prices_arrive_to_the_cent(started: Pair, price: str) -> None:
    """Trap 9: a price is always sent so that the shop reads it; it never becomes 0."""
    started.at_cscart("product.update", sku="A", price=price)
    assert started.run().exit is Exit.OK
    assert money(started.office_sku("A")["price"]) == money(started.source_product("A")["price"])


def test_a_new_product_is_never_unlimited(started: Pair) -> None:
    """Trap 10: every warehouse of a new product gets a number, the others 0."""
    started.product("B", amount=3)
    started.run()
    assert (started.stock("B", "1"), started.stock("B", "2")) == (Decimal(3), Decimal(0))
    assert started.office_sku("B")["count"] == "3.000"


def test_only_the_chosen_warehouse_is_written_and_the_total_follows(furnished: Pair) -> None:
    """Trap 11: rows of warehouses and the total stay consistent; the other warehouse keeps its pieces."""
    change_everything(furnished)
    assert (furnished.stock("A", "1"), furnished.stock("A", "2")) == (Decimal(33), Decimal(7))
    assert furnished.office_sku("A")["count"] == "40.000"


def test_a_missing_row_of_another_warehouse_is_left_to_the_staff(pair: Pair) -> None:
    """Trap 10: an existing product without a row in the other warehouse keeps none; syncd writes only its own."""
    product = pair.office_has("A", stock=None)
    sku = next(row for row in pair.office_products() if row["id"] == product)["skus"][0]
    pair.at_webasyst("sku.update", id=sku["id"], stock={"1": 4})
    pair.run()
    assert pair.stock("A", "1") == 50
    assert pair.stock("A", "2") is None


def test_a_product_of_ours_fills_a_new_warehouse_with_nothing(started: Pair) -> None:
    """A warehouse that staff adds makes the products that syncd created not unlimited for long."""
    started.at_webasyst("stock.create", name="Third")
    started.at_cscart("product.update", sku="A", amount=20)
    started.set(products={"sweep_time": 0})
    started.later(60)
    started.run()
    assert started.stock("A") == 20
    assert started.office_sku("A")["count"] is not None


def test_catalogue_prices_do_not_leak_into_orders(started: Pair) -> None:
    """Trap 12: an order says the price paid, whatever the catalogue says now."""
    number = started.place({"sku": "A", "amount": 2, "price": "6.66"})
    started.at_cscart("product.update", sku="A", price="99.00")
    assert started.run().exit is Exit.OK
    assert lines_of(started.office_order(number)) == [("A", Decimal(2), money("6.66"))]
    in_step(started)


def test_no_save_of_an_order_forgets_its_shipping(started: Pair) -> None:
    """Trap 13: a changed comment leaves the shipping cost where it was."""
    number = started.place("A", shipping=1)
    started.run()
    started.at_cscart("order.edit", order_id=number, notes="Ring twice")
    assert started.run().exit is Exit.OK
    order = started.office_order(number)
    assert (money(order["shipping"]), order["comment"]) == (money("300.00"), "Ring twice")
    in_step(started)


def test_a_long_name_is_cut_once_and_never_again(started: Pair) -> None:
    """A name of 300 letters stands shortened in Webasyst, and no later run writes it again."""
    started.at_cscart("product.update", sku="A", product="Ж" * 300)
    assert started.run().exit is Exit.OK
    assert 240 <= len(started.office_product("A")["name"]) <= 255
    started.forget_counts()
    started.later(30)
    started.run()
    assert started.writes == 0


@pytest.mark.parametrize("code", ["A&B", "50%off", "a+b", "x=1||y", "q%26z", "ÄÖ-ß", "a'b\"c", "tab #1"])
def test_odd_skus_are_found_again(shops_for_codes: Pair, code: str) -> None:
    """A SKU that search would decode twice is matched by equality; an order finds it, and nothing is doubled."""
    pair = shops_for_codes
    pair.product(code)
    pair.office_has(code, price="3.00")
    number = pair.place(code)
    run = pair.run()
    assert run.exit is Exit.OK, run.failures
    assert lines_of(pair.office_order(number))[0][0] == code
    assert money(pair.office_sku(code)["price"]) == money("10.00")
    in_step(pair)


@pytest.fixture
def shops_for_codes(pair: Pair) -> Pair:
    """Both shops already know each other, so that new codes are looked for one by one."""
    pair.run()
    pair.later(60)
    return pair


def test_content_is_written_in_the_language_of_the_settings(started: Pair) -> None:
    """The texts of the chosen language arrive, the other language's do not disturb them."""
    started.set(cscart={"language": "ru"})
    started.at_cscart("product.update", sku="A", product="Чай", lang="ru")
    started.at_cscart("product.update", sku="A", product="Tea", lang="en")
    assert started.run().exit is Exit.OK
    assert started.office_product("A")["name"] == "Чай"
