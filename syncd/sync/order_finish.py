"""Finishing an order: save what differs, verify it, commit what both sides agree on, and only then move its status."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from sqlalchemy import Connection

from syncd.errors import Held, InDoubt
from syncd.model.backoffice import OfficeOrder
from syncd.model.exchange import OrderChanges
from syncd.model.order import Order
from syncd.model.status import EDITABLE, TERMINAL
from syncd.state import history, order_links
from syncd.state.database import Database
from syncd.state.history import HistoryEntry
from syncd.state.order_links import OrderLink
from syncd.sync.facets import Facet, version_of
from syncd.sync.order_changes import Wanted, differences, office_lines, plan_changes, shipping_name_change
from syncd.sync.order_decision import WITH_AMOUNTS, OrderPolicy
from syncd.sync.order_edit import agree, edit_of
from syncd.sync.order_moves import OrderMoves
from syncd.sync.outcome import Event, Tally
from syncd.sync.ports import OrderOffice
from syncd.sync.writer import Step, Writer

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class OrderFinish:
    """Brings one linked office order in line with its source order."""

    office: OrderOffice
    writer: Writer
    db: Database
    policy: OrderPolicy
    tally: Tally
    now: Callable[[], datetime]
    moves: OrderMoves

    async def finish(
        self, order: Order, link: OrderLink, actual: OfficeOrder, facets: frozenset[Facet], wanted: Wanted
    ) -> None:
        """Write these facets, compare, agree, and run the workflow action of a new status.

        Raises `Held` where the two orders cannot be made to agree, and `InDoubt` when a lost answer left them apart.
        """
        writable, flag = _writable(order, link, actual, facets, wanted)
        if _to_write(wanted, actual, writable):
            link = await self._part(link, writable)
            actual = await self._save(order, wanted, actual, writable)
        found = differences(wanted, actual, writable)
        if found:
            text = f"order {order.number} differs in Webasyst (order {link.order_id}): " + "; ".join(found)
            await self._flag(link, text)
            raise Held(text + "; correct it in either shop, syncd compares again", code="differs")
        if flag is not None:
            await self._flag(link, flag)
            raise Held(flag, code="edited-too-late")
        base = agree(order, link.base, actual, facets)
        edit = edit_of(base, actual)
        agreed = replace(
            link,
            base=base,
            confirmed=True,
            flag=None,
            state=actual.state,
            version=version_of(order),
            updated_at=self.now(),
            difference=edit,
            requested=link.requested and edit is not None,
        )
        await self.moves.follow(order, agreed, actual)

    async def _part(self, link: OrderLink, facets: frozenset[Facet]) -> OrderLink:
        """Forget what both sides agreed on in the facets about to be written. Until they agree again nobody knows what the
        office says there, not even when the source takes its edit back meanwhile."""
        if not link.base:
            return link
        kept = {name: mark for name, mark in link.base["facets"].items() if name not in facets}
        rest = {} if Facet.LINES in facets else link.base
        parted = replace(link, base={**rest, "facets": kept}, version="")
        await self.db.run(lambda conn: order_links.put(conn, parted))
        return parted

    async def _save(
        self, order: Order, wanted: Wanted, actual: OfficeOrder, facets: frozenset[Facet]
    ) -> OfficeOrder:
        name = shipping_name_change(wanted, actual, facets)
        if name is not None:
            actual = await self._rename_shipping(order, wanted, actual, facets, name)
        changes = plan_changes(wanted, actual, facets)
        if changes is None:
            return actual
        actual, doubt = await self._save_once(order, actual.order_id, changes)
        if doubt is not None and plan_changes(wanted, actual, facets) is not None:
            raise doubt
        self.tally.add(Event.UPDATED)
        log.info("order.updated", order=order.number, webasyst=actual.order_id, parts=_spell(changes))
        return actual

    async def _rename_shipping(
        self, order: Order, wanted: Wanted, actual: OfficeOrder, facets: frozenset[Facet], name: str
    ) -> OfficeOrder:
        """Write the name in a save of its own, which zeroes the cost (§5.3): the save of what differs puts it back, and
        until it has, both are written again. A name is therefore never written without the cost."""
        rename = OrderChanges(shipping=None, params={"shipping_name": name})
        actual, doubt = await self._save_once(order, actual.order_id, rename)
        if doubt is not None and shipping_name_change(wanted, actual, facets) is not None:
            raise doubt
        return actual

    async def _save_once(
        self, order: Order, order_id: int, changes: OrderChanges
    ) -> tuple[OfficeOrder, InDoubt | None]:
        """One save, the order as it stands afterwards, and the doubt when the answer was lost."""

        def note(conn: Connection, _: None) -> None:
            self._note(conn, order.key, "saved", {"order_id": order_id, "changes": _spell(changes)})

        lost: InDoubt | None = None
        try:
            await self.writer.run(
                Step(order.key, "order.save"), lambda: self.office.save_order(order_id, changes), note
            )
        except InDoubt as doubt:
            self.tally.add(Event.DOUBTFUL)
            lost = doubt
        actual = await self.office.order(order_id)
        if actual is None:
            raise Held(f"order {order.number}: its Webasyst order {order_id} vanished", code="vanished")
        return actual, lost

    async def _flag(self, link: OrderLink, text: str) -> None:
        await self.db.run(lambda conn: order_links.put(conn, replace(link, flag=text, updated_at=self.now())))

    def _note(self, conn: Connection, key: str, event: str, detail: Mapping[str, object]) -> None:
        history.add(
            conn, HistoryEntry(self.policy.pair, self.policy.stream, key, self.now(), event, dict(detail))
        )


def _to_write(wanted: Wanted, actual: OfficeOrder, facets: frozenset[Facet]) -> bool:
    return (
        plan_changes(wanted, actual, facets) is not None
        or shipping_name_change(wanted, actual, facets) is not None
    )


def _writable(
    order: Order, link: OrderLink, actual: OfficeOrder, facets: frozenset[Facet], wanted: Wanted
) -> tuple[frozenset[Facet], str | None]:
    """The facets that may still be written, and why not all of them.

    An edit of the lines that comes too late keeps its other amounts back as well: half an edit would be a wrong total.
    """
    where = f"order {order.number} (Webasyst order {link.order_id})"
    if actual.state in TERMINAL and facets:
        return (
            frozenset(),
            f"{where} was edited, but it is {actual.state} in Webasyst and stays as it is there",
        )
    if Facet.LINES not in facets or not differences(wanted, actual, frozenset({Facet.LINES})):
        return facets, None
    base_lines = link.base.get("lines")
    if base_lines is not None and office_lines(actual.lines) != base_lines:
        return (
            facets - WITH_AMOUNTS,
            f"{where}: its lines were edited in both shops; compare and correct one of them",
        )
    if actual.state not in EDITABLE:
        reason = f"{where}: its lines were edited after it became {actual.state} in Webasyst; correct it there by hand"
        return facets - WITH_AMOUNTS, reason
    return facets, None


def _spell(changes: OrderChanges) -> list[str]:
    """The names of the parts that a change writes, for the history."""
    parts: dict[str, object] = {
        "lines": changes.lines,
        "discount": changes.discount,
        "comment": changes.comment,
        "address": changes.address,
        "params": changes.params or None,
        "shipping": changes.shipping,
    }
    return [name for name, value in parts.items() if value is not None]
