"""Orders in the back office: find, create, change, move along the workflow."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from syncd.errors import BrokenAnswer, Held, NotAuthorised
from syncd.model.backoffice import OfficeOrder
from syncd.model.exchange import OrderChanges, OrderDraft, Page
from syncd.model.order import Address
from syncd.model.product import BrokenRecord
from syncd.shops.webasyst import conditions, decode, encode
from syncd.shops.webasyst.account import RIGHTS_SECONDS, Account
from syncd.shops.webasyst.client import Reply
from syncd.shops.webasyst.judge import NotFound, answer_of_write, unsure
from syncd.shops.webasyst.places import office_address

OUT_OF_REACH = "status-out-of-reach"


class OfficeOrders(Account):
    """The order side of the office: `syncd.sync.ports.OrderOffice`."""

    def address(self, address: Address) -> dict[str, str]:
        """An address in the office's sub-fields and codes, without empty ones."""
        return office_address(address)

    async def orders_by_reference(self, references: Sequence[str]) -> list[OfficeOrder]:
        """Every order whose reference is exactly one of these; a reference may bring several
        (contracts/webasyst §8).

        Raises `Held` for a reference that cannot be searched for.
        """
        wanted = list(conditions.any_reference(references, encode.REFERENCE))
        return [
            order
            for hash_, values in wanted
            for order in await self._orders(hash_)
            if order.reference in values
        ]

    async def orders_created_since(self, since: datetime) -> list[OfficeOrder]:
        """Orders created since then, half-written ones included (contracts/webasyst §9)."""
        clock = await self.shop_clock()
        _, rows = await self._rows_since("create_datetime", since)
        return [decode.order(row, clock, escaped=False) for row in rows]

    async def orders_touched_since(self, since: datetime) -> Page[OfficeOrder]:
        """Orders that an action, a save or a comment touched since then (contracts/webasyst §9), those that cannot be
        read, and the shop's clock at the first answer; all in one page.
        """
        clock = await self.shop_clock()
        reply, rows = await self._rows_since("update_datetime", since, within=RIGHTS_SECONDS)
        records: list[OfficeOrder] = []
        broken: list[BrokenRecord] = []
        for row in rows:
            try:
                records.append(decode.order(row, clock, escaped=False))
            except BrokenAnswer as error:
                broken.append(BrokenRecord(str(decode.identity(row)), str(error), decode.payload_of(row)))
        return Page(records, broken, await self.clock_of(reply), len(rows))

    async def order(self, order_id: int) -> OfficeOrder | None:
        """One order as it stands now; names unescaped."""
        try:
            reply = await self._client.order(order_id)
        except NotFound:
            return None
        order = decode.order(reply.body, await self.shop_clock(), escaped=True)
        if order.order_id != order_id:
            raise BrokenAnswer(f"Webasyst answered order {order.order_id} when asked for {order_id}")
        return order

    async def has_contact(self, contact_id: int) -> bool:
        """Whether the contact exists (contracts/webasyst §6: `id/2,3`)."""
        rows = await self._customers(f"id/{contact_id}")
        return any(decode.identity(row) == contact_id for row in rows)

    async def contact_by_email(self, email: str) -> int | None:
        """The customer with exactly this e-mail (case aside), the oldest when there are several.

        Finds customers with an order only (contracts/webasyst §6).
        """
        wanted = email.strip().casefold()
        if not wanted:
            return None
        # Whether this search is decoded once or twice was not seen; both ways are asked where it matters.
        value = email.strip()
        hashes = dict.fromkeys((conditions.escaped(value), conditions.decoded_twice(value)))
        found = [
            decode.identity(row)
            for text in hashes
            for row in await self._customers(f"search/email={text}")
            if any(each.strip().casefold() == wanted for each in decode.emails(row))
        ]
        return min(found, default=None)

    async def contact_by_phone(self, phone: str) -> int | None:
        """The customer with exactly these digits as phone, the oldest when there are several."""
        wanted = _digits(phone)
        if not wanted:
            return None
        found = [
            decode.identity(row)
            for row in await self._customers(f"search/phone={wanted}")
            if any(_digits(each) == wanted for each in decode.phones(row))
        ]
        return min(found, default=None)

    async def add_order(self, draft: OrderDraft) -> OfficeOrder:
        """Create by `order.add`: catalogue prices, no shipping, no discount, lines with a SKU only.

        Raises `InDoubt`, `Refused`, or `Held` when the form is too large.
        """
        clock = await self.shop_clock()
        body = await self._client.add_order(encode.new_order(draft))
        with answer_of_write("shop.order.add"):
            return decode.order(body, clock, escaped=True)

    async def save_new_order(self, draft: OrderDraft) -> None:
        """Create by `order.save` with prices and currency of its own; find it by its reference afterwards."""
        _saved(await self._client.save_order(encode.new_order_in_currency(draft)))

    async def save_order(self, order_id: int, changes: OrderChanges) -> None:
        """Change an order. Raises `InDoubt`, `Refused`, or `Held` for what cannot be sent."""
        _saved(await self._client.save_order(encode.changed_order(order_id, changes)))

    async def act(self, order_id: int, action: str, text: str = "") -> str:
        """Run a workflow action; answers the state it led to. Raises `Held` where the state forbids it, or the user may
        not run this one action (403, contracts/webasyst §5.8): that is no reason to stop for all other orders.
        """
        form = [("id", str(order_id)), ("action", action), *([("text", text)] if text else [])]
        try:
            body = await self._client.act(form)
        except NotFound as error:
            raise Held(
                f"order {order_id} does not allow {action} in its present state ({error}). "
                "Move it on by hand in Webasyst, or change the map of statuses.",
                code=OUT_OF_REACH,
            ) from error
        except NotAuthorised as error:
            if await self.may(f"workflow_actions.{action}"):
                raise
            raise Held(
                f"order {order_id}: the user of the Webasyst token may not run {action}. Give the user this order action in "
                "the Team app, or move the order on by hand in Webasyst.",
                code=OUT_OF_REACH,
            ) from error
        with answer_of_write("shop.order.action"):
            return decode.state_after(body, order_id)

    async def _customers(self, hash_: str) -> list[Any]:
        """The rows of a search. Taken for nobody when they are only hidden, a customer would be made once more."""
        rows = decode.rows((await self._client.search_customers(hash_)).body, "customers").rows
        if not rows:
            await self.believe_empty("customers", within=RIGHTS_SECONDS)
        return rows

    async def _orders(self, hash_: str) -> list[OfficeOrder]:
        clock = await self.shop_clock()
        _, rows = await self._search(hash_)
        return [decode.order(row, clock, escaped=False) for row in rows]

    async def _rows_since(
        self, column: str, since: datetime, *, within: float = 0.0
    ) -> tuple[Reply, list[Any]]:
        """The rows of orders whose time in this column is not before `since`; the shop's word for it is checked."""
        start = (await self.shop_clock()).condition(since)
        reply, rows = await self._search(f"search/{column}>={start}", within)
        return reply, [row for row in rows if row_time(row, column) >= start]

    async def _search(self, hash_: str, within: float = 0.0) -> tuple[Reply, list[Any]]:
        """The first answer and all rows of a search, page by page; orders never vanish, and by id new ones come last.

        None at all is believed with the right to see them, known for `within` seconds at most.
        """
        found: dict[int, Any] = {}
        first: Reply | None = None
        offset = 0
        while True:
            reply = await self._client.search_orders(hash_, offset=offset)
            first = first or reply
            page = decode.rows(reply.body, "orders")
            found |= {decode.identity(row): row for row in page.rows}
            offset += len(page.rows)
            if offset >= page.count:
                if not found:
                    await self.believe_empty("orders", within=within)
                return first, list(found.values())
            if not page.rows:
                # Taken for complete, an order that is there would be created once more.
                raise BrokenAnswer(f"Webasyst counts {page.count} orders but shows {offset}")


def row_time(row: Any, column: str) -> str:
    """A time of a row as the shop writes it; such texts compare like the times they are. Null is the empty
    text.
    """
    value = row.get(column) if isinstance(row, dict) else None
    return value if isinstance(value, str) else ""


def _digits(phone: str) -> str:
    return re.sub(r"[^0-9]", "", phone)


def _saved(body: Any) -> None:
    if not isinstance(body, dict) or body.get("status") != "ok":
        raise unsure("shop.order.save", "something else than ok")
