"""Moving an order on: commit what both sides agree on, then run the workflow action that its status asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from sqlalchemy import Connection

from syncd.errors import Held, InDoubt
from syncd.model.backoffice import OfficeOrder
from syncd.model.order import Order
from syncd.model.status import ACTION_OF, STATE_OF, Target
from syncd.state import history, order_links, product_links
from syncd.state.database import Database
from syncd.state.history import HistoryEntry
from syncd.state.order_links import OrderLink
from syncd.sync.brake import Kind
from syncd.sync.facets import version_of
from syncd.sync.letters import on_its_way
from syncd.sync.office_stock import note_stock
from syncd.sync.order_decision import OrderPolicy
from syncd.sync.outcome import Event, Tally
from syncd.sync.ports import OrderOffice
from syncd.sync.status_decision import (
    Move,
    OutOfReach,
    Stay,
    TellSource,
    asked_for,
    decide_move,
    pays_first,
)
from syncd.sync.stream_brakes import StreamBrakes
from syncd.sync.writer import Step, Writer

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class OrderMoves:
    """Follows the source's status, and its payment where the source tells that apart."""

    office: OrderOffice
    writer: Writer
    db: Database
    policy: OrderPolicy
    tally: Tally
    now: Callable[[], datetime]
    brakes: StreamBrakes

    async def follow(self, order: Order, agreed: OrderLink, actual: OfficeOrder) -> None:
        """Commit the agreement, and run the workflow action that a new source status or a payment asks for."""
        known = order.standing in {agreed.status, await self._on_its_way(order)}
        self._tell_unknown(order, known=known)
        meant = None if known else self.policy.statuses.get(order.status)
        target = None if known else asked_for(meant, paid=order.paid)
        workflow = (await self.office.profile()).workflow if target is not None else {}
        news = actual.state != agreed.carried and actual.state in self.policy.states_back
        blocked = Kind.STATUS in self.brakes.blocked
        if not blocked and pays_first(target, actual.state, workflow, paid=order.paid):
            agreed, actual = await self._note_payment(order, agreed, actual)
        move = decide_move(target, actual.state, workflow, news=news)
        if isinstance(move, OutOfReach) and target is Target.PAID is not meant:
            move = Stay()  # only the payment asked, and the office is past the point where it can be noted
        if isinstance(move, Stay) and target is not None:
            agreed = replace(agreed, status=order.standing, carried=actual.state)
        elif isinstance(move, TellSource) or (isinstance(move, Stay) and (known or not news)):
            agreed = replace(agreed, status=order.standing)
        elif not isinstance(move, Stay):
            agreed = replace(agreed, version="")
        # Else both moved and a letter without a meaning does not say which is newer: the way back asks a person.
        await self.db.run(lambda conn: self._agree(conn, order, agreed, actual))
        if isinstance(move, OutOfReach):
            raise Held(
                f"order {order.number}: status {order.status} asks for {target}, but {move.reason}",
                code="status-out-of-reach",
            )
        if isinstance(move, Move) and blocked:
            raise Held(
                f"order {order.number}: its status waits, because the brake on order statuses is pulled; look at "
                "'syncd status', then run 'syncd brakes release'",
                code="braked",
            )
        if isinstance(move, Move):
            await self._act(order, agreed, move, actual)

    async def _note_payment(
        self, order: Order, agreed: OrderLink, actual: OfficeOrder
    ) -> tuple[OrderLink, OfficeOrder]:
        """Let the office note the payment before the order goes on; until it has, the order stays unfinished."""
        agreed = replace(agreed, version="")
        await self.db.run(lambda conn: self._agree(conn, order, agreed, actual))
        paid = Move(ACTION_OF[Target.PAID], STATE_OF[Target.PAID])
        await self._act(order, agreed, paid, actual, last=False)
        return replace(agreed, state=paid.state, carried=paid.state), replace(actual, state=paid.state)

    def _tell_unknown(self, order: Order, *, known: bool) -> None:
        """A status that the settings say nothing about leaves the order as it is, which somebody should know."""
        statuses = self.policy.known_statuses
        if statuses is not None and not known and order.status not in statuses:
            log.warning(
                "order.unknown_status", order=order.number, status=order.status, shop=self.policy.shop
            )

    async def _on_its_way(self, order: Order) -> str | None:
        """The letter that the way back is just writing: it asks for nothing."""
        return await self.db.run(lambda conn: on_its_way(conn, self.policy.pair, self.policy.back, order.key))

    async def _act(
        self, order: Order, link: OrderLink, move: Move, actual: OfficeOrder, *, last: bool = True
    ) -> None:
        """Run one action, the `last` one that the status asks for or one before it. A lost answer is settled by
        reading the state; the step is not idempotent (§5.8)."""
        skus = [line.sku_id for line in actual.lines if line.sku_id]

        def note(conn: Connection, state: str) -> None:
            moved = replace(link, state=state, carried=state)
            if last:
                moved = replace(moved, status=order.standing, version=version_of(order))
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
        if self.policy.sells_our_stock:
            note_stock(conn, agreed, actual)
        self.writer.settled(conn, order.key)
        self._note(conn, order.key, "agreed", {"order_id": agreed.order_id, "total": str(order.total)})

    def _note(self, conn: Connection, key: str, event: str, detail: Mapping[str, object]) -> None:
        history.add(
            conn, HistoryEntry(self.policy.pair, self.policy.stream, key, self.now(), event, dict(detail))
        )
