"""Telling the source the status of an order that moved in the office: check the letter, set it, read it back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

import structlog
from sqlalchemy import Connection

from syncd.errors import Held, InDoubt, NotAuthorised
from syncd.model.backoffice import OfficeOrder
from syncd.model.money import to_cents
from syncd.model.order import Order
from syncd.state import history, order_links, product_links
from syncd.state.database import Database
from syncd.state.history import HistoryEntry
from syncd.state.order_links import OrderLink
from syncd.sync.brake import Kind
from syncd.sync.facets import MONEY, changed_facets, facets_of, version_of
from syncd.sync.failing import SetAsideRecords
from syncd.sync.letters import SET_STATUS, Letters, on_its_way
from syncd.sync.order_decision import OrderPolicy
from syncd.sync.outcome import Event, Tally
from syncd.sync.ports import StatusTarget
from syncd.sync.read_back import read_back
from syncd.sync.status_back import Conflict, SetLetter, Wait, decide_back
from syncd.sync.stream_brakes import StreamBrakes
from syncd.sync.writer import Step, Writer

BACKORDERED = "B"
"""What the shop makes of any status when stock is short."""

LACKS_RIGHT = NotAuthorised.__name__
"""The code of the failure that keeps the stream from setting any other letter: each try would recalculate an order."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class StatusBack:
    """Sets letters at the source."""

    target: StatusTarget
    letters: Letters
    writer: Writer
    failing: SetAsideRecords
    brakes: StreamBrakes
    db: Database
    policy: OrderPolicy
    tally: Tally
    now: Callable[[], datetime]
    everything: bool = False
    """Whether failures are tried again without regard to their pauses: a person asked for it."""

    async def tell(self, link: OrderLink, order: OfficeOrder, source: Order) -> None:
        """Bring the source's letter in line with the office's state, or note that it is.

        Raises `Held` for a conflict, a pulled brake and a letter that the shop did not take, `InDoubt` when the answer was
        lost, `Misconfigured` for a letter the shop does not have, `NotAuthorised` when it edits the order instead.
        """
        if source.status == BACKORDERED != link.status and await self._on_its_way(link):
            link = replace(link, status=BACKORDERED)
        # An order that staff moved before it was finished has no letter noted yet: one that means nothing is no move.
        noted = link.status != "" or source.status in self.policy.statuses
        moved = noted and source.standing != link.status
        decision = decide_back(
            link, order.state, source.status, self.policy.statuses, self.policy.states_back, moved=moved
        )
        if isinstance(decision, Conflict):
            text = f"order {source.number}: {decision.reason}; set one of them by hand, syncd compares again"
            raise Held(text, code="status-conflict")
        if isinstance(decision, SetLetter):
            await self._allowed(source)
            await self._set(link, order, source, decision.letter)
        elif not isinstance(decision, Wait):
            known = replace(self._seen(link, source), carried=order.state)
            await self.db.run(lambda conn: order_links.put(conn, known))

    async def _on_its_way(self, link: OrderLink) -> bool:
        """Whether what stands there came of a letter of ours whose answer was lost."""
        pair, back, key = self.policy.pair, self.policy.back, link.source_key
        return await self.db.run(lambda conn: on_its_way(conn, pair, back, key)) is not None

    async def _allowed(self, source: Order) -> None:
        await self.letters.check(self.policy.states_back.values())
        if self.failing.any_pauses(LACKS_RIGHT) and not self.everything:
            raise _lacks_right(source.number)
        if Kind.STATUS in self.brakes.blocked:
            raise Held(
                f"order {source.number}: its status waits, because the brake on order statuses is pulled; look at "
                "'syncd status', then run 'syncd brakes release'",
                code="braked",
            )

    async def _set(self, link: OrderLink, order: OfficeOrder, before: Order, letter: str) -> None:
        def done(conn: Connection, after: Order) -> None:
            carried = order.state if after.status == letter else link.carried
            order_links.put(conn, replace(self._seen(link, after), carried=carried))
            # The shop's stock moves with the status, without any trace in its products (contracts/cscart §3.7).
            skus = [line.sku_id for line in order.lines if line.sku_id]
            product_links.mark_dirty(conn, self.policy.pair, skus)
            detail = {"state": order.state, "letter": letter, "status": after.status}
            history.add(
                conn,
                HistoryEntry(
                    self.policy.pair, self.policy.stream, link.source_key, self.now(), "told", detail
                ),
            )

        step = Step(link.source_key, SET_STATUS, payload={"letter": letter})
        after = await self.writer.run(step, lambda: self._put(before, letter), done)
        if _rebuilt(before, after):
            error = _lacks_right(before.number)
            await self.failing.record(link.source_key, error, version="")
            raise error
        if after.status != letter:
            raise Held(_not_taken(self.policy.shop, before, letter, after.status), code="short-stock")
        self.tally.add(Event.MOVED)
        log.info("order.told", order=before.number, webasyst=order.order_id, state=order.state, letter=letter)

    async def _put(self, before: Order, letter: str) -> Order:
        """Set the letter and read the order back, since the shop answers yes to everything (contracts/cscart §4.6)."""
        lost: InDoubt | None = None
        try:
            await self.target.set_status(before.key, letter, self.policy.notify)
        except InDoubt as doubt:
            lost = doubt
        after = await read_back(self.target, before.key)
        if after is not None and (lost is None or after.status != before.status):
            return after
        raise lost or InDoubt(
            f"{self.policy.shop} took status {letter} for order {before.number}, but does not show the order",
            ended=True,
        )

    def _seen(self, link: OrderLink, source: Order) -> OrderLink:
        """The link once the source's letter is known; with nothing else new, the other stream has nothing to do."""
        same = link.version and not changed_facets(source, link.base.get("facets", {}))
        version = version_of(source) if same else link.version
        return replace(link, status=source.standing, version=version, updated_at=self.now())


def _rebuilt(before: Order, after: Order) -> bool:
    """Whether the shop edited the order instead of moving it (contracts/cscart §4.6): amounts moved, or it was stamped and
    has its status still. Short stock makes a B of a B."""
    stamped = after.status == before.status != BACKORDERED and after.updated_at != before.updated_at
    return stamped or _amounts(after) != _amounts(before)


def _amounts(order: Order) -> tuple[list[str], Decimal]:
    """What a mere status can never move."""
    marks = facets_of(order)
    return sorted(marks[facet] for facet in MONEY), to_cents(order.total)


def _lacks_right(number: str) -> NotAuthorised:
    return NotAuthorised(
        f"CS-Cart edited order {number} anew instead of setting its status: the user of SYNCD_CSCART__EMAIL lacks the "
        "privilege update_status on orders. Compare that order, give the user the privilege in Customers > User groups, "
        "then run 'syncd run --once orders'; until then no status is set"
    )


def _not_taken(shop: str, before: Order, letter: str, stands: str) -> str:
    where = f"order {before.number}: {shop} was to set status {letter}, and it is {stands}"
    if stands == before.status:
        return f"{where} as before; look there for what refused it, syncd tries again"
    return f"{where}: CS-Cart is short of stock for it; put the stock right there, syncd tries again"
