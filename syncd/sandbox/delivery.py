"""How an answer is put on the wire: whole, or damaged the way a fault asks for."""

from __future__ import annotations

import asyncio
import gzip
import socket
import struct
from dataclasses import dataclass, replace

import h11

from syncd.sandbox.faults import Fault
from syncd.sandbox.wire import Response

BODYLESS = frozenset({204, 304})
HTML_PAGE = b"<!DOCTYPE html><html><head><title>Service unavailable</title></head><body>Please try later</body></html>"
PHP_WARNING = b'<br />\n<b>Warning</b>:  Undefined array key "name" in <b>/var/www/index.php</b> on line <b>12</b><br />\n'


@dataclass(frozen=True, slots=True)
class Delivery:
    """An answer and the manner of sending it.

    ``manner`` is ``plain``, ``drop``, ``reset``, ``cut``, ``drip``, ``stall`` or ``endless``;
    ``seconds`` is the pause between dripped bytes.
    """

    response: Response | None
    manner: str = "plain"
    seconds: float = 0.0

    @property
    def status(self) -> int:
        """The status that reaches the client, 0 for none."""
        return self.response.status if self.response is not None else 0


def no_answer(kind: str) -> Delivery:
    """Close (``drop``) or reset the connection without a word."""
    return Delivery(None, kind)


def replaced(fault: Fault) -> Delivery:
    """Answer with what a ``status`` fault says instead of the shop."""
    headers = (("Content-Type", fault.content_type), *fault.headers.items())
    return Delivery(Response(fault.status, headers, fault.body.encode()))


def damaged(response: Response, fault: Fault) -> Delivery:
    """Damage an answer of the shop according to an ``answer`` fault."""
    body, kind = response.body, fault.kind
    if kind in {"cut", "drip", "stall", "endless"}:
        return Delivery(response, kind, fault.seconds)
    if kind == "html":
        return Delivery(Response(200, (("Content-Type", "text/html; charset=utf-8"),), HTML_PAGE))
    if kind == "gzip_bomb":
        packed = gzip.compress(bytes(fault.size), 9)
        return Delivery(
            replace(response, headers=(*response.headers, ("Content-Encoding", "gzip")), body=packed)
        )
    if kind == "empty":
        return Delivery(replace(response, status=200, body=b""))
    changed = {
        "truncate": body[: len(body) // 2],
        "bom": b"\xef\xbb\xbf" + body,
        "warning": PHP_WARNING + body,
    }
    return Delivery(replace(response, body=changed[kind]))


class Sender:
    """Writes deliveries of one connection."""

    def __init__(
        self, conn: h11.Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Send over ``writer`` in the state of ``conn``; ``reader`` tells when the client has gone."""
        self._conn = conn
        self._reader = reader
        self._writer = writer

    async def send(self, delivery: Delivery, method: str, date: str) -> bool:
        """Send one answer; return whether the connection may be used again."""
        if delivery.response is None:
            if delivery.manner == "reset":
                reset(self._writer)
            return False
        body = b"" if method == "HEAD" or delivery.status in BODYLESS else delivery.response.body
        await self._head(delivery, len(body), date)
        if delivery.manner == "plain":
            await self._data(body)
            await self._end()
            return True
        await self._slowly(delivery, body)
        return False

    async def _slowly(self, delivery: Delivery, body: bytes) -> None:
        if delivery.manner == "cut":
            await self._data(body[: len(body) // 2])
        elif delivery.manner == "drip":
            for index in range(len(body)):
                await self._data(body[index : index + 1])
                await asyncio.sleep(delivery.seconds)
            await self._end()
        elif delivery.manner == "stall":
            while await self._reader.read(65536):
                pass  # whatever the client still says, it gets no more
        else:
            while True:
                await self._data(b" " * 65536)

    async def _head(self, delivery: Delivery, length: int, date: str) -> None:
        response = delivery.response
        assert response is not None
        headers = [("Date", date), *response.headers]
        if delivery.manner == "endless":
            headers.append(("Transfer-Encoding", "chunked"))
        elif delivery.status not in BODYLESS:
            headers.append(("Content-Length", str(length)))
        await self._write(self._conn.send(h11.Response(status_code=response.status, headers=headers)))

    async def _data(self, data: bytes) -> None:
        if data:
            await self._write(self._conn.send(h11.Data(data=data)))

    async def _end(self) -> None:
        await self._write(self._conn.send(h11.EndOfMessage()))

    async def _write(self, data: bytes | None) -> None:
        if data:
            self._writer.write(data)
            await self._writer.drain()


def reset(writer: asyncio.StreamWriter) -> None:
    """Break the connection with a TCP reset instead of a polite close."""
    sock = writer.get_extra_info("socket")
    if sock is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
