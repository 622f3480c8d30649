"""`kill -9` between the answer to a call and the work on it, in mid-creation, and two hours away: nothing is lost
(issue: what it must show, point 4)."""

from __future__ import annotations

import asyncio
import signal
import subprocess
from collections.abc import Callable

import httpx
import pytest

from syncd.daemon.once import Exit
from tests.sandbox.base.web import ask
from tests.scenarios.processes import Killer, start, start_daemon
from tests.scenarios.sources import HOROSHOP, SOURCES, World, free_port, hook_secret

ADD = {"name": "shop.order.add"}
PATIENCE = 60.0


def killed(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("when", ["before", "after"])
def test_13_killed_after_the_creation_makes_no_second_order(
    world: World, monkeypatch: pytest.MonkeyPatch, source: str, when: str
) -> None:
    """Killed while Webasyst makes the order of a source: the next run brings it, or finds the one that was made."""
    world.off = {*SOURCES} - {source}
    world.let(source, currency="USD")
    number = world.buy(source, **({"currency": "USD"} if source == "horoshop" else {}))
    killer = Killer(world.webasyst, monkeypatch)
    killer.aim("shop.order.add", 1, when)
    killer.process = start(world)
    assert killer.process.wait() == -signal.SIGKILL
    world.later(120)
    run = world.run(f"orders.{source}")
    assert run.exit is Exit.OK, run.failures
    world.delivery(source, number)
    assert len(world.office_orders()) == 1


@pytest.mark.anyio
async def test_killed_between_the_answer_and_the_work_loses_nothing(world: World) -> None:
    """Ten calls are answered, and the process is killed before it has made an order. The next one works them off from
    the inbox, though the source tells no list of orders any more."""
    world.off = {"justclick", "marketplace"}
    world.let("horoshop", update_time=1)
    port = free_port()
    world.set(http={"port": port})
    address = f"http://127.0.0.1:{port}/hooks/horoshop/{hook_secret('horoshop')}/order_created"
    world.webasyst.faults.add({"when": "before", "kind": "delay", "seconds": 60, "times": None, "match": ADD})
    process = await asyncio.to_thread(start_daemon, world)
    try:
        await _until(lambda: world.sources["horoshop"].counters.by_method.get("orders/get", 0) > 0)
        no_list = {"when": "before", "kind": "status", "times": None, "match": {"body": '"from"'}}
        world.sources["horoshop"].faults.add(no_list)
        numbers = [world.buy("horoshop", currency="USD") for _ in range(10)]
        for number in numbers:
            body = b'{"order_id": %d}' % number
            assert (await asyncio.to_thread(ask, address, "PUT", body)).status == 200
    finally:
        killed(process)
    assert world.office_orders() == []
    assert [entry.orders for entry in world.inbox("horoshop")] == [(str(number),) for number in numbers]
    world.webasyst.faults.clear()
    world.later(120)
    run = await asyncio.to_thread(world.run, HOROSHOP)
    assert run.exit is Exit.FAILED
    for number in numbers:
        world.delivery("horoshop", number)
    assert len(world.office_orders()) == len(numbers)
    assert world.inbox("horoshop") == []


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.02)


def test_two_hours_away_lose_nothing(world: World) -> None:
    """While syncd is away for two hours the sources call in vain and give up; polling brings every order once."""
    world.run()
    nobody = f"http://127.0.0.1:{free_port()}/hooks/"
    login = world.sources["horoshop"].credentials
    url = world.sources["horoshop"].url
    token = httpx.post(f"{url}/api/auth/", json=login).json()["response"]["token"]
    subscription = {"token": token, "event": "order_created", "target_url": nobody + "horoshop"}
    assert httpx.post(f"{url}/api/hooks/subscribe/", json=subscription).is_success
    world.at("justclick", "hook_urls", created=nobody, paid=nobody)
    world.at("marketplace", "setting", hook_url=nobody)
    numbers = []
    for _ in range(12):
        numbers += [(source, world.buy(source)) for source in SOURCES]
        world.at("marketplace", "pay", order_id=numbers[-1][1])
        world.at("marketplace", "issue_licence", order_id=numbers[-1][1])
        states = {one["state"] for source in SOURCES for one in world.at(source, "flush_hooks")}
        assert "delivered" not in states
        world.later(600)
    assert "given up" in states
    assert world.run().exit is Exit.OK
    for source, number in numbers:
        world.delivery(source, number)
    assert len(world.office_orders()) == len(numbers)
