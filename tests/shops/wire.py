"""A server on a real socket that says exactly what a test tells it to, byte by byte."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Script = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Wire:
    """Plays one script per request, the last one for ever, and remembers what came in and when."""

    scripts: list[Script]
    url: str = ""
    requests: list[bytes] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    connections: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = field(default_factory=dict)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection: requests are answered until the script closes it."""
        self.connections[writer] = asyncio.current_task()
        try:
            while not writer.is_closing():
                head = await reader.readuntil(b"\r\n\r\n")
                body = await reader.readexactly(_length(head))
                self.times.append(asyncio.get_running_loop().time())
                self.requests.append(head + body)
                await self.scripts[min(len(self.requests), len(self.scripts)) - 1](writer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the other side has gone
        finally:
            writer.transport.abort()

    async def end(self) -> None:
        """Drops the connections that are still open."""
        for writer in self.connections:
            writer.transport.abort()
        await asyncio.gather(*filter(None, self.connections.values()))


@asynccontextmanager
async def wire(*scripts: Script, tls: ssl.SSLContext | None = None) -> AsyncIterator[Wire]:
    """A server at `wire.url` for as long as the block runs."""
    played = Wire(list(scripts))
    server = await asyncio.start_server(played.serve, "127.0.0.1", 0, ssl=tls)
    played.url = f"http{'s' if tls else ''}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield played
    finally:
        server.close()
        await played.end()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def says(status: int = 200, body: bytes = b"{}", *headers: str, kind: str = "application/json") -> Script:
    """A whole answer with its length."""
    head = [f"HTTP/1.1 {status} Said", f"Content-Type: {kind}", f"Content-Length: {len(body)}", *headers]

    async def script(writer: asyncio.StreamWriter) -> None:
        writer.write("\r\n".join(head).encode() + b"\r\n\r\n" + body)

    return script


def says_then_closes(raw: bytes) -> Script:
    """Bytes as they are, then the end of the connection."""

    async def script(writer: asyncio.StreamWriter) -> None:
        writer.write(raw)
        writer.close()

    return script


def repeats(head: bytes, piece: bytes, pause: float) -> Script:
    """A head, then the piece again and again, `pause` seconds apart, until the other side has gone."""

    async def script(writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        while not writer.is_closing():
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)

    return script


def resets() -> Script:
    """The connection is reset instead of an answer."""

    async def script(writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    return script


def says_unencrypted(raw: bytes) -> Script:
    """Bytes past the encryption of a secure connection, as from a broken box on the way."""

    async def script(writer: asyncio.StreamWriter) -> None:
        os.write(writer.get_extra_info("socket").fileno(), raw)

    return script


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0
