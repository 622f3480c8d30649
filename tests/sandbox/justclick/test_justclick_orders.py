"""Lists of orders, single orders, bills and goods (contracts/sources §2.3, §2.5)."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tests.sandbox.base.sources import sample
from tests.sandbox.cscart.shape import differences
from tests.sandbox.justclick.client import KEY, NOW, Api
from tests.sandbox.justclick.conftest import Start

DAY = 86400
LISTS = ["GetOrders", "getOrdersWithGoods"]


def moscow(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Moscow")).timestamp())


def test_rows_have_the_shape_of_the_samples(api: Api) -> None:
    """Paid with a campaign, waiting without one; with goods: two pieces are two items, a gift is one that is free."""
    paid, waiting = sample("justclick_get_orders_ok")["result"]
    lines = [{"sku": "A", "quantity": 2, "price": 1390, "sum": 1245, "partner": True},
             {"sku": "bonus", "title": "Бонус", "price": 0}]  # fmt: skip
    first = api.place(lines=lines, utm=paid["utm"], coupon="TEST10", tag="autumn", created=NOW - 60)
    second = api.place(utm={}, order_id=102939)
    api.edit("pay", order_id=first)
    rows = api.result("GetOrders")
    assert [int(row["id"]) for row in rows] == [first, second]
    assert differences(paid, rows[0]) == [] and differences(waiting, rows[1]) == []
    assert rows[0]["link"].startswith("https://") and rows[1]["link"].startswith("/")
    [expected] = sample("justclick_get_orders_with_goods_ok")["result"]
    row = api.result("getOrdersWithGoods")[0]
    assert differences(expected, row) == []
    items = [
        {key: value for key, value in item.items() if key in {"id", "sum", "price"}} for item in row["items"]
    ]
    assert items == [
        {"id": "A", "sum": "1245.00", "price": "1390.00"}, {"id": "A", "sum": "1245.00", "price": "1390.00"},
        {"id": "bonus", "sum": "0.00", "price": "0.00"},
    ]  # fmt: skip
    assert (row["price"], row["good_count"], row["kupon"]) == ("2490.00", "3", "TEST10")


def test_pincodes_come_with_the_payment(api: Api) -> None:
    """One per piece that was sold, none for a gift."""
    lines = [
        {"sku": "A", "quantity": 2},
        {"sku": "x", "title": "Gift", "price": 0},
        {"sku": "B", "pincode": "P"},
    ]
    number = api.place(lines=lines)
    assert [item["pincode"] for item in api.order(number)["items"]] == ["", "", "", "P"]
    api.edit("pay", order_id=number)
    first, second, gift, own = [item["pincode"] for item in api.order(number)["items"]]
    assert first and second and first != second and (gift, own) == ("", "P")


def test_an_unpaid_order_has_three_ways_to_say_so(api: Api) -> None:
    """"0", an empty text, null."""  # fmt: skip
    for _ in range(3):
        api.place()
    rows = api.result("GetOrders")
    assert {row["paid"] for row in rows} == {"0", "", None}


@pytest.mark.parametrize("method", LISTS)
def test_no_orders_is_said_in_two_ways(api: Api, method: str) -> None:
    """By the code 401, or by an empty result: the samples."""
    assert api.call(method) == sample("justclick_no_orders_401")
    api.edit("setting", empty_list="result")
    assert api.call(method) == sample("justclick_no_orders_empty_result")


@pytest.mark.parametrize("method", LISTS)
def test_without_dates_the_last_day_comes(api: Api, method: str) -> None:
    """The last 24 hours, both ends included."""
    api.place(created=NOW - DAY - 1)
    kept = [api.place(created=NOW - DAY), api.place(created=NOW)]
    api.place(created=NOW + 1)
    assert api.ids(method) == kept


def test_a_window_of_unix_times(api: Api) -> None:
    """Both ends included; without an end until now."""
    numbers = [api.place(created=NOW - ago) for ago in (300, 200, 100, 0)]
    assert api.ids("GetOrders", date_s=NOW - 200, date_e=NOW - 100) == numbers[1:3]
    assert api.ids("GetOrders", date_s=NOW - 100) == numbers[2:]


def test_a_window_of_days_in_the_accounts_zone(api: Api) -> None:
    """Whole days of Moscow, both included; without an end until now."""
    times = ("2023-10-31 23:59:59", "2023-11-01 00:00:00", "2023-11-02 23:59:59", "2023-11-03 00:00:00")
    numbers = [api.place(created=moscow(text)) for text in times]
    assert api.ids("getOrdersWithGoods", begin_date="01.11.2023", end_date="02.11.2023") == numbers[1:3]
    assert api.ids("getOrdersWithGoods", begin_date="02.11.2023") == numbers[2:]


def test_a_longer_window_loses_its_beginning(api: Api) -> None:
    """More than a month is cut from the start; thirty days are not."""
    end = moscow("2023-11-16 00:00:00")
    numbers = [api.place(created=end - days * DAY) for days in (31, 30, 1)]
    assert api.ids("GetOrders", date_s=end - 60 * DAY, date_e=end) == numbers[1:]
    assert api.ids("GetOrders", date_s=end - 30 * DAY, date_e=end) == numbers[1:]
    assert api.ids("getOrdersWithGoods", begin_date="01.09.2023", end_date="16.11.2023") == numbers[1:]
    assert api.ids("getOrdersWithGoods", begin_date="17.10.2023", end_date="16.11.2023") == numbers[1:]


def test_with_paid_the_window_is_by_payment(api: Api) -> None:
    """A late payment of an old order shows up only here; the word "false" is true, "0" is not."""
    old, new = api.place(created=NOW - 90 * DAY), api.place(created=NOW - 60)
    api.edit("pay", order_id=old, moment=NOW - 30)
    for method in LISTS:
        assert api.ids(method) == api.ids(method, paid=0) == api.ids(method, paid="") == [new]
        assert api.ids(method, paid=1) == api.ids(method, paid="false") == [old]


def test_orders_of_certain_goods(api: Api) -> None:
    """One code, or a list."""
    numbers = [api.place(lines=[{"sku": sku}, {"sku": "x", "title": "X", "price": 1}]) for sku in "ABC"]
    assert api.ids("GetOrders", goods="B") == [numbers[1]]
    answer = api.signed("getOrdersWithGoods", "goods%5B0%5D=A&goods%5B1%5D=C").json
    assert [int(row["id"]) for row in answer["result"]] == [numbers[0], numbers[2]]


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("getOrdersWithGoods", {"begin_date": "2023-11-01"}),
        ("getOrdersWithGoods", {"end_date": "31.02.2023"}),
        ("GetOrders", {"date_s": "yesterday"}),
        ("getOrderDetails", {"bill_id": "x"}),
    ],
)
def test_wrong_data_is_code_3(api: Api, method: str, params: dict[str, str]) -> None:
    """A date or a number that is none."""
    assert api.call(method, **params)["error_code"] == 3


def test_one_order(api: Api) -> None:
    """Details with their own fields, items only with good_info; unknown is 200, nothing asked is 2."""
    number = api.place(lines=[{"sku": "A", "quantity": 2}])
    row = api.result("getOrderDetails", bill_id=number)
    own = {
        "good_ids",
        "good_count",
        "prepayment_enabled",
        "prepayment_minsum",
        "last_payment_sum",
        "prepayment_sum",
    }
    plain = sample("justclick_get_orders_ok")["result"][0]
    assert row.keys() == plain.keys() | own
    assert (row["good_ids"], row["good_count"]) == (["A", "A"], "2")
    assert len(api.order(number)["items"]) == 2
    assert api.call("getOrderDetails", bill_id=5)["error_code"] == 200
    assert api.call("getOrderDetails")["error_code"] == 2


def test_bills_are_keyed_by_order(api: Api) -> None:
    """By e-mail, by status, by both; nothing asked is 2, nothing found is "no orders"."""
    first, second = (api.place(customer={"email": "Ivan@example.com"}) for _ in range(2))
    api.edit("pay", order_id=second)
    assert api.result("GetBills", email="ivan@EXAMPLE.com").keys() == {str(first), str(second)}
    assert api.result("GetBills", email="ivan@example.com", pay_status="paid").keys() == {str(second)}
    assert api.result("GetBills", pay_status="waiting").keys() == {str(first)}
    assert api.call("GetBills", email="nobody@example.com")["error_code"] == 401
    assert api.call("GetBills")["error_code"] == 2


def test_goods_are_listed_by_code(api: Api) -> None:
    """The codes are the shared SKUs."""
    rows = api.result("GetAllGoods")
    assert [row["good_name"] for row in rows] == ["A", "B", "C"]
    assert all(row.keys() == {"good_name", "good_title", "good_type", "good_sum"} for row in rows)


def test_a_total_may_not_follow_from_the_items(api: Api) -> None:
    """The price is a text with two decimals, whatever the items say; a change may take it back."""
    number = api.place(lines=[{"sku": "A", "price": 100}], price="99.9")
    assert api.order(number)["price"] == "99.90"
    api.edit("change_order", order_id=number, price=None, customer={"email": "new@example.com"})
    assert (api.order(number)["price"], api.order(number)["email"]) == ("100.00", "new@example.com")


def test_seeded_orders_take_turns_at_the_traps(start: Start) -> None:
    """Repeated items with two sums, a gift, a price of its own, all usual states."""
    rows = start(skus=["A", "B", "C"], orders=10, key=KEY).result("getOrdersWithGoods")
    assert {row["pay_status"] for row in rows} == {"waiting", "paid", "cancel"}
    assert any(len({item["sum"] for item in row["items"] if item["id"] == "A"}) > 1 for row in rows)
    assert any(item["id"] == "bonus" and item["sum"] == "0.00" for row in rows for item in row["items"])
    assert any(sum(float(item["sum"]) for item in row["items"]) != float(row["price"]) for row in rows)
    assert {type(row["utm"]) for row in rows} == {dict, list}


def test_the_same_seed_makes_the_same_account(start: Start) -> None:
    """Another seed makes another one."""
    first, again, other = (start(orders=5, seed=seed).result("GetOrders") for seed in (1, 1, 2))
    assert first == again != other
