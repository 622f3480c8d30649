"""A small HTTP/1.1 server: asyncio for the sockets, h11 for the protocol; keep-alive, one answer at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import h11

from syncd.sandbox.clock import Clock
from syncd.sandbox.connections import Connections
from syncd.sandbox.delivery import Delivery, Sender
from syncd.sandbox.wire import Request

Answer = Callable[[Request], Awaitable[Delivery]]
READ_SIZE = 65536


class Listener:
    """Listens on loopback and passes every request to ``answer``."""

    def __init__(self, answer: Answer, clock: Clock) -> None:
        """``clock`` gives the ``Date`` header."""
        self._answer = answer
        self._clock = clock
        self._connections = Connections(self._talk)

    async def start(self, port: int = 0) -> str:
        """Listen on ``port`` (0: any free one) and return the address; raises OSError when the port is taken."""
        return await self._connections.start(port)

    async def stop(self) -> None:
        """Stop listening and break all connections."""
        await self._connections.stop()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._serve(reader, writer)
        except h11.RemoteProtocolError:
            writer.transport.abort()  # the client speaks no HTTP

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        conn = h11.Connection(h11.SERVER)
        sender = Sender(conn, reader, writer)
        while True:
            request = await _read_request(conn, reader, writer)
            if request is None:
                return
            delivery = await self._answer(request)
            again = await sender.send(delivery, request.method, self._clock.http_date())
            if not again or conn.our_state is not h11.DONE or conn.their_state is not h11.DONE:
                return
            conn.start_next_cycle()


async def _read_request(
    conn: h11.Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> Request | None:
    head: h11.Request | None = None
    body: list[bytes] = []
    while True:
        event = conn.next_event()
        if event is h11.NEED_DATA:
            if conn.they_are_waiting_for_100_continue:
                writer.write(conn.send(h11.InformationalResponse(status_code=100, headers=[])) or b"")
            conn.receive_data(await reader.read(READ_SIZE))
        elif isinstance(event, h11.Request):
            head = event
        elif isinstance(event, h11.Data):
            body.append(bytes(event.data))
        elif isinstance(event, h11.EndOfMessage) and head is not None:
            return _request(head, b"".join(body))
        else:
            return None


def _request(head: h11.Request, body: bytes) -> Request:
    path, _, query = head.target.decode("latin-1").partition("?")
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers}
    return Request(head.method.decode("latin-1").upper(), path, query, headers, body)
