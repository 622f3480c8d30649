"""The server is a guest in the daemon's process: it takes no signals, ends in time, and no caller can tie it up."""

from __future__ import annotations

import asyncio
import errno
import gc
import logging
import os
import re
import signal
import socket
import threading

import pytest
import uvicorn
from sqlalchemy import Connection

from syncd.errors import Misconfigured
from syncd.state import inbox
from syncd.web.body import LIMIT
from syncd.web.protocol import Caller, Limits
from syncd.web.server import serving

from .conftest import SECRET, Hub, listening

pytestmark = pytest.mark.anyio
HOOK = f"/hooks/horoshop/{SECRET}"
BODY = b'{"order_id": 5}'
PATIENCE = 30.0
"""Seconds after which a test gives up on what never comes."""


def head(length: int = len(BODY), more: str = "") -> bytes:
    return (
        f"PUT {HOOK} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{more}Content-Length: {length}\r\n\r\n"
    ).encode()


CHUNKED = head().replace(b"Content-Length: 15", b"Transfer-Encoding: chunked")


async def rest(reader: asyncio.StreamReader) -> bytes:
    """All that still comes, until the server hangs up."""
    try:
        return await asyncio.wait_for(reader.read(), PATIENCE)
    except ConnectionResetError:
        return b""


class Block:
    """Work that keeps the database busy until it is let go."""

    def __init__(self, hub: Hub) -> None:
        self._started, self._go = threading.Event(), threading.Event()
        self._task = asyncio.ensure_future(hub.db.run(self._work))

    def _work(self, _: Connection) -> None:
        self._started.set()
        assert self._go.wait(PATIENCE)

    async def begun(self) -> None:
        assert await asyncio.to_thread(self._started.wait, PATIENCE)

    async def end(self) -> None:
        self._go.set()
        await self._task


async def test_a_port_in_use_is_explained(live: Hub) -> None:
    """By the setting that changes it."""
    port = int(live.url.rsplit(":", 1)[1])
    with pytest.raises(Misconfigured, match=rf"port {port} is in use.*SYNCD_HTTP__PORT"):
        async with serving(live.intake().app(), "127.0.0.1", port):
            pass


@pytest.mark.parametrize("host", ["203.0.113.7", "no host at all"])
async def test_an_address_of_another_machine_is_explained(hub: Hub, host: str) -> None:
    """By the setting that changes it."""
    with pytest.raises(Misconfigured, match=f"{host} is no address of this machine.*SYNCD_HTTP__HOST"):
        async with serving(hub.intake().app(), host, 0):
            pass


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (errno.EACCES, "port 443 needs more rights than syncd has; set SYNCD_HTTP__PORT"),
        (errno.EMFILE, r"127.0.0.1 port 443 cannot be listened on \(Too many open files\)"),
    ],
)
async def test_what_else_keeps_us_from_listening_is_explained(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, number: int, told: str
) -> None:
    """A port for the system's own programs, or no file descriptor left."""

    def refuse(*_: object, **__: object) -> socket.socket:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(socket, "create_server", refuse)
    with pytest.raises(Misconfigured, match=told):
        async with serving(hub.intake().app(), "127.0.0.1", 443):
            pass


async def test_a_server_that_cannot_start_says_so(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its error is handed on, and its socket is closed."""

    async def fail(*_: object, **__: object) -> None:
        raise OSError("no loop")

    monkeypatch.setattr(uvicorn.Server, "startup", fail)
    with pytest.raises(OSError, match="no loop"):
        async with serving(hub.intake().app(), "127.0.0.1", 0):
            pytest.fail("nobody listens")
    gc.collect()


async def test_a_restart_gets_the_same_port(hub: Hub) -> None:
    """Old connections that linger in the system do not keep it."""
    async with listening(hub):
        assert (await hub.call()).status == 200
        port = int(hub.url.rsplit(":", 1)[1])
    async with serving(hub.intake().app(), "127.0.0.1", port):
        assert (await hub.call()).status == 200


async def test_nobody_is_listened_to_afterwards(hub: Hub) -> None:
    """The socket is closed, an idle connection too, and nothing is left behind."""
    async with listening(hub):
        reader, writer = await hub.open()
    assert await rest(reader) == b""
    writer.close()
    with pytest.raises(ConnectionRefusedError):
        await hub.open()
    gc.collect()


async def test_signals_stay_the_daemons(hub: Hub) -> None:
    """No handler is replaced, while serving or after."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    async with listening(hub):
        assert [signal.getsignal(number) for number in numbers] == before
    assert [signal.getsignal(number) for number in numbers] == before


async def test_nothing_is_said_of_the_server_itself(hub: Hub, caplog: pytest.LogCaptureFixture) -> None:
    """Neither in the log, where the daemon tells what it does, nor in a header."""
    caplog.set_level(logging.INFO)
    async with listening(hub):
        assert "server" not in (await hub.call()).headers
    assert [record.name for record in caplog.records if record.name.startswith("uvicorn")] == []


async def test_an_error_of_the_block_ends_the_server(hub: Hub) -> None:
    """It is handed on as it was."""
    with pytest.raises(KeyError, match="reason"):
        async with listening(hub):
            raise KeyError("reason")
    with pytest.raises(ConnectionRefusedError):
        await hub.open()


async def test_a_caller_that_never_finishes_does_not_hold_the_end_up(hub: Hub) -> None:
    """It is cut off without an answer, and nothing of it is kept."""
    async with asyncio.timeout(PATIENCE):
        async with listening(hub, Limits(farewell=0.05, patience=1000)):
            reader, writer = await hub.open()
            writer.write(head(more="Expect: 100-continue\r\n") + BODY[:-1])
            assert (await reader.readline()).split()[1] == b"100"  # the call is at hand
    assert (await rest(reader)).strip() == b""
    writer.close()
    assert await hub.waiting() == []


async def test_a_call_at_hand_is_finished_first(hub: Hub) -> None:
    """What is being written down when the server stops is committed and answered."""
    async with listening(hub, Limits(farewell=PATIENCE)):
        block = Block(hub)
        await block.begun()
        reader, writer = await hub.open()
        writer.write(head() + BODY)
        answer = asyncio.create_task(rest(reader))
        await until_read(hub)
        ending = asyncio.create_task(end_after_closing(hub, block))
    assert hub.woken == ["horoshop"]
    await ending
    assert (await answer).startswith(b"HTTP/1.1 200")
    writer.close()


async def end_after_closing(hub: Hub, block: Block) -> None:
    """Let the database go on when nobody is listened to any more."""
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                _, writer = await hub.open()
            except ConnectionError:
                break
            writer.close()
    await block.end()


async def until_read(hub: Hub) -> None:
    """Until the one call that is sent has been handed to the database, behind what keeps that busy."""
    async with asyncio.timeout(PATIENCE):
        while hub.db._thread._work_queue.qsize() == 0:
            await asyncio.sleep(0)


async def test_a_slow_body_is_cut_off(hub: Hub) -> None:
    """A call that has not come in whole within the limit of time costs a connection no longer."""
    async with listening(hub, Limits(patience=0.05)):
        reader, writer = await hub.open()
        writer.write(head() + BODY[:-1])
        assert await rest(reader) == b""
        writer.close()
        assert await hub.waiting() == []


@pytest.mark.parametrize("sent", [b"", b"PUT /hooks", head()[:-2]], ids=["nothing", "a word", "half a head"])
async def test_a_slow_head_is_cut_off(hub: Hub, sent: bytes) -> None:
    """Also a connection on which no call ever begins."""
    async with listening(hub, Limits(patience=0.05)):
        reader, writer = await hub.open()
        writer.write(sent)
        assert await rest(reader) == b""
        writer.close()


async def test_a_slow_second_call_is_cut_off(hub: Hub) -> None:
    """Every call on a connection has time of its own, and not more."""
    async with listening(hub, Limits(patience=0.2)):
        reader, writer = await hub.open()
        writer.write(head() + BODY + head()[:-2])
        answered = await rest(reader)
        assert answered.count(b"HTTP/1.1") == 1 and b"200" in answered
        writer.close()


async def test_every_call_has_time_of_its_own(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """It begins anew with each answer on a connection, and ends with the connection."""
    begun: list[Caller] = []
    begin = Caller._expect_call

    def noted(self: Caller) -> None:
        begun.append(self)
        begin(self)

    monkeypatch.setattr(Caller, "_expect_call", noted)
    async with listening(hub):
        reader, writer = await hub.open()
        for number in (1, 2):
            writer.write(head() + BODY)
            assert (await reader.readuntil(b"ok")).startswith(b"HTTP/1.1 200")
            assert len(begun) == 1 + number
        writer.close()
    assert {caller._timer for caller in begun} == {None}


async def test_a_body_without_an_end_is_cut_off_after_its_answer(hub: Hub) -> None:
    """Who goes on sending to a wrong address is not listened to for ever."""
    async with listening(hub, Limits(patience=0.2)):
        reader, writer = await hub.open()
        writer.write(head(10**9).replace(SECRET.encode(), b"wrong"))
        assert (await reader.readline()).split()[1] == b"404"

        async def send() -> None:
            while True:
                writer.write(b" " * 1000)
                await writer.drain()
                await asyncio.sleep(0.001)

        with pytest.raises(ConnectionError):
            await asyncio.wait_for(send(), PATIENCE)
        writer.close()


async def test_a_caller_does_not_pay_for_a_slow_database(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that came in whole is answered, however long that takes us."""
    looked = asyncio.Event()
    look = Caller._out_of_patience

    def noted(self: Caller) -> None:
        look(self)
        looked.set()

    monkeypatch.setattr(Caller, "_out_of_patience", noted)
    async with listening(hub, Limits(patience=0.05)):
        block = Block(hub)
        await block.begun()
        reader, writer = await hub.open()
        writer.write(head(more="Connection: close\r\n") + BODY)
        await until_read(hub)
        looked.clear()
        await asyncio.wait_for(looked.wait(), PATIENCE)
        await block.end()
        assert (await rest(reader)).startswith(b"HTTP/1.1 200")
        writer.close()


async def test_too_many_connections_are_told_to_come_again(hub: Hub) -> None:
    """Beyond the limit a call gets 503, beyond twice the limit a connection is not even listened to."""
    async with listening(hub, Limits(connections=2)):
        first = await hub.open()
        assert (await hub.call()).status == 503
        more = [await hub.open() for _ in range(3)]
        reader, writer = await hub.open()
        assert await rest(reader) == b""
        for _, other in (first, *more, (reader, writer)):
            other.close()
        assert await hub.waiting() == []


async def test_a_huge_head_is_refused(hub: Hub) -> None:
    """Headers without an end are not collected."""
    async with listening(hub):
        reader, writer = await hub.open()
        writer.write(f"PUT {HOOK} HTTP/1.1\r\nHost: x\r\nX-More: ".encode() + b"x" * 3 * LIMIT)
        assert (await rest(reader))[:12] in (b"HTTP/1.1 400", b"")
        writer.close()
        assert (await hub.call()).status == 200


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00 no http\r\n\r\n",
        b"PUT /hooks NOTHING\r\n\r\n",
        head().replace(b"Content-Length: 15", b"Content-Length: -1"),
        head().replace(b"Content-Length: 15", b"Content-Length: 15\r\nContent-Length: 16"),
        CHUNKED + b"zz\r\n",
        b"PUT " + HOOK.encode() + b"\xff HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
    ids=["TLS", "version", "negative", "two lengths", "bad chunk", "raw bytes"],
)
async def test_what_is_no_http_harms_nobody(live: Hub, sent: bytes) -> None:
    """It is refused, never with a 5xx, and the next caller is served."""
    reader, writer = await live.open()
    writer.write(sent)
    assert (await rest(reader))[:12] in (b"HTTP/1.1 400", b"")
    writer.close()
    assert await live.waiting() == []
    assert (await live.call()).status == 200


async def test_nonsense_after_the_answer_ends_the_connection(
    live: Hub, caplog: pytest.LogCaptureFixture
) -> None:
    """What follows an early 404 and is no HTTP is hung up on without a word, and without an error here."""
    reader, writer = await live.open()
    writer.write(CHUNKED.replace(SECRET.encode(), b"wrong"))
    assert (await reader.readline()).split()[1] == b"404"
    writer.write(b"zz\r\n")
    assert b"HTTP/1.1" not in await rest(reader)
    writer.close()
    assert [record for record in caplog.records if record.exc_info] == []


@pytest.mark.parametrize("secret", [SECRET, "wrong"])
async def test_nonsense_right_after_the_head_is_answered_once(
    live: Hub, caplog: pytest.LogCaptureFixture, secret: str
) -> None:
    """The intake, which has begun with the call, finds the caller gone."""
    reader, writer = await live.open()
    writer.write(CHUNKED.replace(SECRET.encode(), secret.encode()) + b"zz\r\n")
    assert re.findall(rb"HTTP/1.1 (\d+)", await rest(reader)) == [b"400"]
    writer.close()
    assert [record for record in caplog.records if record.exc_info] == []


async def test_one_connection_carries_many_calls(live: Hub) -> None:
    """Also after a refused one whose body nobody read, and pipelined."""
    reader, writer = await live.open()
    wrong = head().replace(SECRET.encode(), b"wrong")
    writer.write(wrong + BODY + head() + BODY + head(more="Connection: close\r\n") + BODY)
    answers = await rest(reader)
    writer.close()
    assert re.findall(rb"HTTP/1.1 (\d+)", answers) == [b"404", b"200", b"200"]
    assert [entry.repeats for entry in await live.waiting()] == [2]


async def test_an_upgrade_is_an_ordinary_call(live: Hub) -> None:
    """There are no web sockets here."""
    answer = await live.call(
        Connection="Upgrade", Upgrade="websocket", Sec_WebSocket_Key="x", Sec_WebSocket_Version="13"
    )
    assert answer.status == 200


async def test_ipv6_is_served_where_it_is_asked_for(hub: Hub) -> None:
    """The address comes back as host and port."""
    if not socket.has_ipv6:
        pytest.skip("no IPv6 here")
    async with serving(hub.intake().app(), "::1", 0) as (host, port):
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(head(more="Connection: close\r\n") + BODY)
        assert (await rest(reader)).startswith(b"HTTP/1.1 200")
        writer.close()
    assert host == "::1"
    traffic = await hub.db.run(lambda conn: inbox.traffic(conn, "main"))
    assert traffic["horoshop"].waiting == 1
