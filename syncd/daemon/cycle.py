"""One cycle of one stream, with its outcome told instead of raised."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol

import structlog
from sqlalchemy import Connection

from syncd import correlation
from syncd.app import PAIR, OrderStreams, ProductStreams, Progress, Shops
from syncd.daemon.streams import ORDERS, PRODUCTS, PRODUCTS_BACK
from syncd.errors import Misconfigured, NotAuthorised, StopStream, SyncdError
from syncd.state import backfills, brakes, conflicts, failures, intents, runs
from syncd.state.runs import Run
from syncd.sync.orders import OrdersCycle
from syncd.sync.outcome import Tally
from syncd.sync.pulse import Pulse, Stopped

log = structlog.get_logger(__name__)


class Cycle(Protocol):
    """One pass of one stream."""

    async def run(self, *, retry_all: bool = False) -> None:
        """Do it; the errors of `syncd.errors` end it."""


class Ending(StrEnum):
    """How a cycle ended."""

    OK = "ok"
    BRAKED = "braked"
    FAILED = "failed"
    STOPPED = "stopped"
    PLANNED = "as planned"
    """A plan was applied, and something else was left for the next one."""
    NOT_AUTHORISED = "not authorised"
    MISCONFIGURED = "misconfigured"


@dataclass(slots=True)
class Report:
    """What one cycle of one stream did, and what is left."""

    stream: str
    ending: Ending
    counts: dict[str, int]
    message: str = ""
    failures: int = 0
    doubts: int = 0
    conflicts: int = 0
    """Fields that both shops changed and a person has to choose for."""
    brakes: list[str] = field(default_factory=list)

    def followed_by(self, later: Report) -> Report:
        """Two cycles of one stream told as one: all that they did, and what the later one left."""
        counts = dict(Counter(self.counts) + Counter(later.counts))
        return replace(later, counts=counts)

    @property
    def outstanding(self) -> bool:
        """Whether something waits for a person or for a later cycle."""
        return bool(self.failures or self.doubts or self.conflicts or self.brakes)


class LeftForNext(SyncdError):
    """Raised in the commit that ends a cycle: it moves no cursor past what a plan left out, so that the next cycle reads
    it again."""


def no_progress(done: int, total: int | None) -> None:
    """For callers that do not show progress."""


@dataclass(slots=True)
class Cycles:
    """Runs cycles over one pair of shops."""

    shops: Shops
    progress: Callable[[str], Progress] = lambda stream: no_progress
    pulse: Pulse = field(default_factory=Pulse)

    async def run(
        self, stream: str, *, retry_all: bool = False, override: bool = False, hints_only: bool = False
    ) -> Report:
        """Run one cycle and record it. Expected errors end up in the report; bugs and cancellation are raised.

        `hints_only` reads no more than the orders that the stream's shop has called about.
        """
        app = self.shops.app
        tally = Tally(stream)
        began = app.now()
        ending, message = Ending.OK, ""

        def finished(conn: Connection) -> None:
            if app.preview is not None and app.preview.left_out(stream):
                raise LeftForNext
            self._record(conn, tally, began, Ending.OK, "")

        try:
            with correlation.bound(stream):
                cycle = self._build(stream, tally, finished, override=override)
                if hints_only and isinstance(cycle, OrdersCycle):
                    await cycle.run_hints()
                else:
                    await cycle.run(retry_all=retry_all)
                    await self._older(stream)
        except SyncdError as error:
            ending, message = ending_of(error), str(error)
            await app.db.run(lambda conn: self._record(conn, tally, began, ending, message))
        return await self._report(tally, ending, message)

    async def _older(self, stream: str) -> None:
        """A portion of what a person asked for from before, once the stream's live work is done."""
        app = self.shops.app
        if stream not in (ORDERS, PRODUCTS) or app.preview is not None:
            return
        fill = await app.db.run(lambda conn: backfills.get(conn, PAIR, stream))
        if fill is None or not fill.open:
            return
        show = self.progress(f"older {stream}")
        if stream == ORDERS:
            after = await OrderStreams(self.shops).backfill(fill, show, self.pulse).work(fill)
        else:
            after = await ProductStreams(self.shops).backfill().work(fill)
            show(after.done, after.total)
        say = log.debug if after.open else log.info
        say("backfill.portion", kind=stream, done=after.done, total=after.total, finished=not after.open)

    async def first_time(self, stream: str) -> bool:
        """Whether the stream has never finished a cycle."""
        done = await self.shops.app.db.run(lambda conn: runs.last(conn, PAIR))
        return stream not in done

    def _build(
        self, stream: str, tally: Tally, finished: Callable[[Connection], None], *, override: bool
    ) -> Cycle:
        show = self.progress(stream)

        def progress(done: int, total: int | None) -> None:
            show(done, total)
            self.pulse.beat()

        self.pulse.beat()
        orders, products = OrderStreams(self.shops), ProductStreams(self.shops)
        build: dict[str, Callable[..., Cycle]] = {
            **dict.fromkeys(self.shops.feeds, orders.orders),
            **{feed.policy.back: orders.orders_back for feed in self.shops.feeds.values() if feed.back},
            PRODUCTS: products.products,
            PRODUCTS_BACK: products.products_back,
        }
        return build[stream](tally, progress, finished, self.pulse, override=override)

    def _record(self, conn: Connection, tally: Tally, began: datetime, ending: Ending, message: str) -> None:
        now = self.shops.app.now()
        counts = dict(tally.counts)
        runs.record(conn, Run(PAIR, tally.stream, began, now, str(ending), counts, message))

    async def _report(self, tally: Tally, ending: Ending, message: str) -> Report:
        def read(conn: Connection) -> Report:
            engaged = brakes.engaged(conn, PAIR, tally.stream)
            return Report(
                tally.stream,
                ending,
                dict(tally.counts),
                message,
                failures=failures.count(conn, PAIR, tally.stream),
                doubts=len(intents.all(conn, PAIR, tally.stream)),
                conflicts=len(conflicts.all(conn, PAIR)) if tally.stream == PRODUCTS_BACK else 0,
                brakes=[f"{brake.kind}: {brake.evidence.get('reason', '')}" for brake in engaged],
            )

        return await self.shops.app.db.run(read)


def ending_of(error: SyncdError) -> Ending:
    """How a cycle ends that raises this error."""
    if isinstance(error, NotAuthorised):
        return Ending.NOT_AUTHORISED
    if isinstance(error, Misconfigured):
        return Ending.MISCONFIGURED
    if isinstance(error, Stopped):
        return Ending.STOPPED
    if isinstance(error, LeftForNext):
        return Ending.PLANNED
    return Ending.BRAKED if isinstance(error, StopStream) else Ending.FAILED
