"""CS-Cart as the target of changes: what the streams write back, in canonical records."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from syncd.errors import Refused
from syncd.model.exchange import Shipment, SourceChange, SourceDraft, SourceLine
from syncd.model.order import Order
from syncd.model.product import BrokenRecord, Product
from syncd.shops.cscart.client import CSCartClient
from syncd.shops.cscart.code_search import CodeSearch
from syncd.shops.cscart.encode_orders import new_shipment, status_change, tracking_change
from syncd.shops.cscart.encode_products import new_pictures, new_product, product_changes
from syncd.shops.cscart.line_writer import LineWriter
from syncd.shops.cscart.order_reader import OrderReader, order_statuses
from syncd.shops.cscart.scope import Scope
from syncd.shops.cscart.shipment_reader import ShipmentReader


class CSCartTarget:
    """One CS-Cart shop, or one company in it, to be written to. Errors are those of `CSCartClient`, and `Held` for what the
    shop would store otherwise than it is meant. An answer proves little: what matters is read back by the caller.

    `company`, `language` and `currency` are those of `CSCartSource`: new products belong to the company, texts are written
    in the language, and in the shop's own one where none is set.
    """

    def __init__(
        self, client: CSCartClient, *, company: str | None, language: str | None, currency: str
    ) -> None:
        self._client = client
        self._scope = Scope(company, language)
        self._codes = CodeSearch(client, language)
        self._orders = OrderReader(client, self._scope, currency)
        self._shipments = ShipmentReader(client, self._scope)
        self._lines = LineWriter(client, self._scope, currency)

    async def change_product(self, change: SourceChange) -> None:
        """Write the given fields and nothing else; without any, nothing is sent, for every call looks like an edit (§3.4).

        Names and categories of child variations are those of their parent: the shop ignores them there.
        """
        body = product_changes(change, self._scope.language)
        if body:
            await self._client.update_product(_id(change.key, "product"), body)

    async def create_product(self, draft: SourceDraft) -> str:
        """Create a product; answers its key. Not idempotent: look for the code first, and after a doubt."""
        return await self._client.create_product(new_product(draft, self._scope.company))

    async def products_with_code(self, code: str) -> list[Product]:
        """Every product with this code but for case and blanks around it, whatever its company, with texts and pictures."""
        return await self._codes.run(code)

    async def replace_images(self, key: str, urls: Sequence[str]) -> None:
        """Put these pictures in place of all that the product has, the first as its main one.

        The shop deletes the old ones first and then fetches the new ones itself, during this call; for an address that
        does not answer with a picture (of its kinds, at most 6000 pixels a side) it answers 200 all the same, and the
        picture is lost (contracts/cscart §3.5). So callers must have seen every address answer, call this only when the
        pictures changed, and read the product afterwards. The shop's own addresses never work: those files are gone by then.
        """
        await self._client.update_product(_id(key, "product"), new_pictures(urls))

    async def order(self, key: str) -> Order | BrokenRecord | None:
        """One order; `None` when the shop does not have it in this company."""
        return await self._orders.one(key)

    async def statuses(self) -> dict[str, str]:
        """The letters of order statuses with the shop's words for them; N and T are never listed. They alone tell whether a
        letter is known: `set_status` stores any."""
        return await order_statuses(self._client, self._scope)

    async def set_status(self, key: str, letter: str, notify: frozenset[str]) -> None:
        """Move an order to a status; `notify` names who gets a mail: user, department, vendor.

        The shop answers yes to everything, a missing order and an unknown letter included, and stores B when stock is
        short (contracts/cscart §4.6): check before, and read the order back.
        """
        await self._client.update_order(_id(key, "order"), status_change(letter, notify))

    async def shipments(self, key: str) -> list[Shipment]:
        """The order's shipments, by id. Raises `BrokenAnswer` when one of them cannot be read."""
        return await self._shipments.of_order(_id(key, "order"))

    async def add_shipment(self, key: str, shipping_id: str, tracking_number: str) -> str:
        """Ship everything that is not shipped yet; answers the shipment's id. Not idempotent: once more makes an empty
        parcel. The shop refuses an empty tracking number."""
        return await self._client.create_shipment(
            new_shipment(_id(key, "order"), shipping_id, tracking_number)
        )

    async def change_shipment(self, shipment_id: str, tracking_number: str) -> None:
        """Give a shipment another tracking number. A shop of 4.20 answers 200 even where it did not allow it (§10)."""
        await self._client.update_shipment(_id(shipment_id, "shipment"), tracking_change(tracking_number))

    async def write_lines(self, key: str, lines: Sequence[SourceLine], discount: Decimal) -> None:
        """Replace the order's lines and its order-level discount; the shop computes everything else anew: shipping is rated
        and taxes are computed again, the status goes through N and back. See `LineWriter`."""
        await self._lines.write(_id(key, "order"), lines, discount)


def _id(key: str, record: str) -> str:
    """A key that can be an id of the shop: nothing else may get into an address."""
    if not (key.isascii() and key.isdigit()):
        raise Refused(f"{key!r} is no {record} of CS-Cart", code="gone")
    return key
