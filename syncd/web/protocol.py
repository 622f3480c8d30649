"""One connection of a caller, with limits that uvicorn does not have: how many there are and how long a call may take."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import ClassVar

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol


@dataclass(frozen=True, slots=True)
class Limits:
    """What callers may cost. Times are in seconds, sizes in bytes."""

    connections: int = 64
    """Calls on more connections than these are answered with 503; twice as many connections are not even listened to."""
    head: int = 16 * 1024
    patience: float = 30.0
    """How long a whole call may take to come in."""
    farewell: float = 3.0
    """How long calls at hand may go on when the server stops."""


class Caller(H11Protocol):
    """A connection on which every call has to come in whole within the limit of time, or it is cut off."""

    limits: ClassVar[Limits]
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody called."""
        super().connection_made(transport)
        # The address holds the secret; uvicorn's own switch gives way to whoever adds a handler to its logger.
        self.access_log = False
        if len(self.connections) > 2 * self.limits.connections:
            transport.abort()
        else:
            self._expect_call()

    def on_response_complete(self) -> None:
        """The next call has time of its own, and so has what may still come of this one's body."""
        super().on_response_complete()
        self._expect_call()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is over."""
        self._stop_timer()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """What came in is no HTTP. Where a call on this connection has an answer already, there can be no other one."""
        answerable = self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE)
        if self.cycle is not None:
            self.cycle.disconnected = True
        if answerable:
            super().send_400_response(msg)
        else:
            self.transport.abort()

    def _expect_call(self) -> None:
        self._stop_timer()
        self._timer = self.loop.call_later(self.limits.patience, self._out_of_patience)

    def _out_of_patience(self) -> None:
        ours = self.conn.our_state in (h11.SEND_RESPONSE, h11.SEND_BODY)
        if ours and self.conn.their_state is not h11.SEND_BODY:
            self._expect_call()  # everything came in: it is we who are slow
        else:
            self.transport.abort()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def caller_within(limits: Limits) -> type[Caller]:
    """The kind of connection that keeps these limits."""
    return type("Caller", (Caller,), {"limits": limits})
