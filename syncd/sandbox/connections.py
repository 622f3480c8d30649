"""A listening socket and its open connections: every one is known from its first moment and closed at the end."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Connections:
    """Accepts connections on loopback and runs ``handler`` for each; the handler need not close its writer."""

    def __init__(self, handler: Handler) -> None:
        """``handler`` may let OSError and cancellation through: then the connection is broken off."""
        self._handler = handler
        self._server: asyncio.Server | None = None
        self._tasks: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def start(self, port: int = 0) -> str:
        """Listen on ``port`` (0: any free one) and return the address; raises OSError when the port is taken."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", port, backlog=512)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        """Stop listening and break all connections."""
        if self._server is None:
            return
        self._server.close()
        tasks = dict(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for writer in tasks.values():
            await close(writer)  # a task that was cancelled before it began has closed nothing
        await self._server.wait_closed()

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """No coroutine on purpose: a task that has not begun yet would be unknown to `stop`."""
        task = asyncio.ensure_future(self._serve(reader, writer))
        self._tasks[task] = writer
        task.add_done_callback(self._tasks.pop)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._handler(reader, writer)
        except (OSError, asyncio.CancelledError):
            writer.transport.abort()  # the other side has gone, or the server stops
        finally:
            await close(writer)


async def close(writer: asyncio.StreamWriter) -> None:
    """Close a connection and wait for it; one that broke is closed as well."""
    writer.close()
    with contextlib.suppress(OSError, asyncio.CancelledError):
        await writer.wait_closed()
