"""Calls of the sources over HTTP to a daemon that listens: each is a hint, and what counts is what the source then says."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Connection
from structlog.testing import capture_logs
from structlog.typing import EventDict

from syncd.app import PAIR, App, utc_now
from syncd.app.hooks import EVENTS, Subscribing
from syncd.daemon.once import Exit
from syncd.errors import Refused
from syncd.model.hook import HookCall, HookNews
from syncd.shops.justclick.query import build_query
from syncd.shops.justclick.signing import sign_hook
from syncd.state import failures, inbox
from syncd.sync.order_hints import PORTION
from tests.scenarios.shops import money
from tests.scenarios.sources import CODES, SOURCES, Listening, World, listening

pytestmark = pytest.mark.anyio

NEVER = 86_400
"""Seconds between two cycles: within a test only calls bring anything."""
ENOUGH = 50
"""Looks into the inbox that no single run needs."""


@pytest.fixture
def world(world: World) -> World:
    """The sources are read once at the start, and then only what they call about."""
    for source in SOURCES:
        world.let(source, update_time=NEVER)
    world.set(orders={"update_time": NEVER}, products={"update_time": NEVER})
    return world


@pytest.fixture
def said() -> Iterator[list[EventDict]]:
    with capture_logs() as lines:
        yield lines


def hook_of(world: World, source: str, number: int, *, status: str = "new_order") -> tuple[bytes, str]:
    """Body and content type of a call about an order."""
    if source != "justclick":
        return b'{"order_id": %d}' % number, "application/json"
    order = world.sources[source].dump()["orders"][str(number)]
    email, created = order["customer"]["email"], str(order["created"])
    key = world.sources[source].credentials["key"]
    signed = sign_hook(str(number), email, created, key=key)
    fields = {"id": str(number), "email": email, "created": created, "status": status, "hash": signed}
    return build_query(fields).encode(), "application/x-www-form-urlencoded"


EVENT = {"horoshop": "order_created", "justclick": "created", "marketplace": ""}


async def tell(daemon: Listening, source: str, number: int) -> None:
    """The source calls, and what it called about is looked at."""
    body, kind = hook_of(daemon.world, source, number)
    answer = await daemon.call(source, body, kind=kind, event=EVENT[source])
    assert answer.status == 200
    await daemon.heard(source)


@pytest.mark.parametrize("source", SOURCES)
async def test_14_twenty_identical_hooks_at_once_are_one_order(world: World, source: str) -> None:
    """The same call twenty times in parallel, in the midst of the work on it, makes one order."""
    async with listening(world) as daemon:
        number = world.buy(source)
        body, kind = hook_of(world, source, number)
        calls = [daemon.call(source, body, kind=kind, event=EVENT[source]) for _ in range(20)]
        answers = await asyncio.gather(*calls)
        assert {answer.status for answer in answers} == {200}
        await daemon.heard(source)
    assert len(world.office_orders()) == len(world.arrived(source, number)) == 1


async def test_each_source_calls_as_it_does(world: World) -> None:
    """The sandboxes' own calls, to the addresses that are entered there, bring the orders of all three sources."""
    async with listening(world) as daemon:
        base = f"http://127.0.0.1:{daemon.port}"
        with world.database() as db:
            async with App(world.settings(), db) as app:
                await Subscribing(app, "horoshop").subscribe(base, EVENTS)
        events = ("created", "paid", "prepaid", "canceled", "moneyback")
        world.at("justclick", "hook_urls", **{name: daemon.address("justclick", name) for name in events})
        world.at("marketplace", "setting", hook_url=daemon.address("marketplace"))
        numbers = {source: world.buy(source) for source in SOURCES}
        world.at("marketplace", "pay", order_id=numbers["marketplace"])
        world.at("marketplace", "issue_licence", order_id=numbers["marketplace"])
        world.at("justclick", "pay", order_id=numbers["justclick"])
        world.at("horoshop", "pay", order_id=numbers["horoshop"])
        for source in SOURCES:
            results = await asyncio.to_thread(world.at, source, "flush_hooks")
            assert {one["state"] for one in results} == {"delivered"}
            await daemon.heard(source)
    for source, number in numbers.items():
        assert world.delivery(source, number)["state_id"] == "paid"
    assert world.delivery("marketplace", numbers["marketplace"])["params"]["licence_numbers"]


async def test_5_a_cancel_with_a_reused_hash_does_not_cancel(world: World) -> None:
    """A call of a creation that is turned into a cancel has a valid hash; the order stays, as JustClick says."""
    number = world.buy("justclick")
    async with listening(world) as daemon:
        body, kind = hook_of(world, "justclick", number, status="cancel_order")
        for event in ("canceled", "moneyback", "created"):
            assert (await daemon.call("justclick", body, kind=kind, event=event)).status == 200
        await daemon.heard("justclick")
        assert world.delivery("justclick", number)["state_id"] == "new"
        forged = body.replace(str(number).encode(), b"999")
        assert (await daemon.call("justclick", forged, kind=kind, event="created")).status == 400
        assert world.inbox("justclick") == []


async def test_16_a_stale_event_after_a_newer_one_moves_nothing(world: World) -> None:
    """The call of the creation comes once more after the parcel has gone: the order stays shipped, and nothing fails."""
    number = world.buy("horoshop", {"sku": "A", "price": "70"})
    async with listening(world) as daemon:
        world.at("horoshop", "change_status", order_id=number, status=6)
        await tell(daemon, "horoshop", number)
        assert world.delivery("horoshop", number)["state_id"] == "shipped"
        stale = b'{"order_id": %d, "stat_status": 1, "payed": 0, "total_sum": 1}' % number
        assert (await daemon.call("horoshop", stale, event="order_created", method="PUT")).status == 200
        await daemon.heard("horoshop")
    order = world.delivery("horoshop", number)
    assert (order["state_id"], money(order["total"])) == ("shipped", money(70))
    assert left(world) == {}


async def test_12_a_second_hook_adds_a_licence_to_the_same_order(world: World) -> None:
    """The very same call comes again for another licence: the order in Webasyst gets it, and no second order is made."""
    number = world.buy("marketplace", {"sku": "A", "licence": "CSC-AAAA-0001"}, "B", status="P")
    async with listening(world) as daemon:
        await tell(daemon, "marketplace", number)
        world.at("marketplace", "issue_licence", order_id=number, licence_number="CSC-BBBB-0002")
        await tell(daemon, "marketplace", number)
    [order] = world.office_orders()
    assert order["params"]["licence_numbers"] == "A: CSC-AAAA-0001; B: CSC-BBBB-0002"


async def test_12_an_order_that_was_placed_by_api_is_left_alone(world: World) -> None:
    """Status H may be our own echo: neither a call nor a reading brings it, until it is somebody's."""
    number = world.buy("marketplace", status="H")
    async with listening(world) as daemon:
        await tell(daemon, "marketplace", number)
        assert world.office_orders() == []
        world.at("marketplace", "change_status", order_id=number, status="O")
        await tell(daemon, "marketplace", number)
    assert world.delivery("marketplace", number)["state_id"] == "new"


@pytest.mark.parametrize("source", SOURCES)
async def test_17_a_poison_order_does_not_stop_the_calls_behind_it(world: World, source: str) -> None:
    """An order on which the source breaks down whenever it is asked for stands in the failures; the next call's comes."""
    broken = {"when": "before", "kind": "status", "times": None, "match": ALONE[source]}
    async with listening(world) as daemon:
        world.sources[source].faults.add(broken)
        bad, good = world.buy(source, order_id=600_001), world.buy(source, order_id=600_002)
        await tell(daemon, source, bad)
        await tell(daemon, source, good)
    world.delivery(source, good)
    assert world.arrived(source, bad) == []
    assert list(left(world)) == [str(bad)]
    world.sources[source].faults.clear()
    assert (await asyncio.to_thread(world.run)).exit is Exit.OK
    world.delivery(source, bad)


ALONE = {
    "horoshop": {"body": "600001"},
    "justclick": {"body": "600001"},
    "marketplace": {"path": "orders/600001"},
}
"""How a source is asked for one order alone."""


async def test_an_order_that_the_source_does_not_know(world: World) -> None:
    """Anybody who knows the address may name an order that is not there: it is a failure for a while, and stops nothing."""
    async with listening(world) as daemon:
        assert (await daemon.call("horoshop", b'{"order_id": 424242}', event="order_created")).status == 200
        number = world.buy("horoshop")
        await tell(daemon, "horoshop", number)
    world.delivery("horoshop", number)
    assert left(world) == {"424242": "gone"}


async def test_a_removed_subscriber_is_told(world: World, said: list[EventDict]) -> None:
    """Horoshop's DELETE is an alarm in the log and in the inbox, and the source goes on being read."""
    async with listening(world) as daemon:
        answer = await daemon.call("horoshop", b"", method="DELETE", event="order_created")
        assert answer.status == 200
        await daemon.heard("horoshop")
    assert [line["log_level"] for line in said if line["event"] == "source.alarm"] == ["error"]
    with world.database() as db:
        assert "horoshop" in db.run_sync(lambda conn: inbox.alarms(conn, PAIR))


async def test_a_removed_subscriber_can_be_made_anew(world: World) -> None:
    """Staff take one of our subscribers out at Horoshop, which tells so: that one is made anew by the command, the others
    are left alone, and all of them can be ended afterwards. Without its word a subscription that it refuses to end stays."""
    async with listening(world) as daemon:
        base = f"http://127.0.0.1:{daemon.port}"
        with world.database() as db:
            async with App(world.settings(), db) as app:
                subscribing = Subscribing(app, "horoshop")
                first, *others = await subscribing.subscribe(base, EVENTS)
                world.at("horoshop", "remove_subscriber", id=int(first.number))
                with pytest.raises(Refused):
                    await subscribing.unsubscribe()
                await asyncio.to_thread(world.at, "horoshop", "flush_hooks")
                await daemon.heard("horoshop")
                anew, *same = await subscribing.subscribe(base, EVENTS)
                assert (anew.event, same) == (first.event, others)
                assert anew.number != first.number
                number = world.buy("horoshop")
                results = await asyncio.to_thread(world.at, "horoshop", "flush_hooks")
                assert [one["event"] for one in results] == [first.event]
                await daemon.heard("horoshop")
                world.at("horoshop", "remove_subscriber", id=int(anew.number))
                await asyncio.to_thread(world.at, "horoshop", "flush_hooks")
                assert len(await subscribing.unsubscribe()) == len(EVENTS)
                assert await subscribing.unsubscribe() == []
    world.delivery("horoshop", number)


async def test_the_comment_of_a_call_arrives(world: World) -> None:
    """A buyer's comment that Horoshop's call tells and its list does not stands in Webasyst, and stays there."""
    async with listening(world) as daemon:
        number = world.buy("horoshop", comment="")
        body = b'{"order_id": %d, "comment": "Ring twice"}' % number
        await daemon.call("horoshop", body, event="order_created")
        await daemon.heard("horoshop")
    assert world.delivery("horoshop", number)["comment"] == "Ring twice"
    with world.database() as db:
        db.run_sync(lambda conn: inbox.prune(conn, utc_now() + timedelta(days=1)))
    world.at("horoshop", "change_status", order_id=number, status=2)
    await asyncio.to_thread(world.run)
    assert world.delivery("horoshop", number)["comment"] == "Ring twice"


async def test_a_call_of_cs_cart_hastens_its_orders(world: World) -> None:
    """The Zapier add-on's call brings CS-Cart's own order long before its stream would have come to it."""
    await asyncio.to_thread(world.run, "orders")
    async with listening(world) as daemon:
        await daemon.until(lambda: world.linked_products() == len(CODES))
        number = world.place("A")
        assert (await daemon.call("cscart", b'{"order_id": %d}' % number, event="new_order")).status == 200
        await daemon.until(lambda: world.delivered()[str(number)] == 1)


def test_calls_about_products_never_hold_up_those_about_orders(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the products stream rests, CS-Cart calls about more products than are looked at together, and then about an
    order: the order arrives, the run ends, and the products go on waiting."""
    world.run("orders")
    number = world.place("A")

    def call(conn: Connection) -> None:
        for product in range(1, PORTION + 1):
            told = HookCall("new_product", "POST", "", b"", f"product_id={product}")
            inbox.put(conn, PAIR, "cscart", told, HookNews(products=(str(product),)), world.now())
        told = HookCall("new_order", "POST", "", b"", f"order_id={number}")
        inbox.put(conn, PAIR, "cscart", told, HookNews(orders=(str(number),)), world.now())

    with world.database() as db:
        db.run_sync(call)
    looks, waiting = count(), inbox.waiting

    def watched(*args: Any, **named: Any) -> list[inbox.Entry]:
        assert next(looks) < ENOUGH, "the stream looks at its inbox for ever"
        return waiting(*args, **named)

    monkeypatch.setattr(inbox, "waiting", watched)
    assert world.run("orders").exit is Exit.OK
    assert world.delivered()[str(number)] == 1
    assert [entry.orders for entry in world.inbox("cscart")] == [()] * PORTION


def left(world: World) -> dict[str, str]:
    """The failures by the order's number."""

    def read(conn: Connection) -> dict[str, str]:
        return {row.record_key: row.code for row in failures.all(conn, PAIR)}

    with world.database() as db:
        return db.run_sync(read)


async def test_a_new_buyer_at_several_sources_at_once_is_one_contact(world: World) -> None:
    """Three sources call at the same moment about orders of one new buyer: Webasyst knows them once."""
    slow = {"when": "before", "kind": "delay", "seconds": 0.3, "times": None}
    async with listening(world) as daemon:
        for name in ("shop.order.add", "shop.order.save"):
            world.webasyst.faults.add({**slow, "match": {"name": name}})
        numbers = {source: world.buy(source, customer={"email": "new@example.test"}) for source in SOURCES}
        bodies = {source: hook_of(world, source, number) for source, number in numbers.items()}
        calls = [
            daemon.call(source, body, kind=kind, event=EVENT[source])
            for source, (body, kind) in bodies.items()
        ]
        assert {answer.status for answer in await asyncio.gather(*calls)} == {200}
        for source in SOURCES:
            await daemon.heard(source)
    contacts = {world.delivery(source, number)["contact_id"] for source, number in numbers.items()}
    assert len(contacts) == 1
