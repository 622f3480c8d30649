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
from syncd.state import history, order_links, product_links
from syncd.state.database import Database
from syncd.state.history import HistoryEntry
from syncd.state.order_links import OrderLink
from syncd.sync.brake import Kind
from syncd.sync.facets import Facet, version_of
from syncd.sync.letters import on_its_way
from syncd.sync.office_stock import note_stock
from syncd.sync.order_changes import Wanted, differences, office_lines, plan_changes, shipping_name_change
from syncd.sync.order_decision import WITH_AMOUNTS, OrderPolicy
from syncd.sync.order_edit import agree, edit_of
from syncd.sync.outcome import Event, Tally
from syncd.sync.ports import OrderOffice
from syncd.sync.status_decision import Move, OutOfReach, Stay, TellSource, decide_move
from syncd.sync.stream_brakes import StreamBrakes
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
    brakes: StreamBrakes

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
        await self._move(order, agreed, actual)

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

    async def _move(self, order: Order, agreed: OrderLink, actual: OfficeOrder) -> None:
        """Commit the agreement, and run the workflow action that a new source status asks for."""
        known = order.status in {agreed.status, await self._on_its_way(order)}
        target = None if known else self.policy.statuses.get(order.status)
        workflow = (await self.office.profile()).workflow if target is not None else {}
        news = actual.state != agreed.carried and actual.state in self.policy.states_back
        move = decide_move(target, actual.state, workflow, news=news)
        if isinstance(move, Stay) and target is not None:
            agreed = replace(agreed, status=order.status, carried=actual.state)
        elif isinstance(move, TellSource) or (isinstance(move, Stay) and (known or not news)):
            agreed = replace(agreed, status=order.status)
        elif not isinstance(move, Stay):
            agreed = replace(agreed, version="")
        # Else both moved and a letter without a meaning does not say which is newer: the way back asks a person.
        await self.db.run(lambda conn: self._agree(conn, order, agreed, actual))
        if isinstance(move, OutOfReach):
            raise Held(
                f"order {order.number}: status {order.status} asks for {target}, but {move.reason}",
                code="status-out-of-reach",
            )
        if isinstance(move, Move) and Kind.STATUS in self.brakes.blocked:
            raise Held(
                f"order {order.number}: its status waits, because the brake on order statuses is pulled; look at "
                "'syncd status', then run 'syncd brakes release'",
                code="braked",
            )
        if isinstance(move, Move):
            await self._act(order, agreed, move, actual)

    async def _on_its_way(self, order: Order) -> str | None:
        """The letter that the way back is just writing: it asks for nothing."""
        return await self.db.run(lambda conn: on_its_way(conn, self.policy.pair, order.key))

    async def _act(self, order: Order, link: OrderLink, move: Move, actual: OfficeOrder) -> None:
        """Run one action. A lost answer is settled by reading the state; the step is not idempotent (§5.8)."""
        skus = [line.sku_id for line in actual.lines if line.sku_id]

        def note(conn: Connection, state: str) -> None:
            moved = replace(link, status=order.status, state=state, carried=state, version=version_of(order))
            order_links.put(conn, moved)
            product_links.mark_dirty(conn, self.policy.pair, skus)
            self._note(
                conn, order.key, "moved", {"order_id": link.order_id, "action": move.action, "state": state}
            )

        async def act() -> str:
            try:
                return await self.office.act(link.order_id, move.action)
            except InDoubt:
                again = await self.office.order(link.order_id)
                if again is None or again.state != move.state:
                    raise
                return again.state

        state = await self.writer.run(Step(order.key, "order.action"), act, note)
        self.tally.add(Event.MOVED)
        log.info("order.moved", order=order.number, webasyst=link.order_id, state=state)
        if state != move.state:
            raise Held(
                f"order {order.number}: action '{move.action}' led to {state}, expected {move.state}",
                code="status-out-of-reach",
            )

    def _agree(self, conn: Connection, order: Order, agreed: OrderLink, actual: OfficeOrder) -> None:
        order_links.put(conn, agreed)
        note_stock(conn, agreed, actual)
        self.writer.settled(conn, order.key)
        self._note(conn, order.key, "agreed", {"order_id": agreed.order_id, "total": str(order.total)})

    async def _flag(self, link: OrderLink, text: str) -> None:
        await self.db.run(lambda conn: order_links.put(conn, replace(link, flag=text, updated_at=self.now())))

    def _note(self, conn: Connection, key: str, event: str, detail: Mapping[str, object]) -> None:
        history.add(conn, HistoryEntry(self.policy.pair, "orders", key, self.now(), event, dict(detail)))


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
