"""Recorded answers as records, in every shape that the same thing comes in."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.errors import BrokenAnswer
from syncd.model.backoffice import OfficeImage, OfficeLine, OfficeProduct, Warehouse
from syncd.shops.webasyst import decode
from syncd.shops.webasyst.shop_clock import shop_clock
from tests.shops.webasyst.webasyst_support import at, recorded

D = Decimal
UTC_CLOCK = shop_clock("UTC", 0)


def product(row: Any) -> OfficeProduct:
    return decode.product(row, UTC_CLOCK)


def test_a_searched_product_has_its_skus_and_warehouse_counts() -> None:
    """Disabled SKUs are there too; prices are in the product's currency."""
    rows = decode.rows(recorded("seeded/product_search_all_skus_stock"), "products")
    products = {each.product_id: each for each in map(product, rows.rows)}
    assert rows.count == len(products) == 20
    shirt = products[3]
    assert (shirt.name, shirt.currency, shirt.url, shirt.visible) == (
        "Футболка «Север»",
        "EUR",
        "futbolka-sever",
        True,
    )
    assert [sku.sku_id for sku in shirt.skus] == [4, 5, 6, 7]
    assert shirt.skus[0].code == "TS-S"
    assert shirt.skus[0].stock == {1: D(8), 2: D(1)}
    assert shirt.skus[0].count == D(9)
    assert (shirt.skus[2].available, shirt.skus[2].visible) == (False, False)


def test_an_unlimited_sku_has_neither_count_nor_rows() -> None:
    """`count: null` and `stock: null` (contracts/webasyst §0.10)."""
    rows = decode.rows(recorded("seeded/product_search_all_skus_stock"), "products").rows
    card = next(each for each in map(product, rows) if each.product_id == 1016)
    assert [(sku.count, dict(sku.stock)) for sku in card.skus] == [(None, {}), (None, {})]


def test_get_info_gives_the_same_product_by_lists_and_numbers() -> None:
    """SKUs as a list with `stocks: [{id, count}]`, prices as numbers (contracts/webasyst §3.3)."""
    made = product(recorded("product/add_full"))
    assert [sku.code for sku in made.skus][:2] == ["TS-S", "TS-M"]
    assert made.skus[0].stock == {1: D(5), 2: D(7)}
    assert made.skus[0].price == D("10.5")
    assert made.main_sku_id == made.skus[0].sku_id
    assert product(recorded("product/getInfo_with_images")).image_count == 2


def test_params_are_there_when_asked_for() -> None:
    """An object, or `[]` when there are none."""
    row = decode.rows(recorded("product/search_fields_params"), "products").rows[0]
    assert product(row).params == {"cscart_id": "3333", "foo": "bar"}
    assert product(row | {"params": []}).params == {}


@pytest.mark.parametrize(
    ("created", "edited", "told"),
    [
        ("2026-11-20 23:00:00", "2026-11-21 07:00:00", "2026-11-21 04:00:00"),
        ("2026-11-20 23:00:00", None, "2026-11-20 20:00:00"),
        ("2026-11-20 23:00:00", "0000-00-00 00:00:00", "2026-11-20 20:00:00"),
        ("2026-11-20 23:00:00", "yesterday", "2026-11-20 20:00:00"),
        (["?"], None, None),
        (None, 7, None),
    ],
)
def test_a_product_was_edited_when_it_was_last_edited_or_made(
    created: Any, edited: Any, told: str | None
) -> None:
    """In the shop's own time; a product without a time that can be read is a product all the same."""
    row = recorded("product/add_full") | {"create_datetime": created, "edit_datetime": edited}
    read = decode.product(row, shop_clock("Europe/Moscow", 0))
    assert read.edited_at == (at(told) if told else None)


def test_pictures_of_a_searched_product_come_large_and_in_shown_order() -> None:
    """The main one first, whatever its place; the others by `sort`: the map is keyed by id, and not every JSON reader keeps
    the order of a map (contracts/webasyst §3.2, §3.8).
    """
    row = recorded("product_search/fields_images")["products"][0]
    path = "/wa-data/public/shop/products/03/00/3/images"
    shown = [f"{path}/3/3.970.png", f"{path}/1/1.970.png"]
    assert decode.image_urls(row) == shown[::-1]
    row = row | {"image_id": "3"}
    assert decode.image_urls(row) == shown
    assert decode.image_urls(row | {"images": dict(sorted(row["images"].items()))}) == shown
    assert decode.image_urls(row | {"images": []}) == []


def test_a_product_tells_its_pictures_when_it_is_asked_for_them() -> None:
    """Ids, names and times in shown order, and which one is the main one; without the field they are not known."""
    made = product(recorded("product_search/fields_images")["products"][0])
    assert made.main_image_id == 1
    assert made.images == (
        OfficeImage(3, "m1.png", at("2026-11-21 03:56:50")),
        OfficeImage(1, "red.png", at("2026-11-21 03:56:50")),
    )
    assert product(recorded("product_search/fields_category_ids")["products"][0]).images is None
    assert product(recorded("product/add_full")).images == ()


def test_a_product_tells_its_categories_with_the_main_one_first() -> None:
    """`product.search` tells ids, `product.getInfo` rows; `category_id` is the main one (contracts/webasyst §3.2)."""
    row = recorded("product_search/fields_category_ids")["products"][0]
    assert product(row).category_ids == (4,)
    assert product(row | {"category_ids": ["2", "4", "7"]}).category_ids == (4, 2, 7)
    listed = {name: value for name, value in row.items() if name != "category_ids"}
    rows = [{"id": "2", "name": "A"}, {"id": "4", "name": "B"}]
    assert product(listed | {"categories": rows}).category_ids == (4, 2)
    assert product(row | {"category_ids": [], "category_id": None}).category_ids == ()


def test_categories_are_known_by_the_names_that_lead_to_them() -> None:
    """Nested in the answer; one that chooses its products itself is no place for a product, but part of a path."""
    tree = recorded("category/getTree")
    found = {each.category_id: each.path for each in decode.category_paths(tree)}
    assert found == {
        4: ("Одежда",),
        3: ("Посуда",),
        1: ("Посуда",),
        2: ("Посуда", "Чайники & Co"),
    }
    dynamic = [*tree[:2], tree[2] | {"type": "1"}]
    assert {each.category_id for each in decode.category_paths(dynamic)} == {4, 3, 2}


def test_a_searched_order_is_the_one_that_get_info_answers() -> None:
    """Lines as a list or as a map by id, params with one more key."""
    row = decode.rows(recorded("order_search/params_eq"), "orders").rows[0]
    searched = decode.order(row, UTC_CLOCK, escaped=False)
    asked = decode.order(recorded("order_getInfo/ok"), UTC_CLOCK, escaped=True)
    assert searched.lines == asked.lines
    assert searched.lines[0] == OfficeLine(1, 4, 3, "Футболка «Север» (S)", "TS-S", D(2), D("11.55"))
    assert (searched.order_id, searched.contact_id, searched.state) == (1, 2, "new")
    assert searched.created_at == asked.created_at == at("2026-11-21 04:00:19")
    assert searched.updated_at is None
    assert (searched.total, searched.shipping, searched.discount) == (D("35.6"), D(0), D(0))
    assert searched.address["city"] == "Москва"


def test_names_are_unescaped_where_the_shop_always_escapes() -> None:
    """`order.getInfo` does, `order.search` with `escape=0` does not (contracts/webasyst §0.20)."""
    body = recorded("order_getInfo/html_escaped_names")
    assert decode.order(body, UTC_CLOCK, escaped=True).lines[0].name == 'Книга "Рецепты & заметки" <новая>'
    assert "&quot;" in decode.order(body, UTC_CLOCK, escaped=False).lines[0].name


def test_an_order_may_have_no_lines_and_no_contact() -> None:
    """`items` is `[]` then; `order.save` makes nameless contacts."""
    body = recorded("order_getInfo/empty_items") | {"contact_id": None}
    order = decode.order(body, UTC_CLOCK, escaped=True)
    assert order.lines == ()
    assert order.contact_id == 0


def test_a_service_is_a_line_without_a_sku() -> None:
    """Its row carries the SKU of the product that it belongs to."""
    body = copy.deepcopy(recorded("order_getInfo/ok"))
    body["items"]["2"]["type"] = "service"
    assert decode.order(body, UTC_CLOCK, escaped=True).lines[1].sku_id is None


def test_settings_tell_money_clock_and_workflow() -> None:
    """contracts/webasyst §7."""
    told = decode.settings(recorded("seeded/settings_get"))
    assert told.version == "12.4.0"
    assert told.rates.convert(D(10), "EUR", "USD") == D("11.00")
    assert told.timezone == "UTC"
    assert told.stock_counting_action == "processing"
    assert told.workflow["new"] >= {"process", "pay", "ship", "complete", "delete"}
    assert told.workflow["refunded"] == {"message"}


def test_small_lists() -> None:
    """Warehouses, types, the category tree made flat, images, rights."""
    assert decode.warehouses(recorded("seeded/stock_getList")) == (
        Warehouse(1, "Main warehouse"),
        Warehouse(2, "Магазин на Тверской"),
    )
    assert decode.warehouses(recorded("stock/getList_no_stocks")) == ()
    assert decode.types(recorded("type/getList")) == {1: "Default product type"}
    categories = decode.categories(recorded("seeded/category_getTree"))
    assert categories[1] == "Посуда"
    assert categories[5] == "Кружки и чашки"
    assert decode.images(recorded("images/getList"))[:2] == [
        OfficeImage(1, "red.png"),
        OfficeImage(2, "зелёный файл.png"),
    ]
    assert decode.rights(recorded("rights/get"))["orders"] == 9223372036854775807
    assert decode.rights(recorded("rights/rights"))["orders"] == 0


def test_a_search_without_rows_or_count_is_broken() -> None:
    """An answer of another kind must not pass for an empty one: a create may follow from it."""
    bodies: list[Any] = [{}, [], {"orders": []}, {"count": 0}, None, "ok", {"count": 1, "orders": "x"}]
    for body in bodies:
        with pytest.raises(BrokenAnswer):
            decode.rows(body, "orders")


@pytest.mark.parametrize("value", ["0", "-3", 0, None, "", "abc", [], "1.5"])
def test_an_identity_is_a_whole_number_above_zero(value: Any) -> None:
    """Nothing is linked to 0."""
    with pytest.raises(BrokenAnswer):
        decode.identity({"id": value})


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats().map(str).map(lambda text: text if text in {"nan", "inf", "-inf"} else D(text))
    | st.text(max_size=8)
    | st.sampled_from(["1", "0", "1.5", "2026-11-21 04:00:19", "1e999999", "NaN"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "count", "rate", "1", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)

DECODERS: list[tuple[Callable[[Any], Any], str]] = [
    (product, "product/add_full"),
    (decode.sku, "skus/add"),
    (
        lambda body: [decode.image_urls(row) for row in decode.rows(body, "products").rows],
        "product_search/fields_images",
    ),
    (lambda body: decode.order(body, UTC_CLOCK, escaped=True), "order_getInfo/ok"),
    (decode.settings, "seeded/settings_get"),
    (decode.images, "images/getList"),
    (decode.warehouses, "seeded/stock_getList"),
    (decode.categories, "seeded/category_getTree"),
    (decode.category_paths, "category/getTree"),
    (decode.types, "type/getList"),
    (decode.rights, "rights/rights"),
    (
        lambda body: [product(row) for row in decode.rows(body, "products").rows],
        "product_search/fields_images",
    ),
    (
        lambda body: [product(row) for row in decode.rows(body, "products").rows],
        "product_search/id_list",
    ),
    (
        lambda body: [decode.emails(row) for row in decode.rows(body, "customers").rows],
        "customer/search_email_eq",
    ),
    (
        lambda body: [decode.phones(row) for row in decode.rows(body, "customers").rows],
        "customer/search_email_eq",
    ),
    (lambda body: decode.state_after(body, 30), "order_action/process_from_new"),
]


@pytest.mark.parametrize(("decoder", "name"), DECODERS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_json_in_any_place_gives_a_value_or_a_broken_answer(
    decoder: Callable[[Any], Any], name: str, data: st.DataObject
) -> None:
    """Nothing else may come out of a decoder, or one bad record would stop all the others."""
    root: Any = {"": copy.deepcopy(recorded(name))}
    holder, key = root, ""
    while data.draw(st.integers(0, 4)) and isinstance(holder[key], dict | list) and holder[key]:
        holder = holder[key]
        key = data.draw(st.sampled_from(sorted(holder) if isinstance(holder, dict) else range(len(holder))))
    holder[key] = data.draw(JSON)
    try:
        decoder(root[""])
    except BrokenAnswer as error:
        assert len(str(error)) < 2_000


@settings(max_examples=100)
@given(JSON)
def test_any_json_at_all_gives_a_value_or_a_broken_answer(body: Any) -> None:
    """For every decoder."""
    for decoder, _ in DECODERS:
        try:
            decoder(json.loads(json.dumps(body, default=str)))
        except BrokenAnswer:
            continue
