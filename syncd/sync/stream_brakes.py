"""The brakes of one stream: pulled durably with their evidence, released by a person, spent by the next full pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from sqlalchemy import Connection

from syncd.errors import StopStream
from syncd.state import brakes
from syncd.state.database import Database
from syncd.sync.brake import BrakeRule, Kind, Overview, Pull, emptied, look
from syncd.sync.outcome import Event, Tally

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class StreamBrakes:
    """Which kinds of overwriting a stream may do in this cycle.

    With `override` (a person said yes) nothing is blocked and what was engaged is released by the pass.
    """

    db: Database
    pair: str
    stream: str
    rule: BrakeRule
    tally: Tally
    now: Callable[[], datetime]
    override: bool = False
    blocked: set[Kind] = field(default_factory=set)
    released: set[Kind] = field(default_factory=set)

    async def load(self) -> None:
        """Read which brakes are engaged and which were released for this pass.

        Raises `StopStream` while the brake for an empty shop is engaged: then nothing at all is written.
        """
        rows = await self.db.run(lambda conn: brakes.all(conn, self.pair, self.stream))
        self.released = {Kind(row.kind) for row in rows if self.override or row.released_at is not None}
        self.blocked = {Kind(row.kind) for row in rows} - self.released
        if Kind.EMPTY in self.blocked:
            raise StopStream(_engaged(self.stream, Kind.EMPTY))

    def judge(self, plan: Overview) -> list[Pull]:
        """The brakes that the plan would pull, without those a person released."""
        if self.override:
            return []
        return [pull for pull in look(plan, self.rule) if pull.kind not in self.released]

    async def pull(self, pull: Pull) -> None:
        """Engage a brake and keep its evidence."""
        log.error("brake.pulled", stream=self.stream, kind=pull.kind, reason=pull.reason)
        evidence = {"reason": pull.reason, "examples": list(pull.examples)}
        at = self.now()
        await self.db.run(lambda conn: brakes.pull(conn, self.pair, self.stream, pull.kind, evidence, at))
        self.blocked.add(pull.kind)
        self.tally.brakes.append(f"{pull.kind}: {pull.reason}")
        self.tally.add(Event.BRAKED)

    async def pull_empty(self, shop: str, before: int) -> None:
        """One shop suddenly lists nothing: stop before anything follows from that. Raises `StopStream`."""
        if self.override or Kind.EMPTY in self.released:
            return
        await self.pull(emptied(shop, before))
        raise StopStream(_engaged(self.stream, Kind.EMPTY))

    async def spend(self) -> None:
        """A release lets one whole pass through; the next accident pulls the brake again."""
        if not self.released:
            return

        def spend(conn: Connection) -> None:
            if self.override:
                brakes.release(conn, self.pair, self.stream, None, self.now())
            for kind in self.released:
                brakes.consume(conn, self.pair, self.stream, kind)

        await self.db.run(spend)


def _engaged(stream: str, kind: Kind) -> str:
    return (
        f"the {stream} stream is braked ({kind}): nothing is written; look at 'syncd status', then run "
        f"'syncd brakes release' or 'syncd run --once --yes'"
    )
