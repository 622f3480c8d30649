"""Subscribing, and hooks that go out from a queue over real HTTP (contracts/sources §1.6)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sandbox.base.receiver import Receiver
from tests.sandbox.base.sources import sample
from tests.sandbox.cscart.shape import differences
from tests.sandbox.horoshop.client import Api
from tests.sandbox.horoshop.conftest import Start


def subscribe(api: Api, event: str, url: str) -> int:
    answer = api.call("hooks/subscribe", event=event, target_url=url)
    assert answer.status == 201 and answer.json.keys() == {"id"}
    return int(answer.json["id"])


def bodies(receiver: Receiver) -> list[Any]:
    return [json.loads(call.body) for call in receiver.calls]


def test_a_subscription_is_answered_without_an_envelope(api: Api) -> None:
    """201 and a number; 410 and OK when it ends: the samples."""
    body = sample("horoshop_hook_subscribe_request")
    del body["token"]
    answer = api.call("hooks/subscribe", **body)
    assert (answer.status, answer.json) == (201, sample("horoshop_hook_subscribe_ok"))
    answer = api.call("hooks/unSubscribe", id=77, target_url=body["target_url"])
    assert (answer.status, answer.json) == (410, sample("horoshop_hook_unsubscribe_ok"))
    assert api.call("hooks/unSubscribe", id=77, target_url=body["target_url"]).status == 404


def test_an_event_has_five_subscribers_at_most(api: Api) -> None:
    """The limit is per event, and one that left makes room."""
    numbers = [subscribe(api, "order_created", f"http://127.0.0.1:9/{place}") for place in range(5)]
    answer = api.call("hooks/subscribe", event="order_created", target_url="http://127.0.0.1:9/6")
    assert answer.status == 400 and "limit" in answer.json["message"]
    subscribe(api, "order_update", "http://127.0.0.1:9/6")
    assert api.call("hooks/unSubscribe", id=numbers[0], target_url="http://127.0.0.1:9/0").status == 410
    subscribe(api, "order_created", "http://127.0.0.1:9/6")


def test_wrong_subscriptions_are_refused(api: Api) -> None:
    """An unknown event, an address that is none, an event newer than the shop, a foreign address at the end."""
    url = "http://127.0.0.1:9/"
    assert api.call("hooks/subscribe", event="order_eaten", target_url=url).status == 400
    assert api.call("hooks/subscribe", event="order_created", target_url="ftp://x").status == 400
    number = subscribe(api, "order_paid", url)
    assert api.call("hooks/unSubscribe", id=number, target_url=url + "other").status == 404
    api.edit("setting", version="4.25")
    assert api.call("hooks/subscribe", event="order_paid", target_url=url).status == 400


def test_events_of_an_order_are_put_to_their_subscribers(api: Api, receiver: Receiver) -> None:
    """PUT with JSON, no name of the event, no signature; nothing goes out before the queue is flushed."""
    for event in ("order_created", "order_paid", "order_update"):
        subscribe(api, event, f"{receiver.url}/{event}?x=1")
    number = api.place(comment="hello")
    api.edit("change_status", order_id=number, status=2)
    api.edit("pay", order_id=number)
    assert receiver.calls == []
    results = api.edit("flush_hooks")
    assert [(row["event"], row["order_id"], row["status"], row["state"]) for row in results] == [
        ("order_created", number, 200, "delivered"), ("order_update", number, 200, "delivered"),
        ("order_paid", number, 200, "delivered"),
    ]  # fmt: skip
    assert [(call.method, call.target) for call in receiver.calls] == [
        ("PUT", "/order_created?x=1"), ("PUT", "/order_update?x=1"), ("PUT", "/order_paid?x=1"),
    ]  # fmt: skip
    assert {call.headers["content-type"] for call in receiver.calls} == {"application/json"}
    created, updated, paid = bodies(receiver)
    optional = frozenset({"type"})
    assert differences(sample("horoshop_order_created_webhook"), created, optional=optional) == []
    assert (created["comment"], created["stat_status"]) == ("hello", 1)
    assert updated == {"order_id": number, "stat_status": 2}
    assert differences(sample("horoshop_order_update_webhook"), updated) == []
    assert differences(sample("horoshop_order_paid_webhook"), paid) == [] and paid["payed"] == 1
    assert api.edit("flush_hooks") == []


def test_a_guests_order_has_the_shape_of_the_sample(api: Api, receiver: Receiver) -> None:
    """No customer, no e-mail, parts of the address joined with @, a price with a fraction."""
    expected = sample("horoshop_order_created_webhook_guest_ukrposhta_float")
    subscribe(api, "order_created", receiver.url)
    api.place(
        user=0, customer={"email": "", "address": expected["delivery_address"]}, delivery_id=9, payment_id=15,
        lines=[{"sku": "A", "price": "799.5"}], without_callback=True,
    )  # fmt: skip
    api.edit("flush_hooks")
    [body] = bodies(receiver)
    assert differences(expected, body, optional=frozenset({"type"})) == []
    for key in (
        "user",
        "delivery_email",
        "delivery_address",
        "delivery_price",
        "total_sum",
        "order_without_callback",
    ):
        assert body[key] == expected[key], key


def test_only_what_the_contract_says_is_an_event(api: Api, receiver: Receiver) -> None:
    """A status that becomes new again, the same status, a payment taken back or repeated are not told."""
    number = api.place(status=2, paid=True)
    for event in ("order_paid", "order_update"):
        subscribe(api, event, receiver.url)
    api.edit("change_status", order_id=number, status=2)
    api.edit("change_status", order_id=number, status=1)
    api.edit("pay", order_id=number)
    api.edit("pay", order_id=number, paid=False)
    assert api.edit("flush_hooks") == []


def test_a_change_by_the_api_is_told_as_well(api: Api, receiver: Receiver) -> None:
    """Who writes back hears the echo."""
    for event in ("order_paid", "order_update"):
        subscribe(api, event, receiver.url)
    number = api.place()
    api.call("orders/update", orders=[{"order_id": number, "status": 3, "payed": 1}])
    assert [row["event"] for row in api.edit("flush_hooks")] == ["order_update", "order_paid"]


def test_a_failed_call_is_tried_ten_times(api: Api, receiver: Receiver) -> None:
    """Anything but 20x is a failure; after the tenth try it is given up."""
    subscribe(api, "order_created", receiver.url)
    api.place()
    receiver.statuses = [500, 404, 301, 210, 503, 400, 429, 502, 500, 500]
    states = [api.edit("flush_hooks")[0] for _ in range(10)]
    assert [row["state"] for row in states] == ["waiting"] * 9 + ["given up"]
    assert [row["tries"] for row in states] == list(range(1, 11))
    assert api.edit("flush_hooks") == [] and len(receiver.calls) == 10
    assert len({call.body for call in receiver.calls}) == 1


def test_a_call_that_failed_comes_through_later(api: Api, receiver: Receiver) -> None:
    """204 is a success too; nobody there, or an address beyond loopback, has no status."""
    subscribe(api, "order_created", receiver.url)
    subscribe(api, "order_created", "http://127.0.0.1:1/")
    subscribe(api, "order_created", "http://127.0.0.2/")
    api.place()
    receiver.statuses = [503, 204]
    assert [row["status"] for row in api.edit("flush_hooks")] == [503, None, None]
    assert [row["state"] for row in api.edit("flush_hooks")] == ["delivered", "waiting", "waiting"]
    assert api.running.dump()["waiting_hooks"] == 2


def test_a_removed_subscriber_is_told_by_a_delete(api: Api, receiver: Receiver) -> None:
    """By the API or by the staff; afterwards it hears nothing more."""
    first, second = (subscribe(api, "order_created", f"{receiver.url}/{name}") for name in "ab")
    assert api.call("hooks/unSubscribe", id=first, target_url=f"{receiver.url}/a").status == 410
    api.edit("remove_subscriber", id=second)
    api.place()
    results = api.edit("flush_hooks")
    assert [(row["method"], row["order_id"], row["state"]) for row in results] == [
        ("DELETE", None, "delivered")
    ] * 2
    assert [(call.method, call.target, call.body) for call in receiver.calls] == [
        ("DELETE", "/a", b""), ("DELETE", "/b", b""),
    ]  # fmt: skip


def test_a_receiver_may_ask_back_at_once(api: Api, receiver: Receiver) -> None:
    """The shop answers others while it waits for the receiver."""
    subscribe(api, "order_created", receiver.url)
    found: list[int] = []
    receiver.meanwhile = lambda: found.extend(api.ids())
    number = api.place()
    api.edit("flush_hooks")
    assert found == [number]


def test_on_a_small_tariff_subscribing_works_and_nothing_comes(start: Start, receiver: Receiver) -> None:
    """Nothing is queued at all."""
    api = start(skus=["A"])
    api.edit("setting", hooks_delivered=False)
    subscribe(api, "order_created", receiver.url)
    api.place()
    assert api.edit("flush_hooks") == []


@pytest.mark.parametrize("function", ["hooks/subscribe", "hooks/unSubscribe"])
def test_hooks_need_a_token(api: Api, function: str) -> None:
    """Without one they answer 401."""
    assert api.send(function, id=1, event="order_created", target_url="http://127.0.0.1/").status == 401
