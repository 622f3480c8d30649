"""Users, categories, companies, shipments, statuses, trade lists and hooks (cscart §5, §6)."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from syncd.sandbox.outgoing import TIMEOUT
from tests.sandbox.base.web import ask
from tests.sandbox.cscart.client import Api
from tests.sandbox.cscart.conftest import Start
from tests.sandbox.cscart.shape import sample


def test_users_need_a_type(api: Api) -> None:
    """Without user_type the list is 400; no addresses anywhere."""
    assert api.get("users").json == sample("error_400_users_no_type.json")
    users = api.read("users", user_type="C")["users"]
    assert len(users) == 5 and not any(key.startswith(("b_", "s_")) for key in users[0])
    assert [row["user_id"] for row in api.read("users", user_type="A")["users"]] == ["1"]
    assert len(api.read("users", user_type="C", email="customer3")["users"]) == 1
    assert len(api.read("users", user_type="C", name="müller")["users"]) == 1
    assert len(api.read("users", user_type="C", **{"user_ids[]": 3})["users"]) == 1
    assert api.read("users", user_type="C", status="D")["users"] == []


def test_a_missing_user_is_200(api: Api) -> None:
    """An empty list instead of 404; but changing or deleting one is 404."""
    assert api.read("users/999")["users"] == []
    assert api.delete("users/999").status == 404


def test_users_are_created_once_per_mail(api: Api) -> None:
    """Required fields, a duplicate e-mail, changes, deletion."""
    new = {"email": "New@example.test", "user_type": "C", "company_id": 1, "firstname": "N", "b_city": "X"}
    for key in ("email", "user_type", "company_id"):
        assert api.post("users", {k: v for k, v in new.items() if k != key}).status == 400
    made = api.post("users", new)
    assert (made.status, set(made.json)) == (201, {"user_id", "profile_id"})
    assert api.post("users", {**new, "email": "new@EXAMPLE.test"}).status == 400
    number = made.json["user_id"]
    assert api.put(f"users/{number}", {"phone": "5"}).status == 200
    assert api.read(f"users/{number}")["phone"] == "5"
    assert api.delete(f"users/{number}").status == 204


def test_categories_are_paged_by_position_and_ordered_by_id(api: Api) -> None:
    """Inside a page ids descend; filters see the tree."""
    whole = [int(row["category_id"]) for row in api.read("categories")["categories"]]
    assert whole == sorted(whole, reverse=True)
    pages = [api.read("categories", items_per_page=2, page=page)["categories"] for page in (1, 2, 3)]
    assert [row["category_id"] for row in pages[0]] == ["203", "166"]
    assert {row["category_id"] for page in pages for row in page} == {str(number) for number in whole}
    assert [row["category_id"] for row in api.read("categories", category_id=166)["categories"]] == ["201"]
    assert [row["category_id"] for row in api.read("categories", parent_category_id=203)["categories"]] == [
        "204"
    ]
    assert [row["category_id"] for row in api.read("categories", search_query="кофе")["categories"]] == [
        "201"
    ]
    assert [row["category_id"] for row in api.read("categories", status="H")["categories"]] == ["100"]
    assert (
        len(api.get("categories", [("category_ids[]", 100), ("category_ids[]", 166)]).json["categories"]) == 2
    )


def test_categories_are_created_moved_and_deleted_with_their_tree(api: Api) -> None:
    """Products left without a category become invisible."""
    made = api.post("categories", {"category": "Neu", "parent_id": 166})
    number = made.json["category_id"]
    assert (made.status, api.read(f"categories/{number}")["id_path"]) == (201, f"166/{number}")
    assert api.put(f"categories/{number}", {"category": "Alt", "description": "d"}).status == 200
    assert (
        api.read(f"categories/{number}")["category"],
        api.post("categories", {"parent_id": 1}).status,
    ) == ("Alt", 400)
    before = len(api.pids(items_per_page=0))
    assert api.delete("categories/166").status == 204
    assert api.get(f"categories/{number}").status == api.get("categories/201").status == 404
    assert 0 < len(api.pids(items_per_page=0)) < before
    assert api.edit("category.create", name="Late") > number


def test_creating_a_store_answers_200(start: Start) -> None:
    """Not 201; vendors answer with another key."""
    api = start()
    made = api.post("stores", {"company": "Zweite", "email": "z@example.test"})
    assert (made.status, made.json) == (200, {"store_id": 2})
    assert api.read("stores/2")["storefront"] == api.url.removeprefix("http://")
    assert api.put("stores/2", {"company": "Neu"}).status == 200 and api.read("stores/2")["company"] == "Neu"
    assert (api.delete("stores/2").status, api.get("stores/2").status) == (204, 404)
    assert api.post("stores", {"company": "x"}).status == 400
    vendors = start(edition="MULTIVENDOR")
    assert set(vendors.post("vendors", {"company": "V", "email": "v@example.test"}).json) == {
        "company_id",
        "message",
    }


def test_statuses_have_numbers_and_can_be_changed(api: Api) -> None:
    """The path takes the number, not the letter; new letters can be made."""
    letters = [row["status"] for row in api.read("statuses")["statuses"]]
    assert letters == ["P", "C", "O", "F", "D", "B", "I"]
    assert api.get("statuses/P").status == 404 and api.get("statuses/99").status == 404
    made = api.post("statuses", {"status": "Y", "description": "Awaiting call", "params": {"inventory": "D"}})
    number = made.json["status_id"]
    assert api.put(f"statuses/{number}", {"description": "Waiting", "params": {"repay": "Y"}}).status == 200
    row = api.read(f"statuses/{number}")
    assert (row["description"], row["params"]) == ("Waiting", {"inventory": "D", "repay": "Y"})
    assert api.post("statuses", {"status": "Y"}).status == 400
    assert api.delete(f"statuses/{number}").status == 204


def test_shipments_change_only_some_fields(api: Api) -> None:
    """Any other key is 400; creation needs an order, a method, and a carrier or a number."""
    number = api.place()
    for missing in ({"order_id": number}, {"order_id": number, "shipping_id": 1}, {"shipping_id": 1}):
        assert api.post("shipments", missing).status == 400
    assert api.post("shipments", {"order_id": 77, "shipping_id": 1, "carrier": "x"}).status == 400
    parcel = api.post("shipments", {"order_id": number, "shipping_id": 1, "carrier": "dhl"}).json[
        "shipment_id"
    ]
    assert api.put(f"shipments/{parcel}", {"tracking_number": "T", "notify_user": "1"}).status == 400
    assert api.put(f"shipments/{parcel}", {"tracking_number": "T", "status": "A"}).status == 200
    row = api.read(f"shipments/{parcel}")
    assert (row["tracking_number"], row["status"]) == ("T", "A")
    assert row["carrier_info"]["tracking_url"].endswith("AWB=T")
    assert api.read("shipments", order_id=77)["shipments"] == []
    assert (api.delete(f"shipments/{parcel}").status, api.get(f"shipments/{parcel}").status) == (204, 404)


def test_payments_carry_secrets(api: Api) -> None:
    """processor_params is serialized text that must not be logged; single rows can be read."""
    rows = {row["payment_id"]: row for row in api.read("payments")["payments"]}
    assert "sk_test" in rows["12"]["processor_params"] and rows["6"]["processor_params"] == ""
    assert api.read("payments/12", lang_code="ru")["payment"] == "Банковская карта"
    assert api.get("payments/99").status == 404
    assert api.read("taxes/7")["price_includes_tax"] == "N"


def test_settings_are_filtered_and_changed(api: Api) -> None:
    """By section; only PUT with a value."""
    assert len(api.read("settings", section_id=2)["settings"]) == 2
    assert api.read("settings", section_id=9)["settings"] == []
    assert api.put("settings/2", {"value": "500"}).status == 200
    assert api.running.dump()["settings"]["minimum_order_total"] == 500
    assert api.put("settings/2", {"x": 1}).status == 400 and api.put("settings/9", {"value": 1}).status == 404


class Hooks(BaseHTTPRequestHandler):
    """Keeps what the shop posts."""

    received: list[tuple[str, str, Any]]
    ask_back: Any

    def do_POST(self) -> None:
        data = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.received.append((self.path, self.headers["Content-Type"], data))
        self.ask_back(data)
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Stay silent."""


@pytest.fixture
def hooks() -> Iterator[tuple[str, type[Hooks]]]:
    """A receiver of hooks."""
    handler = type("Receiver", (Hooks,), {"received": [], "ask_back": staticmethod(lambda data: None)})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", handler
        server.shutdown()
        thread.join()


def test_zapier_hooks_fire_for_new_and_paid_orders(api: Api, hooks: tuple[str, type[Hooks]]) -> None:
    """JSON with a form content type; lines as a list for new orders, as a map for paid ones; no other events."""
    url, receiver = hooks
    for trigger in ("new_order", "order_paid", "new_product", "new_user", "new_shipment"):
        api.post("zapier_hooks", {"hook_url": f"{url}/{trigger}", "trigger_name": trigger})
    number = api.place()
    api.put(f"orders/{number}", {"status": "P"})
    api.put(f"orders/{number}", {"status": "C"})
    api.put("products/1", {"amount": 5})
    (first, kind, new), (second, _, paid) = receiver.received
    assert (first, second, kind) == ("/new_order", "/order_paid", "application/x-www-form-urlencoded")
    assert isinstance(new["products"], list) and "product_groups" not in new
    assert isinstance(paid["products"], dict) and paid["order_id"] == str(number)
    receiver.received.clear()
    api.post("products", {"product": "x", "price": 1, "category_ids": [166]})
    api.post("users", {"email": "h@example.test", "user_type": "C", "company_id": 1})
    api.post("shipments", {"order_id": number, "shipping_id": 1, "carrier": "dhl"})
    assert [path for path, _, _ in receiver.received] == ["/new_product", "/new_user", "/new_shipment"]


def test_a_receiver_may_ask_back_at_once(api: Api, hooks: tuple[str, type[Hooks]]) -> None:
    """The shop answers others while it waits for the hook's receiver."""
    url, receiver = hooks
    totals: list[str] = []

    def ask_back(data: Any) -> None:
        found = ask(f"{api.url}/api/orders/{data['order_id']}", headers=api.login(), timeout=TIMEOUT / 3)
        totals.append(found.json["total"])

    receiver.ask_back = staticmethod(ask_back)
    api.post("zapier_hooks", {"hook_url": url, "trigger_name": "new_order"})
    number = api.place()
    assert totals == [api.order(number)["total"]]


def test_hooks_by_id_hit_the_first_one(api: Api) -> None:
    """The look-up ignores the id; a dead receiver harms nothing; without the add-on there is no entity."""
    assert api.get("zapier_hooks/1").status == 404
    for trigger in ("new_order", "order_paid"):
        api.post("zapier_hooks", {"hook_url": "http://127.0.0.1:9/", "trigger_name": trigger})
    assert api.read("zapier_hooks/99")["hook_id"] == "3"
    assert api.post("zapier_hooks", {"hook_url": "x", "trigger_name": "order_updated"}).status == 400
    assert api.post("zapier_hooks", {"trigger_name": "new_order"}).status == 400
    assert api.place()
    assert api.delete("zapier_hooks/4").status == 204
    assert len(api.read("zapier_hooks")["zapier_hooks"]) == 1
    api.edit("setting", zapier=False)
    assert api.get("zapier_hooks").status == 404


def test_marketplace_licences(api: Api, hooks: tuple[str, type[Hooks]]) -> None:
    """The hook holds the order number; the numbers stand in the lines."""
    url, receiver = hooks
    api.edit("setting", marketplace_hook_url=url)
    number = api.place()
    assert api.edit("license.issue", order_id=number, license_number="ABC") is True
    assert receiver.received[0][2] == {"order_id": number}
    assert next(iter(api.order(number)["products"].values()))["extra"]["license_number"] == "ABC"
