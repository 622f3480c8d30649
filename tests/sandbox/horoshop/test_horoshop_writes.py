"""Statuses, orders/update, the catalogue, and what people do in the shop (contracts/sources §1.5, §1.7)."""

from __future__ import annotations

from typing import Any

import pytest

from syncd.sandbox.horoshop import edits
from syncd.sandbox.horoshop.shop import HoroshopShop
from tests.sandbox.base.sources import sample
from tests.sandbox.cscart.shape import differences
from tests.sandbox.horoshop.client import Api
from tests.sandbox.horoshop.conftest import Start


def log(api: Api, *rows: dict[str, Any]) -> tuple[str, list[str]]:
    """Send rows to orders/update; returns the word of the envelope and the texts."""
    answer = api.call("orders/update", orders=list(rows)).json
    return answer["status"], [row["messages"][0] for row in answer["response"]["log"]]


def test_the_statuses_are_an_object_keyed_by_id(api: Api) -> None:
    """As in the sample; the staff may add one."""
    assert api.call("orders/get_available_statuses").json == sample("horoshop_statuses")
    api.edit("add_status", status=30, title="Склад", successful=True)
    statuses = api.call("orders/get_available_statuses").json["response"]["statuses"]
    assert statuses["30"] == {"id": 30, "title": {"ua": "Склад", "en": "Склад"}, "is_successful": 1}


def test_an_update_that_is_partly_done_is_a_warning(api: Api) -> None:
    """The sample: entries follow the order of the request and carry no number."""
    api.place(order_id=1001)
    body = sample("horoshop_orders_update_request")
    del body["token"]
    assert api.call("orders/update", **body).json == sample("horoshop_orders_update_warning")
    row = api.order(1001)
    assert (row["stat_status"], row["payed"], row["np_number"]) == (6, 1, "20450000000001")
    api.edit("setting", log_key="message")
    assert api.call("orders/update", **body).json["response"]["log"][1] == {
        "status": "ERROR",
        "message": "order not found",
    }


def test_an_update_that_is_done_is_ok(api: Api) -> None:
    """Only what is named changes; the English page's "paid" is understood, and a code of UkrPoshta."""
    number = api.place(tracking="old")
    assert log(api, {"order_id": str(number), "paid": 1}) == ("OK", ["saved"])
    row = api.order(number)
    assert (row["stat_status"], row["payed"], row["np_number"]) == (1, 1, "old")
    assert log(api, {"order_id": number, "payed": 0, "tracking_code": "new"}) == ("OK", ["saved"])
    row = api.order(number)
    assert (row["payed"], row["np_number"]) == (0, "new")


def test_an_unknown_status_changes_nothing_of_the_order(api: Api) -> None:
    """A row is carried out as a whole or not at all."""
    number = api.place()
    assert log(api, {"order_id": number, "status": 99, "payed": 1}) == ("WARNING", ["status not found"])
    assert api.order(number)["payed"] == 0


@pytest.mark.parametrize("orders", [None, {}, [1], "x"])
def test_an_update_without_orders_is_an_error(api: Api, orders: Any) -> None:
    """The envelope says ERROR."""
    assert api.call("orders/update", orders=orders).json["status"] == "ERROR"


def test_a_cancel_by_the_api_is_final_and_keeps_the_goods_deducted(api: Api) -> None:
    """Staff that cancels in the shop gives them back."""
    stock = api.shop.store.goods["A"].stock
    first, second = (api.place(lines=[{"sku": " A ", "quantity": 3}]) for _ in range(2))
    assert log(api, {"order_id": first, "status": 4})[0] == "OK"
    assert api.shop.store.goods["A"].stock == stock - 6
    assert log(api, {"order_id": first, "status": 1}, {"order_id": first, "status": 4, "payed": 1}) == (
        "WARNING",
        ["order is closed", "saved"],
    )
    api.edit("change_status", order_id=second, status=4)
    api.edit("change_status", order_id=second, status=4)
    assert api.shop.store.goods["A"].stock == stock - 3
    assert log(api, {"order_id": second, "status": 1})[0] == "OK"


def test_a_changed_order_moves_the_stock(api: Api) -> None:
    """What was taken before is given back; a refused change leaves all as it was."""
    stock = api.shop.store.goods["A"].stock
    number = api.place(lines=[{"sku": "A", "quantity": 5}])
    api.edit("change_order", order_id=number, lines=[{"sku": "A", "quantity": 2}], comment="less")
    assert api.shop.store.goods["A"].stock == stock - 2
    with pytest.raises(ValueError, match="no article 'Z'"):
        api.edit("change_order", order_id=number, lines=[{"sku": "Z"}])
    assert api.shop.store.goods["A"].stock == stock - 2
    assert api.order(number)["comment"] == "less"


def products(api: Api, **data: Any) -> list[Any]:
    return list(api.call("catalog/export", **data).json["response"].get("products", []))


def test_the_catalogue_has_the_shape_of_the_sample(api: Api) -> None:
    """The quantity is 0 and is not the stock; that is in the residues."""
    rows = products(api)
    assert differences(sample("horoshop_catalog_export")["response"]["products"][0], rows[0]) == []
    assert [(row["article"], row["quantity"]) for row in rows] == [("A", 0), ("B", 0), ("C", 0)]
    api.place(lines=[{"sku": "A", "quantity": 500}])
    row = products(api, expr={"article": "A"})[0]
    assert (row["residues"][0]["quantity"], row["presence"]["id"]) == (0, 2)


def test_the_catalogue_is_filtered_and_paged(api: Api) -> None:
    """By article, several, or parent; a limit of 0 means none; nothing is EMPTY."""
    assert [row["article"] for row in products(api, expr={"article": ["A", "C", "x"]})] == ["A", "C"]
    assert [row["article"] for row in products(api, expr={"parent": "B"})] == ["B"]
    assert [row["article"] for row in products(api, limit=1, offset=1)] == ["B"]
    for data in ({"limit": 0}, {"offset": 3}, {"expr": {"article": "x"}}):
        assert api.call("catalog/export", **data).json["status"] == "EMPTY"


def test_the_catalogue_gives_500_rows_at_most(start: Start) -> None:
    """By default, and when more are asked."""
    api = start(skus=[f"S{number}" for number in range(501)])
    assert len(products(api)) == len(products(api, limit=1000)) == 500
    assert len(products(api, offset=500)) == 1


def test_fields_of_the_catalogue_are_chosen(api: Api) -> None:
    """Unknown names are ignored without a word; the article always comes."""
    row = products(api, includedParams=["price", "colour"], limit=1)[0]
    assert row.keys() == {"article", "price"}
    row = products(api, excludedParams=["price", "article", "colour"], limit=1)[0]
    assert "price" not in row and {"article", "title"} <= row.keys()


def test_every_operation_is_in_the_table() -> None:
    """The documentation names all operations."""
    for name in edits.OPERATIONS:
        assert f"``{name}``" in (edits.__doc__ or ""), name


@pytest.mark.parametrize(
    ("op", "args", "text"),
    [
        ("fly", {}, "no operation 'fly'"),
        ("place_order", {"lines": []}, "needs lines"),
        ("place_order", {"lines": [{"sku": "Z"}]}, "no article 'Z'"),
        ("place_order", {"order_id": 1001}, "there already"),
        ("place_order", {"status": 99}, "no status 99"),
        ("place_order", {"delivery_id": 99}, "no delivery 99"),
        ("change_status", {"order_id": 1001}, "'status' is missing"),
        ("change_status", {"order_id": 1, "status": 2}, "no order 1"),
        ("remove_subscriber", {"id": 5}, "5 is missing"),
        ("setting", {"colour": 1}, "no setting 'colour'"),
        ("setting", {"newest_first": 1}, "wants bool"),
        ("challenge", {"when": "never ever"}, "'challenge' is one of"),
    ],
)
def test_what_cannot_be_done_is_said_clearly(api: Api, op: str, args: dict[str, Any], text: str) -> None:
    """ValueError names the record or the argument, and nothing is changed."""
    api.place()
    before = api.running.dump()
    with pytest.raises(ValueError, match=text):
        api.edit(op, **args)
    assert {**api.running.dump(), "now": 0} == {**before, "now": 0}


def test_orders_without_goods_are_refused() -> None:
    """A shop that should have orders needs something to order."""
    with pytest.raises(ValueError, match="orders need goods"):
        HoroshopShop(skus=[], orders=1)


def test_the_dump_has_all_orders(api: Api) -> None:
    """Numbers as keys, money as text, the sum that the buyer pays."""
    number = api.place(lines=[{"sku": "A", "price": "10.50"}], customer={"name": "Test"})
    api.edit("pay", order_id=number)
    row = api.running.dump()["orders"][str(number)]
    assert (row["total_sum"], row["paid"], row["customer"]["name"]) == ("10.50", True, "Test")
    api.edit("delete_order", order_id=number)
    assert api.running.dump()["orders"] == {} and api.ids() == []
