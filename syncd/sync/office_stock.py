"""What linked orders ask of the office's stock, kept up to date for streams that add up the sales of both shops."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from syncd.model.backoffice import OfficeOrder
from syncd.model.status import TERMINAL
from syncd.state import cursors, order_links, order_stock, product_links
from syncd.state.database import Database
from syncd.state.order_links import OrderLink
from syncd.state.rows import batches
from syncd.sync.order_edit import pieces
from syncd.sync.ports import OrderOffice

CURSOR = "order-stock"
"""How far `OfficeStock` has read, in the office's clock; the streams of orders have cursors of their own."""


def note_stock(conn: Connection, link: OrderLink, order: OfficeOrder) -> None:
    """Note what a linked order asks for and whether the office has taken it; products for which that changed are compared
    in the next cycle. A deleted or refunded order whose pieces are back on the shelf asks for nothing."""
    gone = order.state in TERMINAL and not order.reduced
    quantities = {} if gone else pieces(link.base, order)
    moved = order_stock.put(conn, link.pair, order.order_id, quantities, reduced=order.reduced)
    product_links.mark_dirty(conn, link.pair, sorted(moved))


@dataclass(slots=True)
class OfficeStock:
    """Reads what happened to orders linked with `source` since it last looked; one request when nothing did."""

    office: OrderOffice
    db: Database
    pair: str
    source: str
    overlap: timedelta
    now: Callable[[], datetime]

    async def refresh(self) -> None:
        """Bring the table of orders' stock up to date. The very first time every linked order is read.

        Raises `RetryLater` when the office is unwell; nothing is skipped then.
        """
        cursor = await self.db.run(lambda conn: cursors.get(conn, self.pair, CURSOR))
        if cursor is None:
            clock = await office_clock(self.office, self.now())
            await self._read_all()
            await self._note((), clock)
            return
        page = await self.office.orders_touched_since(cursor.position - self.overlap)
        await self._note(page.records, page.clock)

    async def _read_all(self) -> None:
        references = await self.db.run(lambda conn: order_links.references(conn, self.pair, self.source))
        for batch in batches(references):
            await self._note(await self.office.orders_by_reference(batch), None)

    async def _note(self, orders: Iterable[OfficeOrder], clock: datetime | None) -> None:
        found = {order.order_id: order for order in orders}

        def note(conn: Connection) -> None:
            for order_id, link in order_links.by_orders(conn, self.pair, found).items():
                # What any other source sold was never on the shelf of this one: it is a movement of the office's stock.
                if link.source == self.source:
                    note_stock(conn, link, found[order_id])
            if clock is not None:
                cursors.put(conn, self.pair, CURSOR, clock)

        await self.db.run(note)


async def office_clock(office: OrderOffice, now: datetime) -> datetime:
    """What the office's clock shows at this moment of ours."""
    return now + timedelta(seconds=(await office.profile()).server_offset)
