"""The HTTP server, the counters and the control API, through real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from typing import Any
from urllib.parse import urlsplit

import pytest

from syncd.sandbox.__main__ import SHOPS, build_shop, parse_arguments
from syncd.sandbox.lock import ShopLock
from syncd.sandbox.running import RunningShop, ShopThread, running
from tests.sandbox.base.toyshop import ToyShop
from tests.sandbox.base.web import ask


def control(shop: RunningShop, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    answer = ask(shop.control_url + path, method, None if body is None else json.dumps(body).encode())
    return answer.status, answer.json


def test_a_request_reaches_the_shop_raw(shop: RunningShop) -> None:
    """Path and query are passed on undecoded, the body whole, even in chunks."""
    answer = ask(f"{shop.url}/a%20b?x=%D0%96&y", "PUT", b"z" * 200_000)
    assert answer.json == {"method": "PUT", "path": "/a%20b", "query": "x=%D0%96&y", "body": "z" * 200_000}
    parts = urlsplit(shop.url)
    connection = http.client.HTTPConnection(parts.netloc)
    connection.request("POST", "/c", iter([b"one", b"two"]))
    assert json.loads(connection.getresponse().read())["body"] == "onetwo"
    connection.close()


def test_one_connection_carries_many_requests(shop: RunningShop) -> None:
    """Keep-alive works, also after HEAD, whose answer has no body."""
    connection = http.client.HTTPConnection(urlsplit(shop.url).netloc)
    for method in ("GET", "HEAD", "GET", "DELETE"):
        connection.request(method, "/a")
        sock = connection.sock
        answer = connection.getresponse()
        assert (answer.status, bool(answer.read())) == (200, method != "HEAD")
        assert connection.sock is sock
    connection.close()


def test_the_date_header_is_the_shops_clock(shop: RunningShop, toy: ToyShop) -> None:
    """A client can measure the skew of the shop's clock."""
    assert ask(f"{shop.url}/a").headers["date"] == "Tue, 14 Nov 2023 22:13:20 GMT"
    toy.clock.advance(60)
    assert ask(f"{shop.url}/a").headers["date"] == "Tue, 14 Nov 2023 22:14:20 GMT"


def test_garbage_closes_the_connection_and_harms_nobody(shop: RunningShop) -> None:
    """What is not HTTP is hung up on."""
    parts = urlsplit(shop.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as sock:
        sock.sendall(b"\x16\x03\x01 no http\r\n\r\n")
        with contextlib.suppress(ConnectionResetError):
            assert sock.recv(1000) == b""
    assert ask(f"{shop.url}/a").status == 200


def test_an_expected_continue_is_given(shop: RunningShop) -> None:
    """A client that waits for 100 Continue gets it."""
    parts = urlsplit(shop.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as sock:
        sock.sendall(b"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        assert sock.recv(1000).startswith(b"HTTP/1.1 100")
        sock.sendall(b"hi")
        assert b"200" in sock.recv(1000)


def test_requests_are_counted_by_name_and_kind(shop: RunningShop) -> None:
    """Reads, writes and names are counted; the journal keeps the order; a reset forgets."""
    ask(f"{shop.url}/a?x=1")
    ask(f"{shop.url}/b", "POST", b"body")
    assert control(shop, "GET", "/counters")[1] == {
        "requests": 2,
        "reads": 1,
        "writes": 1,
        "by_method": {"GET a": 1, "POST b": 1},
    }
    journal = control(shop, "GET", "/requests")[1]
    assert [(row["number"], row["name"], row["status"], row["write"]) for row in journal] == [
        (1, "GET a", 200, False),
        (2, "POST b", 200, True),
    ]
    assert (journal[0]["query"], journal[1]["body"]) == ("x=1", "body")
    assert control(shop, "DELETE", "/counters")[1]["requests"] == 0
    assert shop.counters.journal == []


def test_the_clock_is_set_through_the_control_api(shop: RunningShop, toy: ToyShop) -> None:
    """Set, advance, run; nonsense is refused."""
    assert control(shop, "POST", "/clock", {"now": 100})[1] == {"now": 100.0, "frozen": True}
    assert control(shop, "POST", "/clock", {"advance": 5})[1]["now"] == 105.0
    assert control(shop, "GET", "/clock")[1]["now"] == 105.0
    assert control(shop, "POST", "/clock", {"run": True})[1]["frozen"] is False
    assert control(shop, "POST", "/clock", {"stop": 1})[0] == 400


def test_faults_are_managed_through_the_control_api(shop: RunningShop) -> None:
    """One rule or a list is taken, listed and cleared; a bad one is refused with its reason."""
    rule = {"when": "before", "kind": "status", "status": 500}
    assert len(control(shop, "POST", "/faults", [rule, rule])[1]) == 2
    assert ask(f"{shop.url}/a").status == 500
    assert [row["hits"] for row in control(shop, "GET", "/faults")[1]] == [1, 0]
    assert control(shop, "DELETE", "/faults") == (200, [])
    assert ask(f"{shop.url}/a").status == 200
    status, error = control(shop, "POST", "/faults", {"when": "before", "kind": "magic"})
    assert status == 400 and "magic" in error["error"]
    assert control(shop, "POST", "/faults", ["drop"])[0] == 400


def test_edits_and_the_state_go_through_the_control_api(shop: RunningShop) -> None:
    """An edit returns its result, a refused one its reason; the dump shows the state."""
    assert control(shop, "POST", "/edit", {"op": "note", "text": "hello"}) == (200, {"result": 1})
    assert control(shop, "GET", "/dump") == (200, {"notes": ["hello"]})
    assert control(shop, "POST", "/edit", {"op": "fly"}) == (400, {"error": "ValueError: no operation fly"})
    assert control(shop, "POST", "/edit", {"text": "x"})[0] == 400
    assert ask(f"{shop.control_url}/edit", "POST", b"{").status == 400
    assert control(shop, "GET", "/")[1]["shop"] == "toy"
    assert control(shop, "PUT", "/nowhere")[0] == 404
    assert shop.edit("note", text="direct") == 2
    assert shop.dump() == {"notes": ["hello", "direct"]}


def test_a_taken_port_is_reported(shop: RunningShop) -> None:
    """Starting on a taken port raises OSError instead of hanging."""
    port = urlsplit(shop.url).port or 0
    with pytest.raises(OSError), ShopThread(ToyShop(), port=port):
        pass


async def serve_and_ask() -> int:
    async with running(ToyShop()) as shop:
        return (await asyncio.to_thread(ask, f"{shop.url}/a")).status


def test_a_shop_runs_inside_an_event_loop() -> None:
    """The async form serves and stops cleanly."""
    assert asyncio.run(serve_and_ask()) == 200


def test_the_lock_is_let_go_only_by_its_owner() -> None:
    """unlocked() frees the lock for others when this thread holds it, and does nothing otherwise."""
    lock = ShopLock()
    with lock, lock.unlocked(), lock:
        pass
    with lock.unlocked(), lock:
        pass


@pytest.mark.parametrize("name", sorted(SHOPS))
def test_every_shop_is_on_the_command_line(name: str) -> None:
    """By its own name, with as many orders as were asked for, the same ones for the same seed."""
    argv = [name, "--products", "3", "--orders", "2", "--seed", "7"]
    first, again = (build_shop(parse_arguments(argv)) for _ in range(2))
    assert first.name == name and len(first.dump()["orders"]) == 2
    assert first.credentials() == again.credentials()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_line_prints_one_line_and_stops_on_a_signal(number: signal.Signals) -> None:
    """The line holds addresses and credentials; a signal ends the process with 0."""
    command = [sys.executable, "-m", "syncd.sandbox", "cscart", "--products", "3", "--orders", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ) as process:
        assert process.stdout is not None
        line = json.loads(process.stdout.readline())
        assert line["shop"] == "cscart" and line["email"] and line["api_key"]
        assert ask(f"{line['url']}/api/version").status == 401
        assert ask(f"{line['control']}/dump").json["orders"]["1"]["status"]
        process.send_signal(number)
        assert process.wait(20) == 0
