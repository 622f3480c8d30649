"""Handling one order on its way back: note what the office says, tell the source what is news, give every error its
place."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog
from sqlalchemy import Connection

from syncd import correlation
from syncd.errors import ENDS_CYCLE, Held, InDoubt, RetryLater, SetAside
from syncd.model.backoffice import OfficeOrder
from syncd.model.order import Order
from syncd.model.product import BrokenRecord
from syncd.state import history, order_links
from syncd.state.database import Database
from syncd.state.history import HistoryEntry
from syncd.state.order_links import OrderLink
from syncd.sync.facets import digest
from syncd.sync.failing import SetAsideRecords
from syncd.sync.office_stock import note_stock
from syncd.sync.order_back_lines import LinesBack
from syncd.sync.order_back_status import StatusBack
from syncd.sync.order_back_tracking import TrackingBack
from syncd.sync.order_changes import office_lines
from syncd.sync.order_crossing import Crossing
from syncd.sync.order_decision import OrderPolicy
from syncd.sync.order_edit import edit_of
from syncd.sync.order_handling import DELETED, LET_GO, TROUBLES_IN_A_ROW, let_go
from syncd.sync.outcome import Event, Tally
from syncd.sync.ports import OrderOffice, StatusTarget
from syncd.sync.product_guard import unwell
from syncd.sync.pulse import Pulse
from syncd.sync.writer import LeftOut, Writer

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Case:
    """One order being handled; `version` is what its failure is kept under."""

    link: OrderLink
    version: str


@dataclass(slots=True)
class OrderBackHandling:
    """What happens to single orders in one cycle of the way back."""

    office: OrderOffice
    target: StatusTarget
    status: StatusBack
    tracking: TrackingBack | None
    """`None` where the source is not told of parcels."""
    lines: LinesBack | None
    """`None` where the source's lines cannot be written."""
    writer: Writer
    failing: SetAsideRecords
    db: Database
    policy: OrderPolicy
    tally: Tally
    now: Callable[[], datetime]
    pulse: Pulse
    crossing: Crossing
    handled: set[str] = field(default_factory=set)
    """Orders dealt with in this cycle."""
    troubles: int = 0

    async def handle(self, order: OfficeOrder) -> None:
        """Look at an order that the office listed; whatever goes wrong with it stays with it."""
        async with self.crossing.busy:
            link = await self._link(order.order_id)
            if link is None or link.source_key in self.handled:
                return
            if link.source_key in self.crossing.at_office:
                # The other direction wrote it after it was read.
                await self._read_anew(link)
            elif self.failing.waits(link.source_key, seen(order)):
                await self._note(link, order)
                self.tally.add(Event.SKIPPED)
            else:
                case = _Case(link, seen(order))
                await self._guard(case, lambda: self._back(link, order))

    async def again(self, key: str) -> None:
        """Read one order anew in the office and handle it."""
        if key in self.handled:
            return
        async with self.crossing.busy:
            pair, source = self.policy.pair, self.policy.source
            link = await self.db.run(lambda conn: order_links.get(conn, pair, source, key))
            if link is None:
                await self._rest(key)
            else:
                await self._read_anew(link)

    async def broken(self, link: OrderLink, record: BrokenRecord) -> None:
        """The office listed a linked order that cannot be read."""
        log.warning("order.unreadable", order=link.source_key, webasyst=record.key, reason=record.reason)
        self.handled.add(link.source_key)
        self.tally.add(Event.FAILED)
        await self.failing.broken(replace(record, key=link.source_key))

    async def _link(self, order_id: int) -> OrderLink | None:
        links = await self.db.run(lambda conn: order_links.by_orders(conn, self.policy.pair, [order_id]))
        link = links.get(order_id)
        return link if link is not None and link.source == self.policy.source else None

    async def _read_anew(self, link: OrderLink) -> None:
        case = _Case(link, self.failing.version(link.source_key))

        async def work() -> None:
            order = await self.office.order(link.order_id)
            if order is None:
                raise Held(
                    f"order {link.source_key}: its Webasyst order {link.order_id} does not exist any more; syncd does not "
                    "create it again",
                    code="vanished",
                )
            case.version = seen(order)
            await self._back(link, order)

        await self._guard(case, work)

    async def _back(self, link: OrderLink, order: OfficeOrder) -> None:
        link = await self._note(link, order)
        if not self._news(link, order):
            self.tally.add(Event.SKIPPED)
            return
        source = await self.target.order(link.source_key)
        if isinstance(source, BrokenRecord):
            raise SetAside(source.reason, code="unreadable")
        if source is None:
            await self._gone(link)
            return
        self.crossing.at_source.add(link.source_key)
        await self._tell(link, order, source)

    async def _tell(self, link: OrderLink, order: OfficeOrder, source: Order) -> None:
        """The parcel's number before the status, so that the shop's mail about it may name it; the edit last, because it
        changes what the source says. What one of them meets does not stop the others."""
        steps = [(self._moves, self.status.tell)]
        if self.tracking is not None:
            steps.insert(0, (_ships, self.tracking.ship))
        if self.lines is not None:
            steps.append((_edited, self.lines.write))
        errors: list[SetAside] = []
        for wanted, step in steps:
            current = await self._link(order.order_id) or link
            if not wanted(current, order):
                continue
            try:
                await step(current, order, source)
            except SetAside as error:
                errors.append(error)
        # What a plan leaves out has not failed: it is told only where nothing has.
        failed = [error for error in errors if not isinstance(error, LeftOut)]
        errors = failed or errors[:1]
        if len(errors) == 1:
            raise errors[0]
        if errors:
            raise Held("; ".join(str(error) for error in errors), code=errors[0].code)

    def _news(self, link: OrderLink, order: OfficeOrder) -> bool:
        ships = self.tracking is not None and _ships(link, order)
        edited = self.lines is not None and _edited(link, order)
        return self._moves(link, order) or ships or edited

    def _moves(self, link: OrderLink, order: OfficeOrder) -> bool:
        """Whether the source is to be told of the state. Never before lines and total agreed once."""
        return link.confirmed and order.state != link.carried and order.state in self.policy.states_back

    async def _note(self, link: OrderLink, order: OfficeOrder) -> OrderLink:
        """Keep what the office says: the state, what staff edited, and what the order asks of the stock."""
        noted = self._noted(link, order)

        def note(conn: Connection) -> None:
            if self.policy.sells_our_stock:
                note_stock(conn, noted, order)
            if noted != link:
                order_links.put(conn, noted)
            if noted.difference != link.difference:
                detail = {"edit": noted.difference}
                history.add(
                    conn,
                    HistoryEntry(
                        link.pair, self.policy.stream, link.source_key, self.now(), "edited", detail
                    ),
                )

        await self.db.run(note)
        if noted.difference and noted.difference != link.difference:
            log.info("order.edited", order=link.source_key, webasyst=link.order_id, edit=noted.difference)
        return noted

    def _noted(self, link: OrderLink, order: OfficeOrder) -> OrderLink:
        if link.flag in LET_GO:
            return replace(link, state=order.state, carried=order.state, requested=False)
        told = link.carried if order.state in self.policy.states_back else order.state
        # What is being rewritten by the other direction is no edit of the staff's.
        edit = edit_of(link.base, order) if link.version else link.difference
        requested = link.requested and edit is not None
        return replace(link, state=order.state, carried=told, difference=edit, requested=requested)

    async def _gone(self, link: OrderLink) -> None:
        """As on the way there: the second 404 counts, unless it comes on the heels of the first (contracts/cscart §1.6)."""
        key = link.source_key
        if self.failing.pauses(key, "gone") or not self.failing.has(key, "gone"):
            text = (
                f"{self.policy.shop} does not show order {key} any more; if it stays away, syncd lets it go"
            )
            raise Held(text, code="gone")
        await self.db.run(lambda conn: order_links.put(conn, let_go(link, DELETED)))

    async def _guard(self, case: _Case, work: Callable[[], Awaitable[None]]) -> None:
        """Run the work of one order and give every error its place."""
        key = case.link.source_key
        self.pulse.beat()
        self.handled.add(key)
        try:
            with correlation.bound(f"{self.policy.back}/{key}"):
                await work()
        except InDoubt as doubt:
            log.warning("order.in_doubt", order=key, reason=str(doubt))
            self.tally.add(Event.DOUBTFUL)
            # Beside the intent, which tells what to look for, the failure makes the pauses grow.
            await self.failing.record(key, doubt, version=case.version)
            self.troubles += 1
            if self.troubles >= TROUBLES_IN_A_ROW:
                raise unwell(doubt) from doubt
        except LeftOut as left:
            log.info("order.left_out", order=key, reason=str(left))
        except SetAside as error:
            await self._set_aside(case, error)
        except ENDS_CYCLE:
            raise
        except RetryLater as error:
            await self._trouble(case, error)
        except Exception as error:
            log.exception("order.unexpected", order=key)
            await self._set_aside(case, error)
        else:
            self.troubles = 0
            await self._rest(key)

    async def _rest(self, key: str) -> None:
        """Nothing is left to do about an order: neither an open intent nor a failure."""
        await self.writer.close(key)
        await self.failing.clear(key)

    async def _set_aside(self, case: _Case, error: Exception) -> None:
        log.warning("order.set_aside", order=case.link.source_key, reason=str(error))
        self.tally.add(Event.FAILED)
        await self.failing.record(case.link.source_key, error, version=case.version)

    async def _trouble(self, case: _Case, error: RetryLater) -> None:
        """No usable answer: one order may be poison, several in a row mean that a shop is unwell, unless both answer another
        question."""
        await self._set_aside(case, error)
        self.troubles += 1
        if self.troubles >= TROUBLES_IN_A_ROW:
            await self.office.orders_by_reference([case.link.reference])
            await self.target.order(case.link.source_key)
            self.troubles = 0


def seen(order: OfficeOrder) -> str:
    """The version of an office order as far as the way back is concerned: a new one is tried at once."""
    amounts = [str(amount) for amount in (order.shipping, order.discount, order.total)]
    return digest([order.state, order.tracking_number, office_lines(order.lines), amounts])


def _ships(link: OrderLink, order: OfficeOrder) -> bool:
    return order.tracking_number not in {"", link.tracking} and link.flag not in LET_GO


def _edited(link: OrderLink, order: OfficeOrder) -> bool:
    return link.requested and link.difference is not None
