"""Writing orders: creation, the status path, the full rebuild, deletion (cscart §4.5-§4.7)."""

from __future__ import annotations

import threading
from decimal import Decimal
from typing import Any

import pytest

from tests.sandbox.cscart.client import NOW, Api
from tests.sandbox.cscart.conftest import Start
from tests.sandbox.cscart.shape import sample

GUEST = {"email": "guest@example.test", "firstname": "Гость", "s_city": "Москва"}


def body(**more: Any) -> dict[str, Any]:
    lines = {"1": {"product_id": "1", "amount": "2"}, "2": {"product_id": "2", "amount": 1}}
    return {"user_data": GUEST, "payment_id": "6", "shipping_id": "1", "products": lines, **more}


def stock(api: Api, number: int) -> int:
    return int(api.product(number)["amount"])


def test_a_created_order_takes_stock_and_is_open(api: Api) -> None:
    """201 with a number as id; the full order comes along; N is over in an instant."""
    before = stock(api, 1)
    created = api.post("orders", body(notes="WA #1", timestamp=NOW - 100)).json
    order = api.order(created["order_id"])
    assert order == created["order_data"]
    assert (order["status"], order["notes"], order["user_id"], order["s_city"]) == (
        "O",
        "WA #1",
        "0",
        "Москва",
    )
    assert (order["timestamp"], order["updated_at"]) == (str(NOW - 100), str(NOW))
    assert stock(api, 1) == before - 2


def test_an_order_with_nothing_to_pay_is_paid(api: Api) -> None:
    """Total 0 means P at once."""
    api.edit("product.create", code="FREE", name="Free", price=0, amount=5)
    number = api.product(31)["product_id"]
    order = api.post("orders", body(products={number: {"amount": 1}}, shipping_id=2)).json["order_data"]
    assert (order["total"], order["status"]) == ("0.00", "P")


def test_the_first_line_of_a_list_is_lost(api: Api) -> None:
    """Key 0 is skipped; lines without amount too."""
    lines = [{"product_id": 1, "amount": 1}, {"product_id": 2, "amount": 1}, {"product_id": 3}]
    order = api.post("orders", body(products=lines)).json["order_data"]
    assert [line["product_id"] for line in order["products"].values()] == ["2"]


@pytest.mark.parametrize(
    ("change", "status", "message"),
    [
        ({"user_data": None}, 400, "The user_data field is required"),
        ({"payment_id": 0}, 400, "The payment_id field is required"),
        ({"products": {}}, 400, "The products field is required"),
        ({"shipping_id": None}, 400, "The shipping_id field is required"),
        ({"shipping_id": 99}, 403, "No shipping methods are available"),
        ({"products": {"999": {"amount": 1}}, "shipping_id": 1}, 400, "Order couldn't be created"),
    ],
)
def test_what_is_checked_before_an_order_is_made(api: Api, change: Any, status: int, message: str) -> None:
    """Each missing part has its own text."""
    answer = api.post("orders", body(**change))
    assert (answer.status, answer.json["messages"]) == (status, [message])
    assert api.ids() == []


def test_an_order_needs_a_store_when_there_are_several(start: Start) -> None:
    """Without a store context it is refused; with one it works."""
    api = start(products=10, companies=2)
    answer = api.post("orders", body(products={"1": {"amount": 1}}))
    assert (answer.status, answer.json) == (400, sample("error_400_order_no_store.json"))
    made = api.post("stores/1/orders", body(products={"1": {"amount": 1}}))
    assert made.json["order_data"]["company_id"] == "1"
    assert api.post("stores/2/orders", body(user_id=3)).status == 403


def test_a_minimum_amount_refuses_small_orders(api: Api) -> None:
    """403 with a text."""
    api.edit("setting", minimum_order_total=10**6)
    assert api.post("orders", body()).status == 403


def test_short_stock_reduces_or_drops_lines_silently(api: Api) -> None:
    """What is sent and what is stored may differ."""
    api.put("products/1", {"amount": 1})
    api.put("products/2", {"amount": 0})
    lines = api.post("orders", body()).json["order_data"]["products"]
    assert [(line["product_id"], line["amount"]) for line in lines.values()] == [("1", "1")]
    assert stock(api, 1) == 0
    assert api.post("orders", body()).json["messages"] == ["Order couldn't be created"]


def test_amounts_in_the_body_are_stored_as_given(api: Api) -> None:
    """total and shipping_cost override after the calculation; lines keep the catalogue's price."""
    lines = {"1": {"product_id": 1, "amount": 1, "price": "1.00", "extra": {"external_id": "7"}}}
    order = api.post("orders", body(products=lines, total="5.00", shipping_cost=1)).json["order_data"]
    assert (order["total"], order["shipping_cost"]) == ("5.00", "1.00")
    line = next(iter(order["products"].values()))
    assert line["price"] == api.product(1)["price"] and line["extra"]["external_id"] == "7"


def test_creating_twice_makes_two_orders(api: Api) -> None:
    """There is no idempotency."""
    assert api.post("orders", body()).json["order_id"] != api.post("orders", body()).json["order_id"]


def test_the_status_path_always_answers_200(api: Api) -> None:
    """Missing orders, same status, unknown letters: 200 with the id as text."""
    number = api.place()
    assert api.put("orders/999", {"status": "C"}).json == {"order_id": "999"}
    assert api.put(f"orders/{number}", {"status": "Ж", "notify_user": "0"}).status == 200
    assert api.order(number)["status"] == "Ж"
    api.put(f"orders/{number}", {"status": "C"})
    api.shop.clock.advance(60)
    api.put(f"orders/{number}", {"status": "C"})
    assert api.order(number)["updated_at"] == str(NOW)
    api.put(f"orders/{number}", {"status": "P"})
    assert api.order(number)["updated_at"] == str(NOW + 60)


def test_statuses_move_stock(api: Api) -> None:
    """Cancelling returns goods, paying again takes them; an unknown letter moves nothing."""
    before = stock(api, 1)
    number = api.place(amount=3)
    assert stock(api, 1) == before - 3
    api.put(f"orders/{number}", {"status": "I"})
    assert stock(api, 1) == before
    api.put(f"orders/{number}", {"status": "F"})
    api.put(f"orders/{number}", {"status": "P"})
    assert stock(api, 1) == before - 3
    api.put(f"orders/{number}", {"status": "Q"})
    assert stock(api, 1) == before - 3


def test_short_stock_makes_a_back_order(api: Api) -> None:
    """The change answers 200, but the status is B and nothing was taken."""
    number = api.place(amount=3)
    api.put(f"orders/{number}", {"status": "I"})
    api.put("products/1", {"amount": 2})
    assert api.put(f"orders/{number}", {"status": "P"}).status == 200
    assert (api.order(number)["status"], stock(api, 1)) == ("B", 2)


def test_documents_are_numbered_on_some_statuses(api: Api) -> None:
    """Paid issues an invoice once, cancelled a credit memo; card data goes."""
    number = api.place()
    api.edit("order.edit", order_id=number, payment_info={"card_number": "4111", "transaction_id": "t"})
    api.put(f"orders/{number}", {"status": "P"})
    api.put(f"orders/{number}", {"status": "I"})
    api.put(f"orders/{number}", {"status": "P"})
    order = api.order(number)
    assert order["doc_ids"] == {"I": "1", "C": "1"} and order["payment_info"] == {"transaction_id": "t"}
    assert api.read("orders")["orders"][0]["invoice_id"] == "1"


def test_without_the_status_privilege_a_status_change_is_a_rebuild(api: Api) -> None:
    """The order is rebuilt and keeps its status."""
    number = api.place()
    api.edit("setting", update_status=False)
    api.put("products/1", {"price": "1.00"})
    assert api.put(f"orders/{number}", {"status": "C"}).status == 200
    order = api.order(number)
    assert order["status"] == "O" and order["subtotal"] == 1


def test_a_note_rebuilds_the_whole_order(api: Api) -> None:
    """Prices and rates are taken anew, updated_at moves, stock ends where it was."""
    number = api.place(amount=2)
    left = stock(api, 1)
    api.put("products/1", {"price": "10.00"})
    api.shop.clock.advance(5)
    assert api.put(f"orders/{number}", {"notes": "hi"}).json == {"order_id": str(number)}
    order = api.order(number)
    assert (order["notes"], order["subtotal"], order["status"]) == ("hi", 20, "O")
    assert order["updated_at"] == str(NOW + 5) and stock(api, 1) == left


def test_a_rebuild_keeps_promotions_that_are_over(api: Api) -> None:
    """The discount of a line stays, though the promotion has ended."""
    promotion = api.edit("promotion.set", percent=10, skus=["SKU-000001"])
    number = api.place()
    before = api.order(number)
    api.edit("promotion.set", promotion_id=promotion, active=False)
    api.put(f"orders/{number}", {"notes": "hi"})
    assert api.order(number)["discount"] == before["discount"] > 0
    assert api.order(number)["total"] == before["total"]


def test_a_rebuild_fails_without_its_shipping_method(api: Api) -> None:
    """400 without details; a missing order is 404 on this path."""
    number = api.place()
    api.edit("shipping.disable", shipping_id=2)
    answer = api.put(f"orders/{number}", {"notes": "hi"})
    assert (answer.status, answer.json) == (400, sample("error_400_empty.json"))
    assert api.order(number)["status"] == "O"
    assert api.put("orders/999", {"notes": "hi"}).status == 404


def test_an_order_is_hidden_while_it_is_rebuilt(api: Api) -> None:
    """A poll in that instant does not see it, though it can be read by id."""
    number = api.place()
    seen = {tuple(api.ids())}
    api.edit("setting", rebuild_seconds=1.5)
    thread = threading.Thread(target=api.put, args=(f"orders/{number}", {"notes": "x"}))
    thread.start()
    while thread.is_alive():
        seen.add(tuple(api.ids()))
    thread.join()
    assert seen == {(), (str(number),)} and api.ids() == [str(number)]


def test_lines_replaced_by_catalogue_or_literally(api: Api) -> None:
    """With product_id and price in the first line the map is taken as it is; otherwise prices are the shop's."""
    number = api.place(amount=2)
    before = stock(api, 1)
    api.put(f"orders/{number}", {"products": {"9": {"product_id": 1, "amount": 1}}})
    order = api.order(number)
    assert order["subtotal"] == pytest.approx(float(api.product(1)["price"])) and stock(api, 1) == before + 1
    line = {"product_id": 1, "amount": 4, "price": "7.50", "base_price": "8.00", "discount": "0.50"}
    api.put(f"orders/{number}", {"products": {"9": {**line, "stored_price": "Y", "product": "As typed"}}})
    row = next(iter(api.order(number)["products"].values()))
    assert (row["price"], row["amount"], row["base_price"], row["discount"]) == ("7.50", "4", 8, 0.5)
    assert api.order(number)["subtotal"] == 30


def test_other_keys_of_a_rebuild(api: Api) -> None:
    """user_data replaces the customer; totals override; the status comes last."""
    number = api.place(customer={"email": "a@example.test", "phone": "1"})
    changed = {
        "user_data": {"email": "b@example.test"},
        "total": "1.00",
        "status": "P",
        "payment_id": 6,
        "shipping_id": 1,
    }
    assert api.put(f"orders/{number}", changed).status == 200
    order = api.order(number)
    assert (order["email"], order["phone"], order["total"]) == ("b@example.test", "", "1.00")
    assert (order["status"], order["payment_id"], order["shipping_ids"]) == ("P", "6", "1")


def test_deleting_returns_stock_and_leaves_no_trace(api: Api) -> None:
    """204 once, then 404."""
    before = stock(api, 1)
    number = api.place(amount=2)
    api.edit("shipment.create", order_id=number)
    assert (api.delete(f"orders/{number}").status, api.delete(f"orders/{number}").status) == (204, 404)
    assert (stock(api, 1), api.ids(), api.read("shipments")["shipments"]) == (before, [], [])


def test_shipments_do_not_touch_updated_at(api: Api) -> None:
    """Unless they change the status as well."""
    number = api.place(amount=3)
    api.shop.clock.advance(100)
    item = next(iter(api.order(number)["products"]))
    sent = {"order_id": number, "shipping_id": 1, "tracking_number": "RR1", "products": {item: "1"}}
    assert api.post("shipments", sent).status == 201
    order = api.order(number)
    line = order["products"][item]
    assert (order["updated_at"], line["shipped_amount"], line["shipment_amount"]) == (str(NOW), "1", 2)
    assert order["shipment_ids"] == ["4"]
    rest = api.post(
        "shipments", {"order_id": number, "shipping_id": 1, "carrier": "dhl", "order_status": "C"}
    )
    parcel = api.read(f"shipments/{rest.json['shipment_id']}")
    assert parcel["products"] == {item: "2"} and parcel["one_full"] is True
    assert api.order(number)["updated_at"] == str(NOW + 100)
    assert "need_shipment" not in api.order(number)["shipping"][0]


def test_total_is_the_truth_after_forced_amounts(api: Api) -> None:
    """An edit with a typed total does not add up, on purpose."""
    number = api.place()
    api.edit("order.edit", order_id=number, total="99.99")
    order = api.order(number)
    assert order["total"] == "99.99" and Decimal(str(order["subtotal"])) != Decimal("99.99")
