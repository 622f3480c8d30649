"""Watching creations that were sent twice: an abandoned call may have run longer than anybody waited for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from syncd.errors import Held
from syncd.model.backoffice import OfficeOrder
from syncd.state import intents
from syncd.state.database import Database
from syncd.state.intents import Intent
from syncd.sync.failing import SetAsideRecords
from syncd.sync.outcome import Event, Tally
from syncd.sync.ports import OrderOffice

REPEATED = ".repeated"
"""What is added to a stream's name to remember its repeated creations; they are no doubts of the stream."""
WATCH = timedelta(hours=1)
"""How long after the repetition the first call could still make its order: no web server lets one run longer."""
TWICE = "twice"

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class OrderWatch:
    """The shop promises no unique reference, so the last resort is to tell a person of a second order."""

    office: OrderOffice
    failing: SetAsideRecords
    db: Database
    pair: str
    stream: str
    tally: Tally
    now: Callable[[], datetime]

    async def begin(self, intent: Intent) -> None:
        """Remember a creation that is about to be sent again."""
        row = replace(intent, stream=self.stream + REPEATED, settle_after=self.now() + WATCH)
        await self.db.run(lambda conn: intents.replace(conn, row))

    async def look(self) -> None:
        """One search for all repeated creations; an order that stands twice is a failure until one of them is deleted."""
        rows = await self.db.run(lambda conn: intents.all(conn, self.pair, self.stream + REPEATED))
        if not rows:
            return
        hits = await self.office.orders_by_reference([row.reference for row in rows if row.reference])
        for row in rows:
            living = [hit for hit in hits if hit.reference == row.reference and hit.state != "deleted"]
            if len(living) > 1:
                await self._tell(row.record_key, living)
            else:
                await self._rest(row)

    async def _tell(self, key: str, orders: Sequence[OfficeOrder]) -> None:
        first, *others = sorted(order.order_id for order in orders)
        spelled = ", ".join(str(order_id) for order_id in others)
        log.warning("order.twice", order=key, webasyst=first, others=spelled)
        self.tally.add(Event.FAILED)
        text = (
            f"order {key} stands in Webasyst as orders {first} and {spelled}: a call that had been given up did its work "
            "after all; delete the ones that nobody has worked on there (state 'deleted')"
        )
        await self.failing.record(key, Held(text, code=TWICE), version="")

    async def _rest(self, row: Intent) -> None:
        if self.failing.has(row.record_key, TWICE):
            await self.failing.clear(row.record_key)
        if self.now() >= row.settle_after:
            stream = self.stream + REPEATED
            await self.db.run(lambda conn: intents.close(conn, self.pair, stream, row.record_key))
