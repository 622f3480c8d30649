"""Writing an order's edit to the source, which recalculates the whole order then: only when a person asked for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

import structlog
from sqlalchemy import Connection

from syncd.errors import Held, InDoubt
from syncd.model.backoffice import OfficeOrder
from syncd.model.exchange import SourceLine
from syncd.model.money import ZERO, to_cents
from syncd.model.order import Order
from syncd.state import history, order_links, product_links
from syncd.state.database import Database
from syncd.state.history import HistoryEntry
from syncd.state.order_links import OrderLink
from syncd.sync.facets import Facet, version_of
from syncd.sync.office_stock import note_stock
from syncd.sync.order_decision import OrderPolicy
from syncd.sync.order_edit import agree
from syncd.sync.outcome import Event, Tally
from syncd.sync.ports import OrderTarget
from syncd.sync.read_back import read_back
from syncd.sync.writer import Step, Writer

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class LinesBack:
    """Writes the office's lines and discount over those of the source's order."""

    target: OrderTarget
    writer: Writer
    db: Database
    policy: OrderPolicy
    tally: Tally
    now: Callable[[], datetime]

    async def write(self, link: OrderLink, order: OfficeOrder, source: Order) -> None:
        """Make the source's order say what the office's says, and agree on that when both totals are the same.

        What stands there already is not written again. Raises `Held` for what cannot be written and when the source reckons
        another total, `InDoubt` for a lost answer.
        """
        lines = await self._lines(order, source)
        kept = ZERO if self.policy.discounts else source.discount
        discount, total = to_cents(order.discount + kept), to_cents(order.total - kept)

        def done(conn: Connection, after: Order) -> None:
            if to_cents(after.total) == total:
                self._agree(conn, link, order, after)

        if _says(source, lines, discount):
            after = source
            await self.db.run(lambda conn: done(conn, source))
        else:
            after = await self.writer.run(
                Step(link.source_key, "order.lines"), lambda: self._put(source, lines, discount), done
            )
        if to_cents(after.total) != total:
            raise Held(
                f"order {source.number}: with the lines of Webasyst CS-Cart reckons {to_cents(after.total)}, Webasyst "
                f"{total}; compare shipping, taxes and discounts and correct one of them",
                code="totals-differ",
            )
        self.tally.add(Event.UPDATED)
        log.info("order.rewritten", order=source.number, webasyst=order.order_id, total=str(total))

    async def _put(self, source: Order, lines: Sequence[SourceLine], discount: Decimal) -> Order:
        lost: InDoubt | None = None
        try:
            await self.target.write_lines(source.key, lines, discount)
        except InDoubt as doubt:
            lost = doubt
        after = await read_back(self.target, source.key)
        if after is not None and (lost is None or _says(after, lines, discount)):
            return after
        raise lost or InDoubt(
            f"CS-Cart took new lines for order {source.number}, but does not show it", ended=True
        )

    async def _lines(self, order: OfficeOrder, source: Order) -> list[SourceLine]:
        where = f"order {source.number}: its edit cannot be written to CS-Cart"
        if order.currency != source.currency:
            raise Held(f"{where}, because Webasyst keeps it in {order.currency}", code="edit-unwritable")
        skus = [line.sku_id for line in order.lines if line.sku_id]
        links = await self.db.run(lambda conn: product_links.by_skus(conn, self.policy.pair, skus))
        lines = []
        for line in order.lines:
            product = links.get(line.sku_id) if line.sku_id else None
            if product is None:
                reason = f"because the line {line.name[:60]!r} is no product that both shops have"
                raise Held(f"{where}, {reason}; edit the order there by hand", code="edit-unwritable")
            if line.quantity != line.quantity.to_integral_value() or line.quantity <= 0:
                reason = (
                    f"because it sells whole pieces and {line.name[:60]!r} is {line.quantity.normalize():f}"
                )
                raise Held(f"{where}, {reason}; edit the order there by hand", code="edit-unwritable")
            lines.append(SourceLine(product.source_key, line.name, int(line.quantity), to_cents(line.price)))
        return lines

    def _agree(self, conn: Connection, link: OrderLink, order: OfficeOrder, after: Order) -> None:
        agreed = replace(
            link,
            base=agree(after, {}, order, frozenset(Facet)),
            version=version_of(after),
            flag=None,
            difference=None,
            requested=False,
            updated_at=self.now(),
        )
        order_links.put(conn, agreed)
        self.writer.settled(conn, link.source_key)
        note_stock(conn, agreed, order)
        skus = [line.sku_id for line in order.lines if line.sku_id]
        product_links.mark_dirty(conn, self.policy.pair, skus)
        detail = {"total": str(after.total), "edit": link.difference}
        history.add(
            conn,
            HistoryEntry(
                self.policy.pair, self.policy.stream, link.source_key, self.now(), "rewritten", detail
            ),
        )


def _says(order: Order, lines: Sequence[SourceLine], discount: Decimal) -> bool:
    """Whether the source's order has these lines and this discount: an earlier call of ours, or a person there."""
    wanted = Counter((line.product_key, Decimal(line.quantity), to_cents(line.price)) for line in lines)
    there = Counter((line.product_key, line.quantity, to_cents(line.unit_price)) for line in order.lines)
    return there == wanted and to_cents(order.discount) == discount
