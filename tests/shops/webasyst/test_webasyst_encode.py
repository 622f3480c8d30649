"""Forms as the shop reads them, compared with recorded ones."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from syncd.errors import Held
from syncd.model.exchange import (
    DraftContact,
    DraftLine,
    DraftSku,
    OrderChanges,
    OrderDraft,
    ProductDraft,
    SkuChange,
)
from syncd.shops.webasyst import encode
from tests.shops.webasyst.webasyst_support import recorded_form

D = Decimal
ADDRESS = {"street": "ул. Ленина, 1-2", "city": "Москва", "zip": "101000", "country": "rus", "region": "77"}
TSHIRT = DraftLine("T-shirt", D(2), D("11.55"), sku_id=4, product_id=3)
CUP = DraftLine("Cup", D(1), D("12.50"), sku_id=11, product_id=1000)
FREE = DraftLine("Gift wrap", D(1), D(3))
DRAFT = OrderDraft(
    contact_id=2,
    contact=None,
    lines=(TSHIRT, CUP),
    shipping=D("7.50"),
    discount=D("2.00"),
    comment="Позвонить заранее",
    address=ADDRESS,
    billing_address={},
    params={"syncd_ref": "cscart:1:5001", "shipping_name": "Курьер", "payment_name": "Картой"},
    currency="EUR",
    stock_id=None,
)
IVAN = DraftContact("Иван", "Петров", "ivan.petrov@example.com", "+7 916 123-45-67")


def test_a_new_order_with_a_new_contact_is_the_recorded_form() -> None:
    """Contact, address and lines by the names that PHP nests; a client's price would be ignored."""
    draft = replace(
        DRAFT, contact_id=None, contact=IVAN, params={"cscart_order_id": "5001", "source": "cscart"}
    )
    recorded = [pair for pair in recorded_form("order_add/new_contact") if pair[0] != "items[1][price]"]
    assert encode.new_order(draft) == recorded


def test_a_known_contact_gets_the_address_as_params() -> None:
    """They are used when the contact has no address of its own (contracts/webasyst §5.2)."""
    form = dict(encode.new_order(replace(DRAFT, billing_address={"city": "Томск"})))
    assert form["contact_id"] == "2"
    assert form["params[shipping_address.city]"] == "Москва"
    assert form["params[billing_address.city]"] == "Томск"
    assert form["params[syncd_ref]"] == "cscart:1:5001"


def test_the_warehouse_is_named_for_each_line_and_for_the_order() -> None:
    """Left out, the shop takes the first row its database returns (contracts/webasyst §5.1)."""
    form = dict(encode.new_order(replace(DRAFT, stock_id=2)))
    assert form["items[0][stock_id]"] == form["items[1][stock_id]"] == form["params[stock_id]"] == "2"


def test_free_lines_are_left_out_of_order_add() -> None:
    """`order.add` knows catalogue lines only; an order without any gets one item that the shop drops."""
    mixed = dict(encode.new_order(replace(DRAFT, lines=(FREE, CUP))))
    assert mixed["items[0][sku_id]"] == "11"
    assert "items[1][sku_id]" not in mixed
    alone = dict(encode.new_order(replace(DRAFT, lines=(FREE,))))
    assert alone["items[0][quantity]"] == "1"
    assert "items[0][sku_id]" not in alone


def test_a_new_order_in_a_currency_of_its_own_carries_everything_but_the_shipping_name() -> None:
    """`order.save` drops the name and the items' warehouse when it creates (contracts/webasyst §5.3)."""
    form = dict(encode.new_order_in_currency(replace(DRAFT, lines=(TSHIRT, FREE), stock_id=2)))
    assert form["currency"] == "EUR"
    assert (form["shipping"], form["discount"]) == ("7.5", "2")
    assert form["items[0][product_id]"] == "3"
    assert form["items[0][price]"] == "11.55"
    assert (form["items[1][product_id]"], form["items[1][sku_id]"]) == ("0", "0")
    assert form["items[1][name]"] == "Gift wrap"
    assert form["shipping_address[city]"] == "Москва"
    assert form["params[stock_id]"] == "2"
    assert form["params[payment_name]"] == "Картой"
    assert not any("shipping_name" in name for name in form)


def test_a_new_contact_of_order_save_is_called_customer() -> None:
    """The two methods name the same thing differently."""
    form = encode.new_order_in_currency(replace(DRAFT, contact_id=None, contact=IVAN))
    recorded = {name for name, _ in recorded_form("order_save/create_new_customer") if "customer" in name}
    assert recorded == {name for name, _ in form if "customer" in name}


def test_a_line_without_its_product_is_held() -> None:
    """The shop would save it with neither name nor code (contracts/webasyst §5.3)."""
    with pytest.raises(Held, match="SKU 4"):
        encode.new_order_in_currency(replace(DRAFT, lines=(replace(TSHIRT, product_id=None),)))


def test_a_change_always_sends_shipping_and_keeps_lines_by_their_id() -> None:
    """Left out, the cost becomes 0; a line without its id is a new one (contracts/webasyst §0.13, §5.3)."""
    kept = replace(TSHIRT, item_id=59)
    changes = OrderChanges(D("6.50"), lines=(kept, replace(FREE, item_id=60), CUP), discount=D("1.30"))
    assert encode.changed_order(56, changes) == [
        ("id", "56"),
        ("shipping", "6.5"),
        ("items[0][item_id]", "59"),
        ("items[0][quantity]", "2"),
        ("items[0][price]", "11.55"),
        ("items[1][item_id]", "60"),
        ("items[1][quantity]", "1"),
        ("items[1][price]", "3"),
        ("items[1][name]", "Gift wrap"),
        ("items[2][product_id]", "1000"),
        ("items[2][sku_id]", "11"),
        ("items[2][quantity]", "1"),
        ("items[2][price]", "12.5"),
        ("items[2][name]", "Cup"),
        ("discount", "1.3"),
    ]


def test_a_change_sends_only_what_changes() -> None:
    """No lines, discount or comment unless they are asked for; an empty comment clears."""
    assert encode.changed_order(1, OrderChanges(D(0))) == [("id", "1"), ("shipping", "0")]
    form = encode.changed_order(1, OrderChanges(None, comment="", address={"city": "Уфа"}, params={"a": "b"}))
    assert form == [("id", "1"), ("comment", ""), ("shipping_address[city]", "Уфа"), ("params[a]", "b")]


def test_an_order_is_never_emptied() -> None:
    """PHP drops an empty list, so the lines would silently stay."""
    with pytest.raises(Held):
        encode.changed_order(1, OrderChanges(D(0), lines=()))


def test_texts_that_the_shop_would_cut_are_cut_visibly_but_never_the_reference() -> None:
    """Params hold 255 characters under names of 64 (contracts/webasyst §5.2)."""
    form = dict(encode.new_order(replace(DRAFT, params={"n" * 70: "x" * 300})))
    value = form[f"params[{'n' * 64}]"]
    assert len(value) == 255
    assert value.endswith("…")
    with pytest.raises(Held, match="reference"):
        encode.new_order(replace(DRAFT, params={"syncd_ref": "r" * 256}))


def test_a_form_that_php_would_cut_is_held() -> None:
    """It drops what is beyond 1000 variables without a word (contracts/webasyst §0.19)."""
    small = replace(DRAFT, lines=(CUP,) * 400)
    assert len(encode.new_order(small)) < encode.MAX_VARIABLES
    with pytest.raises(Held) as raised:
        encode.new_order(replace(DRAFT, lines=(CUP,) * 500))
    assert raised.value.code == "too-large"
    with pytest.raises(Held):
        encode.changed_order(1, OrderChanges(D(0), lines=(CUP,) * 500))


SKU = DraftSku("TS-S", "S", D("10.50"), D("12.00"), D(5), visible=True)
PRODUCT = ProductDraft(
    {"name": "T-shirt", "summary": "cotton", "url": ""},
    visible=True,
    currency="EUR",
    skus=(SKU,),
    params={"k": "v"},
)


def test_a_new_product_gives_every_warehouse_a_number() -> None:
    """A warehouse without one is unlimited, and makes the whole SKU unlimited (contracts/webasyst §0.10)."""
    form = dict(encode.new_product(PRODUCT, type_id=1, category_ids=(4,), stock={1: False, 2: True}))
    assert (form["skus[0][stock][1]"], form["skus[0][stock][2]"]) == ("0", "5")
    assert form["skus[0][sku]"] == "TS-S"
    assert (form["skus[0][price]"], form["skus[0][compare_price]"]) == ("10.5", "12")
    assert (form["categories[0]"], form["type_id"], form["currency"], form["status"]) == (
        "4",
        "1",
        "EUR",
        "1",
    )
    assert form["params[k]"] == "v"
    assert "url" not in form


def test_a_shop_without_warehouses_gets_its_stock_as_stock_0() -> None:
    """contracts/webasyst §4."""
    form = dict(encode.new_product(PRODUCT, type_id=1, category_ids=(), stock={}))
    assert form["skus[0][stock][0]"] == "5"
    assert "categories[0]" not in form
    assert ("stock[0]", "5") in encode.new_sku(SKU, {})


def test_categories_are_an_array_with_the_main_one_first() -> None:
    """A scalar kills the call, and none at all would take the product out of the menu (contracts/webasyst §3.5)."""
    assert encode.categories([7, 4]) == [("categories[0]", "7"), ("categories[1]", "4")]
    with pytest.raises(Held, match="without a category"):
        encode.categories([])


def test_a_sku_code_is_never_cut() -> None:
    """It is what the SKU is found by."""
    with pytest.raises(Held):
        encode.new_sku(replace(SKU, code="x" * 256), {})


def test_product_columns_are_known_ones_cut_as_the_shop_would() -> None:
    """`id` would insert another product, `skus` re-enable disabled ones (contracts/webasyst §0.6, §0.8)."""
    assert dict(encode.product_columns({"name": "x" * 300}))["name"] == "x" * 254 + "…"
    assert dict(encode.product_columns({"summary": "x" * 300}))["summary"] == "x" * 300
    long = dict(encode.product_columns({"description": "я" * 40_000}))["description"]
    assert len(long.encode()) <= 65_535
    assert long.endswith("я…")
    for forbidden in ("id", "skus", "price", "edit_datetime"):
        with pytest.raises(ValueError, match=forbidden):
            encode.product_columns({forbidden: "1"})
    with pytest.raises(Held):
        encode.product_columns({"name": " "})


def test_a_batch_holds_only_what_is_asked_for() -> None:
    """Exact decimals, the chosen warehouse only, `status` only when given (contracts/webasyst §3.6)."""
    changes = [
        SkuChange(4, 3, price=D("10.50"), compare_price=D("0.00"), stock=D("9.000"), visible=False),
        SkuChange(5, 3, stock=D("-3")),
        SkuChange(6, 3, price=D("1E+2")),
    ]
    text = encode.mass_update(changes, 2)
    assert text == (
        '[{"id":4,"price":10.5,"compare_price":0,"stock":{"2":9},"status":0},'
        '{"id":5,"stock":{"2":-3}},{"id":6,"price":100}]'
    )
    assert json.loads(encode.mass_update(changes[1:2], None)) == [{"id": 5, "count": -3}]
    filled = [SkuChange(4, 3, stock=D(7), fill=(3,)), SkuChange(5, 3, fill=(3, 4))]
    assert json.loads(encode.mass_update(filled, 2)) == [
        {"id": 4, "stock": {"2": 7, "3": 0}},
        {"id": 5, "stock": {"3": 0, "4": 0}},
    ]


def test_a_batch_reads_as_the_recorded_one() -> None:
    """`jsku` holds numbers, as the recording does."""
    recorded = json.loads(dict(recorded_form("massUpdate/json_params"))["jsku"])
    assert json.loads(encode.mass_update([SkuChange(4, 3, price=D("10.5"), stock=D(9))], 1))[0] == {
        "id": recorded[0]["id"],
        "price": recorded[0]["price"],
        "stock": {"1": recorded[0]["stock"]["1"]},
    }
