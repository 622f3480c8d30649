"""Carrying a parcel's number to the source: a shipment there, once, whatever happens to the answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

import structlog
from sqlalchemy import Connection

from syncd.errors import Held, InDoubt, RetryLater
from syncd.model.backoffice import OfficeOrder
from syncd.model.exchange import Shipment
from syncd.model.order import Order
from syncd.state import history, order_links
from syncd.state.database import Database
from syncd.state.history import HistoryEntry
from syncd.state.order_links import OrderLink
from syncd.sync.outcome import Event, Tally
from syncd.sync.ports import OrderTarget
from syncd.sync.writer import Step, Writer

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class TrackingBack:
    """Makes and renumbers shipments at the source."""

    target: OrderTarget
    writer: Writer
    db: Database
    tally: Tally
    now: Callable[[], datetime]

    async def ship(self, link: OrderLink, order: OfficeOrder, source: Order) -> None:
        """See that the source's order has a shipment with the office's number.

        One that has it already is taken for ours, also after a lost answer; the one we made before gets the new number.
        Raises `Held` where there is nothing to ship, `InDoubt` when an answer was lost and left no trace.
        """
        number = order.tracking_number
        there = await self.target.shipments(source.key)
        known = _numbered(there, number)
        mine = next((each for each in there if each.shipment_id == link.shipment_id), None)

        def done(conn: Connection, shipment_id: str) -> None:
            new = replace(link, tracking=number, shipment_id=shipment_id, updated_at=self.now())
            order_links.put(conn, new)
            self.writer.settled(conn, link.source_key)
            detail = {"number": number, "shipment": shipment_id}
            history.add(
                conn, HistoryEntry(link.pair, "orders", link.source_key, self.now(), "shipped", detail)
            )

        if known is not None:
            await self.db.run(lambda conn: done(conn, known.shipment_id))
            return
        if mine is None:
            _check(source, there)

        async def write() -> str:
            if mine is None:
                return await self._add(source, number)
            return await self._renumber(source, mine.shipment_id, number)

        step = Step(link.source_key, "shipment.write", payload={"number": number})
        shipment_id = await self.writer.run(step, write, done)
        self.tally.add(Event.UPDATED)
        log.info("order.shipped", order=source.number, number=number, shipment=shipment_id)

    async def _add(self, source: Order, number: str) -> str:
        try:
            return await self.target.add_shipment(source.key, source.shipping_id, number)
        except InDoubt as doubt:
            made = await self._look(source.key, number)
            if made is None:
                raise doubt
            return made.shipment_id

    async def _renumber(self, source: Order, shipment_id: str, number: str) -> str:
        """A change that the user may not make is answered like any other (contracts/cscart §10): it is read back."""
        lost: InDoubt | None = None
        try:
            await self.target.change_shipment(shipment_id, number)
        except InDoubt as doubt:
            lost = doubt
        if await self._look(source.key, number) is not None:
            return shipment_id
        raise lost or Held(
            f"order {source.number}: CS-Cart did not give shipment {shipment_id} the number {number}; see that the user of "
            "SYNCD_CSCART__EMAIL may edit shipments",
            code="shipment",
        )

    async def _look(self, key: str, number: str) -> Shipment | None:
        try:
            return _numbered(await self.target.shipments(key), number)
        except RetryLater:
            return None


def _numbered(shipments: Sequence[Shipment], number: str) -> Shipment | None:
    return next((each for each in shipments if each.tracking_number.strip() == number), None)


def _check(source: Order, there: Sequence[Shipment]) -> None:
    if not source.shipping_id:
        raise Held(
            f"order {source.number} has a tracking number in Webasyst, but no single shipping method in CS-Cart; enter the "
            "number there by hand",
            code="no-shipping",
        )
    ordered = sum((line.quantity for line in source.lines), Decimal(0))
    sent = sum((pieces for each in there for pieces in each.items.values()), Decimal(0))
    if there and sent >= ordered:
        numbers = ", ".join(each.tracking_number or "(none)" for each in there)
        raise Held(
            f"order {source.number}: CS-Cart has shipped everything already (tracking {numbers}); compare that with the "
            "number in Webasyst",
            code="shipped-already",
        )
