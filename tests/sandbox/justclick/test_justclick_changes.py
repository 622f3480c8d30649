"""UpdateOrderStatus, UpdateGood, hooks as form posts, and what people do in the account (contracts/sources §2.3, §2.6)."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import pytest

from syncd.sandbox.justclick import edits
from syncd.sandbox.justclick.shop import JustClickShop
from tests.sandbox.base.receiver import Receiver
from tests.sandbox.base.sources import sample
from tests.sandbox.justclick.client import FORM, KEY, NOW, Api, md5

EVENTS = ("created", "paid", "prepaid", "canceled", "moneyback")
SAMPLE_LINES = [{"sku": "book_1", "title": "Книга", "quantity": 2, "price": "1390", "sum": "1245",
                 "pincode": "PIN-TEST-0001"}]  # fmt: skip


def update(api: Api, number: int, status: str, **params: str | int) -> int:
    return int(api.call("UpdateOrderStatus", bill_id=number, status=status, **params)["error_code"])


def state(api: Api, number: int) -> tuple[str, str | None]:
    row = api.order(number)
    return row["pay_status"], row["paid"] or None


def hooked(api: Api, url: str, **args: Any) -> int:
    """Give every product all five addresses; returns how many products there are."""
    return int(api.edit("hook_urls", **{event: f"{url}/{event}" for event in EVENTS}, **args))


def test_the_way_of_an_order(api: Api) -> None:
    """Paid, sent, returned; each is answered with the text of the vectors."""
    number = api.place()
    body = api.call("UpdateOrderStatus", bill_id=number, status="paid", date=NOW - 5)
    assert body == {
        "error_code": 0,
        "error_text": "Order status changed",
        "hash": md5(f"0::Order status changed::{KEY}"),
    }
    assert state(api, number) == ("paid", str(NOW - 5))
    assert update(api, number, "sent", date=NOW, rpo="RR1") == 0
    assert (api.order(number)["pay_status"], api.running.dump()["orders"][str(number)]["rpo"]) == (
        "sent",
        "RR1",
    )
    assert update(api, number, "return") == 0
    assert state(api, number) == ("return", str(NOW - 5))


def test_cash_on_delivery_is_sent_first(api: Api) -> None:
    """A waiting order may be sent; paying it later does not take that back."""
    number = api.place()
    assert update(api, number, "sent", date=NOW, rpo="RR1") == 0
    assert update(api, number, "paid", date=NOW) == 0
    assert state(api, number) == ("sent", str(NOW))


@pytest.mark.parametrize(
    ("before", "status", "params", "code"),
    [
        ("waiting", "shipped", {}, 201),
        ("waiting", "", {}, 201),
        ("waiting", "paid", {}, 202),
        ("waiting", "paid", {"date": "today"}, 202),
        ("waiting", "sent", {"rpo": "RR1"}, 202),
        ("waiting", "sent", {"date": NOW}, 203),
        ("waiting", "return", {}, 204),
        ("cancel", "paid", {"date": NOW}, 204),
        ("moneyback", "sent", {"date": NOW, "rpo": "RR1"}, 204),
        ("sent", "cancel", {}, 204),
        ("cancel", "cancel", {}, 205),
    ],
)
def test_a_change_that_is_refused_changes_nothing(
    api: Api, before: str, status: str, params: dict[str, Any], code: int
) -> None:
    """An unknown status, what it needs is missing, the order is beyond it, or there already."""
    number = api.place()
    api.edit("change_status", order_id=number, status=before)
    kept = api.running.dump()["orders"]
    assert update(api, number, status, **params) == code
    assert api.running.dump()["orders"] == kept


def test_a_change_of_nothing_is_refused(api: Api) -> None:
    """No number is 2, an unknown one 200."""
    assert api.call("UpdateOrderStatus", status="cancel")["error_code"] == 2
    assert update(api, 5, "cancel") == 200


def test_hook_addresses_are_set_per_product(api: Api, receiver: Receiver) -> None:
    """Two of the five by the API; no product is 2, an unknown one 500."""
    url = receiver.url
    body = api.call(
        "UpdateGood", good_name="A", good_api_url_new_order=f"{url}/n", good_api_url_notif=f"{url}/p"
    )
    assert body["error_code"] == 0
    assert api.running.dump()["goods"]["A"]["urls"] == {"created": f"{url}/n", "paid": f"{url}/p"}
    assert api.running.dump()["goods"]["B"]["urls"] == {}
    assert api.call("UpdateGood", good_name="A", good_api_url_notif="")["error_code"] == 0
    assert api.call("UpdateGood")["error_code"] == 2
    assert api.call("UpdateGood", good_name="Z")["error_code"] == 500
    api.edit("pay", order_id=api.place(lines=[{"sku": "A"}, {"sku": "B"}]))
    assert [(row["event"], row["url"]) for row in api.edit("flush_hooks")] == [("created", f"{url}/n")]


def sent(api: Api, receiver: Receiver) -> list[dict[str, str]]:
    """Flush; returns the forms that came in, checked for their manners."""
    receiver.calls.clear()
    assert {row["state"] for row in api.edit("flush_hooks")} <= {"delivered"}
    assert all(call.method == "POST" and call.headers["content-type"] == FORM for call in receiver.calls)
    return [dict(parse_qsl(call.body.decode(), keep_blank_values=True)) for call in receiver.calls]


def sample_order(api: Api, **args: Any) -> int:
    """The order of the samples of hooks."""
    row = sample("justclick_webhook_paid")["fields_flat"]
    customer = {name: row[name] for name in ("first_name", "last_name", "middle_name", "email", "phone", "city",
                                             "country", "address", "region", "postalcode")}  # fmt: skip
    return api.place(
        order_id=102937, created=int(row["created"]), customer=customer, lines=SAMPLE_LINES, tag="autumn",
        coupon="TEST10", utm={"source": "google", "medium": "cpc"}, **args,
    )  # fmt: skip


@pytest.fixture
def books(api: Api, receiver: Receiver) -> Api:
    """An account that sells the book of the samples, with all hooks."""
    goods = api.shop.store.goods
    goods["book_1"] = goods.pop("A")
    assert hooked(api, receiver.url) == 3
    return api


def test_the_hook_of_a_new_order_is_the_sample(books: Api, receiver: Receiver) -> None:
    """Byte for byte, with either stamp; PHP's nesting, no pincodes."""
    for stamp, name in (
        ("created", "justclick_webhook_new_order"),
        ("", "justclick_webhook_new_order_empty_stamp"),
    ):
        books.edit("setting", stamp=stamp)
        number = sample_order(books)
        assert sent(books, receiver) == [sample(name)["fields_flat"]]
        assert (receiver.calls[0].target, receiver.calls[0].body.decode()) == (
            "/created",
            sample(name)["body"],
        )
        books.edit("delete_order", order_id=number)


def test_the_hook_of_a_cancelled_order_has_the_hash_of_the_new_one(books: Api, receiver: Receiver) -> None:
    """As in the sample: the status is not signed."""
    number = sample_order(books)
    [new] = sent(books, receiver)
    books.edit("change_status", order_id=number, status="cancel")
    [cancelled] = sent(books, receiver)
    assert cancelled == sample("justclick_webhook_cancel_order")["fields_flat"]
    assert (new["hash"], receiver.calls[0].target) == (cancelled["hash"], "/canceled")


def test_hooks_of_payments_are_the_samples(books: Api, receiver: Receiver) -> None:
    """A part first, then the rest, then all back; the last two have one hash."""
    number = sample_order(books)
    sent(books, receiver)
    books.edit("pay", order_id=number, sum=500, moment=1700003600)
    assert sent(books, receiver) == [sample("justclick_webhook_prepayment")["fields_flat"]]
    assert state(books, number) in {("waiting", None), ("waiting", "0")}
    row = books.order(number)
    assert (row["prepayment_sum"], row["last_payment_sum"], row["paid"]) == (
        "500.00",
        "500.00",
        row["paid"] or "",
    )
    books.edit("change_status", order_id=number, status="waiting")
    books.edit("delete_order", order_id=number)
    number = sample_order(books)
    sent(books, receiver)
    books.edit("pay", order_id=number, moment=1700003600)
    assert sent(books, receiver) == [sample("justclick_webhook_paid")["fields_flat"]]
    books.edit("change_status", order_id=number, status="moneyback")
    assert sent(books, receiver) == [sample("justclick_webhook_moneyback")["fields_flat"]]
    assert [call.target for call in receiver.calls] == ["/moneyback"]


def test_a_prepayment_and_the_rest_make_a_paid_order(api: Api) -> None:
    """Two parts below the price are two prepayments; the rest pays."""
    number = api.place(lines=[{"sku": "A", "price": 100}])
    for part in (30, 30):
        api.edit("pay", order_id=number, sum=part)
    assert (api.order(number)["pay_status"], api.order(number)["prepayment_sum"]) == ("waiting", "60.00")
    api.edit("pay", order_id=number)
    assert (state(api, number), api.order(number)["last_payment_sum"]) == (("paid", str(NOW)), "40.00")


def test_the_rest_may_be_paid_by_the_api(api: Api) -> None:
    """What was prepaid is not paid again."""
    number = api.place(lines=[{"sku": "A", "price": 100}])
    api.edit("pay", order_id=number, sum=30)
    assert update(api, number, "paid", date=NOW) == 0
    assert api.order(number)["last_payment_sum"] == "70.00"


def test_an_order_of_several_products_calls_several_times(api: Api, receiver: Receiver) -> None:
    """Once per product that has an address, however many pieces; a product of none calls nobody."""
    hooked(api, receiver.url)
    hooked(api, receiver.url + "/b", sku="B")
    api.place(lines=[{"sku": "A", "quantity": 3}, {"sku": "B"}, {"sku": "x", "title": "X", "price": 1}])
    forms = sent(api, receiver)
    assert [call.target for call in receiver.calls] == ["/created", "/b/created"]
    assert forms[0] == forms[1] and "items[4][id]" in forms[0]


def test_changes_by_the_api_call_hooks_too(api: Api, receiver: Receiver) -> None:
    """Who writes back hears the echo; being sent is told to nobody."""
    number = api.place(lines=[{"sku": "A"}])
    hooked(api, receiver.url)
    update(api, number, "paid", date=NOW)
    update(api, number, "sent", date=NOW, rpo="RR1")
    update(api, number, "return")
    assert [row["event"] for row in api.edit("flush_hooks")] == ["paid", "moneyback"]


def test_a_hook_is_sent_once(api: Api, receiver: Receiver) -> None:
    """No retry is documented: what fails is lost."""
    hooked(api, receiver.url)
    api.place(lines=[{"sku": "A"}])
    receiver.statuses = [500]
    [row] = api.edit("flush_hooks")
    assert (row["status"], row["tries"], row["state"]) == (500, 1, "given up")
    assert api.edit("flush_hooks") == []


def test_every_operation_is_in_the_table() -> None:
    """The documentation names all operations."""
    for name in edits.OPERATIONS:
        assert f"``{name}``" in (edits.__doc__ or ""), name


@pytest.mark.parametrize(
    ("op", "args", "text"),
    [
        ("fly", {}, "no operation 'fly'"),
        ("place_order", {"lines": [{"sku": "Z"}]}, "no product 'Z'"),
        ("place_order", {"order_id": 102937}, "there already"),
        ("place_order", {"customer": {"nick": "x"}}, "no nick"),
        ("change_status", {"order_id": 102937, "status": "paid"}, "operation 'pay'"),
        ("change_status", {"order_id": 102937}, "'status' is missing"),
        ("pay", {"order_id": 1}, "no order 1"),
        ("hook_urls", {"born": "http://127.0.0.1/"}, "no hook born"),
        ("hook_urls", {"sku": "Z"}, "'Z' is missing"),
        ("refuse", {"code": 99}, "no code 99"),
        ("setting", {"stamp": "x"}, "'stamp' is one of"),
    ],
)
def test_what_cannot_be_done_is_said_clearly(api: Api, op: str, args: dict[str, Any], text: str) -> None:
    """ValueError names the record or the argument, and nothing is changed."""
    api.place()
    before = api.running.dump()
    with pytest.raises(ValueError, match=text):
        api.edit(op, **args)
    assert api.running.dump() == before


def test_orders_without_goods_are_refused() -> None:
    """An account that should have orders needs something to order."""
    with pytest.raises(ValueError, match="orders need goods"):
        JustClickShop(skus=[], orders=1)
