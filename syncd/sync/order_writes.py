"""Making one office order say what its source order says: create, adopt, save, verify, move its status."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from sqlalchemy import Connection

from syncd.errors import Held, InDoubt
from syncd.model.backoffice import OfficeOrder
from syncd.model.exchange import OrderChanges, OrderDraft
from syncd.model.order import Order
from syncd.model.status import EDITABLE, TERMINAL
from syncd.model.text import shorten
from syncd.state import history, order_links, product_links
from syncd.state.database import Database
from syncd.state.history import HistoryEntry
from syncd.state.order_links import OrderLink
from syncd.sync.brake import Kind
from syncd.sync.catalog import Catalog, Match
from syncd.sync.customers import UserMap, draft_of, keys_of
from syncd.sync.doubts import fingerprint
from syncd.sync.expected import expect
from syncd.sync.facets import Facet, facets_of, version_of
from syncd.sync.order_changes import Wanted, differences, office_lines, plan_changes, shipping_name_change
from syncd.sync.order_decision import OrderPolicy
from syncd.sync.outcome import Event, Tally
from syncd.sync.ports import OrderOffice
from syncd.sync.reference import PARAM, reference
from syncd.sync.status_decision import Move, OutOfReach, Stay, decide_move
from syncd.sync.stream_brakes import StreamBrakes
from syncd.sync.writer import Step, Writer

ALL_FACETS = frozenset(Facet)

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class OrderWrites:
    """The writing half of the orders stream."""

    office: OrderOffice
    catalog: Catalog
    users: UserMap
    writer: Writer
    db: Database
    policy: OrderPolicy
    tally: Tally
    now: Callable[[], datetime]
    brakes: StreamBrakes
    bring: Callable[[Sequence[str]], Awaitable[None]] | None = None
    """Brings source products to the office that an order needs before their own stream came to them."""

    def reference_of(self, key: str) -> str:
        """The external reference of a source order."""
        return reference(self.policy.source, self.policy.account, key)

    async def create(self, order: Order) -> None:
        """Make the order in the office. Raises `InDoubt` when the answer was lost; the intent then stays."""
        match = await self._match(order)
        draft = await self._draft(order, match)
        lines = fingerprint((line.sku_id, str(line.quantity.normalize())) for line in draft.lines)
        payload = {
            "contact_id": draft.contact_id,
            "lines": lines,
            "customer": keys_of(order.customer) if draft.contact_id is None else [],
        }
        step = Step(order.key, "order.create", draft.params[PARAM], payload)
        profile = await self.office.profile()
        if draft.currency == profile.rates.primary:
            made = await self.writer.run(
                step, lambda: self.office.add_order(draft), lambda conn, made: self._link(conn, order, made)
            )
        else:
            made = await self.writer.run(
                step,
                lambda: self._create_in_currency(draft),
                lambda conn, made: self._link(conn, order, made),
            )
        self.tally.add(Event.CREATED)
        log.info("order.created", order=order.number, webasyst=made.order_id, total=str(order.total))
        await self._finish(order, self._fresh_link(order, made), made, ALL_FACETS, match)

    async def adopt(self, order: Order, found: OfficeOrder) -> None:
        """Link an order that a doubtful creation turns out to have made, and finish it."""

        def commit(conn: Connection) -> None:
            self._link(conn, order, found)
            self.writer.settled(conn, order.key)

        await self.db.run(commit)
        self.tally.add(Event.ADOPTED)
        log.info("order.adopted", order=order.number, webasyst=found.order_id)
        await self._finish(order, self._fresh_link(order, found), found, ALL_FACETS, await self._match(order))

    async def update(self, order: Order, link: OrderLink, facets: frozenset[Facet]) -> None:
        """Bring a linked order up to date and move its status."""
        actual = await self.office.order(link.order_id)
        if actual is None:
            raise Held(
                f"order {order.number}: its Webasyst order {link.order_id} does not exist any more; "
                "syncd does not create it again",
                code="vanished",
            )
        match = await self._match(order) if Facet.LINES in facets else Match({}, ())
        await self._finish(order, link, actual, facets, match)

    async def _create_in_currency(self, draft: OrderDraft) -> OfficeOrder:
        """`order.save` answers no id: the order is found by its reference at once (contracts/webasyst §5.4 B)."""
        await self.office.save_new_order(draft)
        hits = await self.office.orders_by_reference([draft.params[PARAM]])
        if not hits:
            raise InDoubt(f"the order {draft.params[PARAM]} was saved but cannot be found yet", ended=True)
        return min(hits, key=lambda order: order.order_id)

    async def _match(self, order: Order) -> Match:
        match = await self.catalog.match(order.lines)
        absent = [
            line.product_key
            for n, line in enumerate(order.lines)
            if n not in match.found and line.product_key
        ]
        if absent and self.bring is not None:
            await self.bring(absent)
            match = await self.catalog.match(order.lines)
        if match.unknown and self.policy.hold_unknown:
            codes = ", ".join(sorted({code or "(empty)" for code in match.unknown}))
            raise Held(
                f"order {order.number}: Webasyst has no single product with the SKU {codes}; "
                "create or correct it there, the next cycle delivers the order",
                code="unknown-sku",
            )
        return match

    async def _draft(self, order: Order, match: Match) -> OrderDraft:
        profile = await self.office.profile()
        if not profile.rates.knows(order.currency):
            raise Held(
                f"order {order.number}: Webasyst has no currency {order.currency}; "
                "add it there or set SYNCD_CSCART__CURRENCY",
                code="unknown-currency",
            )
        money = expect(order, match.found, discounts=self.policy.discounts)
        contact_id = await self.users.contact_of(order.customer)
        return OrderDraft(
            contact_id=contact_id,
            contact=None if contact_id is not None else draft_of(order.customer),
            lines=money.lines,
            shipping=money.shipping,
            discount=money.discount,
            comment=order.comment,
            address=self.office.address(order.shipping_address),
            billing_address=self.office.address(order.billing_address),
            params=self._params(order),
            currency=order.currency,
            stock_id=await self.office.stock_id(),
        )

    def _params(self, order: Order) -> dict[str, str]:
        params = {
            PARAM: self.reference_of(order.key),
            f"{self.policy.source}_order_id": order.number,
            "shipping_name": order.shipping_name,
            "payment_name": order.payment_name,
            "coupon_codes": ", ".join(order.coupons),
        }
        return {name: shorten(value) for name, value in params.items() if value}

    def _wanted(self, order: Order, match: Match) -> Wanted:
        address = {} if order.shipping_address.empty else self.office.address(order.shipping_address)
        money = expect(order, match.found, discounts=self.policy.discounts)
        return Wanted(money, address, order.comment, self._params(order))

    async def _finish(
        self, order: Order, link: OrderLink, actual: OfficeOrder, facets: frozenset[Facet], match: Match
    ) -> None:
        """Save what differs, verify it, commit what both sides agree on, and only then move the status."""
        wanted = self._wanted(order, self._without_lost_skus(match, actual) if not link.confirmed else match)
        writable, flag = self._writable(order, link, actual, facets, wanted)
        actual = await self._save(order, wanted, actual, writable)
        found = differences(wanted, actual, writable)
        if found:
            text = f"order {order.number} differs in Webasyst (order {link.order_id}): " + "; ".join(found)
            await self._flag(link, text)
            raise Held(text + "; correct it in either shop, syncd compares again", code="differs")
        if flag is not None:
            await self._flag(link, flag)
            raise Held(flag, code="edited-too-late")
        agreed = replace(
            link,
            base={"facets": facets_of(order), "lines": office_lines(actual.lines)},
            confirmed=True,
            flag=None,
            state=actual.state,
            version=version_of(order),
            updated_at=self.now(),
        )
        await self._move(order, agreed, actual)

    def _without_lost_skus(self, match: Match, actual: OfficeOrder) -> Match:
        """SKUs that the office dropped silently from a new order are gone there: their lines become free lines."""
        kept = {line.sku_id for line in actual.lines}
        return Match({n: sku for n, sku in match.found.items() if sku.sku_id in kept}, match.unknown)

    def _writable(
        self, order: Order, link: OrderLink, actual: OfficeOrder, facets: frozenset[Facet], wanted: Wanted
    ) -> tuple[frozenset[Facet], str | None]:
        """The facets that may still be written, and why not all of them."""
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
            return facets - {
                Facet.LINES
            }, f"{where}: its lines were edited in both shops; compare and correct one of them"
        if actual.state not in EDITABLE:
            reason = f"{where}: its lines were edited after it became {actual.state} in Webasyst; correct it there by hand"
            return facets - {Facet.LINES}, reason
        return facets, None

    async def _save(
        self, order: Order, wanted: Wanted, actual: OfficeOrder, facets: frozenset[Facet]
    ) -> OfficeOrder:
        name = shipping_name_change(wanted, actual, facets)
        if name is not None:
            cost = wanted.money.shipping if Facet.SHIPPING in facets else actual.shipping
            rename = OrderChanges(shipping=None, params={"shipping_name": name})
            await self._save_once(order, actual.order_id, rename)
            actual = await self._save_once(order, actual.order_id, OrderChanges(shipping=cost))
        changes = plan_changes(wanted, actual, facets)
        if changes is not None:
            actual = await self._save_once(order, actual.order_id, changes)
            self.tally.add(Event.UPDATED)
            log.info("order.updated", order=order.number, webasyst=actual.order_id, parts=_spell(changes))
        return actual

    async def _save_once(self, order: Order, order_id: int, changes: OrderChanges) -> OfficeOrder:
        """One save and the order as it stands afterwards; a lost answer is settled by looking."""

        def note(conn: Connection, _: None) -> None:
            self._note(conn, order.key, "saved", {"order_id": order_id, "changes": _spell(changes)})

        try:
            await self.writer.run(
                Step(order.key, "order.save"), lambda: self.office.save_order(order_id, changes), note
            )
        except InDoubt:
            self.tally.add(Event.DOUBTFUL)
        actual = await self.office.order(order_id)
        if actual is None:
            raise Held(f"order {order.number}: its Webasyst order {order_id} vanished", code="vanished")
        return actual

    async def _move(self, order: Order, agreed: OrderLink, actual: OfficeOrder) -> None:
        """Commit the agreement, and run the workflow action that a new source status asks for."""
        target = self.policy.statuses.get(order.status) if order.status != agreed.status else None
        workflow = (await self.office.profile()).workflow if target is not None else {}
        move = decide_move(target, actual.state, workflow)
        agreed = (
            replace(agreed, status=order.status) if isinstance(move, Stay) else replace(agreed, version="")
        )
        await self.db.run(lambda conn: self._agree(conn, order, agreed))
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

    async def _act(self, order: Order, link: OrderLink, move: Move, actual: OfficeOrder) -> None:
        """Run one action. A lost answer is settled by reading the state; the step is not idempotent (§5.8)."""
        skus = [line.sku_id for line in actual.lines if line.sku_id]

        def note(conn: Connection, state: str) -> None:
            moved = replace(link, status=order.status, state=state, version=version_of(order))
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

    def _fresh_link(self, order: Order, made: OfficeOrder) -> OrderLink:
        now = self.now()
        return OrderLink(
            pair=self.policy.pair,
            source=self.policy.source,
            source_key=order.key,
            reference=self.reference_of(order.key),
            order_id=made.order_id,
            contact_id=made.contact_id,
            state=made.state,
            status="",
            base={},
            confirmed=False,
            flag=None,
            version="",
            linked_at=now,
            updated_at=now,
        )

    def _link(self, conn: Connection, order: Order, made: OfficeOrder) -> None:
        order_links.put(conn, self._fresh_link(order, made))
        self.users.learn(conn, order.customer, made.contact_id)
        product_links.mark_dirty(conn, self.policy.pair, [line.sku_id for line in made.lines if line.sku_id])
        self._note(conn, order.key, "linked", {"order_id": made.order_id})

    def _agree(self, conn: Connection, order: Order, agreed: OrderLink) -> None:
        order_links.put(conn, agreed)
        self.writer.settled(conn, order.key)
        self._note(conn, order.key, "agreed", {"order_id": agreed.order_id, "total": str(order.total)})

    async def _flag(self, link: OrderLink, text: str) -> None:
        await self.db.run(lambda conn: order_links.put(conn, replace(link, flag=text, updated_at=self.now())))

    def _note(self, conn: Connection, key: str, event: str, detail: Mapping[str, object]) -> None:
        history.add(conn, HistoryEntry(self.policy.pair, "orders", key, self.now(), event, dict(detail)))


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
