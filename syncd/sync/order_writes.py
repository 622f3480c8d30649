"""Making an office order for a source order: find products and customer, create, adopt, link."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from sqlalchemy import Connection

from syncd.errors import Held, InDoubt, NotAuthorised, RetryLater, SetAside
from syncd.model.backoffice import OfficeOrder
from syncd.model.exchange import OrderDraft
from syncd.model.order import Line, Order
from syncd.state import history, order_links, product_links
from syncd.state.database import Database
from syncd.state.history import HistoryEntry
from syncd.state.order_links import OrderLink
from syncd.sync.catalog import Catalog, Match
from syncd.sync.customers import UserMap, draft_of, keys_of
from syncd.sync.doubts import fingerprint
from syncd.sync.expected import expect
from syncd.sync.facets import Facet
from syncd.sync.office_stock import note_stock
from syncd.sync.order_changes import MOST_VARIABLES, Wanted, save_variables
from syncd.sync.order_decision import OrderPolicy
from syncd.sync.order_finish import OrderFinish
from syncd.sync.order_params import comment_of, params_of, with_kept_licences
from syncd.sync.outcome import Event, Tally
from syncd.sync.ports import OrderOffice
from syncd.sync.reference import PARAM, reference
from syncd.sync.writer import Step, Writer

ALL_FACETS = frozenset(Facet)

log = structlog.get_logger(__name__)


class UnknownSku(Held):
    """An order with codes that lead to no single SKU of the office; `codes` end its pause once they do."""

    def __init__(self, number: str, codes: Sequence[str]) -> None:
        self.codes = tuple(sorted(set(codes)))
        spelled = ", ".join(code or "(empty)" for code in self.codes)
        super().__init__(
            f"order {number}: Webasyst has no single product with the SKU {spelled}; create or correct it there, "
            "the next cycle delivers the order",
            code="unknown-sku",
        )


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
    finisher: OrderFinish
    newcomers: asyncio.Lock
    """Held while an order is made by any stream: two that meet the same new customer would make two contacts of them."""
    bring: Callable[[Sequence[str]], Awaitable[None]] | None = None
    """Brings source products to the office that an order needs before their own stream came to them."""

    def reference_of(self, key: str) -> str:
        """The external reference of a source order."""
        return reference(self.policy.kind, self.policy.account, key)

    async def create(self, order: Order) -> None:
        """Make the order in the office. Raises `InDoubt` when the answer was lost; the intent then stays."""
        match = await self._match(order)
        async with self.newcomers:
            made = await self._make(order, match)
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

    async def _make(self, order: Order, match: Match) -> OfficeOrder:
        """The creation, from the look for the customer to the link."""
        draft = await self._draft(order, match)
        if save_variables(draft.lines) > MOST_VARIABLES:
            raise Held(
                f"order {order.number} has {len(draft.lines)} lines, more than one form of Webasyst takes; "
                "enter it there by hand",
                code="too-large",
            )
        lines = fingerprint((line.sku_id, str(line.quantity.normalize())) for line in draft.lines)
        payload = {
            "contact_id": draft.contact_id,
            "lines": lines,
            "customer": keys_of(order.customer) if draft.contact_id is None else [],
        }
        step = Step(order.key, "order.create", draft.params[PARAM], payload)
        profile = await self.office.profile()
        primary = draft.currency == profile.rates.primary
        return await self.writer.run(
            step,
            lambda: self.office.add_order(draft) if primary else self._create_in_currency(draft),
            lambda conn, made: self._link(conn, order, made),
        )

    async def _create_in_currency(self, draft: OrderDraft) -> OfficeOrder:
        """`order.save` answers no id: the order is found by its reference at once (contracts/webasyst §5.4 B)."""
        await self.office.save_new_order(draft)
        try:
            hits = await self.office.orders_by_reference([draft.params[PARAM]])
        except (RetryLater, SetAside, NotAuthorised) as error:
            raise InDoubt(
                f"the order {draft.params[PARAM]} was saved, but the search for it failed: {error}",
                ended=True,
            ) from error
        if not hits:
            raise InDoubt(f"the order {draft.params[PARAM]} was saved but cannot be found yet", ended=True)
        return min(hits, key=lambda order: order.order_id)

    async def _match(self, order: Order) -> Match:
        match = await self.catalog.match(self._lines(order))
        absent = [
            line.product_key
            for n, line in enumerate(order.lines)
            if n not in match.found and line.product_key
        ]
        if absent and self.bring is not None:
            await self.bring(absent)
            match = await self.catalog.match(self._lines(order))
        if match.unknown and self.policy.hold_unknown:
            raise UnknownSku(order.number, match.unknown)
        return match

    def _lines(self, order: Order) -> Sequence[Line]:
        """The lines as they are looked up: a product of another shop than the one whose products are linked is known by its
        code only."""
        if self.policy.sells_our_stock:
            return order.lines
        return [replace(line, product_key="") for line in order.lines]

    async def _draft(self, order: Order, match: Match) -> OrderDraft:
        profile = await self.office.profile()
        if not profile.rates.knows(order.currency):
            raise Held(
                f"order {order.number}: Webasyst has no currency {order.currency}; "
                f"add it there, or correct the currency of {self.policy.shop} in the settings",
                code="unknown-currency",
            )
        money = expect(order, match.found, discounts=self.policy.discounts)
        contact_id = await self.users.contact_of(order.customer)
        return OrderDraft(
            contact_id=contact_id,
            contact=None if contact_id is not None else draft_of(order.customer, order.number),
            lines=money.lines,
            shipping=money.shipping,
            discount=money.discount,
            comment=comment_of(order, self.policy),
            address=self.office.address(order.shipping_address),
            billing_address=self.office.address(order.billing_address),
            params={name: value for name, value in params_of(order, self.policy).items() if value},
            currency=order.currency,
            stock_id=await self.office.stock_id(),
        )

    def _wanted(self, order: Order, match: Match) -> Wanted:
        address = {} if order.shipping_address.empty else self.office.address(order.shipping_address)
        money = expect(order, match.found, discounts=self.policy.discounts)
        return Wanted(money, address, comment_of(order, self.policy), params_of(order, self.policy))

    async def _finish(
        self, order: Order, link: OrderLink, actual: OfficeOrder, facets: frozenset[Facet], match: Match
    ) -> None:
        known = match if link.confirmed else _without_lost_skus(match, actual)
        wanted = self._wanted(with_kept_licences(order, actual, self.policy), known)
        await self.finisher.finish(order, link, actual, facets, wanted)

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
            carried=made.state,
        )

    def _link(self, conn: Connection, order: Order, made: OfficeOrder) -> None:
        link = self._fresh_link(order, made)
        order_links.put(conn, link)
        if self.policy.sells_our_stock:
            note_stock(conn, link, made)
        self.users.learn(conn, order.customer, made.contact_id)
        product_links.mark_dirty(conn, self.policy.pair, [line.sku_id for line in made.lines if line.sku_id])
        self._note(conn, order.key, "linked", {"order_id": made.order_id})

    def _note(self, conn: Connection, key: str, event: str, detail: Mapping[str, object]) -> None:
        history.add(
            conn, HistoryEntry(self.policy.pair, self.policy.stream, key, self.now(), event, dict(detail))
        )


def _without_lost_skus(match: Match, actual: OfficeOrder) -> Match:
    """SKUs that the office dropped silently from a new order are gone there: their lines become free lines."""
    kept = {line.sku_id for line in actual.lines}
    return Match({n: sku for n, sku in match.found.items() if sku.sku_id in kept}, match.unknown)
