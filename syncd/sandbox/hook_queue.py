"""The queue of a shop's hooks: calls wait here until they are delivered over real HTTP, or given up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from syncd.sandbox.outgoing import Outgoing


@dataclass(slots=True)
class QueuedCall:
    """One call to a subscriber. ``order_id`` is for whoever reads the results; ``tries`` counts failed attempts."""

    event: str
    method: str
    url: str
    order_id: int | None
    body: bytes | None = None
    content_type: str = "application/json"
    tries: int = 0


class HookQueue:
    """Calls in the order in which they came; a failed one stays until it was tried ``tries`` times."""

    def __init__(self, outgoing: Outgoing, tries: int) -> None:
        """``tries`` 1 means that a failed call is lost at once."""
        self._outgoing = outgoing
        self._tries = tries
        self.waiting: list[QueuedCall] = []

    def add(self, call: QueuedCall) -> None:
        """Queue a call; nothing is sent yet."""
        self.waiting.append(call)

    def flush(self) -> list[dict[str, Any]]:
        """Try every queued call once, now; returns what became of each.

        A result has ``event``, ``method``, ``url``, ``order_id``, ``status`` (None when nobody answered), ``tries``
        so far and ``state``: ``delivered`` for a 20x, ``waiting`` or ``given up`` for anything else.
        """
        calls, self.waiting = self.waiting, []
        return [self._deliver(call) for call in calls]

    def _deliver(self, call: QueuedCall) -> dict[str, Any]:
        headers = {} if call.body is None else {"Content-Type": call.content_type}
        reply = self._outgoing.call(call.method, call.url, call.body, headers)
        call.tries += 1
        state = "delivered"
        if reply is None or not 200 <= reply.status < 210:  # noqa: PLR2004 - "20x" of contracts/sources §1.6
            state = "waiting" if call.tries < self._tries else "given up"
        if state == "waiting":
            self.waiting.append(call)
        return {
            "event": call.event, "method": call.method, "url": call.url, "order_id": call.order_id,
            "status": None if reply is None else reply.status, "tries": call.tries, "state": state,
        }  # fmt: skip
