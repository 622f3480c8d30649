"""The fault proxy, between a real client and a real server."""

from __future__ import annotations

import asyncio
import http.client
from typing import Any

import pytest

from syncd.sandbox.connections import close
from syncd.sandbox.proxy import FaultProxy, Rule, fault_proxy
from syncd.sandbox.running import RunningShop
from tests.sandbox.base.toyshop import ToyShop
from tests.sandbox.base.web import Answer, ask


def through(
    shop: RunningShop, *rules: Rule, times: int = 1, timeout: float = 10
) -> tuple[list[Any], FaultProxy]:
    """Ask several times through a proxy; return answers or errors, and the proxy."""

    async def run() -> tuple[list[Any], FaultProxy]:
        async with fault_proxy(shop.url) as proxy:
            for rule in rules:
                proxy.add(rule)
            results: list[Any] = []
            for _ in range(times):
                try:
                    results.append(
                        await asyncio.to_thread(ask, f"{proxy.url}/a", "POST", b"x", None, timeout)
                    )
                except (OSError, http.client.HTTPException) as error:
                    results.append(error)
            return results, proxy

    return asyncio.run(run())


def test_without_rules_everything_passes(shop: RunningShop) -> None:
    """The proxy changes nothing by itself."""
    results, proxy = through(shop, times=3)
    assert [answer.status for answer in results] == [200, 200, 200]
    assert proxy.counts == {"connections": 3}


def test_a_refused_connection_never_reaches_the_shop(shop: RunningShop, toy: ToyShop) -> None:
    """The shop does not hear of it; the next one passes."""
    results, proxy = through(shop, Rule("refuse"), times=2)
    assert isinstance(results[0], OSError | http.client.HTTPException) and results[1].status == 200
    assert toy.worked == 1 and proxy.counts["refuse"] == 1


@pytest.mark.parametrize("kind", ["drop", "reset", "truncate"])
def test_an_answer_that_breaks_off_was_still_worked_on(shop: RunningShop, toy: ToyShop, kind: str) -> None:
    """After some bytes of the answer the client gets an error, though the shop has done the work."""
    results, _ = through(shop, Rule(kind, after=150))
    assert isinstance(results[0], OSError | http.client.HTTPException)
    assert toy.worked == 1


@pytest.mark.parametrize("turns", range(12))
def test_a_stop_while_a_connection_ends_leaves_none_to_the_shop_open(turns: int) -> None:
    """At whichever turn of the loop the stop comes, the shop sees the end of what it was talked to on."""

    async def run() -> bytes:
        seen: asyncio.Queue[bytes] = asyncio.Queue()

        async def shop_side(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"welcome")
            seen.put_nowait(await reader.read())
            await close(writer)

        server = await asyncio.start_server(shop_side, "127.0.0.1", 0)
        async with server, fault_proxy(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}") as proxy:
            reader, writer = await asyncio.open_connection(*proxy.url.removeprefix("http://").split(":"))
            await reader.readexactly(len(b"welcome"))
            writer.transport.abort()
            for _ in range(turns):
                await asyncio.sleep(0)
            await proxy.stop()
            async with asyncio.timeout(10):
                return await seen.get()

    assert asyncio.run(run()) == b""


def test_a_stalled_answer_times_out(shop: RunningShop) -> None:
    """Nothing more comes, nothing is closed."""
    results, _ = through(shop, Rule("stall", after=10), timeout=0.3)
    assert isinstance(results[0], TimeoutError)


def test_a_stalled_request_never_gets_through(shop: RunningShop, toy: ToyShop) -> None:
    """The shop waits for the rest of the request."""
    results, _ = through(shop, Rule("stall", "request", after=10), timeout=0.3)
    assert isinstance(results[0], TimeoutError)
    assert toy.worked == 0


@pytest.mark.parametrize("rule", [Rule("drip", after=5, seconds=0.0), Rule("delay", seconds=0.01)])
def test_slow_answers_arrive_whole(shop: RunningShop, rule: Rule) -> None:
    """Dripping and delay change the time only."""
    results, proxy = through(shop, rule)
    assert isinstance(results[0], Answer) and results[0].json["body"] == "x"
    assert proxy.counts[rule.kind] == 1


def test_skip_times_and_chance_choose_the_connections(shop: RunningShop) -> None:
    """Rules count connections; chance depends on the seed."""
    results, _ = through(shop, Rule("refuse", skip=1, times=1), times=3)
    assert [isinstance(row, Answer) for row in results] == [True, False, True]
    results, proxy = through(shop, Rule("refuse", times=None, probability=0.5), times=20)
    assert 3 < proxy.counts["refuse"] < 17
    again, _ = through(shop, Rule("refuse", times=None, probability=0.5), times=20)
    assert [isinstance(row, Answer) for row in again] == [isinstance(row, Answer) for row in results]


def test_rules_and_addresses_that_make_no_sense_are_refused() -> None:
    """The error names the wrong part."""
    with pytest.raises(ValueError, match="magic"):
        Rule("magic")
    with pytest.raises(ValueError, match="sideways"):
        Rule("drop", "sideways")
    with pytest.raises(ValueError, match="no host and port"):
        FaultProxy("shop.example")
