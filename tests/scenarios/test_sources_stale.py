"""What was read before a call came is older than what the call led to (contracts/sources §6, 16)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from syncd.app import PAIR, utc_now
from syncd.model.hook import HookCall, HookNews
from syncd.sandbox.wire import Request, Response
from syncd.state import inbox
from tests.scenarios.sources import JUSTCLICK, World

DAY = 86_400


def meanwhile(world: World, monkeypatch: pytest.MonkeyPatch, deed: Callable[[], None]) -> None:
    """Do something once, while Webasyst makes its next order."""
    shop = world.webasyst.shop
    handle: Callable[[Request], Response] = shop.handle
    left = [deed]

    def watched(request: Request) -> Response:
        answer = handle(request)
        if left and shop.method_of(request) in {"shop.order.add", "shop.order.save"}:
            left.pop()()
        return answer

    monkeypatch.setattr(shop, "handle", watched)


def test_16_a_list_that_was_read_before_a_call_is_older(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a cycle works on what it has read, an open order is sent, with a call: the order's row from before the call
    asks for nothing any more."""
    world.let("justclick", since=f"{utc_now():%Y-%m-%d}")
    number = world.buy("justclick")
    world.run(JUSTCLICK)
    world.at("justclick", "pay", order_id=number)
    world.later(10 * DAY)
    world.run(JUSTCLICK)
    assert world.delivery("justclick", number)["state_id"] == "paid"
    world.later(10 * DAY)
    world.run(JUSTCLICK)

    def send() -> None:
        world.at("justclick", "change_status", order_id=number, status="sent")
        call = HookCall("paid", "POST", "", b"", f"id={number}")
        news = HookNews(orders=(str(number),))
        with world.database() as db:
            db.run_sync(lambda conn: inbox.put(conn, PAIR, "justclick", call, news, world.now()))

    other = world.buy("justclick")
    meanwhile(world, monkeypatch, send)
    run = world.run(JUSTCLICK)
    assert world.delivery("justclick", other)
    assert world.delivery("justclick", number)["state_id"] == "shipped"
    assert run.failures == []
    link = world.linked("justclick", number)
    assert link is not None
    assert link.status == "sent+paid"
