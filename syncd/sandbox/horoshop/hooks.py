"""``hooks/subscribe`` and ``hooks/unSubscribe``: answers without an envelope (contracts/sources §1.6)."""

from __future__ import annotations

from typing import Any

from syncd.sandbox import php
from syncd.sandbox.hook_queue import QueuedCall
from syncd.sandbox.horoshop.envelope import bare
from syncd.sandbox.horoshop.records import Subscriber
from syncd.sandbox.horoshop.store import Store
from syncd.sandbox.wire import Response

EVENTS = frozenset(
    {"order_created", "order_update", "user_signup", "user_update", "request_call_me", "comments_created"}
)
MOST_PER_EVENT = 5
TRIES = 10


def subscribe(store: Store, data: dict[str, Any]) -> Response:
    """Answer 201 with the number of the subscription; at most five subscribers per event."""
    event, url = php.to_str(data.get("event")), php.to_str(data.get("target_url"))
    known = EVENTS | ({"order_paid"} if store.settings.since(4, 26) else set())
    if event not in known:
        return _refused(f"unknown event: {event}")
    if not url.startswith(("http://", "https://")):
        return _refused("target_url is not an address")
    if sum(row.event == event for row in store.subscribers.values()) >= MOST_PER_EVENT:
        return _refused(f"the limit of subscribers for the event {event} is reached")
    number = store.next_id("subscriber")
    store.subscribers[number] = Subscriber(number, event, url)
    return bare({"id": number}, 201)


def unsubscribe(store: Store, data: dict[str, Any]) -> Response:
    """Answer 410, which means success; number and address must belong together."""
    number = php.to_int(data.get("id"))
    row = store.subscribers.get(number)
    if row is None or row.url != data.get("target_url"):
        return bare({"status": "ERROR", "message": "subscription not found"}, 404)
    remove(store, number)
    return bare({"status": "OK"}, 410)


def remove(store: Store, number: int) -> None:
    """Take a subscriber out and queue the DELETE that tells it so; raises KeyError when there is none."""
    row = store.subscribers.pop(number)
    store.queue.add(QueuedCall(row.event, "DELETE", row.url, None))


def _refused(text: str) -> Response:
    return bare({"status": "ERROR", "message": text}, 400)
