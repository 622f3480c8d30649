"""The HTTP server inside the daemon's event loop: uvicorn, without its signals, its access log and its patience."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from starlette.types import ASGIApp

from syncd.errors import Misconfigured
from syncd.web.protocol import Limits, caller_within

_BACKLOG = 128
_HOST_IS_WRONG = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)


@asynccontextmanager
async def serving(
    app: ASGIApp, host: str, port: int, *, limits: Limits | None = None
) -> AsyncIterator[tuple[str, int]]:
    """Serve the application for the block; answers the address that it listens on (port 0 takes any free one).

    At the end nobody is listened to any more, calls at hand may finish within `limits.farewell`, then they are cut off.
    Raises `Misconfigured` when the address cannot be had.
    """
    sock = await _listening(host, port)
    server = _Server(app, limits or Limits())
    task = asyncio.create_task(server.serve(sockets=[sock]))
    task.add_done_callback(lambda _: server.ready.set())
    try:
        await server.ready.wait()
        if task.done():
            task.result()  # it did not come to listening
        yield sock.getsockname()[:2]
    finally:
        server.should_exit = True
        try:
            await task
        finally:
            sock.close()


class _Server(uvicorn.Server):
    """uvicorn as a guest in somebody else's process."""

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=caller_within(limits),
                ws="none",
                lifespan="off",
                interface="asgi3",
                log_config=None,
                log_level=logging.WARNING,
                # The address holds the secret.
                access_log=False,
                proxy_headers=False,
                server_header=False,
                backlog=_BACKLOG,
                limit_concurrency=limits.connections,
                h11_max_incomplete_event_size=limits.head,
            )
        )
        self.ready = asyncio.Event()
        self._farewell = limits.farewell

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the daemon's."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and tell so."""
        await super().startup(sockets)
        self.ready.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop listening and end every connection; no call is cancelled while it is being written down.

        uvicorn's own way answers 500 to a call that does not end in time.
        """
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await self._calls_end()
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await self._calls_end()

    async def _calls_end(self) -> None:
        if self.server_state.tasks:
            await asyncio.wait(self.server_state.tasks, timeout=self._farewell)


async def _listening(host: str, port: int) -> socket.socket:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        family, _, _, _, address = found[0]
        return socket.create_server(address, family=family, backlog=_BACKLOG)
    except OSError as error:
        raise Misconfigured(_explained(error, host, port)) from error


def _explained(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"port {port} is in use by another program, so hooks cannot be received; "
            "set SYNCD_HTTP__PORT to a free port, or end that program"
        )
    if error.errno == errno.EACCES:
        return f"port {port} needs more rights than syncd has; set SYNCD_HTTP__PORT to one from 1024 on"
    if isinstance(error, socket.gaierror) or error.errno in _HOST_IS_WRONG:
        return f"{host} is no address of this machine; set SYNCD_HTTP__HOST to one, or to 0.0.0.0 for all"
    return f"{host} port {port} cannot be listened on ({error.strerror}); check SYNCD_HTTP__HOST and SYNCD_HTTP__PORT"
