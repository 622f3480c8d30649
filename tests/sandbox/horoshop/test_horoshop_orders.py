"""orders/get: windows in local time, filters, pages, and the traps in the rows (contracts/sources §1.3, §1.4)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.sandbox.base.sources import sample
from tests.sandbox.cscart.shape import differences
from tests.sandbox.horoshop.client import NOW, Api
from tests.sandbox.horoshop.conftest import Start


def kyiv(text: str, fold: int = 0) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Kyiv"), fold=fold).timestamp())


@pytest.fixture
def three(api: Api) -> Api:
    """Orders 1001 to 1003 in one night of Kyiv: before midnight, at midnight, at noon."""
    for moment in ("2026-11-19 23:59:59", "2026-11-20 00:00:00", "2026-11-20 12:00:00"):
        api.place(created=kyiv(moment))
    return api


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        ({"from": "2026-11-20"}, {1002, 1003}),
        ({"from": "20.11.2026"}, {1002, 1003}),
        ({"to": "2026-11-19"}, {1001}),
        ({"to": "2026-11-20"}, {1001, 1002, 1003}),
        ({"from": "19.11.2026 23:59:59", "to": "20.11.2026 00:00:00"}, {1001, 1002}),
        ({"from": "2026-11-20 00:00:01", "to": "2026-11-20 12:00:00"}, {1003}),
        ({"from": "2026-11-20 12:00:01"}, set()),
        ({"from": "", "to": None}, {1001, 1002, 1003}),
    ],
)
def test_the_window_is_by_creation_in_local_time_with_both_ends(
    three: Api, window: dict[str, Any], expected: set[int]
) -> None:
    """Both ways to write a date, with or without a time of day; a day alone is the whole day."""
    assert set(three.ids(**window)) == expected


@pytest.mark.parametrize(
    "text", ["yesterday", "2026-13-01", "2026-11-20T00:00:00", "20.11.2026 25:00:00", 5, []]
)
def test_a_date_that_is_none_is_an_error(three: Api, text: Any) -> None:
    """The end that is wrong is named."""
    answer = three.call("orders/get", **{"to": text}).json
    assert answer["status"] == "ERROR" and "to" in answer["response"]["message"]


def test_the_zone_is_the_shops(start: Start) -> None:
    """The same moment is another day elsewhere."""
    moment = kyiv("2026-11-20 00:30:00")
    for zone, created in (("Europe/Kyiv", "2026-11-20 00:30:00"), ("UTC", "2026-11-19 22:30:00")):
        api = start(skus=["A"], timezone=zone)
        assert api.order(api.place(created=moment))["stat_created"] == created


def test_the_doubled_hour_of_autumn_cannot_be_told_apart(api: Api) -> None:
    """Two orders an hour apart have the same local time, and a window around it has both."""
    text = "2026-10-25 03:30:00"
    early, late = api.place(created=kyiv(text)), api.place(created=kyiv(text, fold=1))
    assert api.order(early)["stat_created"] == api.order(late)["stat_created"] == text
    assert set(api.ids(**{"from": text, "to": text})) == {early, late}


def test_orders_are_found_by_number_and_status(three: Api) -> None:
    """Numbers as a list, texts too; a status alone or several."""
    three.edit("change_status", order_id=1002, status=17)
    three.edit("change_status", order_id=1003, status=2)
    assert set(three.ids(ids=[1001, "1003", 5])) == {1001, 1003}
    assert three.ids(ids=[]) == []
    assert three.ids(status=17) == [1002]
    assert set(three.ids(status=[17, 2])) == {1002, 1003}
    assert three.ids(status=2, ids=[1002]) == []


def test_nothing_found_is_empty(api: Api) -> None:
    """A success without rows, as in the sample."""
    assert api.call("orders/get").json == sample("horoshop_orders_get_empty")


def test_pages_shift_while_orders_come_in(three: Api) -> None:
    """Newest first: an order that comes in pushes another one onto the next page."""
    assert three.ids(limit=2, offset=0) == [1003, 1002]
    three.place(created=NOW + 10**6)
    assert three.ids(limit=2, offset=2) == [1002, 1001]
    assert three.ids(limit=2, offset=4) == []
    three.edit("setting", newest_first=False)
    assert three.ids(limit=3) == [1001, 1002, 1003]


def test_an_offset_without_a_limit_has_no_effect(three: Api) -> None:
    """All rows come."""
    assert three.ids(offset=2) == [1003, 1002, 1001]


def test_a_shop_before_3_30_ignores_pages_and_times_of_day(start: Start) -> None:
    """The same page comes for ever; only the day of a moment counts."""
    api = start(skus=["A"], version="3.29")
    for hour in (10, 11, 12):
        api.place(created=kyiv(f"2026-11-20 {hour}:00:00"))
    assert api.ids(limit=1, offset=0) == api.ids(limit=1, offset=1) == [1003, 1002, 1001]
    assert api.ids(**{"from": "2026-11-20 12:00:00", "to": "2026-11-20 11:00:00"}) == [1003, 1002, 1001]


def test_requests_of_the_samples(api: Api) -> None:
    """The recorded requests are understood."""
    api.place(order_id=1001, created=kyiv("2026-11-20 10:15:30"))
    for name in ("horoshop_orders_get_request", "horoshop_orders_get_by_ids_request"):
        body = sample(name)
        del body["token"]
        assert api.ids(**body) == [1001]


def test_rows_have_the_shape_of_the_samples(api: Api) -> None:
    """A plain order, one with a coupon under way, one with a set and a gift, one with a status of the shop's own."""
    plain, coupon, gifts = sample("horoshop_orders_get_ok")["response"]["orders"]
    number = api.place(analytics=plain["analytics"])
    assert differences(plain, api.order(number)) == []
    number = api.place(
        coupon={"code": "TEST25", "percent": 25}, tracking="2045", analytics=coupon["analytics"]
    )
    dates = frozenset({"tnTrackingUpdateDate", "estimatedDeliveryDate"})
    assert differences(coupon, api.order(number, additionalData=True), optional=dates) == []
    number = api.place(delivery_id=8, delivery_price=0, analytics=gifts["analytics"])
    assert differences(gifts, api.order(number, additionalData=True)) == []
    for name in ("horoshop_order_custom_status", "horoshop_order_totals_mismatch"):
        [row] = sample(name)["response"]["orders"]
        assert differences(row, api.order(api.place(status=17, analytics=row["analytics"]))) == []


def test_a_coupon_is_rounded_to_whole_units(api: Api) -> None:
    """25 % of 799 is 200; a certificate takes its amount."""
    expected = sample("horoshop_orders_get_ok")["response"]["orders"][1]
    lines = [{"sku": "A", "price": 799}]
    row = api.order(api.place(lines=lines, coupon={"code": "TEST25", "percent": 25}))
    for key in (
        "total_default",
        "total_sum",
        "coupon_code",
        "coupon_percent",
        "coupon_discount_value",
        "coupon_type",
    ):
        assert row[key] == expected[key], key
    row = api.order(api.place(lines=lines, coupon={"code": "GIFT", "amount": 100}))
    assert (row["coupon_type"], row["coupon_discount_value"], row["total_sum"]) == (1, 100, 699)


def test_discounts_of_the_order_lower_the_sum_only(api: Api) -> None:
    """Percent (rounded), a value, the manager's; the lines and total_default stay; the sum never gets below nothing."""
    lines = [{"sku": "A", "price": "99.5", "quantity": 3}]
    row = api.order(api.place(lines=lines, discount_percent=5, manager_discount=10))
    assert (row["total_default"], row["discount_value"], row["total_sum"]) == (298.5, 15, 273.5)
    assert row["products"][0]["total_price"] == 298.5 and row["manager_discount_title"]
    assert api.order(api.place(lines=lines, discount_value=1000))["total_sum"] == 0


def test_a_total_may_not_follow_from_the_lines(api: Api) -> None:
    """101 less than the lines, and nothing that explains it."""
    row = api.order(api.place(lines=[{"sku": "A", "price": 2100}], total_sum=1999))
    assert (row["total_default"], row["total_sum"], row["discount_value"]) == (2100, 1999, 0)


def test_gifts_and_parts_of_sets_cost_nothing_and_are_counted(api: Api) -> None:
    """They are lines of their own with their type."""
    lines = [
        {"sku": "A", "price": 1200, "type": "set_main"}, {"sku": "B", "price": 0, "type": "set_item"},
        {"sku": "A", "price": 450, "type": "gift_parent"}, {"sku": "C", "price": 0, "type": "gift"},
    ]  # fmt: skip
    row = api.order(api.place(lines=lines))
    assert [line["type"] for line in row["products"]] == ["set_main", "set_item", "gift_parent", "gift"]
    assert (row["total_default"], row["total_quantity"]) == (1650, 4)


def test_seeded_orders_take_turns_at_the_traps(start: Start) -> None:
    """An empty e-mail, a joined address, unknown shipping, spaces around an article and none, an empty list, numbers."""
    rows = start(skus=["A", "B", "C"], orders=16).orders(additionalData=True)
    guest = next(row for row in rows if row["user"] == 0)
    assert guest["delivery_email"] == "" and "@" in guest["delivery_address"]
    assert {row["delivery_price"] for row in rows} == {-1, 0}
    articles = {line["article"] for row in rows for line in row["products"]}
    assert "" in articles and any(name != name.strip() for name in articles)
    assert [] in [row["delivery_data"] for row in rows] and [] in [row["additional_data"] for row in rows]
    assert {type(row["analytics"]["utm_campaign"]) for row in rows} == {int, str}
    assert any(row["total_sum"] != row["total_default"] and not row["coupon_code"] for row in rows)
    assert any(isinstance(row["total_sum"], float) for row in rows)
    assert {row["stat_status"] for row in rows} == {1, 2, 3, 6, 17}
    assert {(row["payed"], row["stat_status"]) for row in rows} >= {(0, 3), (1, 2)}


def test_a_waybill_has_no_number_before_it_exists(api: Api) -> None:
    """null first, then the number in both places."""
    number = api.place()
    assert (api.order(number)["delivery_data"]["tnNumber"], api.order(number)["np_number"]) == (None, "")
    api.edit("change_order", order_id=number, tracking="20450000000001")
    row = api.order(number)
    assert row["delivery_data"]["tnNumber"] == row["np_number"] == "20450000000001"


def test_fields_come_with_the_release_and_when_asked(start: Start) -> None:
    """additional_data when asked; order_without_callback since 3.32; addresses of lines since 4.26; a comment maybe."""
    api = start(skus=["A"])
    row = api.order(api.place(comment="x"))
    assert "additional_data" not in row and row["comment"] == "x"
    assert "additional_data" not in api.order(row["order_id"], additionalData=False)
    assert "order_without_callback" in row and "url" in row["products"][0]
    api.edit("setting", version="3.31", comment_in_get=False)
    row = api.order(row["order_id"])
    assert not row.keys() & {"order_without_callback", "comment"} and "url" not in row["products"][0]


def test_the_same_seed_makes_the_same_shop(start: Start) -> None:
    """Another seed makes another one."""
    first, again, other = (start(orders=5, seed=seed).orders() for seed in (1, 1, 2))
    assert first == again != other
