"""The only way a stream writes to a shop: a durable intent first, then the call, then its result and the intent's end
in one commit."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection

from syncd.errors import Held, InDoubt, NotAuthorised, RetryLater, SetAside, StopStream
from syncd.state import history, intents
from syncd.state.database import Database
from syncd.state.history import HistoryEntry
from syncd.state.intents import Intent
from syncd.sync.turns import Turns, Urgency

ResultT = TypeVar("ResultT")
IN_DOUBT = "in doubt"
"""The event of a call that got no answer, in the history of every record that it was to change."""


@dataclass(frozen=True, slots=True)
class Step:
    """One write about to happen: of which record, what, and what is needed to find its trace later."""

    record_key: str
    action: str
    reference: str | None = None
    payload: dict[str, Any] | None = None


AT_HAND: ContextVar[tuple[str, Step] | None] = ContextVar("AT_HAND", default=None)
"""The stream and step whose call is being made, for those who watch the calls."""


class LeftOut(Held):
    """A plan is being applied, and this write is not in it: nothing is written and nothing has failed. The next plan shows
    it."""

    code = "left-out"


class Writer:
    """Runs the writes of one stream."""

    def __init__(
        self,
        db: Database,
        pair: str,
        stream: str,
        *,
        turns: Turns,
        urgency: Urgency,
        deadline: timedelta,
        now: Callable[[], datetime],
    ) -> None:
        self._turns = turns
        self._urgency = urgency
        self._db = db
        self._pair = pair
        self._stream = stream
        self._deadline = deadline
        self._now = now

    async def run(
        self,
        step: Step,
        call: Callable[[], Awaitable[ResultT]],
        done: Callable[[Connection, ResultT], None],
    ) -> ResultT:
        """Note the intent, make the call, and commit `done` together with the intent's end.

        Raises what the call raises. After `InDoubt`, a crash or a cancellation the intent stays and must be settled;
        after any other error nothing has happened in the shop and the intent is gone.
        """
        try:
            async with self._turns.turn(self._urgency):
                await self._open(step)
                with self.at_hand(step):
                    result = await call()
        except InDoubt as doubt:
            await self._keep(step, doubt)
            raise
        except (SetAside, RetryLater, NotAuthorised, StopStream):
            await self.close(step.record_key)
            raise

        def finish(conn: Connection) -> None:
            done(conn, result)
            intents.close(conn, self._pair, self._stream, step.record_key)

        await self._db.run(finish)
        return result

    @contextmanager
    def at_hand(self, step: Step) -> Iterator[None]:
        """Tell those who watch the calls of the block which step makes them."""
        running = AT_HAND.set((self._stream, step))
        try:
            yield
        finally:
            AT_HAND.reset(running)

    async def close(self, record_key: str) -> None:
        """Forget the intent of a record: its outcome is known."""
        await self._db.run(lambda conn: intents.close(conn, self._pair, self._stream, record_key))

    def settled(self, conn: Connection, record_key: str) -> None:
        """End the intent of a record inside a transaction of the caller's."""
        intents.close(conn, self._pair, self._stream, record_key)

    async def _open(self, step: Step) -> None:
        """The note of what is about to happen. Of a process that dies nobody knows when it abandoned the call: that may have
        waited a whole deadline for its turn (a shop asked for a pause), and is given the deadline of its own after it."""
        now = self._now()
        intent = Intent(
            pair=self._pair,
            stream=self._stream,
            record_key=step.record_key,
            action=step.action,
            payload=step.payload or {},
            reference=step.reference,
            started_at=now,
            settle_after=now + 2 * self._deadline,
        )
        await self._db.run(lambda conn: intents.replace(conn, intent))

    async def _keep(self, step: Step, doubt: InDoubt) -> None:
        """An answered call has ended: a miss is a miss at once. An abandoned one may run on in the shop; how long is not
        known, so it is given the deadline of a whole call more, from the moment it was abandoned."""
        now = self._now()
        settle_after = now + (timedelta() if doubt.ended else self._deadline)
        keys = (step.payload or {}).get("keys", [step.record_key])
        detail = {"action": step.action, "reason": str(doubt)}
        lost = [HistoryEntry(self._pair, self._stream, key, now, IN_DOUBT, detail) for key in keys]

        def keep(conn: Connection) -> None:
            intents.defer(conn, self._pair, self._stream, step.record_key, settle_after)
            history.add_many(conn, lost)

        await self._db.run(keep)
