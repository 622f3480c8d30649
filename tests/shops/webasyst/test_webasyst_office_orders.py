"""The office's order side over HTTP: what is asked, what is believed, what stays in doubt."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import respx
import time_machine

from syncd.errors import BrokenAnswer, Held, InDoubt, Misconfigured, NotAuthorised, Refused
from syncd.model.exchange import DraftLine, OrderChanges, OrderDraft
from syncd.model.order import Address
from tests.shops.webasyst.webasyst_support import Shop, at, office, recorded

pytestmark = pytest.mark.anyio
D = Decimal
DRAFT = OrderDraft(
    contact_id=2,
    contact=None,
    lines=(DraftLine("Cup", D(1), D("12.50"), sku_id=11, product_id=1000),),
    shipping=D(0),
    discount=D(0),
    comment="",
    address={},
    billing_address={},
    params={"syncd_ref": "cs:1:5001"},
    currency="USD",
    stock_id=1,
)


def row(order_id: int, reference: str | None = None, **columns: Any) -> dict[str, Any]:
    """A recorded row with another id, reference or column."""
    found = dict(recorded("order_search/params_eq")["orders"][0])
    found["params"] = found["params"] | ({"syncd_ref": reference} if reference else {})
    return found | {"id": str(order_id)} | columns


def answer(*rows: dict[str, Any], count: int | None = None) -> dict[str, Any]:
    return {"offset": 0, "limit": 1000, "count": len(rows) if count is None else count, "orders": list(rows)}


async def test_the_token_travels_in_the_header_only(shop: Shop) -> None:
    """Addresses end up in logs (contracts/webasyst §1.3)."""
    shop.says("shop.order.getInfo", recorded("order_getInfo/ok"))
    await office().order(1)
    request = shop.request("shop.order.getInfo")
    assert request.headers["authorization"] == "Bearer secret-token-1234567890"
    assert "secret" not in str(request.url)


async def test_the_profile_is_read_by_two_calls_and_kept_for_ten_minutes(shop: Shop) -> None:
    """Rates and workflow change by a person's hand only."""
    account = office()
    now = 0.0
    account._monotonic = lambda: now
    profile = await account.profile()
    assert [each.stock_id for each in profile.warehouses] == [1, 2]
    assert profile.timezone == "UTC"
    now = 599.0
    assert await account.profile() is profile
    assert (shop.calls("shop.settings.get"), shop.calls("shop.stock.getList")) == (1, 1)
    now = 600.0
    await account.profile()
    assert shop.calls("shop.settings.get") == 2


async def test_the_shops_clock_is_told_apart_from_ours(shop: Shop) -> None:
    """Seconds, from the `Date` header; 0 when there is none."""
    with time_machine.travel(at("2026-11-21 04:26:03"), tick=False):
        assert (await office().profile()).server_offset == 10.0
        shop.says("shop.settings.get", recorded("seeded/settings_get"), clock="")
        assert (await office().profile()).server_offset == 0.0


@pytest.mark.parametrize(
    ("setting", "recording", "expected"),
    [
        (None, "seeded/stock_getList", 1),
        (2, "seeded/stock_getList", 2),
        (None, "stock/getList_no_stocks", None),
    ],
)
async def test_the_warehouse_is_the_setting_or_the_first_one(
    shop: Shop, setting: int | None, recording: str, expected: int | None
) -> None:
    """A shop without warehouses has none."""
    shop.says("shop.stock.getList", recorded(recording))
    assert await office(stock_id=setting).stock_id() == expected


async def test_an_unknown_warehouse_is_a_wrong_setting(shop: Shop) -> None:
    """The error names the setting and what there is to choose from."""
    with pytest.raises(Misconfigured, match=r"SYNCD_WEBASYST__STOCK_ID is 7.*1 \(Main warehouse\), 2"):
        await office(stock_id=7).stock_id()


async def test_missing_rights_are_told_by_name(shop: Shop) -> None:
    """Without them searches come back empty, and an order would be created twice (contracts/webasyst §7)."""
    shop.says("shop.rights", recorded("rights/get"), recorded("rights/rights"))
    account = office()
    assert await account.missing_rights() == []
    assert await account.missing_rights() == ["orders", "customers", "products"]


async def test_orders_are_found_by_exactly_their_reference(shop: Shop) -> None:
    """The shop compares without case, and duplicates must both come back (contracts/webasyst §8)."""
    shop.says("shop.order.search", answer(row(7, "cs:1:A"), row(8, "cs:1:a"), row(9, "cs:1:A"), row(10)))
    found = await office().orders_by_reference(["cs:1:A", "cs:1:B"])
    assert [order.order_id for order in found] == [7, 9]
    assert shop.query("shop.order.search") == {
        "hash": "search/params.syncd_ref=cs:1:A||cs:1:B",
        "escape": "0",
        "sort": "id ASC",
        "limit": "1000",
        "offset": "0",
    }


async def test_no_references_ask_nothing_and_bad_ones_refuse_before_any_call(shop: Shop) -> None:
    """A search that cannot find must not be believed."""
    shop.says("shop.order.search")
    assert await office().orders_by_reference([]) == []
    with pytest.raises(Held):
        await office().orders_by_reference(["fine", "a||b"])
    assert shop.calls("shop.order.search") == 0


async def test_a_refused_search_is_never_taken_for_an_empty_one(shop: Shop) -> None:
    """An empty answer lets an order be created; a failed search must not."""
    shop.says("shop.order.search", {"error": "access_denied"}, status=403)
    with pytest.raises(NotAuthorised):
        await office().orders_by_reference(["cs:1:A"])
    shop.says("shop.order.search", {"error": "invalid_param"}, {"status": "fail"}, {}, {})
    for error in (Refused, Refused, BrokenAnswer):
        with pytest.raises(error):
            await office().orders_by_reference(["cs:1:A"])


async def test_a_search_that_found_nothing_is_believed_with_the_right_to_orders_only(shop: Shop) -> None:
    """Without it every search is empty, while orders can still be made (contracts/webasyst §5.5)."""
    nothing = recorded("rights/order_search")
    shop.says("shop.order.search", *[nothing] * 5)
    shop.says("shop.rights", *[recorded(f"rights/{name}") for name in ("rights", "get", "rights", "rights")])
    account = office()
    with pytest.raises(NotAuthorised, match="orders"):
        await account.orders_by_reference(["cs:1:A"])
    assert await account.orders_by_reference(["cs:1:A"]) == []
    touched = await account.orders_touched_since(at("2026-11-21 04:00:00"))
    assert touched.records == []  # what is touched is asked for every few seconds: its right once a minute
    with pytest.raises(NotAuthorised):
        await account.orders_created_since(at("2026-11-21 04:00:00"))
    with pytest.raises(NotAuthorised):
        await account.orders_touched_since(at("2026-11-21 04:00:00"))


async def test_nobody_is_found_with_the_right_to_customers_only(shop: Shop) -> None:
    """Without it a customer would be made anew with each order (contracts/webasyst §6); asked for once a minute."""
    nobody = recorded("rights/customer_search")
    shop.says("shop.customer.search", *[nobody] * 5)
    shop.says("shop.rights", recorded("rights/rights"), recorded("rights/rights"), recorded("rights/get"))
    account = office()
    with pytest.raises(NotAuthorised, match="customers"):
        await account.contact_by_email("a@example.com")
    with pytest.raises(NotAuthorised, match="customers"):
        await account.has_contact(2)
    assert await account.contact_by_email("a@example.com") is None
    assert await account.contact_by_phone("123") is None
    assert not await account.has_contact(2)


async def test_orders_created_since_are_paged_by_offset_and_checked(shop: Shop) -> None:
    """In the shop's time, by id; what the shop should not have returned is dropped."""
    shop.says("shop.settings.get", recorded("settings/timezone_php_moscow"))
    late = [row(n, create_datetime="2026-11-21 07:00:00") for n in range(1, 1002)]
    early = row(2000, create_datetime="2026-11-21 06:59:59")
    shop.says("shop.order.search", answer(*late[:1000], count=1002), answer(*late[1000:], early, count=1002))
    found = await office().orders_created_since(at("2026-11-21 04:00:00"))
    assert [order.order_id for order in found] == list(range(1, 1002))
    assert found[0].created_at == at("2026-11-21 04:00:00")
    assert shop.query("shop.order.search", 0)["hash"] == "search/create_datetime>=2026-11-21 07:00:00"
    assert [shop.query("shop.order.search", n)["offset"] for n in (0, 1)] == ["0", "1000"]


async def test_touched_orders_come_with_the_broken_ones_and_the_shops_clock(shop: Shop) -> None:
    """One search; a creation alone touches nothing, and what the shop should not have returned is dropped."""
    shop.says("shop.settings.get", recorded("settings/timezone_php_moscow"))
    moved = row(3, update_datetime="2026-11-21 07:00:00", state_id="paid")
    broken = row(4, update_datetime="2026-11-21 07:00:00", total="?")
    early = row(5, update_datetime="2026-11-21 06:59:59")
    shop.says("shop.order.search", answer(moved, broken, early, row(6, update_datetime=None)))
    page = await office().orders_touched_since(at("2026-11-21 04:00:00"))
    assert [(order.order_id, order.state, order.updated_at) for order in page.records] == [
        (3, "paid", at("2026-11-21 04:00:00"))
    ]
    assert [(record.key, "total" in record.reason) for record in page.broken] == [("4", True)]
    assert '"id": "4"' in page.broken[0].payload
    assert page.clock == at("2026-11-21 04:26:13")
    assert shop.query("shop.order.search")["hash"] == "search/update_datetime>=2026-11-21 07:00:00"
    assert shop.calls("shop.order.search") == 1


async def test_a_search_that_shows_less_than_it_counts_is_broken(shop: Shop) -> None:
    """Taken for complete, an order that is there would be created once more."""
    shop.says("shop.order.search", answer(row(1, "cs:1:A"), count=2), answer(count=2))
    with pytest.raises(BrokenAnswer, match="counts 2 orders but shows 1"):
        await office().orders_by_reference(["cs:1:B"])


async def test_an_order_that_is_not_there_is_none(shop: Shop) -> None:
    """404 `invalid_param`; another order's answer is broken."""
    shop.says("shop.order.getInfo", recorded("order_getInfo/unknown"), status=404)
    assert await office().order(9999) is None
    shop.says("shop.order.getInfo", recorded("order_getInfo/ok"))
    with pytest.raises(BrokenAnswer):
        await office().order(2)


async def test_a_broken_read_is_asked_once_more(shop: Shop) -> None:
    """A PHP warning before the JSON is often gone at the next call."""
    shop.says_raw(
        "shop.order.getInfo",
        respx.MockResponse(200, text="<br /><b>Warning</b>: x{}"),
        respx.MockResponse(200, json=recorded("order_getInfo/ok")),
    )
    assert await office().order(1) is not None


async def test_a_customer_is_the_oldest_with_exactly_this_email(shop: Shop) -> None:
    """Unknown fields find anything, so each hit is checked (contracts/webasyst §6)."""
    shop.says("shop.customer.search", *[recorded("customer/search_email_eq")] * 2)
    assert await office().contact_by_email(" Ivan.Petrov@Example.com ") == 2
    assert shop.query("shop.customer.search")["hash"] == "search/email=Ivan.Petrov@Example.com"
    assert await office().contact_by_email("petrov@example.com") is None
    assert await office().contact_by_email(" ") is None
    assert shop.calls("shop.customer.search") == 2


async def test_an_email_with_a_plus_is_asked_for_in_both_encodings(shop: Shop) -> None:
    """Whether customer searches are decoded once or twice is not known; equality decides."""
    shop.says("shop.rights", recorded("rights/get"))
    row_ = recorded("customer/search_email_eq")["customers"][0] | {"id": "31", "email": ["a+b@example.com"]}
    shop.says("shop.customer.search", {"customers": [], "count": 0}, {"customers": [row_], "count": 1})
    assert await office().contact_by_email("a+b@example.com") == 31
    hashes = [shop.query("shop.customer.search", n)["hash"] for n in (0, 1)]
    assert hashes == ["search/email=a+b@example.com", "search/email=a%2Bb@example.com"]


async def test_a_customer_is_found_by_the_digits_of_the_phone(shop: Shop) -> None:
    """Stored as digits; a contact without a phone has `false` there."""
    both = recorded("customer/search_email_eq")
    shop.says("shop.customer.search", both, both)
    assert await office().contact_by_phone("+7 (916) 123-45-67") == 2
    assert shop.query("shop.customer.search")["hash"] == "search/phone=79161234567"
    assert await office().contact_by_phone("9161234567") is None
    assert await office().contact_by_phone("n/a") is None


async def test_a_created_order_is_the_one_that_came_back(shop: Shop) -> None:
    """`order.add` answers the whole order."""
    shop.says("shop.order.add", recorded("order_add/new_contact"))
    order = await office().add_order(DRAFT)
    assert (order.order_id, order.contact_id, order.total) == (1, 2, D("35.6"))
    assert ("params[syncd_ref]", "cs:1:5001") in shop.form("shop.order.add")


@pytest.mark.parametrize(
    "body", ["ok", True, {}, [], {"id": "0"}, {"id": None, "contact_id": "2"}, {"id": "5"}]
)
async def test_an_order_that_does_not_come_back_leaves_the_create_in_doubt(shop: Shop, body: Any) -> None:
    """Status 200 alone is never believed."""
    shop.says("shop.order.add", body)
    with pytest.raises(InDoubt) as raised:
        await office().add_order(DRAFT)
    assert raised.value.ended


async def test_a_500_of_a_create_is_in_doubt(shop: Shop) -> None:
    """The recorded 500 had made the order (contracts/webasyst §0.2)."""
    shop.says("shop.order.add", recorded("order_add/contact_id_unknown"), status=500)
    with pytest.raises(InDoubt) as raised:
        await office().add_order(DRAFT)
    assert raised.value.ended
    assert shop.calls("shop.order.add") == 1


async def test_a_gateways_504_may_still_be_at_work(shop: Shop) -> None:
    """The shop goes on after the gateway gave up."""
    shop.says("shop.order.add", {}, status=504)
    with pytest.raises(InDoubt) as raised:
        await office().add_order(DRAFT)
    assert not raised.value.ended


async def test_a_save_is_done_when_it_says_ok(shop: Shop) -> None:
    """`{"status": "ok"}`; `fail` is a refusal, anything else a doubt."""
    shop.says("shop.order.save", {"status": "ok", "data": []}, {"status": "ok", "data": []})
    await office().save_order(56, OrderChanges(D("6.50")))
    assert shop.form("shop.order.save") == [("id", "56"), ("shipping", "6.5")]
    await office().save_new_order(DRAFT)
    assert "id" not in dict(shop.form("shop.order.save"))
    shop.says("shop.order.save", recorded("order_save/create_no_items"), {"status": "maybe"}, "ok", [])
    with pytest.raises(Refused, match="Order items not found"):
        await office().save_new_order(DRAFT)
    for _ in range(3):
        with pytest.raises(InDoubt):
            await office().save_order(56, OrderChanges(D(0)))


async def test_an_action_answers_the_state_it_led_to(shop: Shop) -> None:
    """By `order.action`, which checks the workflow (contracts/webasyst §5.8)."""
    shop.says("shop.order.action", recorded("order_action/process_from_new"))
    assert await office().act(30, "process", "by syncd") == "processing"
    assert shop.form("shop.order.action") == [("id", "30"), ("action", "process"), ("text", "by syncd")]


async def test_an_action_that_the_state_forbids_is_held(shop: Shop) -> None:
    """404 `invalid_param`; nothing was done."""
    shop.says("shop.order.action", recorded("order_action/process_again_not_allowed"), status=404)
    with pytest.raises(Held, match="order 30") as raised:
        await office().act(30, "process")
    assert raised.value.code == "status-out-of-reach"


async def test_an_action_that_the_user_may_not_run_holds_its_order_only(shop: Shop) -> None:
    """The recorded 403 of a user without the right; the same answer to a user who has it is about the token."""
    refused = recorded("rights/order_action")
    shop.says("shop.order.action", refused, refused, refused, status=403)
    shop.says("shop.rights", recorded("rights/rights"), recorded("rights/get"))
    with pytest.raises(Held, match="may not run process") as held:
        await office().act(1, "process")
    assert held.value.code == "status-out-of-reach"
    with pytest.raises(NotAuthorised):
        await office().act(1, "process")
    shop.says("shop.rights", {"error": "invalid_token"}, status=401)
    with pytest.raises(NotAuthorised):
        await office().act(1, "process")


async def test_an_action_answered_for_another_order_is_in_doubt(shop: Shop) -> None:
    """Or without the state."""
    told = recorded("order_action/process_from_new")
    shop.says("shop.order.action", told, {k: v for k, v in told.items() if k != "after_state_id"}, True)
    for order_id in (31, 30, 30):
        with pytest.raises(InDoubt):
            await office().act(order_id, "process")


async def test_a_form_that_is_too_large_is_never_sent(shop: Shop) -> None:
    """PHP would cut it silently."""
    shop.says("shop.order.add")
    with pytest.raises(Held):
        await office().add_order(replace(DRAFT, lines=DRAFT.lines * 400))
    assert shop.calls("shop.order.add") == 0


async def test_addresses_are_in_the_offices_codes() -> None:
    """By the tables of `places`."""
    assert office().address(Address(city="Тверь", country="RU", region="TVE")) == {
        "city": "Тверь",
        "country": "rus",
        "region": "69",
    }
